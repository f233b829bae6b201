//! Step 3: what the file holds, and the comparison with the service's own screen.

use crate::machine::{Fingerprint, GroupView, OnlineKeyBoard, OnlineKeyView, Progress, Proof};

use super::{Ink, Page};

pub(super) fn page(board: &OnlineKeyBoard, width: usize) -> Page {
    let mut page = Page::new("The key of the online service", width);
    match &board.key {
        None => explain(&mut page),
        Some(key) => add_key(&mut page, key),
    }
    add_fingerprint(&mut page, &board.fingerprint);
    page
}

fn explain(page: &mut Page) {
    page.text(Ink::Plain, "No key is here yet.");
    page.blank();
    page.text(
        Ink::Plain,
        "The service wrote its public key into online-key.json when it was set up. Bring that file on a medium.",
    );
    page.blank();
    page.text(
        Ink::Plain,
        "Somebody has to read from the service's own screen, or from the paper on which it was noted there.",
    );
}

fn add_key(page: &mut Page, key: &OnlineKeyView) {
    page.hanging("Name         ", Ink::Strong, key.name.as_deref().unwrap_or("(the file does not say)"));
    page.hanging("Kind         ", Ink::Plain, &key.kind);
    match &key.proof {
        Proof::Nothing => page.hanging(
            "Proof        ",
            Ink::Caution,
            "none: a bare public key does not show that the service holds the private half",
        ),
        Proof::Held { at, excepted } => {
            let text = format!("whoever wrote the file held the private half on {at}");
            page.hanging("Proof        ", Ink::Plain, &text);
            if let Some(reason) = excepted {
                page.hanging("Excepted     ", Ink::Caution, &format!("the proof is old, because: {reason}"));
            }
        }
    }
}

fn add_fingerprint(page: &mut Page, fingerprint: &Fingerprint) {
    match fingerprint {
        Fingerprint::Later => {}
        Fingerprint::Asked(groups) => {
            page.blank();
            let why =
                "not shown here, because what is shown could be copied. Read it from the service's screen.";
            page.hanging("Fingerprint  ", Ink::Plain, why);
            add_groups(page, "             ", groups);
        }
        Fingerprint::Compared(groups) => {
            page.hanging("Fingerprint  ", Ink::Good, "compared with the service's screen:");
            for line in groups.chunks(8) {
                page.hanging("             ", Ink::Strong, &line.join(" "));
            }
        }
    }
}

/// The groups that are typed back, and how far that is.
pub(super) fn add_groups(page: &mut Page, label: &str, groups: &[GroupView]) {
    for group in groups {
        let (state, ink) = match group.progress {
            Progress::Done => ("typed, and right", Ink::Good),
            Progress::Here => ("asked now", Ink::Strong),
            Progress::Later => ("comes next", Ink::Quiet),
        };
        page.hanging(label, ink, &format!("group {:>2}: {state}", group.number));
    }
}
