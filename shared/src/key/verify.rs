//! Signatures, one at a time. Whether they are enough is decided in [`crate::threshold`].

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P384_SHA384_ASN1, ECDSA_P521_SHA512_ASN1, ED25519,
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512,
    RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512, UnparsedPublicKey,
    VerificationAlgorithm,
};

use super::{CountedScheme, Curve, Digest, Key, Verifier, pss_salt};
use crate::json::Json;
use crate::names::{KeyId, NameError};
use crate::text::shortened;

/// A signature as a document carries it (4.2.1): the key's id, and the signature in hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The declared id of the signing key.
    pub keyid: KeyId,
    /// The signature's bytes: raw for Ed25519 and RSA, DER for ECDSA. Empty for a placeholder.
    pub sig: Vec<u8>,
}

impl Signature {
    /// Reads `{"keyid", "sig"}`.
    ///
    /// # Errors
    /// Missing fields, an impossible id, or a `sig` that is not hexadecimal.
    pub fn from_json(value: &Json) -> Result<Signature, SignatureError> {
        let field = |name| value.get(name).and_then(Json::as_str).ok_or(SignatureError::Field(name));
        let keyid = KeyId::parse(field("keyid")?)?;
        let sig = hex::decode(field("sig")?).map_err(|_| SignatureError::NotHex(keyid.clone()))?;
        Ok(Signature { keyid, sig })
    }

    /// `{"keyid", "sig"}`.
    pub fn to_json(&self) -> Json {
        Json::object([
            ("keyid", Json::from(self.keyid.as_str())),
            ("sig", Json::String(hex::encode(&self.sig))),
        ])
    }
}

impl Key {
    /// Whether `sig` is this key's signature over `message`, and why not when it is not.
    ///
    /// # Errors
    /// The signature does not verify, or the scheme is one that never counts.
    pub fn verify(&self, message: &[u8], sig: &[u8]) -> Result<(), SignatureError> {
        self.verify_alone(message, sig).map_err(|error| self.explained(error, message, sig))
    }

    /// As [`Key::verify`], without the work of looking for a cause.
    pub(crate) fn verify_alone(&self, message: &[u8], sig: &[u8]) -> Result<(), SignatureError> {
        let Verifier::Known(scheme, public) = &self.verifier else {
            return Err(SignatureError::Uncounted(shortened(&self.scheme_name)));
        };
        let held = UnparsedPublicKey::new(scheme.algorithm(), public).verify(message, sig);
        held.map_err(|_| SignatureError::Invalid(self.id.clone()))
    }

    fn explained(&self, error: SignatureError, message: &[u8], sig: &[u8]) -> SignatureError {
        let Verifier::Known(CountedScheme::RsaPss(digest), public) = &self.verifier else { return error };
        match pss_salt::length(public, *digest, message, sig) {
            Some(found) => SignatureError::Salt { keyid: self.id.clone(), expected: digest.length(), found },
            None => error,
        }
    }
}

impl CountedScheme {
    fn algorithm(self) -> &'static dyn VerificationAlgorithm {
        match self {
            CountedScheme::Ed25519 => &ED25519,
            CountedScheme::Ecdsa(Curve::P256) => &ECDSA_P256_SHA256_ASN1,
            CountedScheme::Ecdsa(Curve::P384) => &ECDSA_P384_SHA384_ASN1,
            CountedScheme::Ecdsa(Curve::P521) => &ECDSA_P521_SHA512_ASN1,
            CountedScheme::RsaPss(Digest::Sha256) => &RSA_PSS_2048_8192_SHA256,
            CountedScheme::RsaPss(Digest::Sha384) => &RSA_PSS_2048_8192_SHA384,
            CountedScheme::RsaPss(Digest::Sha512) => &RSA_PSS_2048_8192_SHA512,
            CountedScheme::RsaPkcs1(Digest::Sha256) => &RSA_PKCS1_2048_8192_SHA256,
            CountedScheme::RsaPkcs1(Digest::Sha384) => &RSA_PKCS1_2048_8192_SHA384,
            CountedScheme::RsaPkcs1(Digest::Sha512) => &RSA_PKCS1_2048_8192_SHA512,
        }
    }
}

/// A signature is malformed or does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// A field is missing or no string.
    #[error("A signature has no usable field \"{0}\". It has keyid and sig.")]
    Field(&'static str),
    /// An impossible key id.
    #[error(transparent)]
    KeyId(#[from] NameError),
    /// The signature is not hexadecimal.
    #[error("The signature of key {0} is not hexadecimal. It was damaged on its way; export it again.")]
    NotHex(KeyId),
    /// The signature does not verify.
    #[error("The signature does not verify with key {0}. Either the document changed or another key signed.")]
    Invalid(KeyId),
    /// Right but for the length of its salt, on which clients do not agree.
    #[error(
        "The signature of key {keyid} is an RSA-PSS signature with a salt of {found} bytes, which is never counted. Sign again with a salt as long as the digest, {expected} bytes."
    )]
    Salt {
        /// The key.
        keyid: KeyId,
        /// The length of the digest.
        expected: usize,
        /// The length of the salt.
        found: usize,
    },
    /// The scheme is never counted.
    #[error("Signatures of scheme {0} are shown and never counted.")]
    Uncounted(String),
}
