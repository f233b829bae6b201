//! How far a page was read: its first row on the screen, and every row that was on the screen at some time.

use std::collections::BTreeSet;

use crate::screen::page::{Page, Paragraph, text_of};

/// A place in a page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading {
    top: usize,
    /// The text of the rows that were shown since the step began.
    seen: BTreeSet<String>,
}

impl Reading {
    /// The first row that is shown.
    pub fn top(&self, page: &Page, height: usize) -> usize {
        self.top.min(last_top(page, height))
    }

    /// Moves to a row.
    pub fn go_to(&mut self, row: usize, page: &Page, height: usize) {
        self.top = row.min(last_top(page, height));
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

    /// The first row that nobody has seen.
    pub fn first_unseen(&self, page: &Page) -> Option<usize> {
        page.rows().into_iter().position(|row| !self.has_seen(&text_of(row)))
    }

    /// The same page at another width: the same paragraph stays at the top, and what was seen stays seen.
    pub fn rewrap(&mut self, old: &Page, new: &Page) {
        let at_top = paragraph_of(old, self.top);
        for (old, new) in old.paragraphs.iter().zip(&new.paragraphs) {
            if old.rows.iter().all(|row| self.has_seen(&text_of(row))) {
                self.seen.extend(new.rows.iter().map(text_of));
            }
        }
        self.top = new.paragraphs.iter().take(at_top).map(height_of).sum();
    }

    fn has_seen(&self, text: &str) -> bool {
        text.is_empty() || self.seen.contains(text)
    }
}

/// The last position from which the end is shown.
fn last_top(page: &Page, height: usize) -> usize {
    page.rows().len().saturating_sub(height)
}

fn paragraph_of(page: &Page, row: usize) -> usize {
    let mut end = 0;
    let ends = page.paragraphs.iter().map(|paragraph| {
        end += height_of(paragraph);
        end
    });
    ends.take_while(|end| *end <= row).count()
}

fn height_of(paragraph: &Paragraph) -> usize {
    paragraph.rows.len()
}
