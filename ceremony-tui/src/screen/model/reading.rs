//! How far a page was read: its first row on the screen, and every row that was on the screen at some time.

use std::collections::BTreeSet;

use crate::screen::page::{Page, Paragraph, text_of};

/// A place in a page, and what was read of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading {
    place: Place,
    /// The text of the rows that were shown since the step began.
    seen: BTreeSet<String>,
}

/// A place that is the same at every width.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// This row of this paragraph is the first one.
    Row { paragraph: usize, row: usize },
    /// The end is shown.
    End,
}

impl Default for Place {
    fn default() -> Place {
        Place::Row { paragraph: 0, row: 0 }
    }
}

impl Reading {
    /// The first row that is shown.
    pub fn top(&self, page: &Page, height: usize) -> usize {
        let last = last_top(page, height);
        let Place::Row { paragraph, row } = self.place else { return last };
        let begin: usize = page.paragraphs.iter().take(paragraph).map(height_of).sum();
        let most = page.paragraphs.get(paragraph).map_or(0, height_of).saturating_sub(1);
        (begin + row.min(most)).min(last)
    }

    /// Moves to a row. Where the whole page is there nothing moves, and the place is the same on a smaller screen.
    pub fn go_to(&mut self, row: usize, page: &Page, height: usize) {
        match last_top(page, height) {
            0 => {}
            last if row >= last => self.place = Place::End,
            _ => self.place = place_of(page, row),
        }
    }

    /// One row or many up.
    pub fn up(&mut self, rows: usize, page: &Page, height: usize) {
        self.go_to(self.top(page, height).saturating_sub(rows), page, height);
    }

    /// One row or many down.
    pub fn down(&mut self, rows: usize, page: &Page, height: usize) {
        self.go_to(self.top(page, height) + rows, page, height);
    }

    /// Remembers what is on the screen now.
    pub fn see(&mut self, page: &Page, height: usize) {
        let top = self.top(page, height);
        self.seen.extend(page.rows().into_iter().skip(top).take(height).map(text_of));
    }

    /// Whether every row was on the screen.
    pub fn has_seen_all(&self, page: &Page) -> bool {
        page.rows().into_iter().all(|row| self.has_seen(&text_of(row)))
    }

    /// The same page at another width: what was seen stays seen.
    pub fn rewrap(&mut self, old: &Page, new: &Page) {
        for (old, new) in old.paragraphs.iter().zip(&new.paragraphs) {
            if old.rows.iter().all(|row| self.has_seen(&text_of(row))) {
                self.seen.extend(new.rows.iter().map(text_of));
            }
        }
    }

    fn has_seen(&self, text: &str) -> bool {
        text.is_empty() || self.seen.contains(text)
    }
}

/// The last position from which the end is shown.
fn last_top(page: &Page, height: usize) -> usize {
    page.rows().len().saturating_sub(height)
}

fn place_of(page: &Page, row: usize) -> Place {
    let mut begin = 0;
    for (paragraph, height) in page.paragraphs.iter().map(height_of).enumerate() {
        if row < begin + height {
            return Place::Row { paragraph, row: row - begin };
        }
        begin += height;
    }
    Place::End
}

fn height_of(paragraph: &Paragraph) -> usize {
    paragraph.rows.len()
}
