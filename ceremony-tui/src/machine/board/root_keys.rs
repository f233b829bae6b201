//! The picture of step 4: the keys on the list, what losing them would mean, and the tokens that are here.

use shared::attestation::Attested;
use shared::key::Key;

use super::what_if::WhatIfRow;
use super::{KeyPlace, Tokens};
use crate::machine::attestation::Provenance as Known;
use crate::machine::draft::{Draft, OnToken, Possession, RootKey};
use crate::machine::policy;
use crate::machine::root_keys::RootKeys;
use crate::machine::seen::name_of;
use crate::token::{KeyLocator, TokenKind};

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
    /// What is plugged in, once somebody has wanted a token.
    pub tokens: Option<Tokens>,
    /// Whether one of them is chosen now: then they stand in the question.
    pub chooses_token: bool,
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
    /// What is known about where it comes from.
    pub provenance: Provenance,
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

/// What is known about where a key comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Provenance {
    /// The token's maker attests it, up to a certificate that is trusted, and the key has signed here.
    Attested {
        /// The device that the key was generated on.
        device: String,
    },
    /// The same without a signature of the key: it counts for nothing yet.
    NotYetProved {
        /// The device that the key is said to be generated on.
        device: String,
    },
    /// The token attests no key, or not this one.
    NotAttested,
    /// An attestation is there, and it is no proof.
    Refused {
        /// Why.
        why: String,
    },
    /// The key is in a file: whoever has copied it has the key.
    Software,
    /// Nobody has looked.
    Unchecked,
}

impl RootKeysBoard {
    pub(super) fn of(state: &RootKeys, draft: &Draft) -> RootKeysBoard {
        let keys = draft.root_keys.len() as u64;
        RootKeysBoard {
            needed: draft.threshold,
            keys: draft.root_keys.iter().map(view).collect(),
            coming: state.coming().map(str::to_owned),
            what_if: WhatIfRow::of(draft.threshold, keys),
            tokens: Tokens::of(draft),
            chooses_token: matches!(state, RootKeys::Token(way) if way.chooses_token()),
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
        KeyLocator::Token { token, key_id, .. } => {
            let name = |on: &OnToken| name_of(&on.token);
            let is_card = root.on.as_ref().is_some_and(|on| on.token.kind == TokenKind::YubiKey);
            KeyPlace::Token {
                name: root.on.as_ref().map_or_else(|| format!("{} {}", token.label, token.serial), name),
                slot: is_card.then(|| key_id.clone()),
            }
        }
    }
}

fn view(root: &RootKey) -> RootKeyView {
    RootKeyView {
        name: root.name.clone(),
        place: place(root),
        kind: kind(&root.key),
        policy: policy(root),
        provenance: provenance(root),
        proved: match root.possession {
            Possession::Proved => Proved::Here,
            Possession::NotYet => Proved::NotYet,
        },
    }
}

fn provenance(root: &RootKey) -> Provenance {
    match &root.provenance {
        Known::Software => Provenance::Software,
        Known::Unchecked => Provenance::Unchecked,
        Known::NotAttested { .. } => Provenance::NotAttested,
        Known::Refused { reason, .. } => Provenance::Refused { why: reason.clone() },
        Known::Attested(attested) => Provenance::NotYetProved { device: device(attested) },
        Known::Proven(proven) => Provenance::Attested { device: device(proven.attested()) },
    }
}

fn device(attested: &Attested) -> String {
    format!("YubiKey {}", attested.serial())
}

fn policy(root: &RootKey) -> &'static str {
    match &root.locator {
        KeyLocator::File { .. } => "passphrase",
        KeyLocator::Token { .. } => policy::words(root.on.as_ref().and_then(|on| on.policy), root.login),
    }
}
