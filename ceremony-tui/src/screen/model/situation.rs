//! What a key press can be meant for now. The keymap has a table for each.

use crate::machine::Form;

use super::{Cancel, Mode, Model, Overlay, OverlayKind, Work};

/// What a key press can be meant for now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Situation {
    /// What the person does.
    pub doing: Doing,
    /// Whether there is a document to look at.
    pub document: Document,
    /// Whether there is more than the screen shows.
    pub paging: Paging,
}

/// What the person does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    /// One of several answers is chosen.
    Choosing,
    /// A line is typed, and nothing of it is there yet.
    Blank,
    /// A line is typed.
    Typing,
    /// Something over the step is read.
    Reading,
    /// The bytes are read.
    ReadingBytes,
    /// Something is under way, and it can be cancelled.
    Working,
    /// Something is under way, and it cannot be cancelled.
    Finishing,
    /// A secret is typed.
    Secret,
    /// Whether to stop.
    Stopping,
    /// The ceremony is complete.
    Ended,
}

/// Whether there is a document to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Document {
    /// Not before the review.
    None,
    /// Its bytes and its digest can be shown.
    Shown,
}

/// Whether there is more than the screen shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paging {
    /// It is all there.
    Whole,
    /// There is more below.
    More,
    /// The end is there, and there is more above.
    AtEnd,
}

impl Model {
    /// What a key press is meant for now.
    pub fn situation(&self) -> Situation {
        let (rows, height) = (self.page().rows().len(), self.layout().body);
        let paging = match rows > height {
            false => Paging::Whole,
            true if self.top() + height < rows => Paging::More,
            true => Paging::AtEnd,
        };
        Situation { doing: self.doing(self.overlay.as_ref()), document: self.picture.document, paging }
    }

    /// The same, as if nothing lay over the step.
    pub fn situation_beneath(&self) -> Situation {
        Situation { doing: self.doing(None), document: self.picture.document, paging: Paging::Whole }
    }

    fn doing(&self, overlay: Option<&Overlay>) -> Doing {
        match (&self.mode, overlay) {
            (Mode::Stopping(_), _) => Doing::Stopping,
            (Mode::Secret(_), _) => Doing::Secret,
            (_, Some(Overlay { kind: OverlayKind::Bytes(_), .. })) => Doing::ReadingBytes,
            (_, Some(_)) => Doing::Reading,
            (Mode::Working(Work { cancel: Cancel::Possible, .. }), None) => Doing::Working,
            (Mode::Working(_), None) => Doing::Finishing,
            (Mode::Ended, None) => Doing::Ended,
            (Mode::Asking, None) => self.answering(),
        }
    }

    fn answering(&self) -> Doing {
        match self.picture.question.as_ref().map(|question| &question.form) {
            Some(Form::Choice(_)) => Doing::Choosing,
            _ if self.input.is_empty() => Doing::Blank,
            _ => Doing::Typing,
        }
    }
}
