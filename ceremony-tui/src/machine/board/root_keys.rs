//! The picture of step 4: the keys on the list, what losing them would mean, and the tokens that are here.

use shared::attestation::Attested;
use shared::key::Key;
use shared::time::UnixTime;

use super::what_if::WhatIfRow;
use super::{KeyPlace, Tokens};
use crate::machine::draft::{Draft, OnToken, Possession, Reach, RootKey};
use crate::machine::policy;
use crate::machine::provenance::Provenance as Known;
use crate::machine::root_keys::{RootKeys, short_of};
use crate::machine::seen::name_of;
use crate::token::{KeyLocator, Login, TokenKind};

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
    /// What follows where fewer holders are in the room than signatures are needed.
    pub short: Option<String>,
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
    /// Whoever wrote its document had the private half then.
    Then(UnixTime),
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
            short: short_of(draft),
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
    let Some(reach) = root.reach() else { return KeyPlace::Elsewhere };
    match &reach.locator {
        KeyLocator::File { path } => KeyPlace::File { path: path.clone() },
        KeyLocator::Token { token, key_id, .. } => {
            let name = |on: &OnToken| name_of(&on.token);
            let is_card = reach.on.as_ref().is_some_and(|on| on.token.kind == TokenKind::YubiKey);
            KeyPlace::Token {
                name: reach.on.as_ref().map_or_else(|| format!("{} {}", token.label, token.serial), name),
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
            Possession::ProvedThen(time) => Proved::Then(time),
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
    match (root.reach(), &root.provenance) {
        (Some(Reach { locator: KeyLocator::File { .. }, .. }), _) => "passphrase",
        (Some(Reach { on, login, .. }), _) => policy::words(on.as_ref().and_then(|on| on.policy), *login),
        (None, known) => match known.attested() {
            Some(attested) => policy::words(Some(attested.policy()), Login::Secret),
            None => "not known",
        },
    }
}
