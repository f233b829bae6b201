//! Public keys out of PKCS#11 attributes, in every spelling that tokens use.

use cryptoki::object::{Attribute, AttributeType, KeyType, ObjectHandle};
use cryptoki::session::Session;
use shared::key::Key;

/// secp256r1 as an OID, and as a PrintableString.
const P256: [&[u8]; 2] =
    [&[0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07], b"\x13\x0asecp256r1"];
/// Ed25519 as the OID of RFC 8410, as the older OID that some modules use, and as a PrintableString.
const ED25519: [&[u8]; 3] = [
    &[0x06, 0x03, 0x2b, 0x65, 0x70],
    &[0x06, 0x09, 0x2b, 0x06, 0x01, 0x04, 0x01, 0xda, 0x47, 0x0f, 0x01],
    b"\x13\x0cedwards25519",
];

/// The attributes of one public key object that matter here.
#[derive(Debug, Default)]
pub(super) struct PublicObject {
    pub(super) id: Vec<u8>,
    pub(super) label: String,
    key_type: Option<KeyType>,
    curve: Vec<u8>,
    point: Vec<u8>,
    modulus: Vec<u8>,
    exponent: Vec<u8>,
}

impl PublicObject {
    /// Reads an object; attributes that the token does not give stay empty.
    pub(super) fn read(
        session: &Session,
        object: ObjectHandle,
    ) -> Result<PublicObject, cryptoki::error::Error> {
        let wanted = [
            AttributeType::Id,
            AttributeType::Label,
            AttributeType::KeyType,
            AttributeType::EcParams,
            AttributeType::EcPoint,
            AttributeType::Modulus,
            AttributeType::PublicExponent,
        ];
        let mut public = PublicObject::default();
        for attribute in session.get_attributes(object, &wanted)? {
            public.take(attribute);
        }
        Ok(public)
    }

    fn take(&mut self, attribute: Attribute) {
        match attribute {
            Attribute::Id(id) => self.id = id,
            Attribute::Label(label) => self.label = String::from_utf8_lossy(&label).trim().to_owned(),
            Attribute::KeyType(key_type) => self.key_type = Some(key_type),
            Attribute::EcParams(curve) => self.curve = curve,
            Attribute::EcPoint(point) => self.point = point,
            Attribute::Modulus(modulus) => self.modulus = modulus,
            Attribute::PublicExponent(exponent) => self.exponent = exponent,
            _ => {}
        }
    }

    /// The key as TUF knows it, or the reason why it cannot sign a root here.
    pub(super) fn to_key(&self) -> Result<Key, String> {
        let key = match self.key_type {
            Some(KeyType::RSA) => Key::from_rsa_numbers(&self.modulus, &self.exponent),
            Some(KeyType::EC) if P256.contains(&self.curve.as_slice()) => {
                Key::from_p256_point(self.bare_point())
            }
            Some(KeyType::EC_EDWARDS) if ED25519.contains(&self.curve.as_slice()) => {
                let point: &[u8; 32] = self
                    .bare_point()
                    .try_into()
                    .map_err(|_| "its public point has a wrong length".to_owned())?;
                Key::from_ed25519_bytes(point)
            }
            Some(KeyType::EC | KeyType::EC_EDWARDS) => {
                return Err("its curve is not P-256 or Ed25519".to_owned());
            }
            _ => return Err("it is neither an elliptic curve key nor an RSA key".to_owned()),
        };
        key.map_err(|error| error.to_string())
    }

    /// The point without its OCTET STRING: some tokens wrap it, as the standard says, and some do not.
    fn bare_point(&self) -> &[u8] {
        match self.point.as_slice() {
            [0x04, length, rest @ ..] if usize::from(*length) == rest.len() && *length < 0x80 => rest,
            bare => bare,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ED25519_PUBLIC: &str = "2fecfe7f26d5a0a36b9d0b5ea48a0623a5e16a29cdea4629d8bee96db9ed9daf";

    fn ed25519(curve: &[u8], prefix: &[u8]) -> PublicObject {
        let mut point = prefix.to_vec();
        point.extend(hex::decode(ED25519_PUBLIC).unwrap());
        PublicObject {
            key_type: Some(KeyType::EC_EDWARDS),
            curve: curve.to_vec(),
            point,
            ..PublicObject::default()
        }
    }

    #[test]
    fn ed25519_points_are_read_raw_and_wrapped_and_with_every_name_of_the_curve() {
        for curve in ED25519 {
            for prefix in [&b""[..], b"\x04\x20"] {
                let key = ed25519(curve, prefix).to_key().unwrap();
                assert_eq!(key.public(), ED25519_PUBLIC);
            }
        }
    }

    #[test]
    fn another_curve_is_refused_with_its_reason() {
        let p384 = PublicObject {
            key_type: Some(KeyType::EC),
            curve: vec![0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22],
            ..PublicObject::default()
        };
        assert_eq!(p384.to_key().unwrap_err(), "its curve is not P-256 or Ed25519");
    }
}
