//! What a device attests about a key: that it was generated there, with which policies, on which device.
//!
//! A YubiKey signs a certificate about each key that was generated on it; the certificate of the device (slot f9) leads
//! to Yubico's root (<https://developers.yubico.com/PIV/Introduction/PIV_attestation.html>). [`verify`] checks that path
//! against [`Anchors`] and a time that the caller hands in, without asking anybody.
//!
//! An attestation alone can be replayed, so it counts for nothing: only [`Proven`], which also takes a signature by the
//! attested key, does. And the certificate of slot f9 is the same on many devices of one batch: what tells devices apart
//! is the serial number.

mod algorithm;
mod anchors;
mod certificate;
mod chain;
mod error;
mod extensions;
mod proven;
mod statement;

use crate::device::{Firmware, FormFactor, KeyPolicy, PivSlot, Serial};
use crate::key::Key;
use crate::time::UnixTime;

pub use anchors::{Anchors, certificates_of};
pub use certificate::{Certificate, CertificateDigest, MAX_CERTIFICATE_BYTES};
pub use error::{AnchorsError, AttestationError};
pub use proven::{AttestedUse, Doubt, Objection, Proven, UsedDevice, Wanted, check_distinct_devices, judge};

/// More certificates beside the key's and the device's are refused.
pub const MAX_MORE_CERTIFICATES: usize = 6;

/// What a device attests, after its chain was verified. There is no other way to make one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attested {
    key: Key,
    slot: PivSlot,
    serial: Serial,
    firmware: Firmware,
    policy: KeyPolicy,
    form_factor: Option<FormFactor>,
    fips: bool,
    cspn: bool,
    chain: Vec<Certificate>,
    anchor: Certificate,
}

/// Reads an attestation and verifies its chain at `at`.
///
/// The certificates of devices copy their dates (2016 to 2052, or 2024 to 9999) to the certificates of keys, so none
/// runs out in our time: one that does not hold at `at` means a clock that is wrong or a device that is not Yubico's,
/// and is an error.
///
/// # Errors
/// See [`AttestationError`]: each says what is wrong with the chain, or what it does not say.
pub fn verify(
    key_certificate: &[u8],
    device_certificate: &[u8],
    more: &[&[u8]],
    anchors: &Anchors,
    at: UnixTime,
) -> Result<Attested, AttestationError> {
    if more.len() > MAX_MORE_CERTIFICATES {
        return Err(AttestationError::TooMany { count: more.len(), most: MAX_MORE_CERTIFICATES });
    }
    let more: Vec<Certificate> =
        more.iter().map(|der| Certificate::from_der(der)).collect::<Result<_, _>>()?;
    let key = Certificate::from_der(key_certificate)?;
    let device = Certificate::from_der(device_certificate)?;
    let path = chain::path(&key, &device, &more, anchors, at)?;
    statement::read(&key, &device, path)
}

impl Attested {
    /// The key.
    pub fn key(&self) -> &Key {
        &self.key
    }

    /// Where on the device it is.
    pub fn slot(&self) -> PivSlot {
        self.slot
    }

    /// The device.
    pub fn serial(&self) -> Serial {
        self.serial
    }

    /// The device's firmware.
    pub fn firmware(&self) -> Firmware {
        self.firmware
    }

    /// When the key wants PIN and touch; fixed when it was generated.
    pub fn policy(&self) -> KeyPolicy {
        self.policy
    }

    /// What the device looks like, when it says so.
    pub fn form_factor(&self) -> Option<FormFactor> {
        self.form_factor
    }

    /// Whether the device is certified by FIPS 140.
    pub fn is_fips(&self) -> bool {
        self.fips
    }

    /// Whether the device is certified by CSPN.
    pub fn is_cspn(&self) -> bool {
        self.cspn
    }

    /// The certificates, from the key's own to the root that is believed.
    pub fn chain(&self) -> &[Certificate] {
        &self.chain
    }

    /// The root that the chain leads to.
    pub fn anchor(&self) -> &Certificate {
        &self.anchor
    }
}

#[cfg(test)]
pub(crate) mod tests;
