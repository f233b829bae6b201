//! ECDSA over a digest that the host made.

use aws_lc_rs::digest::{self, Digest};
use aws_lc_rs::encoding::{AsBigEndian as _, EcPrivateKeyBin};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm,
    KeyPair as _,
};

use super::super::der;
use super::super::status::Status;
use super::super::tlv::{nested, tlv};

/// A curve of PIV.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Curve {
    P256,
    P384,
}

impl Curve {
    /// Bytes of a secret, and of the digest that goes with the curve.
    pub(in super::super) fn size(self) -> usize {
        match self {
            Curve::P256 => 32,
            Curve::P384 => 48,
        }
    }

    pub(in super::super) fn oid(self) -> Vec<u8> {
        match self {
            Curve::P256 => der::oid("1.2.840.10045.3.1.7"),
            Curve::P384 => der::oid("1.3.132.0.34"),
        }
    }

    pub(in super::super) fn digest(self) -> &'static digest::Algorithm {
        match self {
            Curve::P256 => &digest::SHA256,
            Curve::P384 => &digest::SHA384,
        }
    }

    fn signing(self) -> &'static EcdsaSigningAlgorithm {
        match self {
            Curve::P256 => &ECDSA_P256_SHA256_ASN1_SIGNING,
            Curve::P384 => &ECDSA_P384_SHA384_ASN1_SIGNING,
        }
    }
}

/// A private key on a curve.
#[derive(Clone)]
pub(in super::super) struct EcKey {
    curve: Curve,
    secret: Vec<u8>,
    point: Vec<u8>,
}

impl EcKey {
    pub(in super::super) fn generate(curve: Curve) -> Result<EcKey, Status> {
        let pair = EcdsaKeyPair::generate(curve.signing()).map_err(|_| Status::INTERNAL)?;
        let secret: EcPrivateKeyBin<'_> = pair.private_key().as_be_bytes().map_err(|_| Status::INTERNAL)?;
        EcKey::of_secret(curve, secret.as_ref())
    }

    /// The key with this secret, big-endian.
    pub(in super::super) fn of_secret(curve: Curve, secret: &[u8]) -> Result<EcKey, Status> {
        let secret = padded(secret, curve.size())?;
        let point = pair(curve, &secret)?.public_key().as_ref().to_vec();
        Ok(EcKey { curve, secret, point })
    }

    /// The key that always comes out of these words.
    pub(in super::super) fn of_seed(curve: Curve, seed: &str) -> Result<EcKey, Status> {
        EcKey::of_secret(curve, digest::digest(curve.digest(), seed.as_bytes()).as_ref())
    }

    pub(in super::super) fn curve(&self) -> Curve {
        self.curve
    }

    pub(in super::super) fn secret(&self) -> &[u8] {
        &self.secret
    }

    /// The public point, uncompressed.
    pub(in super::super) fn point(&self) -> &[u8] {
        &self.point
    }

    /// Signs a digest, in DER. A shorter one is a smaller number; a longer one is refused.
    pub(in super::super) fn sign(&self, digest: &[u8]) -> Result<Vec<u8>, Status> {
        let digest = Digest::import_less_safe(&padded(digest, self.curve.size())?, self.curve.digest());
        let signature = pair(self.curve, &self.secret)?.sign_digest(&digest.map_err(|_| Status::INTERNAL)?);
        Ok(signature.map_err(|_| Status::INTERNAL)?.as_ref().to_vec())
    }
}

/// An RFC 5915 key without its public half, which is computed from it.
fn pair(curve: Curve, secret: &[u8]) -> Result<EcdsaKeyPair, Status> {
    let key = nested(0x30, &[der::integer(&[1]), tlv(4, secret), tlv(0xa0, &curve.oid())]);
    EcdsaKeyPair::from_private_key_der(curve.signing(), &key).map_err(|_| Status::WRONG_DATA)
}

fn padded(number: &[u8], size: usize) -> Result<Vec<u8>, Status> {
    let missing = size.checked_sub(number.len()).ok_or(Status::WRONG_DATA)?;
    Ok([vec![0; missing], number.to_vec()].concat())
}
