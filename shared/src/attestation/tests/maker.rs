//! Makes certificates, right ones and wrong ones, byte by byte.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};

use crate::attestation::{Anchors, AttestationError, Attested, verify};
use crate::time::UnixTime;

pub(crate) const NOW: UnixTime = UnixTime(1_795_000_000);

const ECDSA_SHA256: &[u8] = &[0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
const P256_KEY: &[u8] = &[
    0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
    0x3d, 0x03, 0x01, 0x07,
];
const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 0x13];
const KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x0f];

/// One element: tag, length, content.
pub(crate) fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let head = match length {
        0..128 => vec![tag, u8::try_from(length).unwrap()],
        128..256 => vec![tag, 0x81, u8::try_from(length).unwrap()],
        _ => {
            let [high, low] = u16::try_from(length).unwrap().to_be_bytes();
            vec![tag, 0x82, high, low]
        }
    };
    [head, content.to_vec()].concat()
}

fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    tlv(0x30, &parts.concat())
}

/// A name with one common name.
pub(crate) fn name(common_name: &str) -> Vec<u8> {
    let pair = sequence(&[&[0x06, 0x03, 0x55, 0x04, 0x03], &tlv(0x0c, common_name.as_bytes())]);
    sequence(&[&tlv(0x31, &pair)])
}

/// An extension; Yubico's are never critical.
pub(crate) fn extension(oid: &[u8], critical: bool, value: &[u8]) -> Vec<u8> {
    let flag: &[u8] = if critical { &[0x01, 0x01, 0xff] } else { &[] };
    sequence(&[&tlv(0x06, oid), flag, &tlv(0x04, value)])
}

pub(crate) fn yubico(number: u8, value: &[u8]) -> Vec<u8> {
    extension(&[0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0xc4, 0x0a, 0x03, number], false, value)
}

pub(crate) fn authority(path_limit: Option<u8>) -> Vec<u8> {
    let limit = path_limit.map(|limit| tlv(0x02, &[limit])).unwrap_or_default();
    extension(BASIC_CONSTRAINTS, true, &sequence(&[&[0x01, 0x01, 0xff], &limit]))
}

pub(crate) fn key_usage(bits: u8) -> Vec<u8> {
    extension(KEY_USAGE, true, &[0x03, 0x02, 0x01, bits])
}

/// What a device says about a key that it made: firmware 5.7.1, serial 12345678, PIN and touch always, USB-C.
pub(crate) fn said() -> Vec<Vec<u8>> {
    vec![
        yubico(3, &[5, 7, 1]),
        yubico(7, &[0x02, 0x04, 0x00, 0xbc, 0x61, 0x4e]),
        yubico(8, &[3, 2]),
        yubico(9, &[3]),
    ]
}

/// A key that signs certificates, or is attested.
pub(crate) struct Pair(EcdsaKeyPair);

impl Pair {
    pub(crate) fn new() -> Pair {
        Pair(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap())
    }

    pub(crate) fn spki(&self) -> Vec<u8> {
        let bits = [&[0][..], self.0.public_key().as_ref()].concat();
        sequence(&[P256_KEY, &tlv(0x03, &bits)])
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.0.sign(&SystemRandom::new(), message).unwrap().as_ref().to_vec()
    }
}

/// What a certificate shall say.
#[derive(Clone)]
pub(crate) struct Plan {
    pub(crate) version: Vec<u8>,
    pub(crate) issuer: Vec<u8>,
    pub(crate) subject: Vec<u8>,
    pub(crate) validity: [&'static str; 2],
    pub(crate) inner_algorithm: Vec<u8>,
    pub(crate) extensions: Vec<Vec<u8>>,
}

impl Plan {
    pub(crate) fn new(issuer: &str, subject: &str, extensions: Vec<Vec<u8>>) -> Plan {
        Plan {
            version: vec![0xa0, 0x03, 0x02, 0x01, 0x02],
            issuer: name(issuer),
            subject: name(subject),
            validity: ["20241201000000Z", "99991231235959Z"],
            inner_algorithm: ECDSA_SHA256.to_vec(),
            extensions,
        }
    }

    pub(crate) fn signed(&self, key: &Pair, by: &Pair) -> Vec<u8> {
        self.with_key(&key.spki(), by)
    }

    pub(crate) fn with_key(&self, spki: &[u8], by: &Pair) -> Vec<u8> {
        let [from, until] = self.validity.map(|time| tlv(0x18, time.as_bytes()));
        let body = sequence(&[
            &self.version,
            &tlv(0x02, &[1]),
            &sequence(&[&self.inner_algorithm]),
            &self.issuer,
            &sequence(&[&from, &until]),
            &self.subject,
            spki,
            &tlv(0xa3, &tlv(0x30, &self.extensions.concat())),
        ]);
        let signature = [vec![0], by.sign(&body)].concat();
        sequence(&[&body, &sequence(&[ECDSA_SHA256]), &tlv(0x03, &signature)])
    }
}

/// A maker of devices, one device, one key on it.
pub(crate) struct Bench {
    pub(crate) root: Pair,
    pub(crate) branch: Pair,
    pub(crate) device: Pair,
    pub(crate) key: Pair,
}

pub(crate) const ROOT: &str = "Maker Root";
pub(crate) const BRANCH: &str = "Maker Branch";
pub(crate) const DEVICE: &str = "Yubico PIV Attestation";
pub(crate) const KEY: &str = "YubiKey PIV Attestation 9c";

impl Bench {
    pub(crate) fn new() -> Bench {
        Bench { root: Pair::new(), branch: Pair::new(), device: Pair::new(), key: Pair::new() }
    }

    pub(crate) fn root_der(&self) -> Vec<u8> {
        Plan::new(ROOT, ROOT, vec![authority(None), key_usage(0x06)]).signed(&self.root, &self.root)
    }

    pub(crate) fn branch_der(&self) -> Vec<u8> {
        Plan::new(ROOT, BRANCH, vec![authority(Some(1)), key_usage(0x86)]).signed(&self.branch, &self.root)
    }

    pub(crate) fn device_plan(&self) -> Plan {
        Plan::new(BRANCH, DEVICE, vec![yubico(3, &[5, 7, 1]), authority(Some(0))])
    }

    pub(crate) fn device_der(&self) -> Vec<u8> {
        self.device_plan().signed(&self.device, &self.branch)
    }

    pub(crate) fn key_plan(&self) -> Plan {
        Plan::new(DEVICE, KEY, said())
    }

    pub(crate) fn key_der(&self) -> Vec<u8> {
        self.key_plan().signed(&self.key, &self.device)
    }

    pub(crate) fn anchors(&self) -> Anchors {
        Anchors::from_pem(&pem(&[&self.root_der()])).unwrap()
    }

    /// The whole attestation.
    pub(crate) fn attested(&self) -> Attested {
        self.judge(&self.key_der(), &self.device_der()).unwrap()
    }

    /// With another certificate of key or device.
    pub(crate) fn judge(&self, key: &[u8], device: &[u8]) -> Result<Attested, AttestationError> {
        verify(key, device, &[&self.branch_der()], &self.anchors(), NOW)
    }
}

pub(crate) fn pem(certificates: &[&[u8]]) -> String {
    let block = |der: &&[u8]| {
        spki::der::pem::encode_string("CERTIFICATE", spki::der::pem::LineEnding::LF, der).unwrap()
    };
    certificates.iter().map(block).collect()
}
