//! The end: what exists, where it lies, what comes next and by when, and what is locked away.

use crate::machine::EndBoard;

use super::export::waits;
use super::root_keys::place;
use super::settings::day;
use super::{Ink, Page};

pub(super) fn page(board: &EndBoard, width: usize) -> Page {
    let aside = format!("signed {} of {} needed", board.signed, board.needed);
    let mut page = Page::new("The ceremony is complete.", width).with_aside(&aside);
    what_exists(&mut page, board);
    page.blank();
    what_next(&mut page, board);
    page.blank();
    page.text(Ink::Strong, "Lock away; these do not travel with the payload:");
    for key in &board.locked_away {
        page.hanging("  ", Ink::Plain, &format!("{}: {}", key.name, place(&key.place)));
    }
    page
}

fn what_exists(page: &mut Page, board: &EndBoard) {
    let exported = &board.exported;
    let how = if exported.was_there {
        "was there already with these very bytes"
    } else {
        "was written and read back"
    };
    page.text(Ink::Strong, &format!("{} {how}.", exported.path));
    page.text(Ink::Quiet, &format!("Its file digest is SHA-256 {}.", exported.file_digest));
    page.text(Ink::Plain, "Document digest; the service must show the same:");
    page.digest(&board.digest);
    if board.keys.is_some() {
        page.text(Ink::Plain, "Beside it: root-keys.json, the keys and their devices.");
    }
    if (board.signed as u64) < board.needed {
        page.text(Ink::Caution, &waits(board.needed - board.signed as u64, &board.absent));
    }
}

fn what_next(page: &mut Page, board: &EndBoard) {
    page.text(Ink::Strong, "Next, on the service, with the digest typed from paper:");
    page.hanging("  ", Ink::Plain, &board.command);
    let (again, expires) = (board.sign_again_before.to_string(), board.expires);
    let text = format!("Sign the next root before {}; this one is valid until {expires}.", day(&again));
    page.text(Ink::Plain, &text);
}
