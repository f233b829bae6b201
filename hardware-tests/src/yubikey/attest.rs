//! Attestation: the card says by a certificate that a key was generated on it, and a chain of certificates says that
//! the card is one of its maker's.

mod authority;
mod certificate;

use shared::device::Firmware;

use super::der;
use super::device::{Device, FORM_FACTOR};
use super::private::PrivateKey;
use super::random;
use super::slots::{self, Key};
use super::status::Status;
use super::tlv::tlv;
pub use authority::Authority;
pub(super) use certificate::{Certificate, Validity, extension};

/// How Yubico begins the names of its extensions.
const YUBICO: &str = "1.3.6.1.4.1.41482.3";
/// Who signs attestations, by name.
const ATTESTATION_NAME: &str = "Virtual PIV Attestation";

/// An attestation key and its certificate.
pub(super) struct Certified {
    pub(super) private: PrivateKey,
    pub(super) certificate: Vec<u8>,
}

/// The certificate that attests the key in a slot.
pub(super) fn leaf(device: Device, slot: u8, key: &Key, attesting: &PrivateKey) -> Result<Vec<u8>, Status> {
    let Firmware { major, minor, patch } = device.firmware;
    let policies = [slots::pin_number(key.pin), slots::touch_number(key.touch)];
    let certificate = Certificate {
        issuer: ATTESTATION_NAME,
        subject: &format!("YubiKey PIV Attestation {slot:02x}"),
        serial: &random::bytes(16)?,
        validity: Validity::default(),
        public_info: &key.private.public_info()?,
        extensions: vec![
            extension(&format!("{YUBICO}.3"), &[major, minor, patch]),
            extension(&format!("{YUBICO}.7"), &der::integer(&device.serial.to_be_bytes())),
            extension(&format!("{YUBICO}.8"), &policies),
            extension(&format!("{YUBICO}.9"), &[FORM_FACTOR]),
        ],
    };
    certificate.signed_by(attesting)
}

/// The extension of certificates that may sign others: how many may stand between.
fn may_sign(others_between: u8) -> Vec<u8> {
    let constraints = der::sequence(&[tlv(1, &[0xff]), der::integer(&[others_between])]);
    let critical = tlv(1, &[0xff]);
    der::sequence(&[der::oid("2.5.29.19"), critical, tlv(4, &constraints)])
}
