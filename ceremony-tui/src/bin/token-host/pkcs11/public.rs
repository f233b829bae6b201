//! Public keys out of PKCS#11 attributes and certificates, in every spelling that tokens use.

use cryptoki::object::KeyType;
use shared::key::Key;

use super::object::Object;

/// secp256r1 as an OID, and as a PrintableString.
pub(super) const P256: [&[u8]; 3] = [
    &[0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07],
    b"\x13\x0asecp256r1",
    b"\x13\x0aprime256v1",
];
/// Ed25519 as the OID of RFC 8410, as the older OID that some modules use, and as a PrintableString.
pub(super) const ED25519: [&[u8]; 3] = [
    &[0x06, 0x03, 0x2b, 0x65, 0x70],
    &[0x06, 0x09, 0x2b, 0x06, 0x01, 0x04, 0x01, 0xda, 0x47, 0x0f, 0x01],
    b"\x13\x0cedwards25519",
];

const SEQUENCE: u8 = 0x30;
const OCTET_STRING: u8 = 0x04;
const BIT_STRING: u8 = 0x03;

/// The key as TUF knows it, or the reason why it cannot sign a root here.
pub(super) fn key_of(object: &Object) -> Result<Key, String> {
    let from_numbers = match object.key_type {
        Some(KeyType::RSA) if !object.modulus.is_empty() => {
            Key::from_rsa_numbers(&object.modulus, &object.exponent)
        }
        Some(KeyType::EC) if P256.contains(&object.curve.as_slice()) && !object.point.is_empty() => {
            Key::from_p256_point(bare_p256(&object.point))
        }
        Some(KeyType::EC_EDWARDS)
            if ED25519.contains(&object.curve.as_slice()) && !object.point.is_empty() =>
        {
            Key::from_ed25519_bytes(bare_ed25519(&object.point)?)
        }
        Some(KeyType::RSA | KeyType::EC | KeyType::EC_EDWARDS) => return from_info(object),
        _ => return Err("it is neither an elliptic curve key nor an RSA key".to_owned()),
    };
    from_numbers.map_err(|error| reason(&error))
}

fn from_info(object: &Object) -> Result<Key, String> {
    if object.key_type != Some(KeyType::RSA) {
        name_of_curve(&object.curve)?;
    }
    if object.public_info.is_empty() {
        return Err("the token does not show its public half".to_owned());
    }
    Key::from_spki_der(&object.public_info).map_err(|error| reason(&error))
}

/// A curve that is usable, or is not said.
fn name_of_curve(curve: &[u8]) -> Result<(), String> {
    match curve.first() {
        None => Ok(()),
        Some(&SEQUENCE) => {
            Err("its curve is written out in numbers instead of named, and clients read only named curves"
                .to_owned())
        }
        Some(_) if P256.contains(&curve) || ED25519.contains(&curve) => Ok(()),
        Some(_) => Err("its curve is not P-256 or Ed25519".to_owned()),
    }
}

/// The public key in a certificate; nothing when it is none that can be read.
pub(super) fn key_of_certificate(certificate: &[u8]) -> Option<Result<Key, String>> {
    let info = public_info_of(certificate)?;
    Some(Key::from_spki_der(info).map_err(|error| reason(&error)))
}

/// SubjectPublicKeyInfo stands behind version, serial number, algorithm, issuer, validity and subject (RFC 5280, 4.1).
fn public_info_of(certificate: &[u8]) -> Option<&[u8]> {
    const EXPLICIT_VERSION: u8 = 0xa0;
    let (_, inside, _) = value(certificate)?;
    let (_, mut rest, _) = value(inside)?;
    if rest.first() == Some(&EXPLICIT_VERSION) {
        rest = value(rest)?.2;
    }
    for _ in ["serial number", "algorithm", "issuer", "validity", "subject"] {
        rest = value(rest)?.2;
    }
    let (whole, _, _) = value(rest)?;
    Some(whole)
}

/// One DER value: all of it, its content, and what follows it.
fn value(der: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let (length, header) = match *der.get(1)? {
        short @ 0..=0x7f => (usize::from(short), 2),
        0x81 => (usize::from(*der.get(2)?), 3),
        0x82 => (usize::from(u16::from_be_bytes([*der.get(2)?, *der.get(3)?])), 4),
        _ => return None,
    };
    let end = header + length;
    Some((der.get(..end)?, der.get(header..end)?, der.get(end..)?))
}

/// The point without its OCTET STRING: some tokens wrap it, as the standard says, and some do not. Only the whole length
/// tells: a bare point may begin like a wrapped one.
fn bare_p256(point: &[u8]) -> &[u8] {
    match point {
        [OCTET_STRING, 65, bare @ ..] if bare.len() == 65 => bare,
        [OCTET_STRING, 33, bare @ ..] if bare.len() == 33 => bare,
        bare => bare,
    }
}

fn bare_ed25519(point: &[u8]) -> Result<&[u8; 32], String> {
    let bare = match point {
        [OCTET_STRING, 32, bare @ ..] if bare.len() == 32 => bare,
        [BIT_STRING, 33, 0, bare @ ..] if bare.len() == 32 => bare,
        bare => bare,
    };
    bare.try_into().map_err(|_| "its public point has a wrong length".to_owned())
}

/// Reasons stand inside a sentence.
fn reason(error: &shared::key::KeyError) -> String {
    error.to_string().trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests;
