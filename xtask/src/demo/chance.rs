//! Randomness for the demo: PINs, passphrases, and which files are downloaded.

use anyhow::{Context as _, Result};
use std::fmt::Write as _;
use std::fs::File;
use std::io::Read as _;

/// A PIN of random digits.
pub(crate) fn digits(count: usize) -> Result<String> {
    // 250 is the largest multiple of ten in a byte: what lies above would make small digits likelier.
    let fair = random_bytes(count * 4)?.into_iter().filter(|byte| *byte < 250);
    Ok(fair.take(count).map(|byte| char::from(b'0' + byte % 10)).collect())
}

/// A passphrase of random hex digits.
pub(crate) fn passphrase() -> Result<String> {
    Ok(hex(&random_bytes(12)?))
}

/// `count` different numbers below `below`, at random, in random order.
pub(crate) fn choose(count: usize, below: usize) -> Result<Vec<usize>> {
    let mut order: Vec<usize> = (0..below).collect();
    for place in (1..below).rev() {
        let bytes: [u8; 8] = random_bytes(8)?.try_into().unwrap_or_default();
        let other = usize::try_from(u64::from_le_bytes(bytes) % (place as u64 + 1)).unwrap_or(place);
        order.swap(place, other);
    }
    order.truncate(count);
    Ok(order)
}

fn random_bytes(count: usize) -> Result<Vec<u8>> {
    let mut bytes = vec![0; count];
    File::open("/dev/urandom").and_then(|mut file| file.read_exact(&mut bytes)).context("no randomness")?;
    Ok(bytes)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing into a string cannot fail.
        write!(text, "{byte:02x}").unwrap_or_default();
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pins_are_digits_and_passphrases_differ() {
        let pin = digits(8).unwrap();
        assert!(pin.len() == 8 && pin.bytes().all(|byte| byte.is_ascii_digit()), "{pin}");
        assert_ne!(passphrase().unwrap(), passphrase().unwrap());
    }

    #[test]
    fn chosen_numbers_are_different_and_in_range() {
        let mut chosen = choose(10, 50).unwrap();
        chosen.sort_unstable();
        chosen.dedup();
        assert!(chosen.len() == 10 && chosen.iter().all(|number| *number < 50));
        assert_eq!(choose(10, 3).unwrap().len(), 3);
    }
}
