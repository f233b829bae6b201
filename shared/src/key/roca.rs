//! ROCA (CVE-2017-15361): RSA keys whose primes were made from too few random bits, and show it.
//!
//! The faulty generator made primes of the form `k * M + (65537^a mod M)`, where M is the product of the first primes.
//! So its moduli are powers of 65537 modulo each small prime; a random modulus is that for all of those below with a
//! probability of about one in a hundred million.

use pkcs1::RsaPublicKey;
use pkcs1::der::Decode as _;

use super::{CountedScheme, Key, Verifier};

const GENERATOR: u64 = 65537;

/// The odd primes among the first that every size of faulty key has in M.
const PRIMES: [u64; 38] = [
    3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103,
    107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
];

impl Key {
    /// Whether this is an RSA key with the pattern of those that can be computed from their public keys.
    pub fn has_roca_pattern(&self) -> bool {
        let Verifier::Known(CountedScheme::RsaPss(_) | CountedScheme::RsaPkcs1(_), der) = &self.verifier
        else {
            return false;
        };
        RsaPublicKey::from_der(der).is_ok_and(|key| has_pattern(key.modulus.as_bytes()))
    }
}

fn has_pattern(modulus: &[u8]) -> bool {
    PRIMES.iter().all(|prime| is_power(rest(modulus, *prime), *prime))
}

/// The rest of a big-endian number.
fn rest(number: &[u8], divisor: u64) -> u64 {
    number.iter().fold(0, |rest, byte| (rest << 8 | u64::from(*byte)) % divisor)
}

/// Whether some power of the generator leaves that rest.
fn is_power(rest: u64, prime: u64) -> bool {
    let mut power = 1;
    (0..prime).any(|_| {
        let found = power == rest;
        power = power * GENERATOR % prime;
        found
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::Scheme;
    use crate::software::SoftwareKey;

    /// A power of the generator modulo the product of the primes, as a big-endian number: what a faulty modulus is.
    fn faulty(exponent: u32) -> Vec<u8> {
        let mut number = vec![1_u8];
        for _ in 0..exponent {
            number = times(&number, GENERATOR);
        }
        number
    }

    fn times(number: &[u8], factor: u64) -> Vec<u8> {
        let mut product = Vec::new();
        let mut carry = 0;
        for byte in number.iter().rev() {
            carry += u64::from(*byte) * factor;
            product.push(carry.to_le_bytes()[0]);
            carry >>= 8;
        }
        while carry > 0 {
            product.push(carry.to_le_bytes()[0]);
            carry >>= 8;
        }
        product.reverse();
        product
    }

    #[test]
    fn powers_of_the_generator_have_the_pattern_and_their_neighbours_do_not() {
        for exponent in [1, 2, 100, 127] {
            let mut number = faulty(exponent);
            assert!(has_pattern(&number), "{exponent}");
            *number.last_mut().unwrap() ^= 2;
            assert!(!has_pattern(&number), "{exponent}");
        }
    }

    #[test]
    fn keys_of_a_sound_generator_do_not_have_the_pattern() {
        for scheme in [Scheme::RsaPssSha256, Scheme::EcdsaP256Sha256, Scheme::Ed25519] {
            assert!(!SoftwareKey::generate(scheme).unwrap().public().has_roca_pattern());
        }
    }
}
