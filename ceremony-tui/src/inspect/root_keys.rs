//! What `root-keys.json` says about the keys of a root, and what of it can be verified again here.
//!
//! What only the document says stands in quotes, or behind a mark at the beginning of each line: nobody signed it.

use shared::attestation::{Anchors, Attested, Wanted};
use shared::device::Weakness;
use shared::gap::{
    AttestationVerdict, Held, Judged, KeptAttestation, KeptKey, KeptPlace, RootKeyDocument, RootKeysDocument,
};
use shared::text::quoted;
use shared::time::UnixTime;

use super::{InspectError, NOT_YET};
use crate::machine::sentence;
use crate::text::{printable, wrap};

/// How much of a reason stands in one line: with its mark it is shorter than a line of any usual terminal.
const REASON: usize = 70;

/// The key of a holder who was not in the room.
pub(super) fn absent_holder(
    bytes: &[u8],
    anchors: &Anchors,
    now: UnixTime,
) -> Result<Vec<String>, InspectError> {
    let document = RootKeyDocument::parse(bytes).map_err(InspectError::document)?;
    let mut lines = vec![
        format!("This is the public root key {}, {}.", quoted(&document.name), document.key.title()),
        format!("Its key id is {}.", document.key.id()),
        format!("Its writer proved on {} to hold the private half.", document.time),
    ];
    if document.is_from_the_future_at(now) {
        lines.push(NOT_YET.to_owned());
    }
    lines.extend(document.key.warning().map(|warning| format!("Warning: {warning}")));
    lines.extend(Weakness::of_key(&document.key).map(|weakness| format!("Warning: {weakness}")));
    if document.attestation.is_empty() {
        lines.push("Nothing attests where the key was generated.".to_owned());
        return Ok(lines);
    }
    match document.judge(&Wanted::ROOT_KEY, anchors, now) {
        Ok(proven) => lines.extend(attested("Here", proven.attested())),
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
        lines.extend(about(&document, kept, anchors, now));
    }
    if let Err(doubt) = document.check_distinct_devices(anchors, now) {
        lines.push(format!("Warning: {doubt}"));
    }
    Ok(lines)
}

fn believed(document: &RootKeysDocument, anchors: &Anchors) -> Vec<String> {
    let mut lines = vec!["The ceremony believed these roots about devices:".to_owned()];
    let anchor = |name: &str, digest| format!("  {} SHA-256 {digest}", quoted(name));
    lines.extend(document.anchors.iter().map(|believed| anchor(&believed.name, believed.digest)));
    lines.push("Here, these are believed:".to_owned());
    lines.extend(anchors.roots().map(|(name, digest)| anchor(&name, digest)));
    lines
}

fn about(document: &RootKeysDocument, kept: &KeptKey, anchors: &Anchors, now: UnixTime) -> Vec<String> {
    let name = quoted(&kept.name);
    let mut lines = vec![
        format!("{name} holds a {} key with the id {}.", kept.key.title(), kept.key.id()),
        format!("  {}", place(&kept.place)),
    ];
    lines.extend(possession(document, kept).into_iter().map(|line| format!("  {line}")));
    lines.extend(verdict(&kept.verdict).into_iter().map(|line| format!("  {line}")));
    lines.extend(kept.attestation.iter().flat_map(certificates));
    lines.extend(again(document, kept, anchors, now).into_iter().map(|line| format!("  {line}")));
    lines.extend(misplaced(document, kept, anchors, now).map(|warning| format!("  {warning}")));
    lines.extend(Weakness::of_key(&kept.key).map(|weakness| format!("  Warning: {weakness}")));
    lines
}

fn possession(document: &RootKeysDocument, kept: &KeptKey) -> Vec<String> {
    let Some(possession) = &kept.possession else {
        return vec!["No proof of possession is here; a signature on the root shows it.".to_owned()];
    };
    let mut lines =
        vec![format!("A proof of {} shows that its holder has it; the proof verifies.", possession.time)];
    if possession.time > document.time {
        lines.push(
            "Warning: the proof is newer than the document says of itself, so one of the two times is wrong."
                .to_owned(),
        );
    }
    lines
}

