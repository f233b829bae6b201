//! Private keys, and what a card does with them: it pads nothing and hashes nothing.

mod curve;
mod rsa;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use serde::{Deserialize, Serialize};

use super::der::{self, bit_string};
use super::random;
use super::status::Status;
use super::tlv::{Fields, nested, tlv};
pub(super) use curve::{Curve, EcKey};
pub(super) use rsa::RsaKey;

/// What a slot can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Algorithm {
    /// ECDSA on P-256.
    P256,
    /// ECDSA on P-384.
    P384,
    /// Ed25519, from firmware 5.7 on.
    Ed25519,
    /// RSA with 1024 bits: only imported here.
    Rsa1024,
    /// RSA with 2048 bits.
    Rsa2048,
    /// RSA with 3072 bits, from firmware 5.7 on.
    Rsa3072,
    /// RSA with 4096 bits, from firmware 5.7 on.
    Rsa4096,
}

impl Algorithm {
    const ALL: [Algorithm; 7] = [
        Algorithm::P256,
        Algorithm::P384,
        Algorithm::Ed25519,
        Algorithm::Rsa1024,
        Algorithm::Rsa2048,
        Algorithm::Rsa3072,
        Algorithm::Rsa4096,
    ];

    /// Its number in APDUs.
    pub fn number(self) -> u8 {
        match self {
            Algorithm::P256 => 0x11,
            Algorithm::P384 => 0x14,
            Algorithm::Ed25519 => 0xe0,
            Algorithm::Rsa1024 => 0x06,
            Algorithm::Rsa2048 => 0x07,
            Algorithm::Rsa3072 => 0x05,
            Algorithm::Rsa4096 => 0x16,
        }
    }

    /// The one with this number.
    pub(super) fn of_number(number: u8) -> Result<Algorithm, Status> {
        Algorithm::ALL.into_iter().find(|algorithm| algorithm.number() == number).ok_or(Status::WRONG_DATA)
    }

    fn bits(self) -> Option<usize> {
        match self {
            Algorithm::Rsa1024 => Some(1024),
            Algorithm::Rsa2048 => Some(2048),
            Algorithm::Rsa3072 => Some(3072),
            Algorithm::Rsa4096 => Some(4096),
            Algorithm::P256 | Algorithm::P384 | Algorithm::Ed25519 => None,
        }
    }
}

/// A private key. It says nothing about itself, not even to `Debug`.
#[derive(Clone)]
pub(super) enum PrivateKey {
    Ec(EcKey),
    Ed25519([u8; 32]),
    Rsa(Box<RsaKey>),
}

impl PrivateKey {
    /// A new one.
    pub(super) fn generate(algorithm: Algorithm) -> Result<PrivateKey, Status> {
        Ok(match (algorithm, algorithm.bits()) {
            (_, Some(bits)) => PrivateKey::Rsa(Box::new(RsaKey::generate(bits)?)),
            (Algorithm::Ed25519, _) => PrivateKey::Ed25519(seed(&random::bytes(32)?)?),
            (Algorithm::P384, _) => PrivateKey::Ec(EcKey::generate(Curve::P384)?),
            _ => PrivateKey::Ec(EcKey::generate(Curve::P256)?),
        })
    }

    /// One that came from elsewhere, as IMPORT KEY spells its parts.
    pub(super) fn import(algorithm: Algorithm, parts: &Fields<'_>) -> Result<PrivateKey, Status> {
        Ok(match (algorithm, algorithm.bits()) {
            (_, Some(bits)) => {
                PrivateKey::Rsa(Box::new(RsaKey::of_primes(bits, parts.need(1)?, parts.need(2)?)?))
            }
            (Algorithm::Ed25519, _) => PrivateKey::Ed25519(seed(parts.need(7)?)?),
            (Algorithm::P384, _) => PrivateKey::Ec(EcKey::of_secret(Curve::P384, parts.need(6)?)?),
            _ => PrivateKey::Ec(EcKey::of_secret(Curve::P256, parts.need(6)?)?),
        })
    }

