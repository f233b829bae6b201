//! RSA as a card computes it: one number to the power of another.

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use num_bigint::BigUint;
use pkcs8::PrivateKeyInfo;

use super::super::status::Status;

/// A private key.
#[derive(Clone)]
pub(in super::super) struct RsaKey {
    p: BigUint,
    q: BigUint,
    modulus: BigUint,
    private_exponent: BigUint,
    bits: usize,
}

impl RsaKey {
    /// 65537: firmware makes and takes no other.
    pub(in super::super) const EXPONENT: [u8; 3] = [1, 0, 1];

    pub(in super::super) fn generate(bits: usize) -> Result<RsaKey, Status> {
        let size = match bits {
            2048 => KeySize::Rsa2048,
            3072 => KeySize::Rsa3072,
            4096 => KeySize::Rsa4096,
            _ => return Err(Status::WRONG_DATA),
        };
        let pair = KeyPair::generate(size).map_err(|_| Status::INTERNAL)?;
        let pkcs8: Pkcs8V1Der<'_> = pair.as_der().map_err(|_| Status::INTERNAL)?;
        RsaKey::of_pkcs8(bits, pkcs8.as_ref())
    }

    fn of_pkcs8(bits: usize, pkcs8: &[u8]) -> Result<RsaKey, Status> {
        let info = PrivateKeyInfo::try_from(pkcs8).map_err(|_| Status::INTERNAL)?;
        let key = pkcs1::RsaPrivateKey::try_from(info.private_key).map_err(|_| Status::INTERNAL)?;
        RsaKey::of_primes(bits, key.prime1.as_bytes(), key.prime2.as_bytes())
    }

    /// The key with these primes, if it has so many bits.
    pub(in super::super) fn of_primes(bits: usize, p: &[u8], q: &[u8]) -> Result<RsaKey, Status> {
        let (p, q) = (BigUint::from_bytes_be(p), BigUint::from_bytes_be(q));
        let modulus = &p * &q;
        if modulus.bits() != u64::try_from(bits).map_err(|_| Status::WRONG_DATA)? {
            return Err(Status::WRONG_DATA);
        }
        let one = BigUint::from(1u8);
        let totient = (&p - &one) * (&q - &one);
        let private_exponent =
            BigUint::from_bytes_be(&RsaKey::EXPONENT).modinv(&totient).ok_or(Status::WRONG_DATA)?;
        Ok(RsaKey { p, q, modulus, private_exponent, bits })
    }

    pub(in super::super) fn bits(&self) -> usize {
        self.bits
    }

    pub(in super::super) fn primes(&self) -> [Vec<u8>; 2] {
        [self.p.to_bytes_be(), self.q.to_bytes_be()]
    }

    pub(in super::super) fn modulus(&self) -> Vec<u8> {
        self.modulus.to_bytes_be()
    }

    /// A block as long as the key, to the private power.
    pub(in super::super) fn raw(&self, block: &[u8]) -> Result<Vec<u8>, Status> {
        if block.len() * 8 != self.bits {
            return Err(Status::WRONG_LENGTH);
        }
        let block = BigUint::from_bytes_be(block);
        if block >= self.modulus {
            return Err(Status::WRONG_DATA);
        }
        let power = block.modpow(&self.private_exponent, &self.modulus).to_bytes_be();
        Ok([vec![0; self.bits / 8 - power.len()], power].concat())
    }

    /// A PKCS #1 v1.5 signature, which certificates carry.
    pub(in super::super) fn sign_certificate(&self, digest_info: &[u8]) -> Result<Vec<u8>, Status> {
        let filling = (self.bits / 8).checked_sub(digest_info.len() + 3).ok_or(Status::INTERNAL)?;
        let block = [&[0, 1][..], &vec![0xff; filling], &[0], digest_info].concat();
        self.raw(&block)
    }
}
