//! From a document, a PEM file or a token's attributes to a key.

use curve25519_dalek::edwards::CompressedEdwardsY;
use p256::elliptic_curve::sec1::{FromEncodedPoint, ModulusSize, ToEncodedPoint};
use p256::elliptic_curve::{self, AffinePoint, CurveArithmetic, FieldBytesSize, PublicKey};
use pkcs1::{RsaPublicKey, UintRef};
use spki::der::asn1::{AnyRef, BitStringRef, ObjectIdentifier};
use spki::der::pem::LineEnding;
use spki::der::{Decode as _, Document, Encode as _, EncodePem as _};
use spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};

use super::{CountedScheme, Curve, Digest, Key, KeyMaterial, Scheme, Verifier, rsa};
use super::{key_id_of, keyval, three_fields};
use crate::json::Json;
use crate::text::shortened;

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
const P521: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.35");
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");

/// What a point that is its x coordinate alone begins with: it stands for two points.
const COMPACT: u8 = 5;

/// RSA schemes of which nothing here verifies a signature; python-tuf refuses any root that has such a key.
const RSA_SHA224: [&str; 2] = ["rsassa-pss-sha224", "rsa-pkcs1v15-sha224"];

/// What a public key is, whatever signs with it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    Ed25519,
    Ec(Curve),
    Rsa,
}

/// Material and the bytes that verification takes.
struct Decoded {
    family: Family,
    material: KeyMaterial,
    verifying: Vec<u8>,
}

impl Key {
    /// Reads a key object. Fields beyond the three are the document's, not the key's.
    ///
    /// A key of another scheme is read too: it can be shown, and never counts.
    ///
    /// # Errors
    /// Missing fields, material that does not decode or is spelled otherwise than [`Key::to_public_pem`] spells it,
    /// Ed25519 points outside the group of prime order, and RSA numbers that nobody chose as a key.
    pub fn from_json(value: &Json) -> Result<Key, KeyError> {
        let field = |name: &'static str| value.get(name).and_then(Json::as_str).ok_or(KeyError::Field(name));
        let (keytype, scheme) = (field("keytype")?, field("scheme")?);
        let keyval = value.get("keyval").ok_or(KeyError::Field("keyval"))?;
        let public = || keyval.get("public").and_then(Json::as_str).ok_or(KeyError::Field("keyval.public"));
        if keytype == "rsa" && RSA_SHA224.contains(&scheme) {
            let decoded = decode_text(Family::Rsa, public()?)?;
            return Ok(Key { material: decoded.material, ..unknown(keytype, scheme, keyval) });
        }
        match CountedScheme::of(keytype, scheme) {
            // sigstore-oidc and the like name an identity instead of a key.
            None => Ok(unknown(keytype, scheme, keyval)),
            Some(known) => {
                let decoded = decode_text(known.family(), public()?)?;
                Ok(assemble(keytype, known, public()?, decoded))
            }
        }
    }

    /// Reads a SubjectPublicKeyInfo in PEM, as `openssl pkey -pubout` writes it.
    ///
    /// # Errors
    /// No PEM, another kind of key, or one that [`Key::from_json`] refuses.
    pub fn from_public_pem(pem: &str) -> Result<Key, KeyError> {
        Key::from_spki_der(public_block(pem)?.as_bytes())
    }

    /// Reads a SubjectPublicKeyInfo in DER.
    ///
    /// # Errors
    /// As [`Key::from_public_pem`].
    pub fn from_spki_der(der: &[u8]) -> Result<Key, KeyError> {
        let decoded = decode_spki(der)?;
        let (scheme, public) = match decoded.family {
            Family::Ed25519 => (Scheme::Ed25519, hex::encode(&decoded.verifying)),
            Family::Ec(Curve::P256) => {
                (Scheme::EcdsaP256Sha256, public_pem(decoded.family, &decoded.verifying)?)
            }
            Family::Ec(Curve::P384 | Curve::P521) => return Err(KeyError::Curve),
            Family::Rsa => (Scheme::RsaPssSha256, public_pem(decoded.family, &decoded.verifying)?),
        };
        Ok(assemble(scheme.keytype(), scheme.into(), &public, decoded))
    }

