//! Signatures, one at a time. Whether they are enough is decided in [`crate::threshold`].

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, RSA_PSS_2048_8192_SHA256, UnparsedPublicKey, VerificationAlgorithm,
};

use super::{Key, Scheme, Verifier};
use crate::json::Json;
use crate::names::{KeyId, NameError};

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
    /// Whether `sig` is this key's signature over `message`.
    ///
    /// # Errors
    /// The signature does not verify, or the scheme is one that never counts.
    pub fn verify(&self, message: &[u8], sig: &[u8]) -> Result<(), SignatureError> {
        let Verifier::Known(scheme, public) = &self.verifier else {
            return Err(SignatureError::Uncounted(self.scheme_name.clone()));
        };
        let algorithm: &'static dyn VerificationAlgorithm = match scheme {
            Scheme::Ed25519 => &ED25519,
            Scheme::EcdsaP256Sha256 => &ECDSA_P256_SHA256_ASN1,
            Scheme::RsaPssSha256 => &RSA_PSS_2048_8192_SHA256,
        };
        UnparsedPublicKey::new(algorithm, public)
            .verify(message, sig)
            .map_err(|_| SignatureError::Invalid(self.id.clone()))
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
    /// The scheme is never counted.
    #[error("Signatures of scheme {0} are shown and never counted.")]
    Uncounted(String),
}
