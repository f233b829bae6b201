//! The certificates in which a YubiKey says where a key comes from. They are read here, and verified by who asked.

use ceremony_tui::token::{Attestation, Refusal};
use shared::device::KeyPolicy;
use shared::key::Key;

use crate::card::{Card, Command, Failure, status};
use crate::metadata::policy;
use crate::slot::Slot;
use crate::tlv;

/// Where the certificate of slot f9 lies: Yubico's number.
const DEVICE_CERTIFICATE: [u8; 3] = [0x5f, 0xff, 0x01];

/// Both certificates, DER.
pub(crate) fn read(card: &Card<'_>, slot: Slot) -> Result<Attestation, Refusal> {
    const ACTION: &str = "attest a key";
    let not_attested = |reason: String| Refusal::NotAttested { reason };
    let key_certificate = attest(card, slot).map_err(|failure| match failure {
        Failure::Status(status::UNKNOWN_COMMAND) => {
            not_attested(format!("firmware {} cannot do that", card.firmware))
        }
        Failure::Status(word) => not_attested(format!(
            "it answered {word:04x}: mostly, the key was not generated on it, or the slot is empty"
        )),
        other => other.refusal(ACTION),
    })?;
    let device_certificate =
        certificate(card, DEVICE_CERTIFICATE).map_err(|failure| failure.refusal(ACTION))?;
    let device_certificate = device_certificate.ok_or_else(|| {
        not_attested("its attestation certificate, in slot f9, was deleted or overwritten".to_owned())
    })?;
    Ok(Attestation { key_certificate, device_certificate })
}

/// The certificate that the token makes for a key that it generated.
pub(crate) fn attest(card: &Card<'_>, slot: Slot) -> Result<Vec<u8>, Failure> {
    let answer = card.ask(&Command::new(0xf9, slot.number(), 0))?;
    tlv::inside(&answer, SEQUENCE)
        .map(|_| answer.to_vec())
        .ok_or(Failure::Nonsense("an attestation that is no certificate"))
}

/// A certificate that lies on the card; nothing when there is none, or one that is compressed.
pub(crate) fn certificate(card: &Card<'_>, object: [u8; 3]) -> Result<Option<Vec<u8>>, Failure> {
    let Some(object) = object_named(card, object)? else { return Ok(None) };
    const PACKED: u8 = 0x71;
    let is_plain = matches!(tlv::find(&object, PACKED), None | Some([] | [0]));
    Ok(tlv::find(&object, 0x70).filter(|der| is_plain && !der.is_empty()).map(<[u8]>::to_vec))
}

/// GET DATA: what lies on the card under a name (NIST SP 800-73-4, part 2, 3.1.2).
pub(crate) fn object_named(
    card: &Card<'_>,
    name: [u8; 3],
) -> Result<Option<zeroize::Zeroizing<Vec<u8>>>, Failure> {
    let mut wanted = Vec::new();
    tlv::put(&mut wanted, 0x5c, &name);
    let answer = card.send(&Command::new(0xcb, 0x3f, 0xff).with(&wanted))?;
    if answer.status == status::NOT_FOUND {
        return Ok(None);
    }
    let mut data = answer.accepted()?;
    let inner = tlv::inside(&data, 0x53).ok_or(Failure::Nonsense("an object that cannot be read"))?;
    let start = data.len() - inner.len();
    // In place: the object may be a key.
    data.drain(..start);
    Ok(Some(data))
}

const SEQUENCE: u8 = 0x30;

/// What is read out of a certificate to show it; nothing here is proved.
pub(crate) struct Glance {
    /// The key, or the reason why it cannot sign a root here.
    pub(crate) key: Result<Key, String>,
    /// Both policies, where the certificate is an attestation.
    pub(crate) policy: Option<KeyPolicy>,
}

/// Looks into a certificate (RFC 5280, 4.1).
pub(crate) fn glance(der: &[u8]) -> Option<Glance> {
    let to_be_signed = tlv::inside(tlv::inside(der, SEQUENCE)?, SEQUENCE)?;
    // [0] version, serial number, algorithm, issuer, validity, subject, key.
    let mut rest = to_be_signed;
    for _ in 0..6 {
        rest = tlv::take(rest)?.rest;
    }
    let after = tlv::take(rest)?.rest;
    let key = Key::from_spki_der(&rest[..rest.len() - after.len()]).map_err(|error| error.to_string());
    Some(Glance { key, policy: tlv::find(after, 0xa3).and_then(policy_in) })
}

/// 1.3.6.1.4.1.41482.3.8: both policies, a byte each.
const POLICY: [u8; 10] = [0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0xc4, 0x0a, 0x03, 0x08];

fn policy_in(extensions: &[u8]) -> Option<KeyPolicy> {
    let mut rest = tlv::inside(extensions, SEQUENCE)?;
    loop {
        let next = tlv::take(rest)?;
        if tlv::inside(next.value, 0x06) == Some(&POLICY) {
            return match tlv::find(next.value, 0x04)? {
                [pin, touch] => policy(*pin, *touch),
                _ => None,
            };
        }
        rest = next.rest;
    }
}