    /// Takes the 32 bytes of an Ed25519 public key.
    ///
    /// # Errors
    /// Bytes that are no point of the group of prime order.
    pub fn from_ed25519_bytes(bytes: &[u8; 32]) -> Result<Key, KeyError> {
        Ok(assemble("ed25519", CountedScheme::Ed25519, &hex::encode(bytes), decode_ed25519(bytes)?))
    }

    /// Takes a P-256 point, compressed or not.
    ///
    /// # Errors
    /// Bytes that are no point of the curve.
    pub fn from_p256_point(point: &[u8]) -> Result<Key, KeyError> {
        if point.first() == Some(&COMPACT) {
            return Err(KeyError::Compressed);
        }
        let decoded = decode_point(Curve::P256, point)?;
        let public = public_pem(decoded.family, &decoded.verifying)?;
        Ok(assemble("ecdsa", CountedScheme::Ecdsa(Curve::P256), &public, decoded))
    }

    /// Takes an RSA modulus and public exponent, both big-endian.
    ///
    /// # Errors
    /// Numbers that do not make a usable RSA key.
    pub fn from_rsa_numbers(modulus: &[u8], exponent: &[u8]) -> Result<Key, KeyError> {
        let number = |bytes| UintRef::new(bytes).map_err(|_| KeyError::Rsa);
        let key = RsaPublicKey { modulus: number(modulus)?, public_exponent: number(exponent)? };
        let decoded = decode_rsa(&key.to_der().map_err(|_| KeyError::Rsa)?)?;
        let public = public_pem(decoded.family, &decoded.verifying)?;
        Ok(assemble("rsa", CountedScheme::RsaPss(Digest::Sha256), &public, decoded))
    }

    /// The key as SubjectPublicKeyInfo in PEM.
    ///
    /// # Errors
    /// A key of a scheme that is only shown.
    pub fn to_public_pem(&self) -> Result<String, KeyError> {
        let Verifier::Known(scheme, bytes) = &self.verifier else {
            return Err(KeyError::Shown(shortened(&self.scheme_name)));
        };
        public_pem(scheme.family(), bytes)
    }
}

impl CountedScheme {
    fn family(self) -> Family {
        match self {
            CountedScheme::Ed25519 => Family::Ed25519,
            CountedScheme::Ecdsa(curve) => Family::Ec(curve),
            CountedScheme::RsaPss(_) | CountedScheme::RsaPkcs1(_) => Family::Rsa,
        }
    }
}

impl Family {
    fn title(self) -> &'static str {
        match self {
            Family::Ed25519 => "Ed25519",
            Family::Ec(curve) => curve.title(),
            Family::Rsa => "RSA",
        }
    }
}

fn assemble(keytype: &str, scheme: CountedScheme, public: &str, decoded: Decoded) -> Key {
    Key {
        material: decoded.material,
        verifier: Verifier::Known(scheme, decoded.verifying),
        ..unknown(keytype, scheme.name(), &keyval(public))
    }
}

fn unknown(keytype: &str, scheme: &str, keyval: &Json) -> Key {
    Key {
        id: key_id_of(&three_fields(keytype, scheme, keyval.clone())),
        keytype: keytype.to_owned(),
        scheme_name: scheme.to_owned(),
        keyval: keyval.clone(),
        material: tagged(b"unknown:", &keyval.canonical()),
        verifier: Verifier::Unknown,
    }
}

/// Reads `keyval.public` of a key that is declared to be of that family.
///
/// The text stands in signed metadata, and clients look for the PEM block in it in different ways: text around the
/// block, or a second one, would be another key for some of them. So it is the block and nothing else.
fn decode_text(declared: Family, public: &str) -> Result<Decoded, KeyError> {
    if declared == Family::Ed25519 {
        return decode_ed25519(&hex::decode(public).map_err(|_| KeyError::Point("Ed25519"))?);
    }
    let decoded = decode_spki(public_block(public)?.as_bytes())?;
    if decoded.family != declared {
        return Err(KeyError::OtherType { declared: declared.title(), found: decoded.family.title() });
    }
    let written = public_pem(decoded.family, &decoded.verifying)?;
    if public == written || Some(public) == written.strip_suffix('\n') {
        Ok(decoded)
    } else {
        Err(KeyError::Around)
    }
}

