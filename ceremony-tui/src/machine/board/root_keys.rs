//! The picture of step 4: the keys on the list, what losing them would mean, and the tokens that are here.

use shared::key::Key;

use super::KeyPlace;
use super::what_if::WhatIfRow;
use crate::machine::draft::{Draft, Possession, RootKey};
use crate::machine::root_keys::RootKeys;
use crate::token::{KeyLocator, Login, PinState, TokenId, TokenInfo};

/// The keys of root so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RootKeysBoard {
    /// How many signatures make a root.
    pub needed: u64,
    /// The keys on the list.
    pub keys: Vec<RootKeyView>,
    /// Whose key is being added.
    pub coming: Option<String>,
    /// What losing keys would mean.
    pub what_if: WhatIfRow,
    /// The tokens that were seen last, while a key on one of them is added.
    pub tokens: Option<Tokens>,
}

/// A key on the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RootKeyView {
    /// Its holder.
    pub name: String,
    /// Where it lies.
    pub place: KeyPlace,
    /// Its kind, as people call it.
    pub kind: String,
    /// What it asks for before it signs.
    pub policy: &'static str,
    /// Whether its holder has shown that it signs.
    pub proved: Proved,
}

/// Whether a holder has shown that the key signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proved {
    /// The key file was opened, or the token signed a proof, in this room.
    Here,
    /// Only signing root will show it.
    NotYet,
}

/// The tokens of one module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tokens {
    /// The module.
    pub module: String,
    /// What it shows.
    pub tokens: Vec<SeenToken>,
}

/// A token that was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenToken {
    /// Its label.
    pub label: String,
    /// Its serial number.
    pub serial: String,
    /// Its maker and model.
    pub model: String,
    /// What it says about its PIN, where that is not as usual.
    pub pin: Option<String>,
    /// Whose key lies on it.
    pub used_by: Vec<String>,
}

impl RootKeysBoard {
    pub(super) fn of(state: &RootKeys, draft: &Draft) -> RootKeysBoard {
        let keys = draft.root_keys.len() as u64;
        RootKeysBoard {
            needed: draft.threshold,
            keys: draft.root_keys.iter().map(view).collect(),
            coming: state.coming().map(str::to_owned),
            what_if: WhatIfRow::of(draft.threshold, keys),
            tokens: draft.tokens.as_ref().filter(|_| matches!(state, RootKeys::Token(_))).map(
                |(module, tokens)| Tokens {
                    module: module.clone(),
                    tokens: tokens.iter().map(|token| seen(draft, token)).collect(),
                },
            ),
        }
    }
}

/// The kind of a key, as people call it.
pub(super) fn kind(key: &Key) -> String {
    key.scheme().map_or_else(|| key.scheme_name().to_owned(), |scheme| scheme.title().to_owned())
}

pub(super) fn place(root: &RootKey) -> KeyPlace {
    match &root.locator {
        KeyLocator::File { path } => KeyPlace::File { path: path.clone() },
        KeyLocator::Token { token, .. } => {
            KeyPlace::Token { label: token.label.clone(), serial: token.serial.clone() }
        }
    }
}

fn view(root: &RootKey) -> RootKeyView {
    RootKeyView {
        name: root.name.clone(),
        place: place(root),
        kind: kind(&root.key),
        policy: policy(root),
        proved: match root.possession {
            Possession::Proved => Proved::Here,
            Possession::NotYet => Proved::NotYet,
        },
    }
}

fn policy(root: &RootKey) -> &'static str {
    match (&root.locator, root.login) {
        (KeyLocator::File { .. }, _) => "passphrase",
        (KeyLocator::Token { .. }, Login::Secret) => "PIN",
        (KeyLocator::Token { .. }, Login::PinPad) => "PIN pad",
        (KeyLocator::Token { .. }, Login::None) => "nothing",
    }
}

fn seen(draft: &Draft, token: &TokenInfo) -> SeenToken {
    SeenToken {
        label: token.id.label.clone(),
        serial: token.id.serial.clone(),
        model: format!("{} {}", token.manufacturer, token.model),
        pin: match token.pin {
            PinState::Fine => None,
            PinState::Low => Some("few PIN tries are left".to_owned()),
            PinState::Left(tries) => Some(format!("{tries} PIN tries left")),
            PinState::FinalTry => Some("LAST PIN TRY".to_owned()),
            PinState::Locked => Some("PIN LOCKED".to_owned()),
        },
        used_by: holders_on(draft, &token.id),
    }
}

fn holders_on(draft: &Draft, wanted: &TokenId) -> Vec<String> {
    let on_it = |root: &&RootKey| matches!(&root.locator, KeyLocator::Token { token, .. } if token == wanted);
    draft.root_keys.iter().filter(on_it).map(|root| root.name.clone()).collect()
}
