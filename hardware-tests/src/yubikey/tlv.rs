//! Tags, lengths and values: the same bytes in APDUs (BER) and in certificates (DER).

use super::status::Status;

/// One field. Tags of more than one byte are written as they are: `0x7f49`.
pub(super) fn tlv(tag: u32, value: &[u8]) -> Vec<u8> {
    let mut bytes: Vec<u8> = tag.to_be_bytes().into_iter().skip_while(|byte| *byte == 0).collect();
    bytes.extend(length(value.len()));
    bytes.extend(value);
    bytes
}

/// A field that holds others.
pub(super) fn nested(tag: u32, fields: &[Vec<u8>]) -> Vec<u8> {
    tlv(tag, &fields.concat())
}

fn length(length: usize) -> Vec<u8> {
    let bytes: Vec<u8> = length.to_be_bytes().into_iter().skip_while(|byte| *byte == 0).collect();
    match bytes.as_slice() {
        [] => vec![0],
        [short] if *short < 0x80 => vec![*short],
        long => {
            std::iter::once(0x80 | u8::try_from(long.len()).unwrap_or(0x7f)).chain(bytes.clone()).collect()
        }
    }
}

/// Fields with tags of one byte, in their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fields<'a>(Vec<(u8, &'a [u8])>);

impl<'a> Fields<'a> {
    /// Reads all of `bytes`, or nothing.
    pub(super) fn read(mut bytes: &'a [u8]) -> Result<Fields<'a>, Status> {
        let mut fields = Vec::new();
        while let Some((tag, rest)) = bytes.split_first() {
            let (length, rest) = read_length(rest).ok_or(Status::WRONG_DATA)?;
            let (value, rest) = rest.split_at_checked(length).ok_or(Status::WRONG_DATA)?;
            fields.push((*tag, value));
            bytes = rest;
        }
        Ok(Fields(fields))
    }

    /// What a single field holds, when it has this tag and is followed by nothing.
    pub(super) fn inside(bytes: &'a [u8], tag: u8) -> Result<Fields<'a>, Status> {
        match Fields::read(bytes)?.0.as_slice() {
            [(found, value)] if *found == tag => Fields::read(value),
            _ => Err(Status::WRONG_DATA),
        }
    }

    /// The first field with this tag.
    pub(super) fn find(&self, tag: u8) -> Option<&'a [u8]> {
        self.0.iter().find(|(found, _)| *found == tag).map(|(_, value)| *value)
    }

    /// A field that must be there.
    pub(super) fn need(&self, tag: u8) -> Result<&'a [u8], Status> {
        self.find(tag).ok_or(Status::WRONG_DATA)
    }

    /// A field of one byte, if it is there.
    pub(super) fn number(&self, tag: u8) -> Result<Option<u8>, Status> {
        match self.find(tag) {
            None => Ok(None),
            Some([number]) => Ok(Some(*number)),
            Some(_) => Err(Status::WRONG_DATA),
        }
    }
}

fn read_length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (first, rest) = bytes.split_first()?;
    if *first < 0x80 {
        return Some((usize::from(*first), rest));
    }
    let (length, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
    if length.is_empty() || length.len() > 3 {
        return None;
    }
    Some((length.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_take_as_many_bytes_as_they_need() {
        assert_eq!(tlv(0x53, &[]), [0x53, 0]);
        assert_eq!(tlv(0x7f49, &[7; 3]), [0x7f, 0x49, 3, 7, 7, 7]);
        assert_eq!(tlv(0x81, &[0; 0x80])[..3], [0x81, 0x81, 0x80]);
        assert_eq!(tlv(0x81, &[0; 0x123])[..4], [0x81, 0x82, 1, 0x23]);
    }

    #[test]
    fn what_was_written_is_read() {
        let bytes = nested(0x7c, &[tlv(0x82, &[]), tlv(0x81, &[5; 300])]);
        let fields = Fields::inside(&bytes, 0x7c).unwrap();
        assert_eq!((fields.find(0x82), fields.find(0x81).map(<[u8]>::len)), (Some(&[][..]), Some(300)));
        assert_eq!((fields.find(0x80), fields.need(0x80)), (None, Err(Status::WRONG_DATA)));
    }

    #[test]
    fn a_field_that_ends_too_early_is_refused() {
        for bytes in
            [&[0x7c][..], &[0x7c, 2, 1], &[0x7c, 0x82, 1], &[0x7c, 0x80], &[0x7c, 0x84, 0, 0, 0, 1, 1]]
        {
            assert_eq!(Fields::read(bytes), Err(Status::WRONG_DATA), "{bytes:02x?}");
        }
        assert!(Fields::inside(&[0x53, 0, 0x53, 0], 0x53).is_err());
    }
}
