//! ECDSA signatures: PKCS#11 gives r and s side by side; TUF wants the DER sequence of two integers.

/// The sequence of both numbers; nothing for another length than P-256 has.
pub(super) fn from_raw(raw: &[u8]) -> Option<Vec<u8>> {
    if raw.len() != 64 {
        return None;
    }
    let (r, s) = raw.split_at(32);
    let mut body = integer(r);
    body.extend(integer(s));
    let mut der = vec![0x30, length_byte(&body)];
    der.extend(body);
    Some(der)
}

fn integer(number: &[u8]) -> Vec<u8> {
    let start = number.iter().position(|byte| *byte != 0).unwrap_or(number.len() - 1);
    let mut digits = number[start..].to_vec();
    if digits[0] & 0x80 != 0 {
        digits.insert(0, 0);
    }
    let mut der = vec![0x02, length_byte(&digits)];
    der.extend(digits);
    der
}

/// Two integers of at most 33 bytes make at most 70 bytes: one length byte is always enough.
fn length_byte(content: &[u8]) -> u8 {
    u8::try_from(content.len()).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn der_integers_are_minimal_and_positive() {
        assert_eq!(integer(&[0, 0, 1]), [2, 1, 1]);
        assert_eq!(integer(&[0x80]), [2, 2, 0, 0x80]);
        assert_eq!(integer(&[0, 0]), [2, 1, 0]);
    }

    #[test]
    fn a_raw_signature_becomes_a_sequence_and_another_length_is_refused() {
        let mut raw = [0; 64];
        raw[31] = 1;
        raw[63] = 2;
        assert_eq!(from_raw(&raw).unwrap(), [0x30, 6, 2, 1, 1, 2, 1, 2]);
        assert_eq!(from_raw(&raw[..63]), None);
    }
}
