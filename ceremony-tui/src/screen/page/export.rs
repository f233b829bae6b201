//! Step 7: what leaves the room, by which way, and what the other side must show.

use crate::machine::ExportBoard;
use crate::machine::sentence::{count, from_whom};

use super::{Ink, Page};

pub(super) fn page(board: &ExportBoard, width: usize) -> Page {
    let aside = format!("signed {} of {} needed", board.signed, board.needed);
    let mut page = Page::new(&format!("{} leaves the room", board.file), width).with_aside(&aside);
    page.labelled(
        Ink::Strong,
        "Folder  ",
        Ink::Plain,
        "Name the folder where a USB medium is mounted. The file is written there, flushed, read back and compared.",
    );
    page.blank();
    if let Some(digest) = &board.digest {
        page.text(Ink::Plain, "Document digest. The other side must show the same:");
        page.digest(digest);
    }
    if (board.signed as u64) < board.needed {
        page.blank();
        page.text(Ink::Caution, &waits(board.needed - board.signed as u64, &board.absent));
    }
    page.blank();
    page.text(Ink::Plain, "No private key leaves with it.");
    page
}

/// What the service does with fewer signatures than needed.
pub(super) fn waits(missing: u64, absent: &[String]) -> String {
    let names = from_whom(missing, absent);
    let missing = count(missing, "more signature");
    format!("Warning: the service will wait for {missing}, from {names}.")
}
