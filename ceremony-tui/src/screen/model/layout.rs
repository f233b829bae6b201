//! How the rows of the screen are shared out. The same thing always stands in the same place.

use super::{SMALLEST, Size};

/// Columns of the list of steps, with its border.
pub const STEPS_WIDTH: u16 = 22;
/// Longer lines are hard to read, however broad the terminal is.
const BROADEST: u16 = 96;

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
