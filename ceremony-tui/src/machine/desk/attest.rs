//! What a token attests about a key, as far as it leads to a root that is believed.

use shared::attestation::{Anchors, Attested, AttestedUse, UsedDevice, Wanted, verify};
use shared::key::Key;
use shared::time::UnixTime;

use crate::machine::board::desk::Part;
use crate::machine::seen::device_of;
use crate::token::{Attestation, TokenInfo, TokenKey};

/// What the attestation of this key says, and whether it may be believed.
pub(super) fn parts(
    token: &TokenInfo,
    key: &TokenKey,
    attestation: &Attestation,
    anchors: &Anchors,
    now: UnixTime,
) -> Vec<Part> {
    let Attestation { key_certificate, device_certificate } = attestation;
    match verify(key_certificate, device_certificate, &[], anchors, now) {
        Ok(attested) => believed(token, key, &attested),
        Err(error) => vec![
            Part::warning(error.to_string()),
            Part::line("What this attestation says is not shown: nobody vouches for it."),
        ],
    }
}

fn believed(token: &TokenInfo, key: &TokenKey, attested: &Attested) -> Vec<Part> {
    let mut parts = vec![
        Part::named("key id", attested.key().id().to_string()),
        Part::named("device", format!("YubiKey {}", attested.serial())),
        Part::named("slot", attested.slot().to_string()),
        Part::named("firmware", attested.firmware().to_string()),
        Part::named("policy", super::known::both_policies(attested.policy())),
    ];
    parts.extend(attested.form_factor().map(|form| Part::named("form", form.to_string())));
    let root = attested.anchor();
    parts.push(Part::named("vouched by", format!("{} (SHA-256 {})", root.name(), root.digest())));
    parts.push(Part::Gap);
    let public = key.key.as_ref().ok().and_then(|json| Key::from_json(json).ok());
    let doubt = match (&public, device_of(token)) {
        (Some(key), Some(serial)) => attested
            .confirms(AttestedUse { key, device: UsedDevice::Shows(serial) }, &Wanted::ROOT_KEY)
            .err()
            .map(|doubt| doubt.to_string()),
        _ => Some("It was not compared with the key of this token. Read the keys again.".to_owned()),
    };
    match doubt {
        Some(doubt) => parts.push(Part::warning(doubt)),
        None => parts.push(Part::line("The key was generated on this very device.")),
    }
    parts.push(Part::line(
        "An attestation can be copied: it counts together with a signature of this key, which a ceremony asks for.",
    ));
    parts
}
