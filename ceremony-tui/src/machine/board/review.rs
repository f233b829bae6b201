//! The picture of step 5: the whole document in sentences, what belongs to the decision, and the digest.

use shared::digest::DocumentDigest;

use super::{Progress, online_key::asked};
use crate::machine::Note;
use crate::machine::draft::Draft;
use crate::machine::review::{Review, remarks};
use crate::machine::sentence;

/// What everybody reads before anybody signs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewBoard {
    /// The version of root.
    pub version: u64,
    /// All of the document.
    pub sentences: Vec<String>,
    /// What is not in the document but belongs to the decision.
    pub remarks: Vec<Note>,
    /// The digest that is read aloud.
    pub digest: DocumentDigest,
    /// The groups that are typed back; none once both were right.
    pub groups: Vec<GroupView>,
}

/// A group that is typed back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GroupView {
    /// Its number, from 1.
    pub number: usize,
    /// Whether it was typed.
    pub progress: Progress,
}

impl ReviewBoard {
    pub(super) fn of(state: &Review, draft: &Draft) -> ReviewBoard {
        let (reviewed, groups) = match state {
            Review::Comparing(reviewed, groups) => (reviewed, asked(groups)),
            Review::Agreeing(reviewed) => (reviewed, Vec::new()),
        };
        let root = reviewed.root();
        ReviewBoard {
            version: root.version().get(),
            sentences: sentence::explain(root, reviewed.made_at()),
            remarks: remarks(draft),
            digest: root.document().digest(),
            groups,
        }
    }
}
