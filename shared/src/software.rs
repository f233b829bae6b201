//! Private keys in software: the service's vault and rehearsals' key files.
//!
//! The only module of this crate that knows private keys and needs randomness. A private key is
//! kept as zeroized PKCS#8, has no `Debug` of its content and is never serialised but into a
//! sealed file.

pub mod sealed;

use std::fmt;

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PSS_SHA256, RsaKeyPair,
};
use pkcs8::der::Decode as _;
use pkcs8::{ObjectIdentifier, PrivateKeyInfo};
use zeroize::Zeroizing;

use crate::key::{Key, KeyError, Scheme};

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");

/// A private key held in memory.
pub struct SoftwareKey {
    pair: Pair,
    pkcs8: Zeroizing<Vec<u8>>,
    public: Key,
}

enum Pair {
    Ed25519(Ed25519KeyPair),
    P256(EcdsaKeyPair),
    Rsa(RsaKeyPair),
}

impl SoftwareKey {
    /// A new key from the operating system's randomness. RSA keys have 3072 bits.
    ///
    /// # Errors
    /// No randomness.
    pub fn generate(scheme: Scheme) -> Result<SoftwareKey, SoftwareKeyError> {
        let failed = |_| SoftwareKeyError::Generate;
        let pkcs8 = match scheme {
            Scheme::Ed25519 => {
                let pair = Ed25519KeyPair::generate().map_err(failed)?;
                Zeroizing::new(pair.to_pkcs8().map_err(failed)?.as_ref().to_vec())
            }
            Scheme::EcdsaP256Sha256 => {
                let document =
                    EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &SystemRandom::new());
                Zeroizing::new(document.map_err(failed)?.as_ref().to_vec())
            }
            Scheme::RsaPssSha256 => {
                let pair = aws_lc_rs::rsa::KeyPair::generate(KeySize::Rsa3072).map_err(failed)?;
                Zeroizing::new(pair.as_der().map_err(failed)?.as_ref().to_vec())
            }
        };
        SoftwareKey::from_pkcs8_der(&pkcs8)
    }

    /// Takes a private key in PKCS#8 DER.
    ///
    /// # Errors
    /// No PKCS#8, or a kind of key that cannot sign TUF metadata.
    pub fn from_pkcs8_der(der: &[u8]) -> Result<SoftwareKey, SoftwareKeyError> {
        let wrong = |_| SoftwareKeyError::Pkcs8;
        let info = PrivateKeyInfo::from_der(der).map_err(|_| SoftwareKeyError::Pkcs8)?;
        let (pair, public) = match info.algorithm.oid {
            ED25519 => {
                let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(der).map_err(wrong)?;
                let bytes =
                    <[u8; 32]>::try_from(pair.public_key().as_ref()).map_err(|_| SoftwareKeyError::Pkcs8)?;
                (Pair::Ed25519(pair), Key::from_ed25519_bytes(&bytes)?)
            }
            EC => {
                let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, der).map_err(wrong)?;
                let public = Key::from_p256_point(pair.public_key().as_ref())?;
                (Pair::P256(pair), public)
            }
            RSA => {
                let pair = RsaKeyPair::from_pkcs8(der).map_err(wrong)?;
                let public = rsa_public(pair.public_key().as_ref())?;
                (Pair::Rsa(pair), public)
            }
            _ => return Err(SoftwareKeyError::Pkcs8),
        };
        Ok(SoftwareKey { pair, pkcs8: Zeroizing::new(der.to_vec()), public })
    }

    /// The public key.
    pub fn public(&self) -> &Key {
        &self.public
    }

    /// Signs: raw for Ed25519, DER for ECDSA, PSS with a salt of 32 bytes for RSA.
    ///
    /// # Errors
    /// No randomness.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SoftwareKeyError> {
        let failed = |_| SoftwareKeyError::Sign;
        match &self.pair {
            Pair::Ed25519(pair) => Ok(pair.sign(message).as_ref().to_vec()),
            Pair::P256(pair) => {
                Ok(pair.sign(&SystemRandom::new(), message).map_err(failed)?.as_ref().to_vec())
            }
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PSS_SHA256, &SystemRandom::new(), message, &mut signature).map_err(failed)?;
                Ok(signature)
            }
        }
    }

    /// The private key in PKCS#8 DER, to be sealed.
    pub fn to_pkcs8_der(&self) -> &Zeroizing<Vec<u8>> {
        &self.pkcs8
    }
}

fn rsa_public(pkcs1: &[u8]) -> Result<Key, SoftwareKeyError> {
    let key = pkcs1::RsaPublicKey::from_der(pkcs1).map_err(|_| SoftwareKeyError::Pkcs8)?;
    Ok(Key::from_rsa_numbers(key.modulus.as_bytes(), key.public_exponent.as_bytes())?)
}

impl fmt::Debug for SoftwareKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SoftwareKey({})", self.public.id())
    }
}

/// A private key cannot be made or used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SoftwareKeyError {
    /// No PKCS#8 of a known kind.
    #[error("This is no usable private key in PKCS#8. Use Ed25519, P-256 or RSA.")]
    Pkcs8,
    /// The public half is unusable.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// No randomness.
    #[error("The key could not be generated, because the system gave no randomness. Try again.")]
    Generate,
    /// No randomness.
    #[error("The key did not sign, because the system gave no randomness. Try again.")]
    Sign,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scheme_signs_what_its_public_key_verifies() {
        for scheme in [Scheme::Ed25519, Scheme::EcdsaP256Sha256, Scheme::RsaPssSha256] {
            let key = SoftwareKey::generate(scheme).unwrap();
            let signature = key.sign(b"message").unwrap();
            assert_eq!(key.public().scheme(), Some(scheme));
            assert_eq!(key.public().verify(b"message", &signature), Ok(()));
            assert!(key.public().verify(b"massage", &signature).is_err());
            let again = SoftwareKey::from_pkcs8_der(key.to_pkcs8_der()).unwrap();
            assert_eq!(again.public(), key.public());
            assert!(!format!("{key:?}").contains(&hex::encode(key.to_pkcs8_der().as_slice())));
        }
    }
}
