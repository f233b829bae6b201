//! One X.509 certificate: what it says, and whether another one signed it.
//!
//! Only what attestation needs is read, in strict DER, and the rest is refused: version 3, no unique identifiers, no
//! extension twice, no critical extension that is not understood. The signed bytes are those received.

use std::fmt;

use aws_lc_rs::signature::UnparsedPublicKey;
use spki::der::asn1::{
    AnyRef, BitStringRef, ContextSpecific, GeneralizedTime, ObjectIdentifier, PrintableStringRef, UtcTime,
    Utf8StringRef,
};
use spki::der::pem::{LineEnding, encode_string};
use spki::der::{self, Decode as _, ErrorKind, Reader, SliceReader, Tag, TagNumber, Tagged as _};
use spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};

use super::algorithm;
use super::error::AttestationError;
use super::extensions::Extensions;
use crate::digest::sha256;
use crate::text::shortened;
use crate::time::UnixTime;

/// A certificate of more bytes is refused unread; those of devices have about a thousand.
pub const MAX_CERTIFICATE_BYTES: usize = 8 * 1024;

/// What a PEM block with a certificate is called.
pub(super) const LABEL: &str = "CERTIFICATE";

const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");

/// The number that version 3 has.
const VERSION_3: u8 = 2;

/// A certificate that was read, and by itself proves nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Certificate {
    der: Vec<u8>,
    signed: Vec<u8>,
    algorithm: ObjectIdentifier,
    signature: Vec<u8>,
    issuer: Vec<u8>,
    subject: Vec<u8>,
    common_name: String,
    from: UnixTime,
    until: UnixTime,
    key: Vec<u8>,
    pub(super) extensions: Extensions,
}

/// What lies between the tag of the signed part and its end.
struct Body<'a> {
    issuer: &'a [u8],
    subject: &'a [u8],
    common_name: String,
    from: UnixTime,
    until: UnixTime,
    key: &'a [u8],
    extensions: AnyRef<'a>,
}

impl Certificate {
    /// Reads a certificate in DER.
    ///
    /// # Errors
    /// Anything but one whole certificate of a form that attestation has.
    pub fn from_der(bytes: &[u8]) -> Result<Certificate, AttestationError> {
        if bytes.len() > MAX_CERTIFICATE_BYTES {
            return Err(AttestationError::TooLarge { bytes: bytes.len(), most: MAX_CERTIFICATE_BYTES });
        }
        let malformed = |_| AttestationError::Malformed;
        let (signed, algorithm, signature) = outer(bytes).map_err(malformed)?;
        let body = body(signed, algorithm).map_err(malformed)?;
        Ok(Certificate {
            der: bytes.to_vec(),
            signed: signed.to_vec(),
            algorithm: algorithm.oid,
            signature: signature.as_bytes().ok_or(AttestationError::Malformed)?.to_vec(),
            issuer: body.issuer.to_vec(),
            subject: body.subject.to_vec(),
            common_name: body.common_name,
            from: body.from,
            until: body.until,
            key: body.key.to_vec(),
            extensions: Extensions::read(body.extensions)?,
        })
    }

    /// The certificate as it was received.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The certificate in PEM.
    pub fn to_pem(&self) -> String {
        // Only the label could be at fault, and it is a constant.
        encode_string(LABEL, LineEnding::LF, &self.der).unwrap_or_default()
    }

    /// SHA-256 of the certificate, by which people tell it from others.
    pub fn digest(&self) -> CertificateDigest {
        CertificateDigest(sha256(&self.der))
    }

    /// The subject's common name; harmless to show.
    pub fn name(&self) -> String {
        shortened(&self.common_name)
    }

    /// The subject's common name as it stands there.
    pub(super) fn common_name(&self) -> &str {
        &self.common_name
    }

    /// The SubjectPublicKeyInfo.
    pub(super) fn key(&self) -> &[u8] {
        &self.key
    }

    /// Whether it names itself as its issuer.
    pub(super) fn is_self_issued(&self) -> bool {
        self.issuer == self.subject
    }

    /// Whether it names `other` as its issuer.
    pub(super) fn names_as_issuer(&self, other: &Certificate) -> bool {
        self.issuer == other.subject
    }

    /// Whether it holds at that time.
    pub(super) fn check_time(&self, at: UnixTime) -> Result<(), AttestationError> {
        if (self.from..=self.until).contains(&at) {
            return Ok(());
        }
        Err(AttestationError::Time { name: self.name(), from: self.from, until: self.until, at })
    }

