//! The places on a card that hold a key.

use ceremony_tui::token::Refusal;

/// A slot that may hold a key for signing: 9a, 9c, 9d, 9e, and 82 to 95.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Slot(u8);

impl Slot {
    /// Every slot, the one for signatures first.
    pub(crate) fn all() -> impl Iterator<Item = Slot> {
        [0x9c, 0x9a, 0x9d, 0x9e].into_iter().chain(0x82..=0x95).map(Slot)
    }

    /// Reads "9c".
    pub(crate) fn parse(text: &str) -> Result<Slot, Refusal> {
        let number = u8::from_str_radix(text, 16).ok().filter(|_| text.len() == 2);
        let known = number.and_then(|number| Slot::all().find(|slot| slot.0 == number));
        known.ok_or_else(|| Refusal::NoSuchKey { key_id: text.to_owned() })
    }

    /// Its number on the card.
    pub(crate) fn number(self) -> u8 {
        self.0
    }

    /// Its number, as people write it.
    pub(crate) fn id(self) -> String {
        format!("{:02x}", self.0)
    }

    /// What PIV means it for.
    pub(crate) fn purpose(self) -> String {
        match self.0 {
            0x9a => "authentication".to_owned(),
            0x9c => "digital signature".to_owned(),
            0x9d => "key management".to_owned(),
            0x9e => "card authentication".to_owned(),
            retired => format!("retired key management {}", retired - 0x81),
        }
    }

    /// The last byte of the name 5fc1xx under which the slot's certificate lies (NIST SP 800-73-4, table 3).
    pub(crate) fn certificate(self) -> [u8; 3] {
        let last = match self.0 {
            0x9a => 0x05,
            0x9c => 0x0a,
            0x9d => 0x0b,
            0x9e => 0x01,
            retired => retired - 0x82 + 0x0d,
        };
        [0x5f, 0xc1, last]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_named_in_hex_and_nothing_else_is_one() {
        assert_eq!(Slot::all().count(), 24);
        for slot in Slot::all() {
            assert_eq!(Slot::parse(&slot.id()), Ok(slot));
        }
        for wrong in ["", "9", "9b", "f9", "81", "96", "09c", "+9c", "80"] {
            assert!(Slot::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn certificates_lie_where_piv_says() {
        let lies = |id: &str| Slot::parse(id).unwrap().certificate()[2];
        assert_eq!(["9a", "9c", "9d", "9e", "82", "95"].map(lies), [5, 0x0a, 0x0b, 1, 0x0d, 0x20]);
        assert_eq!(Slot::parse("82").unwrap().purpose(), "retired key management 1");
    }
}
