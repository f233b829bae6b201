//! What a key on a token asks for before it signs, in few words, and what people are warned of.

use shared::device::{KeyPolicy, Origin, PinPolicy, TouchPolicy, Weakness};
use shared::key::Key;

use crate::token::{Login, TokenInfo, TokenKind};

/// "touch+PIN".
pub(super) fn words(policy: Option<KeyPolicy>, login: Login) -> &'static str {
    let Some(KeyPolicy { pin, touch }) = policy else {
        return match login {
            Login::Secret => "PIN",
            Login::PinPad => "PIN pad",
            Login::None => "nothing",
        };
    };
    match (touch, pin) {
        (TouchPolicy::Always, PinPolicy::Always | PinPolicy::Once) => "touch+PIN",
        (TouchPolicy::Always, PinPolicy::MatchAlways | PinPolicy::MatchOnce) => "touch+finger",
        (TouchPolicy::Always, PinPolicy::Never) => "touch, NO PIN",
        (TouchPolicy::Cached, PinPolicy::Never) => "touch (15 s), NO PIN",
        (TouchPolicy::Cached, _) => "touch (15 s)+PIN",
        (TouchPolicy::Never, PinPolicy::Never) => "NOTHING",
        (TouchPolicy::Never, _) => "PIN, no touch",
    }
}

/// What is known against a key: a sentence that refuses it, or sentences to read twice.
pub(super) fn judge(
    key: &Key,
    token: &TokenInfo,
    policy: Option<KeyPolicy>,
    origin: Option<Origin>,
) -> Result<Vec<String>, String> {
    let mut warnings = Vec::new();
    let weakness = match (token.kind, token.firmware) {
        (TokenKind::YubiKey, Some(firmware)) => Weakness::on_yubikey(key, firmware, origin),
        _ => Weakness::of_key(key),
    };
    match weakness {
        Some(weakness) if weakness.is_fatal() => return Err(weakness.to_string()),
        Some(weakness) => warnings.push(weakness.to_string()),
        None => {}
    }
    if origin == Some(Origin::Imported) {
        warnings.push(
            "This key was generated elsewhere and put onto the token: somebody may have kept a copy. A key that the token \
             generates itself exists once."
                .to_owned(),
        );
    }
    warnings.extend(policy.into_iter().flat_map(against));
    Ok(warnings)
}

/// What speaks against a policy, of a key that is there or of one that is going to be made.
pub(super) fn against(policy: KeyPolicy) -> Vec<String> {
    let touch = match policy.touch {
        TouchPolicy::Always => None,
        TouchPolicy::Cached => Some(
            "For 15 seconds after a touch this key signs without another one: a program on this machine that knows the \
             PIN could sign unseen. Prefer a key that wants a touch for each signature.",
        ),
        TouchPolicy::Never => Some(
            "This key signs without a touch: a program on this machine that knows the PIN could sign unseen. Prefer a key \
             that wants a touch for each signature.",
        ),
    };
    let pin = (policy.pin == PinPolicy::Never).then_some(
        "This key signs without a PIN: whoever has the token can sign. Prefer a key that wants its PIN.",
    );
    touch.into_iter().chain(pin).map(str::to_owned).collect()
}

/// The same in a few words, for a list.
pub(super) fn remarks(key: &Key, token: &TokenInfo, origin: Option<Origin>) -> Vec<&'static str> {
    let mut remarks = Vec::new();
    match origin {
        Some(Origin::Generated) => remarks.push("generated on the token"),
        Some(Origin::Imported) => remarks.push("IMPORTED"),
        None => {}
    }
    let weakness = token.firmware.filter(|_| token.kind == TokenKind::YubiKey);
    match weakness.and_then(|firmware| Weakness::on_yubikey(key, firmware, origin)) {
        Some(Weakness::Eucleak(_)) => remarks.push("firmware below 5.7: see YSA-2024-03"),
        Some(_) => remarks.push("WEAK: see YSA-2017-01"),
        None => {}
    }
    remarks
}