    /// Whether `issuer`'s key signed it. Names, times and the right to sign are other questions.
    pub(super) fn check_signature(&self, issuer: &Certificate) -> Result<(), AttestationError> {
        let info = SubjectPublicKeyInfoRef::from_der(&issuer.key).map_err(|_| AttestationError::Malformed)?;
        let verification = algorithm::verification(self.algorithm, &info.algorithm)
            .ok_or_else(|| AttestationError::Algorithm { name: self.name() })?;
        let key = info.subject_public_key.as_bytes().ok_or(AttestationError::Malformed)?;
        let held = UnparsedPublicKey::new(verification, key).verify(&self.signed, &self.signature);
        held.map_err(|_| AttestationError::Signature { name: self.name(), issuer: issuer.name() })
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Certificate({}, {})", self.name(), self.digest())
    }
}

/// Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signature } (RFC 5280, 4.1).
fn outer(bytes: &[u8]) -> der::Result<(&[u8], AlgorithmIdentifierRef<'_>, BitStringRef<'_>)> {
    let mut reader = SliceReader::new(bytes)?;
    let parts = reader.sequence(|outer| Ok((outer.tlv_bytes()?, outer.decode()?, outer.decode()?)))?;
    reader.finish(parts)
}

/// TBSCertificate (RFC 5280, 4.1): its algorithm must be the outer one, which nobody signed.
fn body<'a>(signed: &'a [u8], algorithm: AlgorithmIdentifierRef<'_>) -> der::Result<Body<'a>> {
    let mut reader = SliceReader::new(signed)?;
    let body = reader.sequence(|tbs| {
        let version = ContextSpecific::<u8>::decode_explicit(tbs, TagNumber::N0)?;
        // A random number, which tells two certificates of one issuer apart and nothing else.
        let serial: AnyRef<'_> = tbs.decode()?;
        let inner: AlgorithmIdentifierRef<'_> = tbs.decode()?;
        if version.is_none_or(|version| version.value != VERSION_3)
            || serial.tag() != Tag::Integer
            || inner != algorithm
        {
            return Err(ErrorKind::Failed.into());
        }
        let issuer = tbs.tlv_bytes()?;
        let (from, until) = tbs.sequence(|validity| Ok((time(validity)?, time(validity)?)))?;
        let subject = tbs.tlv_bytes()?;
        let common_name = common_name(subject)?;
        let key = tbs.tlv_bytes()?;
        let extensions = ContextSpecific::decode_explicit(tbs, TagNumber::N3)?.ok_or(ErrorKind::Failed)?;
        Ok(Body { issuer, subject, common_name, from, until, key, extensions: extensions.value })
    })?;
    reader.finish(body)
}

fn time<'a>(reader: &mut impl Reader<'a>) -> der::Result<UnixTime> {
    let seconds = match reader.peek_tag()? {
        Tag::UtcTime => reader.decode::<UtcTime>()?.to_unix_duration().as_secs(),
        _ => reader.decode::<GeneralizedTime>()?.to_unix_duration().as_secs(),
    };
    i64::try_from(seconds).map(UnixTime).map_err(|_| ErrorKind::DateTime.into())
}

/// The last common name of a name; empty when there is none.
fn common_name(name: &[u8]) -> der::Result<String> {
    let mut found = String::new();
    AnyRef::from_der(name)?.sequence(|sets| {
        while !sets.is_finished() {
            let set: AnyRef<'_> = sets.decode()?;
            if set.tag() != Tag::Set {
                return Err(ErrorKind::Failed.into());
            }
            let mut attributes = SliceReader::new(set.value())?;
            while !attributes.is_finished() {
                let pair: (ObjectIdentifier, AnyRef<'_>) =
                    attributes.sequence(|pair| Ok((pair.decode()?, pair.decode()?)))?;
                if pair.0 == COMMON_NAME {
                    found = text(pair.1)?;
                }
            }
        }
        Ok(())
    })?;
    Ok(found)
}

fn text(value: AnyRef<'_>) -> der::Result<String> {
    match value.tag() {
        Tag::PrintableString => Ok(value.decode_as::<PrintableStringRef<'_>>()?.as_str().to_owned()),
        _ => Ok(value.decode_as::<Utf8StringRef<'_>>()?.as_str().to_owned()),
    }
}

/// SHA-256 of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CertificateDigest([u8; 32]);

impl CertificateDigest {
    /// Reads sixty-four hexadecimal digits.
    pub fn parse(text: &str) -> Option<CertificateDigest> {
        let mut digest = [0; 32];
        hex::decode_to_slice(text, &mut digest).ok()?;
        Some(CertificateDigest(digest))
    }
}

impl fmt::Display for CertificateDigest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&hex::encode(self.0))
    }
}
