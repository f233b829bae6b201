//! The pieces of DER that public keys and certificates are made of.

use super::tlv::{nested, tlv};

pub(super) fn sequence(fields: &[Vec<u8>]) -> Vec<u8> {
    nested(0x30, fields)
}

/// An unsigned number.
pub(super) fn integer(number: &[u8]) -> Vec<u8> {
    let digits: Vec<u8> = number.iter().copied().skip_while(|digit| *digit == 0).collect();
    match digits.first() {
        Some(first) if *first < 0x80 => tlv(2, &digits),
        _ => tlv(2, &[vec![0], digits].concat()),
    }
}

pub(super) fn bit_string(bytes: &[u8]) -> Vec<u8> {
    tlv(3, &[&[0], bytes].concat())
}

/// An object identifier by its numbers.
pub(super) fn oid(text: &str) -> Vec<u8> {
    let numbers: Vec<u64> = text.split('.').filter_map(|number| number.parse().ok()).collect();
    let (start, rest) = match numbers.as_slice() {
        [first, second, rest @ ..] => (first * 40 + second, rest),
        _ => (0, &[][..]),
    };
    let bytes: Vec<u8> = std::iter::once(&start).chain(rest).flat_map(|number| base_128(*number)).collect();
    tlv(6, &bytes)
}

fn base_128(mut number: u64) -> Vec<u8> {
    let mut digits = Vec::new();
    loop {
        let more = if digits.is_empty() { 0 } else { 0x80 };
        digits.push(u8::try_from(number & 0x7f).unwrap_or_default() | more);
        number >>= 7;
        if number == 0 {
            break;
        }
    }
    digits.reverse();
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_and_numbers_are_spelled_as_the_standard_says() {
        assert_eq!(hex::encode(oid("1.2.840.10045.3.1.7")), "06082a8648ce3d030107");
        assert_eq!(hex::encode(oid("1.3.6.1.4.1.41482.3.8")), "060a2b0601040182c40a0308");
        assert_eq!(integer(&[0, 0, 0x80]), [2, 2, 0, 0x80]);
        assert_eq!((integer(&[0]), integer(&[0x7f])), (vec![2, 1, 0], vec![2, 1, 0x7f]));
    }
}
