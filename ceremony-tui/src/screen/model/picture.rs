//! What the machine shows and asks now, taken once for each event: it verifies signatures to say who has signed.

use shared::time::UnixTime;

use crate::machine::{Machine, Note, Question};
use crate::screen::page::{self, Page};

use super::{Document, Size};

/// What the machine shows and asks.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// The picture of the step.
    pub page: Page,
    /// What is asked.
    pub question: Option<Question>,
    /// Whether there is a document to look at.
    pub document: Document,
}

impl Picture {
    /// The picture of the machine at this time, for a screen of this size. What was said last stands below it, and
    /// not in it as well.
    pub(super) fn of(machine: &Machine, size: Size, now: UnixTime, said: &[Note]) -> Picture {
        Picture {
            page: page::page(&machine.board(now), size.work_width()).without(said),
            question: machine.question(),
            document: if machine.document().is_some() { Document::Shown } else { Document::None },
        }
    }
}