/// Nobody signed the place of a key, but its device may have signed where it was generated.
fn misplaced(
    document: &RootKeysDocument,
    kept: &KeptKey,
    anchors: &Anchors,
    now: UnixTime,
) -> Option<String> {
    let device = document.attested_device(kept, anchors, now)?;
    let says_another = kept.place != KeptPlace::Elsewhere && kept.place.device() != Some(device);
    says_another.then(|| {
        format!(
            "Warning: its certificates say that it was generated on YubiKey {device}, and the document says that it \
             lives elsewhere. Somebody may have changed the document; believe the certificates."
        )
    })
}

fn place(place: &KeptPlace) -> String {
    match place {
        KeptPlace::File => "It lives in an encrypted file: software, which can be copied.".to_owned(),
        KeptPlace::Elsewhere => {
            let text = "Its holder was not in the room and gave root-key.json: only an attestation says where it lives.";
            text.to_owned()
        }
        KeptPlace::Pkcs11 { label, serial } => {
            let [label, serial] = [label, serial].map(|text| quoted(text));
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

/// What the document says about the ceremony.
fn verdict(verdict: &AttestationVerdict) -> Vec<String> {
    let (said, reason) = match verdict {
        AttestationVerdict::Verified { anchor } => {
            let line = format!("its attestation was verified up to the root with SHA-256 {anchor}.");
            return vec![format!("In the ceremony: {line}")];
        }
        AttestationVerdict::Refused { reason } => ("its attestation did not count.", reason),
        AttestationVerdict::None { reason } => ("it had no attestation.", reason),
    };
    let mut lines = vec![format!("In the ceremony: {said} The document says why:")];
    lines.extend(wrap(&printable(reason), REASON).into_iter().map(|line| format!("  > {}", line.trim_end())));
    lines
}

fn certificates(attestation: &KeptAttestation) -> Vec<String> {
    let line = |certificate: &shared::attestation::Certificate| {
        format!("  Certificate {} SHA-256 {}", quoted(&certificate.name()), certificate.digest())
    };
    attestation.certificates.iter().map(line).collect()
}

/// The same judgement as in the ceremony, today, with the roots that are believed here.
fn again(document: &RootKeysDocument, kept: &KeptKey, anchors: &Anchors, now: UnixTime) -> Vec<String> {
    match document.judge(kept, &Wanted::ROOT_KEY, anchors, now) {
        Ok(Held::Now(judged)) => worth("Here", &judged),
        Ok(Held::Then { judged, today }) => {
            let time = document.time;
            let mut lines = vec![format!(
                "Warning: its attestation does not hold today. {today} It held on {time}, when the document says that \
                 it was made; nobody signed that time."
            )];
            lines.extend(worth(&format!("At {time}"), &judged));
            lines
        }
        Err(error) => vec![format!("Warning: here its attestation does not count. {error}")],
    }
}

fn worth(place: &str, judged: &Judged) -> Vec<String> {
    match judged {
        Judged::Nothing => vec!["Here: nothing attests where the key was generated.".to_owned()],
        Judged::Proven(proven) => attested(place, proven.attested()),
        Judged::Alone(alone) => {
            let mut lines = attested(place, alone);
            lines.push("It counts only if the root carries a signature of this key.".to_owned());
            lines
        }
    }
}

fn attested(place: &str, attested: &Attested) -> Vec<String> {
    let policy = attested.policy();
    let anchor = attested.anchor().name();
    let form = attested.form_factor().map(|form| format!(" ({form})")).unwrap_or_default();
    let mut lines = vec![
        format!(
            "{place}: verified up to {anchor}. The key was generated on YubiKey {}{form}, firmware {}, in slot {}.",
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