/// The SubjectPublicKeyInfo inside a PEM block.
fn public_block(pem: &str) -> Result<Document, KeyError> {
    let (label, document) = Document::from_pem(pem).map_err(|_| KeyError::Pem)?;
    if label == "PUBLIC KEY" { Ok(document) } else { Err(KeyError::PemLabel(shortened(label))) }
}

/// Reads the one spelling that every client reads: the one that is written here.
fn decode_spki(der: &[u8]) -> Result<Decoded, KeyError> {
    let decoded = decode_any_spki(der)?;
    if public_der(decoded.family, &decoded.verifying)? == der {
        return Ok(decoded);
    }
    match decoded.family {
        Family::Ec(_) => Err(KeyError::Compressed),
        Family::Ed25519 | Family::Rsa => Err(KeyError::Spelling),
    }
}

fn decode_any_spki(der: &[u8]) -> Result<Decoded, KeyError> {
    let info = SubjectPublicKeyInfoRef::try_from(der).map_err(|_| KeyError::Pem)?;
    let bits = info.subject_public_key.as_bytes().ok_or(KeyError::Pem)?;
    match info.algorithm.oid {
        RSA => decode_rsa(bits),
        ED25519 => decode_ed25519(bits),
        EC => match info.algorithm.parameters_oid() {
            Ok(P256) => decode_point(Curve::P256, bits),
            Ok(P384) => decode_point(Curve::P384, bits),
            Ok(P521) => decode_point(Curve::P521, bits),
            _ => Err(KeyError::Curve),
        },
        other => Err(KeyError::Algorithm(other.to_string())),
    }
}

fn decode_ed25519(bytes: &[u8]) -> Result<Decoded, KeyError> {
    let wrong = || KeyError::Point("Ed25519");
    let point = CompressedEdwardsY::from_slice(bytes).map_err(|_| wrong())?.decompress().ok_or_else(wrong)?;
    if point.is_small_order() {
        return Err(KeyError::SmallOrder);
    }
    // With a small part added to its point, one secret would be eight keys.
    if !point.is_torsion_free() {
        return Err(KeyError::MixedOrder);
    }
    Ok(Decoded {
        family: Family::Ed25519,
        material: tagged(b"ed25519:", point.compress().as_bytes()),
        verifying: bytes.to_vec(),
    })
}

/// Compressed or not, a point has one material.
fn decode_point(curve: Curve, point: &[u8]) -> Result<Decoded, KeyError> {
    let wrong = |_| KeyError::Point(curve.title());
    let (tag, point): (&[u8], _) = match curve {
        Curve::P256 => (b"p256:", uncompressed::<p256::NistP256>(point).map_err(wrong)?),
        Curve::P384 => (b"p384:", uncompressed::<p384::NistP384>(point).map_err(wrong)?),
        Curve::P521 => (b"p521:", uncompressed::<p521::NistP521>(point).map_err(wrong)?),
    };
    Ok(Decoded { family: Family::Ec(curve), material: tagged(tag, &point), verifying: point })
}

fn uncompressed<C>(point: &[u8]) -> Result<Vec<u8>, elliptic_curve::Error>
where
    C: CurveArithmetic,
    AffinePoint<C>: FromEncodedPoint<C> + ToEncodedPoint<C>,
    FieldBytesSize<C>: ModulusSize,
{
    Ok(PublicKey::<C>::from_sec1_bytes(point)?.to_encoded_point(false).as_bytes().to_vec())
}

fn decode_rsa(der: &[u8]) -> Result<Decoded, KeyError> {
    let key = RsaPublicKey::from_der(der).map_err(|_| KeyError::Rsa)?;
    rsa::check(&key)?;
    let verifying = key.to_der().map_err(|_| KeyError::Rsa)?;
    Ok(Decoded { family: Family::Rsa, material: tagged(b"rsa:", key.modulus.as_bytes()), verifying })
}

fn tagged(tag: &[u8], bytes: &[u8]) -> KeyMaterial {
    KeyMaterial([tag, bytes].concat())
}

