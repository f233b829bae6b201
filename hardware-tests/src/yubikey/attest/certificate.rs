//! X.509 certificates, written by hand: a card knows a handful of forms.

use aws_lc_rs::digest::{self, digest};

use super::super::der::{self, bit_string};
use super::super::private::{Curve, PrivateKey};
use super::super::status::Status;
use super::super::tlv::{nested, tlv};

/// From when until when, each as `20160314000000Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Validity {
    pub(in super::super) from: &'static str,
    pub(in super::super) until: &'static str,
}

/// As long as real attestations.
impl Default for Validity {
    fn default() -> Validity {
        Validity { from: "20160314000000Z", until: "20520417000000Z" }
    }
}

/// What a certificate says.
pub(in super::super) struct Certificate<'a> {
    pub(in super::super) issuer: &'a str,
    pub(in super::super) subject: &'a str,
    pub(in super::super) serial: &'a [u8],
    pub(in super::super) validity: Validity,
    pub(in super::super) public_info: &'a [u8],
    pub(in super::super) extensions: Vec<Vec<u8>>,
}

/// An extension that nobody has to understand.
pub(in super::super) fn extension(name: &str, value: &[u8]) -> Vec<u8> {
    der::sequence(&[der::oid(name), tlv(4, value)])
}

impl Certificate<'_> {
    /// The whole certificate in DER.
    pub(in super::super) fn signed_by(&self, key: &PrivateKey) -> Result<Vec<u8>, Status> {
        let algorithm = algorithm(key);
        let signed = self.signed_part(&algorithm);
        let signature = sign(key, &signed)?;
        Ok(der::sequence(&[signed, algorithm, bit_string(&signature)]))
    }

    fn signed_part(&self, algorithm: &[u8]) -> Vec<u8> {
        let validity = der::sequence(&[time(self.validity.from), time(self.validity.until)]);
        let extensions = nested(0xa3, &[der::sequence(&self.extensions)]);
        der::sequence(&[
            nested(0xa0, &[der::integer(&[2])]),
            der::integer(self.serial),
            algorithm.to_vec(),
            name(self.issuer),
            validity,
            name(self.subject),
            self.public_info.to_vec(),
            extensions,
        ])
    }
}

/// A name with a common name alone.
fn name(common: &str) -> Vec<u8> {
    let attribute = der::sequence(&[der::oid("2.5.4.3"), tlv(0x0c, common.as_bytes())]);
    der::sequence(&[nested(0x31, &[attribute])])
}

/// Until 2049 a time has two digits for its year, later four.
fn time(time: &str) -> Vec<u8> {
    match time.strip_prefix("20") {
        Some(short) if time < "2050" => tlv(0x17, short.as_bytes()),
        _ => tlv(0x18, time.as_bytes()),
    }
}

fn algorithm(key: &PrivateKey) -> Vec<u8> {
    match key {
        PrivateKey::Ec(key) if key.curve() == Curve::P256 => {
            der::sequence(&[der::oid("1.2.840.10045.4.3.2")])
        }
        PrivateKey::Ec(_) => der::sequence(&[der::oid("1.2.840.10045.4.3.3")]),
        PrivateKey::Ed25519(_) => der::sequence(&[der::oid("1.3.101.112")]),
        PrivateKey::Rsa(_) => der::sequence(&[der::oid("1.2.840.113549.1.1.11"), tlv(5, &[])]),
    }
}

fn sign(key: &PrivateKey, signed: &[u8]) -> Result<Vec<u8>, Status> {
    match key {
        PrivateKey::Ec(key) => key.sign(digest(key.curve().digest(), signed).as_ref()),
        PrivateKey::Ed25519(_) => key.sign(signed),
        PrivateKey::Rsa(key) => {
            let sha256 = der::sequence(&[der::oid("2.16.840.1.101.3.4.2.1"), tlv(5, &[])]);
            let digest = tlv(4, digest(&digest::SHA256, signed).as_ref());
            key.sign_certificate(&der::sequence(&[sha256, digest]))
        }
    }
}
