//! What `root-keys.json` says about the keys of a root, and what of it can be verified again here.

use shared::attestation::{Anchors, Attested, Wanted};
use shared::device::Weakness;
use shared::gap::{
    AttestationVerdict, Judged, KeptAttestation, KeptKey, KeptPlace, RootKeyDocument, RootKeysDocument,
};
use shared::time::UnixTime;

use super::InspectError;
use crate::machine::sentence;

/// The key of a holder who was not in the room.
pub(super) fn absent_holder(
    bytes: &[u8],
    anchors: &Anchors,
    now: UnixTime,
) -> Result<Vec<String>, InspectError> {
    let document = RootKeyDocument::parse(bytes).map_err(InspectError::document)?;
    let mut lines = vec![
        format!("This is the public root key \"{}\", {}.", document.name, document.key.title()),
        format!("Its key id is {}.", document.key.id()),
        format!("Its writer proved on {} to hold the private half.", document.time),
    ];
    lines.extend(document.key.warning().map(|warning| format!("Warning: {warning}")));
    if document.attestation.is_empty() {
        lines.push("Nothing attests where the key was generated.".to_owned());
        return Ok(lines);
    }
    match document.judge(&Wanted::ROOT_KEY, anchors, now) {
        Ok(proven) => lines.extend(attested(proven.attested())),
        Err(error) => lines.push(format!("Warning: its attestation does not count. {error}")),
    }
    Ok(lines)
}

/// All keys of one root.
pub(super) fn describe(bytes: &[u8], anchors: &Anchors, now: UnixTime) -> Result<Vec<String>, InspectError> {
    let document = RootKeysDocument::parse(bytes).map_err(InspectError::document)?;
    let mut lines = vec![
        format!(
            "This is what a ceremony knew about its {}.",
            sentence::count(document.keys.len() as u64, "root key")
        ),
        format!("It was written on {}, beside a root with this document digest:", document.time),
    ];
    lines.extend(sentence::digest_lines(&document.root).map(|line| format!("  {line}")));
    lines.push(
        "Nobody signed it: believe the proofs and certificates in it, which are verified below.".to_owned(),
    );
    lines.extend(believed(&document, anchors));
    for kept in &document.keys {
        lines.extend(about(kept, anchors, document.time, now));
    }
    // A document of the future is judged today.
    if let Err(doubt) = document.check_distinct_devices(anchors, document.time.min(now)) {
        lines.push(format!("Warning: {doubt}"));
    }
    Ok(lines)
}

fn believed(document: &RootKeysDocument, anchors: &Anchors) -> Vec<String> {
    let mut lines = vec!["The ceremony believed these roots about devices:".to_owned()];
    lines
        .extend(document.anchors.iter().map(|anchor| format!("  {} SHA-256 {}", anchor.name, anchor.digest)));
    lines.push("Here, these are believed:".to_owned());
    lines.extend(anchors.roots().map(|(name, digest)| format!("  {name} SHA-256 {digest}")));
    lines
}

fn about(kept: &KeptKey, anchors: &Anchors, then: UnixTime, now: UnixTime) -> Vec<String> {
    let mut lines = vec![
        format!("{} holds a {} key with the id {}.", kept.name, kept.key.title(), kept.key.id()),
        format!("  {}", place(&kept.place)),
    ];
    lines.push(match &kept.possession {
        Some(possession) => {
            format!("  A proof of {} shows that its holder has it; the proof verifies.", possession.time)
        }
        None => "  No proof of possession is here; a signature on the root shows it.".to_owned(),
    });
    lines.push(format!("  In the ceremony: {}", verdict(&kept.verdict)));
    lines.extend(kept.attestation.iter().flat_map(certificates));
    lines.extend(again(kept, anchors, then, now).into_iter().map(|line| format!("  {line}")));
    lines.extend(misplaced(kept, anchors, then.min(now)).map(|warning| format!("  {warning}")));
    lines.extend(Weakness::of_key(&kept.key).map(|weakness| format!("  Warning: {weakness}")));
    lines
}

/// Nobody signed the place of a key, but its device may have signed where it was generated.
fn misplaced(kept: &KeptKey, anchors: &Anchors, at: UnixTime) -> Option<String> {
    let device = kept.attested_device(anchors, at)?;
    (kept.place.device() != Some(device)).then(|| {
        format!(
            "Warning: its certificates say that it was generated on YubiKey {device}, and the document says that it \
             lives elsewhere. Somebody may have changed the document; believe the certificates."
        )
    })
}

fn place(place: &KeptPlace) -> String {
    match place {
        KeptPlace::File => "It lives in an encrypted file: software, which can be copied.".to_owned(),
        KeptPlace::Pkcs11 { label, serial } => {
            format!("It lives on the token {label}, serial {serial}, behind a PKCS#11 module.")
        }
        KeptPlace::YubiKey { serial, firmware, policy } => {
            let firmware = firmware.map(|firmware| format!(", firmware {firmware}")).unwrap_or_default();
            let policy =
                policy.map(|policy| format!("; it {} and {}", policy.pin, policy.touch)).unwrap_or_default();
            format!("It lives on YubiKey {serial}{firmware}{policy}.")
        }
    }
}

fn verdict(verdict: &AttestationVerdict) -> String {
    match verdict {
        AttestationVerdict::Verified { anchor } => {
            format!("its attestation was verified up to the root with SHA-256 {anchor}.")
        }
        AttestationVerdict::Refused { reason } => format!("its attestation did not count. {reason}"),
        AttestationVerdict::None { reason } => format!("it had no attestation. {reason}"),
    }
}

fn certificates(attestation: &KeptAttestation) -> Vec<String> {
    let line = |certificate: &shared::attestation::Certificate| {
        format!("  Certificate \"{}\" SHA-256 {}", certificate.name(), certificate.digest())
    };
    attestation.certificates.iter().map(line).collect()
}

/// The same judgement as in the ceremony, at its time, with the roots that are believed here.
fn again(kept: &KeptKey, anchors: &Anchors, then: UnixTime, now: UnixTime) -> Vec<String> {
    // A document of the future is judged today.
    let at = then.min(now);
    match kept.judge(&Wanted::ROOT_KEY, anchors, at) {
        Ok(Judged::Nothing) => {
            vec!["Here: nothing attests where the key was generated.".to_owned()]
        }
        Ok(Judged::Proven(proven)) => attested(proven.attested()),
        Ok(Judged::Alone(alone)) => {
            let mut lines = attested(&alone);
            lines.push("It counts only if the root carries a signature of this key.".to_owned());
            lines
        }
        Err(error) => vec![format!("Warning: here its attestation does not count. {error}")],
    }
}

fn attested(attested: &Attested) -> Vec<String> {
    let policy = attested.policy();
    let anchor = attested.anchor().map(|root| format!(" up to {}", root.name())).unwrap_or_default();
    let form = attested.form_factor().map(|form| format!(" ({form})")).unwrap_or_default();
    let mut lines = vec![
        format!(
            "Here: verified{anchor}. The key was generated on YubiKey {}{form}, firmware {}, in slot {}.",
            attested.serial(),
            attested.firmware(),
            attested.slot()
        ),
        format!("The key {} and {}.", policy.pin, policy.touch),
    ];
    if attested.is_fips() {
        lines.push("The device is certified by FIPS 140.".to_owned());
    }
    if attested.is_cspn() {
        lines.push("The device is certified by CSPN.".to_owned());
    }
    let weakness =
        Weakness::on_yubikey(attested.key(), attested.firmware(), Some(shared::device::Origin::Generated));
    lines.extend(weakness.map(|weakness| format!("Warning: {weakness}")));
    lines
}
