//! How the rows of the screen are shared out. The same thing always stands in the same place.

use super::{Model, Overlay, SMALLEST, Size};

/// Columns of the list of steps, with its border.
pub const STEPS_WIDTH: u16 = 22;
/// Longer lines are hard to read, however broad the terminal is.
const BROADEST: u16 = 96;
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

/// Rows of the parts of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// Columns of the work's text.
    pub width: usize,
    /// Free rows below the heading.
    pub gap: usize,
    /// Rows of the picture of the step, or of what lies over it.
    pub body: usize,
    /// Rows of what is asked.
    pub foot: usize,
    /// Rows of what was said last.
    pub status: usize,
}

impl Size {
    /// Whether people can be shown what they agree to.
    pub fn fits(self) -> bool {
        self.columns >= SMALLEST.columns && self.rows >= SMALLEST.rows
    }

    /// Columns of the work's text.
    pub fn work_width(self) -> usize {
        usize::from(self.columns.saturating_sub(STEPS_WIDTH + 1).clamp(1, BROADEST))
    }

    /// Columns of what was said last.
    pub fn status_width(self) -> usize {
        usize::from(self.columns.saturating_sub(2).max(1))
    }
}

impl Model {
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

    /// What lies over the step; the question whether to stop lies over that.
    pub fn visible_overlay(&self) -> Option<&Overlay> {
        self.overlay.as_ref().filter(|_| !matches!(self.mode, super::Mode::Stopping(_)))
    }
}
