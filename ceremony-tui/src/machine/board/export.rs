//! The picture of step 7: what leaves the room, and how.

use shared::digest::DocumentDigest;

use crate::machine::draft::Draft;
use crate::machine::export::{FILE_NAME, absent};
use crate::machine::review::agreed::Agreed;

/// What is exported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportBoard {
    /// The name of the file.
    pub file: &'static str,
    /// How many signatures it carries.
    pub signed: usize,
    /// How many are needed.
    pub needed: u64,
    /// Who has not signed.
    pub absent: Vec<String>,
    /// The digest that the other side must show.
    pub digest: Option<DocumentDigest>,
}

impl ExportBoard {
    pub(super) fn of(draft: &Draft) -> ExportBoard {
        let tally = draft.agreed.as_ref().and_then(|agreed| agreed.tally().ok());
        ExportBoard {
            file: FILE_NAME,
            signed: tally.as_ref().map_or(0, |tally| tally.valid.len()),
            needed: draft.threshold,
            absent: tally.map(|tally| absent(draft, &tally)).unwrap_or_default(),
            digest: draft.agreed.as_ref().map(Agreed::digest),
        }
    }
}
