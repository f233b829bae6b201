//! EMSA-PSS (RFC 8017, 9.1.1) with SHA-256, MGF1 over SHA-256, and a salt of 32 bytes: what a card that knows only raw
//! RSA is given to sign.

use ceremony_tui::token::Refusal;
use shared::digest::sha256;
use shared::key::Key;

use crate::metadata::algorithm;

/// The length of digest and salt.
const LENGTH: usize = 32;

/// The algorithm's number on the card, and the padded digest: as long as the modulus.
pub(crate) fn prepare(key: &Key, message: &[u8]) -> Result<(u8, Vec<u8>), Refusal> {
    let (number, bits) = match key.rsa_bits() {
        Some(2048) => (algorithm::RSA_2048, 2048),
        Some(3072) => (algorithm::RSA_3072, 3072),
        Some(4096) => (algorithm::RSA_4096, 4096),
        _ => {
            let reason = "a YubiKey signs with RSA keys of 2048, 3072 and 4096 bits only".to_owned();
            return Err(Refusal::UnsupportedKey { reason });
        }
    };
    let mut salt = [0; LENGTH];
    random(&mut salt)?;
    Ok((number, encode(&sha256(message), &salt, bits)))
}

#[expect(clippy::disallowed_methods, reason = "the host's edge for randomness: a salt")]
fn random(salt: &mut [u8; LENGTH]) -> Result<(), Refusal> {
    getrandom::fill(salt).map_err(|error| Refusal::Device {
        action: "sign".to_owned(),
        code: format!("nothing, for want of randomness on this machine ({error})"),
    })
}

/// 9.1.1, for a modulus of `bits` bits: a multiple of eight, so that the encoded message has its length and only its
/// first bit is cleared.
fn encode(digest: &[u8; LENGTH], salt: &[u8; LENGTH], bits: usize) -> Vec<u8> {
    // Steps 4 to 6: M' = 00 00 00 00 00 00 00 00 || mHash || salt; H = Hash(M').
    let hash = sha256(&[&[0; 8][..], digest, salt].concat());
    // Steps 7 and 8: DB = PS || 01 || salt, and emLen = bits / 8.
    let mut encoded = vec![0; bits / 8 - LENGTH - 1 - LENGTH - 1];
    encoded.push(1);
    encoded.extend_from_slice(salt);
    // Steps 9 and 10: maskedDB = DB xor MGF(H, emLen - hLen - 1).
    for (byte, mask) in encoded.iter_mut().zip(mask(&hash)) {
        *byte ^= mask;
    }
    // Step 11: emBits is bits - 1.
    encoded[0] &= 0x7f;
    // Step 12.
    encoded.extend_from_slice(&hash);
    encoded.push(0xbc);
    encoded
}

/// MGF1 (appendix B.2.1), as many bytes as are taken.
fn mask(seed: &[u8; LENGTH]) -> impl Iterator<Item = u8> {
    let block = move |counter: u32| sha256(&[&seed[..], &counter.to_be_bytes()].concat());
    (0..).flat_map(block)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made by OpenSSL 3.0: `openssl dgst -sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32 -sign`, then
    /// `openssl pkeyutl -verifyrecover -pkeyopt rsa_padding_mode:none` for the padded message.
    const VECTORS: [(usize, &str); 3] = [
        (2048, include_str!("pss/2048.hex")),
        (3072, include_str!("pss/3072.hex")),
        (4096, include_str!("pss/4096.hex")),
    ];

    #[test]
    fn the_padding_is_what_openssl_makes_of_the_same_message_and_salt() {
        for (bits, text) in VECTORS {
            let expected = hex::decode(text.split_whitespace().collect::<String>()).unwrap();
            assert_eq!(expected.len() * 8, bits);
            let salt = salt_in(&expected);
            assert_eq!(encode(&sha256(b"a message for the padding\n"), &salt, bits), expected, "{bits}");
        }
    }

    /// 9.1.2, steps 6 to 10: what was masked is masked back.
    fn salt_in(encoded: &[u8]) -> [u8; LENGTH] {
        let (masked, rest) = encoded.split_at(encoded.len() - LENGTH - 1);
        let hash: &[u8; LENGTH] = rest[..LENGTH].try_into().unwrap();
        let unmasked: Vec<u8> = masked.iter().zip(mask(hash)).map(|(byte, mask)| byte ^ mask).collect();
        *unmasked.last_chunk().unwrap()
    }

    #[test]
    fn another_message_or_another_salt_is_another_padding() {
        let (digest, salt) = (sha256(b"one"), [7; LENGTH]);
        let encoded = encode(&digest, &salt, 2048);
        assert_ne!(encoded, encode(&sha256(b"two"), &salt, 2048));
        assert_ne!(encoded, encode(&digest, &[8; LENGTH], 2048));
        assert_eq!((encoded[0] & 0x80, encoded.last()), (0, Some(&0xbc)));
    }
}
