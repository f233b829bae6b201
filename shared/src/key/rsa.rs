//! Which RSA numbers are taken for a key. Whether a modulus has exactly two primes nobody but its holder can tell; what
//! is certainly no key is refused.

use pkcs1::RsaPublicKey;

use super::KeyError;

/// RSA moduli below this many bits are refused.
const MIN_BITS: usize = 2048;
/// RSA moduli above this many bits are refused: no client verifies them.
const MAX_BITS: usize = 8192;

/// RSA exponents of more bits are refused: nothing verifies their signatures.
const EXPONENT_BITS: usize = 33;
/// Moduli with a divisor below this are refused (NIST SP 800-89, 5.3.3).
const LEAST_DIVISOR: u64 = 752;

/// A modulus and an exponent with which signatures can be verified.
pub(super) fn check(key: &RsaPublicKey<'_>) -> Result<(), KeyError> {
    let modulus = key.modulus.as_bytes();
    let bits = bit_length(modulus);
    if !(MIN_BITS..=MAX_BITS).contains(&bits) {
        return Err(KeyError::RsaSize(bits));
    }
    if has_small_divisor(modulus) || !is_exponent(key.public_exponent.as_bytes()) {
        return Err(KeyError::Rsa);
    }
    Ok(())
}

/// The length of the modulus in an RSAPublicKey (PKCS#1), in bits.
pub(super) fn bits(numbers: &[u8]) -> Option<usize> {
    RsaPublicKey::try_from(numbers).ok().map(|key| bit_length(key.modulus.as_bytes()))
}

fn bit_length(number: &[u8]) -> usize {
    number.len() * 8 - number.first().map_or(0, |byte| byte.leading_zeros() as usize)
}

/// Odd, at least three, and of a size that is verified.
fn is_exponent(bytes: &[u8]) -> bool {
    let number = bytes.iter().try_fold(0_u64, |number, byte| {
        Some(number.checked_mul(256)? + u64::from(*byte)).filter(|number| number >> EXPONENT_BITS == 0)
    });
    number.is_some_and(|number| number & 1 == 1 && number >= 3)
}

/// The product of two primes has none.
fn has_small_divisor(modulus: &[u8]) -> bool {
    let words: Vec<u64> = modulus
        .rchunks(4)
        .rev()
        .map(|word| word.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
        .collect();
    let rest = |divisor| words.iter().fold(0, |rest, word| (rest << 32 | word) % divisor);
    std::iter::once(2).chain((3..LEAST_DIVISOR).step_by(2)).any(|divisor| rest(divisor) == 0)
}