    /// One that came from elsewhere, by its parts alone.
    pub(super) fn of_parts(algorithm: Algorithm, parts: &[&[u8]]) -> Result<PrivateKey, Status> {
        let first = match algorithm {
            Algorithm::P256 | Algorithm::P384 => 6,
            Algorithm::Ed25519 => 7,
            Algorithm::Rsa1024 | Algorithm::Rsa2048 | Algorithm::Rsa3072 | Algorithm::Rsa4096 => 1,
        };
        let fields: Vec<u8> = parts.iter().zip(first..).flat_map(|(part, tag)| tlv(tag, part)).collect();
        PrivateKey::import(algorithm, &Fields::read(&fields)?)
    }

    /// Its parts, for IMPORT KEY and for a file.
    pub(super) fn parts(&self) -> Vec<u8> {
        match self {
            PrivateKey::Ec(key) => tlv(6, key.secret()),
            PrivateKey::Ed25519(seed) => tlv(7, seed),
            PrivateKey::Rsa(key) => {
                key.primes().into_iter().zip(1..).flat_map(|(prime, tag)| tlv(tag, &prime)).collect()
            }
        }
    }

    pub(super) fn algorithm(&self) -> Algorithm {
        match self {
            PrivateKey::Ec(key) => match key.curve() {
                Curve::P256 => Algorithm::P256,
                Curve::P384 => Algorithm::P384,
            },
            PrivateKey::Ed25519(_) => Algorithm::Ed25519,
            PrivateKey::Rsa(key) => match key.bits() {
                1024 => Algorithm::Rsa1024,
                2048 => Algorithm::Rsa2048,
                3072 => Algorithm::Rsa3072,
                _ => Algorithm::Rsa4096,
            },
        }
    }

    /// The public half as PIV spells it.
    pub(super) fn public_fields(&self) -> Result<Vec<u8>, Status> {
        Ok(match self {
            PrivateKey::Ec(key) => tlv(0x86, key.point()),
            PrivateKey::Ed25519(seed) => tlv(0x86, &ed25519_public(seed)?),
            PrivateKey::Rsa(key) => [tlv(0x81, &key.modulus()), tlv(0x82, &RsaKey::EXPONENT)].concat(),
        })
    }

    /// The public half as a SubjectPublicKeyInfo.
    pub(super) fn public_info(&self) -> Result<Vec<u8>, Status> {
        let (algorithm, key) = match self {
            PrivateKey::Ec(key) => {
                (der::sequence(&[der::oid("1.2.840.10045.2.1"), key.curve().oid()]), key.point().to_vec())
            }
            PrivateKey::Ed25519(seed) => (der::sequence(&[der::oid("1.3.101.112")]), ed25519_public(seed)?),
            PrivateKey::Rsa(key) => {
                let numbers = [der::integer(&key.modulus()), der::integer(&RsaKey::EXPONENT)];
                (der::sequence(&[der::oid("1.2.840.113549.1.1.1"), tlv(5, &[])]), der::sequence(&numbers))
            }
        };
        Ok(nested(0x30, &[algorithm, bit_string(&key)]))
    }

    /// What GENERAL AUTHENTICATE does: a digest for ECDSA, the message for Ed25519, a padded block for RSA.
    pub(super) fn sign(&self, input: &[u8]) -> Result<Vec<u8>, Status> {
        match self {
            PrivateKey::Ec(key) => key.sign(input),
            PrivateKey::Ed25519(seed) => {
                let pair = ed25519(seed)?;
                Ok(pair.sign(input).as_ref().to_vec())
            }
            PrivateKey::Rsa(key) => key.raw(input),
        }
    }
}

fn seed(bytes: &[u8]) -> Result<[u8; 32], Status> {
    bytes.try_into().map_err(|_| Status::WRONG_DATA)
}

fn ed25519(seed: &[u8; 32]) -> Result<Ed25519KeyPair, Status> {
    Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| Status::INTERNAL)
}

fn ed25519_public(seed: &[u8; 32]) -> Result<Vec<u8>, Status> {
    Ok(ed25519(seed)?.public_key().as_ref().to_vec())
}
