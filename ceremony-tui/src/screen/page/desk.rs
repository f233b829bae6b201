//! Tokens: all of them, one that was chosen, and what is going to be done to it.

use crate::machine::{DeskBoard, Part, Tone};

use super::{Ink, Page};

/// Columns of a name; a longer one stands above its value.
const BROADEST_NAME: usize = 14;

pub(super) fn page(board: &DeskBoard, width: usize) -> Page {
    let mut page = Page::new(&board.heading, width).with_aside(&board.aside);
    for part in &board.parts {
        match part {
            Part::Gap => page.blank(),
            Part::Named { name, value } => named(&mut page, name, value),
            Part::Line { tone: Tone::Warning, text } => {
                page.labelled(Ink::Caution, "Warning: ", Ink::Caution, text);
            }
            Part::Line { tone, text } => {
                let ink = if *tone == Tone::Heading { Ink::Strong } else { Ink::Plain };
                page.text(ink, text);
            }
        }
    }
    page
}

fn named(page: &mut Page, name: &str, value: &str) {
    if crate::text::columns(name) > BROADEST_NAME {
        page.text(Ink::Strong, name);
        page.hanging("  ", Ink::Plain, value);
        return;
    }
    page.labelled(Ink::Strong, &format!("{name:<BROADEST_NAME$}  "), Ink::Plain, value);
}
