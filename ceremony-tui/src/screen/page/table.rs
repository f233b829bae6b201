//! Tables: cells that are too wide go on in the next row of their column.

use crate::text::{columns, printable, wrap};

use super::{Ink, Page, Paragraph, Row, Span};

/// Columns between two cells.
const GAP: usize = 2;

/// A cell of a table.
pub(super) type Cell = (Ink, String);

/// A cell of plain text.
pub(super) fn cell(text: impl Into<String>) -> Cell {
    (Ink::Plain, text.into())
}

impl Page {
    /// One row of a table; the last cell takes the width that is left.
    pub(super) fn cells(&mut self, widths: &[usize], cells: &[Cell]) {
        let widths = self.widths(widths, cells.len());
        let broken: Vec<Vec<String>> =
            cells.iter().zip(&widths).map(|((_, text), width)| wrap(&printable(text), *width)).collect();
        let height = broken.iter().map(Vec::len).max().unwrap_or(1);
        let rows = (0..height).map(|line| row(cells, &broken, &widths, line)).collect();
        self.paragraphs.push(Paragraph { rows });
    }

    fn widths(&self, widths: &[usize], count: usize) -> Vec<usize> {
        let given: Vec<usize> = widths.iter().copied().take(count.saturating_sub(1)).collect();
        let taken: usize = given.iter().map(|width| width + GAP).sum();
        let last = self.width.saturating_sub(taken).max(1);
        given.into_iter().chain([last]).collect()
    }
}

fn row(cells: &[Cell], broken: &[Vec<String>], widths: &[usize], line: usize) -> Row {
    let span = |((ink, _), (lines, width)): (&Cell, (&Vec<String>, &usize))| {
        let text = lines.get(line).map(|text| text.trim_end()).unwrap_or_default();
        let padding = " ".repeat((width + GAP).saturating_sub(columns(text)));
        Span { ink: *ink, text: format!("{text}{padding}") }
    };
    let mut row: Row = cells.iter().zip(broken.iter().zip(widths)).map(span).collect();
    if let Some(last) = row.last_mut() {
        last.text.truncate(last.text.trim_end().len());
    }
    row
}
