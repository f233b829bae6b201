//! What a token says about itself and its keys, and what speaks against them.

use shared::device::{KeyPolicy, Origin};
use shared::key::Key;
use shared::text::quoted;

use crate::machine::board::desk::Part;
use crate::machine::policy;
use crate::token::{FactoryValue, PinState, TokenInfo, TokenKey, TokenKind};

pub(super) use crate::machine::seen::name_of;

/// A token in one line.
pub(super) fn short(token: &TokenInfo) -> String {
    format!("{}. PIN: {}", maker(token), pin(token))
}

/// Everything that it says about itself.
pub(super) fn details(token: &TokenInfo) -> Vec<Part> {
    let mut parts = vec![
        Part::named("model", maker(token)),
        Part::named("serial", token.id.serial.as_str()),
        Part::named("asked", kind(token)),
    ];
    if token.kind == TokenKind::Pkcs11 {
        parts.insert(0, Part::named("label", token.id.label.as_str()));
    }
    if let Some(firmware) = token.firmware {
        parts.push(Part::named("firmware", firmware.to_string()));
    }
    let details = token.details.iter();
    parts.extend(details.map(|detail| Part::named(detail.name.as_str(), detail.value.as_str())));
    parts
}

/// What everybody can do with it, because everybody knows what it still has from the factory.
pub(super) fn factory_values(token: &TokenInfo) -> Vec<Part> {
    let warning = |value: &FactoryValue| {
        let (name, cure) = name_and_cure(*value);
        Part::warning(format!("The {name} is the one from the factory, which everybody knows. {cure}"))
    };
    token.traits.factory.iter().map(warning).collect()
}

fn name_and_cure(value: FactoryValue) -> (&'static str, &'static str) {
    match value {
        FactoryValue::Pin => ("PIN", "Change it: choose pin."),
        FactoryValue::Puk => ("PUK", "Change it with: ykman piv access change-puk"),
        FactoryValue::ManagementKey => {
            ("management key", "Change it with: ykman piv access change-management-key --generate --protect")
        }
    }
}

/// Why a job that needs the PIN is not begun.
pub(super) fn locked(token: &TokenInfo) -> Option<String> {
    (token.pin == PinState::Locked)
        .then(|| format!("The PIN of {} is locked, so it was not asked for. {}", name_of(token), cure(token)))
}

/// The same on the page of the token.
pub(super) fn locked_pin(token: &TokenInfo) -> Option<Part> {
    (token.pin == PinState::Locked).then(|| Part::warning(format!("The PIN is locked. {}", cure(token))))
}

fn cure(token: &TokenInfo) -> String {
    let unlocks = what_unlocks(token);
    match token.traits.unlocking {
        Some(PinState::Locked) => {
            format!("It needs {unlocks}, which is locked too: its keys are lost. Use another token.")
        }
        _ => format!("Choose unblock: {unlocks} gives it a new one."),
    }
}

/// What gives a token a new PIN.
pub(super) fn what_unlocks(token: &TokenInfo) -> &'static str {
    match token.kind {
        TokenKind::YubiKey => "the PUK",
        TokenKind::Pkcs11 => "the security officer's PIN",
    }
}

/// Its maker and model.
pub(super) fn maker(token: &TokenInfo) -> String {
    if token.model.starts_with(&token.manufacturer) {
        return token.model.clone();
    }
    format!("{} {}", token.manufacturer, token.model)
}

fn kind(token: &TokenInfo) -> &'static str {
    match token.kind {
        TokenKind::YubiKey => "as a PIV card, through the smart card service",
        TokenKind::Pkcs11 => "through its PKCS#11 module",
    }
}

/// What is known about its PIN, in words.
pub(super) fn pin(token: &TokenInfo) -> String {
    tries(token.pin)
}

/// What is known about tries, in words.
pub(super) fn tries(state: PinState) -> String {
    match state {
        PinState::Fine => "no wrong one since the last right one".to_owned(),
        PinState::Low => {
            "a wrong one since the last right one; it does not say how many tries are left".to_owned()
        }
        PinState::Left(tries) => format!("{tries} tries left"),
        PinState::FinalTry => "ONE try left: another wrong one locks it".to_owned(),
        PinState::Locked => "LOCKED".to_owned(),
    }
}

/// A key in one line, and what speaks against it.
pub(super) fn key(token: &TokenInfo, key: &TokenKey) -> Vec<Part> {
    let mut parts = vec![Part::named(place(token, &key.id), line(key))];
    parts.extend(parsed(key).ok().map(|public| Part::named("key id", public.id().as_str())));
    parts.extend(remarks(token, key).into_iter().map(Part::warning));
    parts
}

/// Where a key lies on its token.
pub(super) fn place(token: &TokenInfo, id: &str) -> String {
    match token.kind {
        TokenKind::YubiKey => format!("slot {id}"),
        TokenKind::Pkcs11 => format!("id {id}"),
    }
}

fn line(key: &TokenKey) -> String {
    let mut parts = match parsed(key) {
        Ok(parsed) => vec![parsed.title().to_owned()],
        Err(reason) => vec![format!("cannot sign a root: {reason}")],
    };
    if !key.label.is_empty() {
        parts.push(quoted(&key.label));
    }
    parts.extend(key.policy.map(both_policies));
    parts.extend(key.origin.map(|origin| self::origin(origin).to_owned()));
    parts.extend(key.details.iter().map(|detail| format!("{}: {}", detail.name, detail.value)));
    parts.join(", ")
}

fn parsed(key: &TokenKey) -> Result<Key, String> {
    let json = key.key.as_ref().map_err(Clone::clone)?;
    Key::from_json(json).map_err(|error| error.to_string())
}

/// Both policies, in words.
pub(super) fn both_policies(policy: KeyPolicy) -> String {
    format!("{} and {}", policy.pin, policy.touch)
}

fn origin(origin: Origin) -> &'static str {
    match origin {
        Origin::Generated => "generated on the token",
        Origin::Imported => "put onto the token",
    }
}

/// What speaks against a key: what the token says, and what is known of such keys. One that no ceremony takes is
/// warned of here.
fn remarks(token: &TokenInfo, key: &TokenKey) -> Vec<String> {
    let known = parsed(key).map(|public| policy::judge(&public, token, key.policy, key.origin));
    let known = match known {
        Ok(Ok(warnings)) => warnings,
        Ok(Err(refused)) => vec![refused],
        // Why it cannot sign a root stands in its line.
        Err(_) => Vec::new(),
    };
    key.warnings.iter().cloned().chain(known).collect()
}
