//! The model composed for its terminal: which page is shown and where it begins, how the rows are shared out, and so what
//! a key press can be meant for.

mod foot;

use crate::machine::Form;

use super::keymap;
use super::model::{Cancel, Doing, Layout, Mode, Model, Overlay, OverlayKind, Paging, Situation, Work};
use super::page::{self, Page};

pub use foot::Foot;

/// Title, what the step proves, keys.
const FIXED_ROWS: usize = 3;
/// The heading of the work, and the rule above what is asked.
const HEADING_AND_RULE: usize = 2;
/// From so many rows on, a row is left free below the heading.
const ROOMY: u16 = 28;
const FEWEST_STATUS_ROWS: usize = 2;
const MOST_STATUS_ROWS: usize = 6;
/// So much of the picture stays, however many answers are offered.
const FEWEST_BODY_ROWS: usize = 4;

impl Model {
    /// What stands beside the list of steps: the step, or what lies over it.
    pub fn page(&self) -> Page {
        match self.visible_overlay() {
            Some(overlay) => self.overlay_page(overlay.kind),
            None => self.picture.page.clone(),
        }
    }

    fn overlay_page(&self, kind: OverlayKind) -> Page {
        let width = self.size.work_width();
        let document = self.machine.document();
        match (kind, document) {
            (OverlayKind::Words, Some(document)) => page::words(&document, width),
            (OverlayKind::Bytes(form), Some(document)) => page::bytes(&document, form, width),
            _ => page::help(
                self.machine.step(),
                self.machine.help(),
                &self.said(),
                &keymap::described(self.situation_beneath()),
                width,
            ),
        }
    }

    /// The first row of the page that is shown.
    pub fn top(&self) -> usize {
        let reading = self.visible_overlay().map_or(&self.reading, |overlay| &overlay.reading);
        reading.top(&self.page(), self.layout().body)
    }

    /// What is asked, in at most so many rows.
    pub fn foot(&self, most_rows: usize) -> Foot {
        foot::foot(self, most_rows)
    }

    /// How the rows are shared out now.
    pub fn layout(&self) -> Layout {
        let width = self.size.work_width();
        let status = self.status_rows().len().clamp(FEWEST_STATUS_ROWS, MOST_STATUS_ROWS);
        let middle = usize::from(self.size.rows).saturating_sub(FIXED_ROWS + status);
        let gap = usize::from(self.size.rows >= ROOMY);
        let room = middle.saturating_sub(HEADING_AND_RULE + gap);
        let foot = match self.visible_overlay() {
            Some(_) => 0,
            None => self.foot(room.saturating_sub(FEWEST_BODY_ROWS)).rows.len(),
        };
        Layout { width, gap, body: room.saturating_sub(foot), foot, status }
    }

    /// The most rows that what is asked may take.
    pub fn most_foot_rows(&self) -> usize {
        let layout = self.layout();
        (layout.body + layout.foot).saturating_sub(FEWEST_BODY_ROWS)
    }

    /// Whether what was said last is longer than its place.
    pub fn says_more_than_fits(&self) -> bool {
        self.status_rows().len() > MOST_STATUS_ROWS
    }

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