fn public_pem(family: Family, bits: &[u8]) -> Result<String, KeyError> {
    encode(family, bits, |info| info.to_pem(LineEnding::LF))
}

fn public_der(family: Family, bits: &[u8]) -> Result<Vec<u8>, KeyError> {
    encode(family, bits, |info| info.to_der())
}

fn encode<T>(
    family: Family,
    bits: &[u8],
    write: impl FnOnce(&SubjectPublicKeyInfoRef<'_>) -> spki::der::Result<T>,
) -> Result<T, KeyError> {
    let (oid, parameters) = match family {
        Family::Ed25519 => (ED25519, None),
        Family::Ec(Curve::P256) => (EC, Some(AnyRef::from(&P256))),
        Family::Ec(Curve::P384) => (EC, Some(AnyRef::from(&P384))),
        Family::Ec(Curve::P521) => (EC, Some(AnyRef::from(&P521))),
        Family::Rsa => (RSA, Some(AnyRef::NULL)),
    };
    let info = SubjectPublicKeyInfoRef {
        algorithm: AlgorithmIdentifierRef { oid, parameters },
        subject_public_key: BitStringRef::from_bytes(bits).map_err(|_| KeyError::Pem)?,
    };
    write(&info).map_err(|_| KeyError::Pem)
}

/// A key cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// A field is missing or no string.
    #[error("The key has no usable field \"{0}\". A key has keytype, scheme and keyval.public.")]
    Field(&'static str),
    /// Not PEM, or not a SubjectPublicKeyInfo inside.
    #[error("The public key is no SubjectPublicKeyInfo in PEM. Export it with `openssl pkey -pubout`.")]
    Pem,
    /// PEM of something else.
    #[error(
        "The PEM block is a {0}, not a PUBLIC KEY. Export the public key alone; a private key never belongs here."
    )]
    PemLabel(String),
    /// The declared type and the material differ.
    #[error("The key is declared as {declared}, but its material is {found}. Export it again.")]
    OtherType {
        /// What `keytype` and `scheme` say.
        declared: &'static str,
        /// What the material is.
        found: &'static str,
    },
    /// Not a point of the curve.
    #[error("The public key is no point of {0}. Export it again.")]
    Point(&'static str),
    /// A point in the small subgroup: anybody can make signatures for it.
    #[error(
        "The Ed25519 key is a point of small order, for which anybody can make signatures. Do not trust its source."
    )]
    SmallOrder,
    /// A point with a part in the small subgroup.
    #[error(
        "The Ed25519 key has a part of small order, so that one secret makes several keys. Do not trust its source; make a new key."
    )]
    MixedOrder,
    /// A point in a spelling that some clients refuse.
    #[error(
        "The EC point of the public key is not uncompressed, which TUF clients refuse. Export the key again with `openssl pkey -pubout -ec_conv_form uncompressed`."
    )]
    Compressed,
    /// A SubjectPublicKeyInfo in a spelling that some clients refuse.
    #[error(
        "The public key has other parameters than TUF clients read: RSA has NULL, Ed25519 has none. Export the key again with `openssl pkey -pubout`."
    )]
    Spelling,
    /// Something beside one PEM block, or a block in other lines.
    #[error(
        "The public key is not one PEM block and nothing else, in lines of 64 characters that end with a line feed: some clients would read another key. Export the key again with `openssl pkey -pubout`."
    )]
    Around,
    /// An elliptic curve that clients refuse.
    #[error("The key is on a curve other than P-256, which several TUF clients refuse. Use P-256.")]
    Curve,
    /// An algorithm that TUF does not know.
    #[error("Keys of algorithm {0} cannot sign TUF metadata. Use Ed25519, P-256 or RSA.")]
    Algorithm(String),
    /// RSA numbers that make no key.
    #[error(
        "The RSA key is malformed: its modulus has a small divisor, or its exponent is not an odd number from 3 to 8589934591. Export it again."
    )]
    Rsa,
    /// An RSA modulus that is too short or too long.
    #[error("The RSA key has {0} bits. Use 2048 to 8192 bits.")]
    RsaSize(usize),
    /// A key that can only be shown.
    #[error("Keys of scheme {0} are shown and never counted, so this key cannot be exported.")]
    Shown(String),
}
