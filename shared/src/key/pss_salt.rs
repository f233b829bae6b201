//! Which salt an RSA-PSS signature has (RFC 8017, 9.1.2). It explains why a signature was refused, and accepts none:
//! signatures count only when the verifier says so, and that wants a salt as long as the digest.

use aws_lc_rs::digest::{Algorithm, SHA256, SHA384, SHA512, digest};
use crypto_bigint::modular::runtime_mod::{DynResidue, DynResidueParams};
use crypto_bigint::{U64, Uint, Word};
use pkcs1::RsaPublicKey;
use pkcs1::der::Decode as _;

use super::Digest;

const WORD_BYTES: usize = size_of::<Word>();
/// The last byte of every padded message.
const TRAILER: u8 = 0xbc;
/// Larger moduli are not worth the work: opening takes a hundred times as long as verifying.
const MOST_BITS: usize = 4096;
/// What a verifier takes, and more than anybody uses.
const EXPONENT_BITS: usize = 33;

/// The length of the salt of `sig` over `message`, when it is a signature with any salt at all.
pub(super) fn length(public: &[u8], kind: Digest, message: &[u8], sig: &[u8]) -> Option<usize> {
    let key = RsaPublicKey::from_der(public).ok()?;
    let modulus = key.modulus.as_bytes();
    if sig.len() != modulus.len() {
        return None;
    }
    let bits = modulus.len() * 8 - modulus.first()?.leading_zeros() as usize;
    if bits > MOST_BITS {
        return None;
    }
    let opened = open(sig, modulus, key.public_exponent.as_bytes())?;
    let padded = opened.get(opened.len().checked_sub((bits - 1).div_ceil(8))?..)?;
    let unused = padded.len() * 8 - (bits - 1);
    salt_of(padded, unused, algorithm(kind), message)
}

fn algorithm(kind: Digest) -> &'static Algorithm {
    match kind {
        Digest::Sha256 => &SHA256,
        Digest::Sha384 => &SHA384,
        Digest::Sha512 => &SHA512,
    }
}

/// `sig` to the power of the public exponent (5.2.2), in numbers that are just wide enough.
fn open(sig: &[u8], modulus: &[u8], exponent: &[u8]) -> Option<Vec<u8>> {
    match modulus.len() {
        ..=256 => open_within::<{ 256 / WORD_BYTES }>(sig, modulus, exponent),
        _ => open_within::<{ MOST_BITS / 8 / WORD_BYTES }>(sig, modulus, exponent),
    }
}

fn open_within<const WORDS: usize>(sig: &[u8], modulus: &[u8], exponent: &[u8]) -> Option<Vec<u8>> {
    let (sig, modulus) = (number::<WORDS>(sig)?, number::<WORDS>(modulus)?);
    if sig >= modulus || modulus.as_words().first()? & 1 == 0 {
        return None;
    }
    let exponent = U64::from_u64(number_of(exponent)?);
    let base = DynResidue::new(&sig, DynResidueParams::new(&modulus));
    let opened = base.pow_bounded_exp(&exponent, EXPONENT_BITS).retrieve();
    Some(opened.as_words().iter().rev().flat_map(|word| word.to_be_bytes()).collect())
}

fn number<const WORDS: usize>(bytes: &[u8]) -> Option<Uint<WORDS>> {
    let mut wide = vec![0; (WORDS * WORD_BYTES).checked_sub(bytes.len())?];
    wide.extend_from_slice(bytes);
    Some(Uint::from_be_slice(&wide))
}

/// Nothing for exponents of which no signature verifies.
fn number_of(exponent: &[u8]) -> Option<u64> {
    let mut wide = [0; 8];
    wide.get_mut(8_usize.checked_sub(exponent.len())?..)?.copy_from_slice(exponent);
    Some(u64::from_be_bytes(wide)).filter(|number| number >> EXPONENT_BITS == 0)
}

/// Takes the padding off, whatever its salt.
fn salt_of(padded: &[u8], unused: usize, algorithm: &'static Algorithm, message: &[u8]) -> Option<usize> {
    let size = algorithm.output_len();
    let (&trailer, rest) = padded.split_last()?;
    let (masked, hash) = rest.split_at_checked(rest.len().checked_sub(size)?)?;
    if trailer != TRAILER {
        return None;
    }
    let mut block: Vec<u8> =
        masked.iter().zip(mask(hash, masked.len(), algorithm)).map(|(a, b)| a ^ b).collect();
    *block.first_mut()? &= 0xff >> unused;
    let one = block.iter().position(|byte| *byte != 0)?;
    let salt = block.get(one + 1..)?;
    if block.get(one) != Some(&1) {
        return None;
    }
    let hashed = [&[0; 8], digest(algorithm, message).as_ref(), salt].concat();
    (digest(algorithm, &hashed).as_ref() == hash).then_some(salt.len())
}

/// MGF1 (B.2.1).
fn mask(seed: &[u8], length: usize, algorithm: &'static Algorithm) -> Vec<u8> {
    let blocks = (0_u32..).flat_map(|counter| {
        let input = [seed, &counter.to_be_bytes()].concat();
        digest(algorithm, &input).as_ref().to_vec()
    });
    blocks.take(length).collect()
}
