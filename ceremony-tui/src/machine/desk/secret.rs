//! The secrets that a token is asked for, and the labels under which `--pin-fd` may hold them.

use crate::machine::event::{Novelty, SecretNeed};
use crate::machine::pin::remark;
use crate::token::{PinLength, PinState, TokenInfo, TokenKind};

use super::known::name_of;

/// The PIN as it is.
pub(super) fn pin(token: &TokenInfo) -> SecretNeed {
    SecretNeed {
        id: "tokens.pin",
        labels: labels(token, ""),
        what: format!("PIN of {}{}", name_of(token), remark(token.pin)),
        novelty: Novelty::Known,
        tries: Some(token.pin),
    }
}

/// The PIN as it shall be.
pub(super) fn new_pin(token: &TokenInfo) -> SecretNeed {
    let length = new_pin_length(token);
    SecretNeed {
        id: "tokens.new-pin",
        labels: labels(token, " new-pin"),
        what: format!("New PIN for {}, {length}", name_of(token)),
        novelty: Novelty::NewPin(length),
        tries: None,
    }
}

/// What the token takes, and never less than what PIV asks of a PIN unless the token takes no more.
pub(super) fn new_pin_length(token: &TokenInfo) -> PinLength {
    const SHORTEST: usize = 6;
    let said = token.traits.pin_length.unwrap_or(PinLength { least: SHORTEST, most: None });
    let least = said.least.max(SHORTEST).min(said.most.unwrap_or(usize::MAX));
    PinLength { least, ..said }
}

/// What unlocks a PIN.
pub(super) fn unlocking(token: &TokenInfo) -> SecretNeed {
    let (id, label, what) = match token.kind {
        TokenKind::YubiKey => ("tokens.puk", " puk", "PUK"),
        TokenKind::Pkcs11 => ("tokens.so-pin", " so-pin", "Security officer's PIN"),
    };
    let remark = token.traits.unlocking.map(unlocking_remark).unwrap_or_default();
    SecretNeed {
        id,
        labels: labels(token, label),
        what: format!("{what} of {}{remark}", name_of(token)),
        novelty: Novelty::Unlocking,
        tries: token.traits.unlocking,
    }
}

/// Beside the prompt, before a try is spent.
fn unlocking_remark(state: PinState) -> String {
    match state {
        PinState::FinalTry => " [LAST TRY: after a wrong one nobody can unlock the PIN]".to_owned(),
        PinState::Low => " [a wrong one was given before]".to_owned(),
        PinState::Fine | PinState::Left(_) | PinState::Locked => remark(state),
    }
}

/// The PIV management key.
pub(super) fn management_key(token: &TokenInfo) -> SecretNeed {
    SecretNeed {
        id: "tokens.management-key",
        labels: labels(token, " management-key"),
        what: format!("Management key of {}, in hexadecimal digits", name_of(token)),
        novelty: Novelty::ManagementKey,
        tries: None,
    }
}

/// A serial number is one token's; a label may be that of several.
fn labels(token: &TokenInfo, what: &str) -> Vec<String> {
    [&token.id.serial, &token.id.label].map(|name| format!("{name}{what}")).to_vec()
}
