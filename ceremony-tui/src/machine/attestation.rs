//! Which root keys are taken, as far as their devices go: whether what they attest is enough, and that no device has two
//! votes. What is known of one key is its [`Provenance`].

use shared::attestation::{Doubt, check_distinct_devices};
use shared::device::{Origin, Serial, Weakness};
use shared::text::shortened;

use super::draft::{Draft, RootKey};
use super::provenance::{BEHIND_A_MODULE, Demand, IN_A_FILE, Provenance};
use super::seen::{device_of, name_of};
use crate::token::module::{self, ModuleKind};
use crate::token::{HostKind, TokenInfo, TokenKind};

/// The device of a token that is about to hold a root key, before anybody spends a PIN try: a YubiKey says which one it
/// is, or has no vote.
pub(super) fn voting_device(token: &TokenInfo) -> Result<Option<Serial>, String> {
    match token.kind {
        TokenKind::YubiKey => shown_serial(token).map(Some),
        TokenKind::Pkcs11 => Ok(device_of(token)),
    }
}

/// The serial number of a YubiKey, which an attestation has to confirm.
pub(super) fn shown_serial(token: &TokenInfo) -> Result<Serial, String> {
    device_of(token).ok_or_else(|| {
        format!(
            "The YubiKey shows the serial number \"{}\", which no YubiKey has, so nobody can say whether it has a \
             vote already. Plug it into this machine without anything in between, or use another device.",
            shortened(&token.id.serial)
        )
    })
}

/// The warning of a smart card whose module does not say which device it is: it may be a YubiKey that has a vote already.
pub(super) fn unmatched_card(host: &HostKind, token: &TokenInfo) -> Option<String> {
    let HostKind::Pkcs11 { module } = host else { return None };
    let shows_cards = module::known::kind(module) == ModuleKind::SmartCards;
    let is_piv = token.manufacturer.to_ascii_lowercase().starts_with("piv");
    (device_of(token).is_none() && (shows_cards || is_piv)).then(|| {
        format!(
            "{} is a smart card, and its module does not say which device it is on: it may be a YubiKey that holds a \
             root key already, and one device would have two votes. If it is a YubiKey, use it as a PIV card instead.",
            name_of(token)
        )
    })
}

/// Whether a token can be asked for an attestation at all.
pub(super) fn is_asked(token: &TokenInfo) -> bool {
    token.kind == TokenKind::YubiKey
}

/// Whether a key may be a root key, as far as its device goes, before anybody spends a PIN try.
pub(super) fn admit(draft: &Draft, root: &RootKey) -> Result<(), String> {
    check_device(draft, &root.name, root.device())?;
    if let Some(attested) = root.provenance.attested() {
        refuse_fatal(Weakness::on_yubikey(&root.key, attested.firmware(), Some(Origin::Generated)))?;
    }
    match (&root.provenance, draft.options.attestation.demand) {
        (_, Demand::Advisory) | (Provenance::Attested(_) | Provenance::Proven(_), Demand::Required) => Ok(()),
        (Provenance::Software, Demand::Required) => Err(needed(IN_A_FILE)),
        (Provenance::Unchecked, Demand::Required) => Err(needed(BEHIND_A_MODULE)),
        (Provenance::NotAttested { reason } | Provenance::Refused { reason, .. }, Demand::Required) => {
            Err(needed(reason))
        }
    }
}

/// Whether a key enters the list: what was admitted before the PIN, and where attestations are required one that counts.
pub(super) fn enter(draft: &Draft, root: &RootKey) -> Result<(), String> {
    admit(draft, root)?;
    match root.provenance {
        Provenance::Proven(_) => Ok(()),
        _ => check_without_proof(draft),
    }
}

/// Whether keys in files are taken at all, before anybody types a passphrase.
pub(super) fn check_files(draft: &Draft) -> Result<(), String> {
    match draft.options.attestation.demand {
        Demand::Required => Err(needed(IN_A_FILE)),
        Demand::Advisory => Ok(()),
    }
}

/// Whether a key may come without a proof of possession: an attestation that was copied looks like the right one, until
/// the attested key signs.
pub(super) fn check_without_proof(draft: &Draft) -> Result<(), String> {
    match draft.options.attestation.demand {
        Demand::Required => Err(
            "Where attestations are required, one counts only with a proof that the key is here. Let the token sign it."
                .to_owned(),
        ),
        Demand::Advisory => Ok(()),
    }
}

fn needed(reason: &str) -> String {
    format!(
        "This ceremony takes no root key without a verified attestation. {reason} Use a key that was generated on a \
         YubiKey, with a touch for each signature."
    )
}

/// One device, one vote, before anybody spends a PIN try.
pub(super) fn check_device(draft: &Draft, name: &str, device: Option<Serial>) -> Result<(), String> {
    let serials = draft.root_keys.iter().filter_map(RootKey::device).chain(device);
    let Err(Doubt::SameDevice { serial }) = check_distinct_devices(serials) else { return Ok(()) };
    let holder = draft.root_keys.iter().find(|root| root.device() == Some(serial));
    let holder = holder.map_or("Another holder", |root| root.name.as_str());
    Err(format!(
        "The key of {holder} is on YubiKey {serial} too, and one device would have two votes. Use another device for \
         the key of {name}."
    ))
}

fn refuse_fatal(weakness: Option<Weakness>) -> Result<(), String> {
    match weakness {
        Some(weakness) if weakness.is_fatal() => Err(weakness.to_string()),
        _ => Ok(()),
    }
}
