//! Step 5: the whole document in sentences, then the digest that is read aloud.

use crate::machine::{ReviewBoard, Tone};

use super::online_key::add_groups;
use super::{Ink, Page};

pub(super) fn page(board: &ReviewBoard, width: usize) -> Page {
    let heading = format!("You are about to sign root version {}.", board.version);
    let mut page = Page::new(&heading, width);
    for sentence in &board.sentences {
        add_sentence(&mut page, sentence);
    }
    page.text(Ink::Strong, "Nothing else is in the document.");
    for remark in &board.remarks {
        match remark.tone {
            Tone::Warning => page.text(Ink::Caution, &format!("Warning: {}", remark.text)),
            _ => page.text(Ink::Plain, &remark.text),
        }
    }
    page.blank();
    page.text(Ink::Plain, "Document digest, to be read aloud and compared:");
    page.digest(&board.digest);
    if board.groups.is_empty() {
        page.text(Ink::Good, "Both groups were typed back, and are right.");
    }
    add_groups(&mut page, "  ", &board.groups);
    page
}

/// A key's id goes below its name in two halves, where no line is long enough for both.
fn add_sentence(page: &mut Page, sentence: &str) {
    const HALF: usize = 32;
    let text = sentence.trim_start();
    let key = text.rsplit_once(' ').filter(|(_, id)| id.len() == 2 * HALF && id.is_ascii());
    match key {
        Some((begin, id)) if !page.fits(sentence) => {
            page.hanging("  ", Ink::Plain, begin);
            page.hanging("    ", Ink::Plain, &id[..HALF]);
            page.hanging("    ", Ink::Plain, &id[HALF..]);
        }
        _ => page.hanging(if text == sentence { "" } else { "  " }, Ink::Plain, text),
    }
}
