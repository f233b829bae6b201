//! Step 6: who has signed, who has not, and why.

use crate::machine::{HolderState, HolderView, Presence, SignBoard};

use super::root_keys::place;
use super::table::{Cell, cell};
use super::{Ink, Page};

pub(super) fn page(board: &SignBoard, width: usize) -> Page {
    let aside = format!("signed {} of {} needed", board.signed, board.needed);
    let mut page = Page::new("The holders sign", width).with_aside(&aside);
    let widths = [10, width.saturating_sub(40).max(14)];
    for holder in &board.holders {
        page.cells(&widths, &cells(holder));
    }
    if let Some(digest) = &board.digest {
        page.blank();
        page.text(Ink::Quiet, "Document digest of what is signed:");
        page.digest(digest);
    }
    for holder in &board.holders {
        if let HolderState::Refused { why } = &holder.state {
            page.blank();
            page.text(Ink::Caution, &format!("{} has not signed. {why}", holder.name));
        }
    }
    page
}

fn cells(holder: &HolderView) -> Vec<Cell> {
    let (ink, state) = match &holder.state {
        HolderState::Waiting => (Ink::Plain, waiting(holder.presence).to_owned()),
        HolderState::Asked => (Ink::Strong, "asked now".to_owned()),
        HolderState::Touch => (Ink::Strong, "asked: PIN, touch".to_owned()),
        HolderState::Signed { at: Some(at) } => {
            (Ink::Good, format!("signed, verified {}", clock(&at.to_string())))
        }
        HolderState::Signed { at: None } => (Ink::Good, "signed, verified".to_owned()),
        HolderState::NotHere if holder.presence == Presence::Here => (Ink::Plain, "here now".to_owned()),
        HolderState::NotHere if holder.presence == Presence::Held => {
            (Ink::Caution, "cannot be used now".to_owned())
        }
        HolderState::NotHere => (Ink::Caution, "not here".to_owned()),
        HolderState::Refused { .. } => (Ink::Caution, "refused, see below".to_owned()),
    };
    vec![(Ink::Strong, holder.name.clone()), cell(place(&holder.place)), (ink, state)]
}

fn waiting(presence: Presence) -> &'static str {
    match presence {
        Presence::Here => "waiting, here now",
        Presence::NotHere => "waiting, not here",
        Presence::Held => "waiting, not usable",
        Presence::Elsewhere => "not here",
        Presence::File | Presence::Unknown => "waiting",
    }
}

/// The time of day.
fn clock(time: &str) -> &str {
    time.split('T').nth(1).unwrap_or_default()
}
