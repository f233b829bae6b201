//! Step 4: the keys, what losing or having them stolen would mean, and the tokens that are here.

use crate::machine::sentence::count;
use crate::machine::{
    KeyPlace, Proved, Provenance, RootKeyView, RootKeysBoard, SeenToken, Tokens, Trouble, WhatIfRow,
};

use super::table::{Cell, cell};
use super::{Ink, Page};

pub(super) fn page(board: &RootKeysBoard, width: usize) -> Page {
    let aside = format!("{} listed, {} needed", count(board.keys.len() as u64, "key"), board.needed);
    let mut page = Page::new("Root keys", width).with_aside(&aside);
    // The column of places takes what the others leave.
    let widths = [9, width.saturating_sub(34).max(14), 8];
    page.cells(&widths, &["name", "where", "key", "asks for"].map(quiet));
    for key in &board.keys {
        page.cells(&widths, &key_cells(key));
    }
    if let Some(name) = &board.coming {
        page.cells(&widths, &[(Ink::Strong, name.clone()), (Ink::Strong, "is being added".to_owned())]);
    }
    page.blank();
    match &board.tokens {
        // The question lists the tokens; here stands what is not among them.
        Some(tokens) if board.chooses_token => add_besides(&mut page, tokens),
        Some(tokens) => {
            add_what_if(&mut page, board);
            page.blank();
            add_tokens(&mut page, tokens);
        }
        None => add_what_if(&mut page, board),
    }
    page
}

fn quiet(text: &str) -> Cell {
    (Ink::Quiet, text.to_owned())
}

fn key_cells(key: &RootKeyView) -> Vec<Cell> {
    vec![(Ink::Strong, key.name.clone()), origin(key), cell(key.kind.as_str()), policy(key)]
}

fn policy(key: &RootKeyView) -> Cell {
    match (key.proved, &key.provenance) {
        // What is attested says itself that it is not proved.
        (Proved::Here | Proved::Then(_), _) | (Proved::NotYet, Provenance::NotYetProved { .. }) => {
            cell(key.policy.to_owned())
        }
        (Proved::NotYet, _) => (Ink::Caution, format!("{}; not proved yet", key.policy)),
    }
}

/// Where a key lies, and what its device attests.
fn origin(key: &RootKeyView) -> Cell {
    let place = place(&key.place);
    match &key.provenance {
        Provenance::Attested { .. } => cell(format!("{place}, attested")),
        Provenance::NotYetProved { .. } => (Ink::Caution, format!("{place}, attested, not yet proved")),
        Provenance::NotAttested => cell(format!("{place}, not attested")),
        Provenance::Refused { .. } => (Ink::Caution, format!("{place}, attestation REFUSED")),
        Provenance::Software | Provenance::Unchecked => cell(place),
    }
}

/// Where a key lies, in few words.
pub(super) fn place(place: &KeyPlace) -> String {
    match place {
        KeyPlace::File { path } => format!("file {path}"),
        KeyPlace::Token { name, slot: Some(slot) } => format!("{name} {slot}"),
        KeyPlace::Token { name, slot: None } => format!("token {name}"),
        KeyPlace::Elsewhere => "not in the room".to_owned(),
    }
}

fn add_what_if(page: &mut Page, board: &RootKeysBoard) {
    let WhatIfRow { signatures, harmless_thefts, replaceable_losses } = board.what_if;
    let missing = signatures.saturating_sub(board.keys.len() as u64);
    match replaceable_losses {
        None => {
            let text = format!("{} needed before a root can be signed.", count(missing, "more key"));
            page.text(Ink::Plain, &text);
        }
        Some(0) => page.text(
            Ink::Caution,
            "Every key is needed: if one is lost, this repository's root is lost with it.",
        ),
        Some(1) => {
            page.text(
                Ink::Plain,
                "If one key is lost, the others can replace it. Losing two ends this root.",
            );
        }
        Some(losses) => {
            page.text(Ink::Plain, &format!("Up to {losses} keys can be lost and replaced by the others."));
        }
    }
    match harmless_thefts {
        0 => page.text(Ink::Caution, "If one key is stolen, the thief owns the repository."),
        thefts => page.text(Ink::Plain, &format!("A thief needs {} keys to sign a root.", thefts + 1)),
    }
    if let Some(short) = &board.short {
        page.text(Ink::Caution, short);
    }
}

fn add_tokens(page: &mut Page, tokens: &Tokens) {
    page.text(Ink::Quiet, "Tokens here now:");
    if tokens.tokens.is_empty() {
        page.text(Ink::Plain, "  none");
    }
    for token in &tokens.tokens {
        page.hanging("  ", Ink::Plain, &token_line(token));
    }
}

fn token_line(token: &SeenToken) -> String {
    let mut parts = vec![match &token.model {
        Some(model) => format!("{} ({model})", token.name),
        None => token.name.clone(),
    }];
    if !token.used_by.is_empty() {
        parts.push(format!("used by {}", token.used_by.join(", ")));
    }
    parts.extend(token.pin.clone());
    if token.is_twice {
        parts.push("TWO of this number are here: take one out".to_owned());
    }
    parts.join(", ")
}

fn add_besides(page: &mut Page, tokens: &Tokens) {
    for host in &tokens.waiting {
        page.hanging("", Ink::Quiet, &format!("Still looking: {host}."));
    }
    for what in &tokens.unusable {
        page.hanging("", Ink::Caution, &format!("{} cannot be used: {}", what.place, what.reason));
    }
    for Trouble { host, why } in &tokens.troubles {
        page.hanging("", Ink::Caution, &format!("{host}: {why}"));
    }
    let is_quiet = tokens.waiting.is_empty() && tokens.unusable.is_empty() && tokens.troubles.is_empty();
    if tokens.tokens.is_empty() {
        page.text(Ink::Plain, "No token is here. Insert one: it appears in the list below.");
    } else if is_quiet {
        page.text(Ink::Plain, "Tokens that are inserted or taken out change the list below.");
    }
}
