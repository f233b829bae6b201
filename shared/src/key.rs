//! Public keys: what a document says of them, and the material behind it.
//!
//! TUF specification 4.2.1: a key is `{"keytype", "scheme", "keyval": {"public"}}`. Its id is the
//! SHA-256 of the canonical form of those three fields, but a declared id is kept as it is, and
//! whoever counts keys counts [`KeyMaterial`].

mod clients;
mod decode;
mod pss_salt;
mod roca;
mod rsa;
mod scheme;
mod verify;

use std::fmt;

use crate::digest::{GROUPS, groups, sha256};
use crate::json::Json;
use crate::names::KeyId;

pub use clients::{Client, ClientSupport};
pub use decode::KeyError;
pub use scheme::{CountedScheme, Curve, Digest, Scheme};
pub use verify::{Signature, SignatureError};

/// The decoded point or modulus. Two keys are the same key when their material is the same,
/// whatever their ids, names or spelling.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyMaterial(Vec<u8>);

impl fmt::Debug for KeyMaterial {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "KeyMaterial({})", hex::encode(sha256(&self.0)))
    }
}

/// How signatures of a key are checked.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Verifier {
    /// A scheme with the bytes that its verification takes.
    Known(CountedScheme, Vec<u8>),
    /// A scheme whose signatures are never counted.
    Unknown,
}

/// A public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    id: KeyId,
    keytype: String,
    scheme_name: String,
    /// What the id is computed over: `{"public"}`, or whatever a scheme that never counts has there.
    keyval: Json,
    material: KeyMaterial,
    verifier: Verifier,
}

impl Key {
    /// The id computed over the three fields. A document may declare another.
    pub fn id(&self) -> &KeyId {
        &self.id
    }

    /// The scheme, when it is one that this project makes keys for.
    pub fn scheme(&self) -> Option<Scheme> {
        self.counted_scheme().and_then(CountedScheme::offered)
    }

    /// The scheme, when it is one whose signatures count.
    pub fn counted_scheme(&self) -> Option<CountedScheme> {
        match self.verifier {
            Verifier::Known(scheme, _) => Some(scheme),
            Verifier::Unknown => None,
        }
    }

    /// What people call a key of its scheme.
    pub fn title(&self) -> &str {
        match self.counted_scheme() {
            Some(scheme) => scheme.title(),
            None => &self.scheme_name,
        }
    }

    /// The key type as the document names it.
    pub fn keytype(&self) -> &str {
        &self.keytype
    }

    /// The scheme as the document names it.
    pub fn scheme_name(&self) -> &str {
        &self.scheme_name
    }

    /// The decoded point or modulus.
    pub fn material(&self) -> &KeyMaterial {
        &self.material
    }

    /// `keyval.public` as the document spells it; empty for a scheme that names an identity instead of a key.
    pub fn public(&self) -> &str {
        self.keyval.get("public").and_then(Json::as_str).unwrap_or_default()
    }

    /// The length of an RSA modulus in bits; nothing for a key of another kind.
    pub fn rsa_bits(&self) -> Option<usize> {
        let Verifier::Known(CountedScheme::RsaPss(_) | CountedScheme::RsaPkcs1(_), numbers) = &self.verifier
        else {
            return None;
        };
        rsa::bits(numbers)
    }

    /// The key object with its three fields and no other.
    pub fn to_json(&self) -> Json {
        three_fields(&self.keytype, &self.scheme_name, self.keyval.clone())
    }

    /// The computed key id as groups of four digits, for people to compare.
    pub fn fingerprint(&self) -> KeyFingerprint {
        KeyFingerprint(sha256(&self.to_json().canonical()))
    }
}

/// The key id of the three fields: SHA-256 of their canonical form (4.2.1).
pub fn key_id(keytype: &str, scheme: &str, public: &str) -> KeyId {
    key_id_of(&three_fields(keytype, scheme, keyval(public)))
}

fn key_id_of(three_fields: &Json) -> KeyId {
    KeyId::from_digest(sha256(&three_fields.canonical()))
}

fn three_fields(keytype: &str, scheme: &str, keyval: Json) -> Json {
    Json::object([("keytype", Json::from(keytype)), ("scheme", Json::from(scheme)), ("keyval", keyval)])
}

fn keyval(public: &str) -> Json {
    Json::object([("public", Json::from(public))])
}

/// The SHA-256 over a key's three fields, to be compared by people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyFingerprint([u8; 32]);

impl KeyFingerprint {
    /// Sixteen groups of four digits.
    pub fn groups(&self) -> [String; GROUPS] {
        groups(&self.0)
    }
}

impl fmt::Display for KeyFingerprint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.groups().join(" "))
    }
}

#[cfg(test)]
mod tests;
