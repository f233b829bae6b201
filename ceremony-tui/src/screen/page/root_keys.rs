//! Step 4: the keys, what losing or having them stolen would mean, and the tokens that are here.

use crate::machine::sentence::count;
use crate::machine::{KeyPlace, Proved, RootKeyView, RootKeysBoard, SeenToken, Tokens, WhatIfRow};

use super::table::{Cell, cell};
use super::{Ink, Page};

pub(super) fn page(board: &RootKeysBoard, width: usize) -> Page {
    let aside = format!("{} here, {} needed", count(board.keys.len() as u64, "key"), board.needed);
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
    add_what_if(&mut page, board);
    if let Some(tokens) = &board.tokens {
        page.blank();
        add_tokens(&mut page, tokens);
    }
    page
}

fn quiet(text: &str) -> Cell {
    (Ink::Quiet, text.to_owned())
}

fn key_cells(key: &RootKeyView) -> Vec<Cell> {
    vec![(Ink::Strong, key.name.clone()), cell(place(&key.place)), cell(key.kind.as_str()), policy(key)]
}

fn policy(key: &RootKeyView) -> Cell {
    match key.proved {
        Proved::Here => cell(key.policy),
        Proved::NotYet => (Ink::Caution, format!("{}; not proved yet", key.policy)),
    }
}

/// Where a key lies, in few words.
pub(super) fn place(place: &KeyPlace) -> String {
    match place {
        KeyPlace::File { path } => format!("file {path}"),
        KeyPlace::Token { label, serial } => format!("token {label} {serial}"),
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
}

fn add_tokens(page: &mut Page, tokens: &Tokens) {
    page.text(Ink::Quiet, &format!("Tokens that {} showed last:", tokens.module));
    if tokens.tokens.is_empty() {
        page.text(Ink::Plain, "  none");
    }
    for token in &tokens.tokens {
        page.hanging("  ", Ink::Plain, &token_line(token));
    }
}

fn token_line(token: &SeenToken) -> String {
    let used = match token.used_by.as_slice() {
        [] => String::new(),
        names => format!(", used by {}", names.join(", ")),
    };
    let pin = token.pin.as_ref().map(|pin| format!(", {pin}")).unwrap_or_default();
    format!("{} {} ({}){used}{pin}", token.label, token.serial, token.model)
}
