//! Tag, length, value: the spelling of everything that a card says. Tags of one byte, lengths of up to two.

/// One value, and what comes after it.
pub(crate) struct Tlv<'a> {
    pub(crate) tag: u8,
    pub(crate) value: &'a [u8],
    pub(crate) rest: &'a [u8],
}

/// Takes the first value off; nothing when the bytes are cut short or spelled otherwise.
pub(crate) fn take(bytes: &[u8]) -> Option<Tlv<'_>> {
    let (tag, after) = bytes.split_first()?;
    let (length, after) = match after {
        [0x82, high, low, after @ ..] => (usize::from(u16::from_be_bytes([*high, *low])), after),
        [0x81, length, after @ ..] => (usize::from(*length), after),
        [length @ 0..=0x7f, after @ ..] => (usize::from(*length), after),
        _ => return None,
    };
    let (value, rest) = after.split_at_checked(length)?;
    Some(Tlv { tag: *tag, value, rest })
}

/// The value that stands first, when it has this tag.
pub(crate) fn inside(bytes: &[u8], tag: u8) -> Option<&[u8]> {
    take(bytes).filter(|first| first.tag == tag).map(|first| first.value)
}

/// The first value with this tag in a row of values.
pub(crate) fn find(mut bytes: &[u8], tag: u8) -> Option<&[u8]> {
    loop {
        let next = take(bytes)?;
        if next.tag == tag {
            return Some(next.value);
        }
        bytes = next.rest;
    }
}

/// Appends a value.
pub(crate) fn put(bytes: &mut Vec<u8>, tag: u8, value: &[u8]) {
    bytes.push(tag);
    match value.len() {
        short @ 0..=0x7f => bytes.extend(u8::try_from(short)),
        long => {
            let length = u16::try_from(long).unwrap_or(u16::MAX).to_be_bytes();
            let spelled = if length[0] == 0 { &[0x81, length[1]][..] } else { &[0x82, length[0], length[1]] };
            bytes.extend_from_slice(spelled);
        }
    }
    bytes.extend_from_slice(value);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_every_length_come_back_as_they_were_put() {
        for length in [0, 1, 127, 128, 255, 256, 512] {
            let value = vec![7; length];
            let mut bytes = vec![0x01, 0x01, 0xaa];
            put(&mut bytes, 0x82, &value);
            assert_eq!(find(&bytes, 0x82), Some(&value[..]));
            assert_eq!(find(&bytes[..bytes.len() - usize::from(length > 0)], 0x82).is_some(), length == 0);
        }
    }

    #[test]
    fn nothing_is_found_in_what_is_cut_short_or_no_row_of_values() {
        for bytes in
            [&b""[..], b"\x01", b"\x01\x02\x03", b"\x01\x81", b"\x01\x82\x01", b"\x01\x83\x00\x00\x01\x00"]
        {
            assert!(take(bytes).is_none(), "{bytes:02x?}");
        }
        assert_eq!(inside(b"\x30\x01\x05", 0x31), None);
    }
}
