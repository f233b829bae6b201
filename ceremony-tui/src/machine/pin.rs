//! What is known about a token's PIN, said before a try is spent.

use crate::token::{Login, PinState, TokenInfo};

use super::event::{Novelty, SecretNeed};
use super::seen::name_of;

pub(super) fn login_of(token: &TokenInfo) -> Login {
    if token.pin_pad { Login::PinPad } else { Login::Secret }
}

/// A locked token is not asked at all.
pub(super) fn check(token: &TokenInfo) -> Result<(), String> {
    match token.pin {
        PinState::Locked => Err(format!(
            "The PIN of {} is locked, so it was not asked for. Unlock it with its PUK or security officer PIN \
             (ceremony-tui tokens), or use another key.",
            name_of(token)
        )),
        PinState::Fine | PinState::Low | PinState::Left(_) | PinState::FinalTry => Ok(()),
    }
}

pub(super) fn need(id: &'static str, name: &str, token: &TokenInfo) -> SecretNeed {
    SecretNeed {
        id,
        labels: vec![name.to_owned(), token.id.serial.clone(), token.id.label.clone()],
        what: format!(
            "PIN of token {} (serial {}), for {name}{}",
            token.id.label,
            token.id.serial,
            remark(token.pin)
        ),
        novelty: Novelty::Known,
        tries: Some(token.pin),
    }
}

pub(super) fn remark(state: PinState) -> String {
    match state {
        PinState::Fine => String::new(),
        PinState::Low => " [a wrong PIN was given before]".to_owned(),
        PinState::Left(tries) => format!(" [{tries} tries left]"),
        PinState::FinalTry => " [LAST TRY: a wrong PIN locks the token]".to_owned(),
        PinState::Locked => " [LOCKED]".to_owned(),
    }
}
