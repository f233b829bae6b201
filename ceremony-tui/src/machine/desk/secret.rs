//! The secrets that a token is asked for, and the labels under which `--pin-fd` may hold them.

use crate::machine::event::{Novelty, SecretNeed};
use crate::machine::pin::remark;
use crate::token::{TokenInfo, TokenKind};

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
    SecretNeed {
        id: "tokens.new-pin",
        labels: labels(token, " new-pin"),
        what: format!("New PIN for {}", name_of(token)),
        novelty: Novelty::NewPin,
        tries: None,
    }
}

/// What unlocks a PIN.
pub(super) fn unlocking(token: &TokenInfo) -> SecretNeed {
    let (id, label, what) = match token.kind {
        TokenKind::YubiKey => ("tokens.puk", " puk", "PUK"),
        TokenKind::Pkcs11 => ("tokens.so-pin", " so-pin", "Security officer's PIN"),
    };
    SecretNeed {
        id,
        labels: labels(token, label),
        what: format!("{what} of {}", name_of(token)),
        novelty: Novelty::Unlocking,
        tries: None,
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
