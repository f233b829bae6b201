//! The extensions that attestation reads, and the refusal of critical ones that it does not.

use spki::der::asn1::{AnyRef, BitStringRef, ObjectIdentifier, OctetStringRef};
use spki::der::{self, Decode as _, ErrorKind, Reader as _, SliceReader};

use super::error::AttestationError;

const BASIC_CONSTRAINTS: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.19");
const KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.15");
const FIRMWARE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.41482.3.3");
const SERIAL: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.41482.3.7");
const POLICY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.41482.3.8");
const FORM_FACTOR: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.41482.3.9");
const FIPS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.41482.3.10");
const CSPN: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.41482.3.11");

/// A certificate with more extensions is refused.
const MOST: usize = 32;

/// keyCertSign, the sixth bit of KeyUsage (RFC 5280, 4.2.1.3).
const MAY_SIGN_CERTIFICATES: u8 = 0x04;

/// What the extensions say, each as its bytes stand there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Extensions {
    /// BasicConstraints with CA.
    pub(super) authority: Option<Authority>,
    /// KeyUsage, when there is one: whether the key may sign certificates.
    pub(super) may_sign: Option<bool>,
    /// Three numbers.
    pub(super) firmware: Option<Vec<u8>>,
    /// An INTEGER in DER.
    pub(super) serial: Option<Vec<u8>>,
    /// PIN and touch.
    pub(super) policy: Option<Vec<u8>>,
    /// One number.
    pub(super) form_factor: Option<Vec<u8>>,
    /// Certified by FIPS 140.
    pub(super) fips: bool,
    /// Certified by CSPN.
    pub(super) cspn: bool,
}

/// A certificate that may sign others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Authority {
    /// How many other authorities may stand between it and the key's certificate.
    pub(super) path_limit: Option<u8>,
}

struct Extension<'a> {
    oid: ObjectIdentifier,
    critical: bool,
    value: &'a [u8],
}

impl Extensions {
    /// Reads Extensions ::= SEQUENCE OF Extension (RFC 5280, 4.1).
    pub(super) fn read(list: AnyRef<'_>) -> Result<Extensions, AttestationError> {
        let listed = list.sequence(|reader| {
            let mut listed = Vec::new();
            while !reader.is_finished() && listed.len() < MOST {
                listed.push(one(reader)?);
            }
            Ok(listed)
        });
        let mut read = Extensions::default();
        let mut seen = Vec::new();
        for extension in listed.map_err(|_| AttestationError::Malformed)? {
            if seen.contains(&extension.oid) {
                return Err(AttestationError::Malformed);
            }
            seen.push(extension.oid);
            read.take(&extension)?;
        }
        Ok(read)
    }

    fn take(&mut self, extension: &Extension<'_>) -> Result<(), AttestationError> {
        let malformed = |_| AttestationError::Malformed;
        let bytes = || Some(extension.value.to_vec());
        match extension.oid {
            BASIC_CONSTRAINTS => self.authority = authority(extension.value).map_err(malformed)?,
            KEY_USAGE => self.may_sign = Some(may_sign(extension.value).map_err(malformed)?),
            FIRMWARE => self.firmware = bytes(),
            SERIAL => self.serial = bytes(),
            POLICY => self.policy = bytes(),
            FORM_FACTOR => self.form_factor = bytes(),
            FIPS => self.fips = true,
            CSPN => self.cspn = true,
            unknown if extension.critical => {
                return Err(AttestationError::Critical { oid: unknown.to_string() });
            }
            _ => {}
        }
        Ok(())
    }
}

/// Extension ::= SEQUENCE { extnID, critical BOOLEAN DEFAULT FALSE, extnValue OCTET STRING }
fn one<'a>(reader: &mut SliceReader<'a>) -> der::Result<Extension<'a>> {
    reader.sequence(|extension| {
        let oid = extension.decode()?;
        let critical = flag(extension.decode()?)?;
        let value: OctetStringRef<'a> = extension.decode()?;
        Ok(Extension { oid, critical, value: value.as_bytes() })
    })
}

/// A BOOLEAN whose default is false, which DER therefore never spells out.
fn flag(value: Option<bool>) -> der::Result<bool> {
    match value {
        Some(false) => Err(ErrorKind::Failed.into()),
        Some(true) => Ok(true),
        None => Ok(false),
    }
}

/// BasicConstraints ::= SEQUENCE { cA BOOLEAN DEFAULT FALSE, pathLenConstraint INTEGER OPTIONAL } (4.2.1.9).
fn authority(value: &[u8]) -> der::Result<Option<Authority>> {
    AnyRef::from_der(value)?.sequence(|constraints| {
        let is_authority = flag(constraints.decode()?)?;
        let path_limit: Option<u8> = constraints.decode()?;
        Ok(is_authority.then_some(Authority { path_limit }))
    })
}

fn may_sign(value: &[u8]) -> der::Result<bool> {
    let bits = BitStringRef::from_der(value)?;
    Ok(bits.raw_bytes().first().is_some_and(|first| first & MAY_SIGN_CERTIFICATES != 0))
}
