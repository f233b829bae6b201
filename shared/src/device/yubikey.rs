//! What tells one YubiKey, and one place on it, from another.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The bit of a form factor that marks devices certified by FIPS 140.
const FIPS: u8 = 0x80;

/// The serial number of a YubiKey, as it is printed on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Serial(pub u32);

impl Serial {
    /// Reads decimal digits and nothing else.
    pub fn parse(text: &str) -> Option<Serial> {
        let is_decimal = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        is_decimal.then(|| text.parse().ok().map(Serial)).flatten()
    }
}

impl fmt::Display for Serial {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// A place for a key in PIV: 9a, 9c, 9d, 9e, or one of the retired ones from 82 to 95.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PivSlot(u8);

impl PivSlot {
    /// Reads two small hexadecimal digits.
    pub fn parse(text: &str) -> Option<PivSlot> {
        let number = u8::from_str_radix(text, 16).ok()?;
        let is_slot = matches!(number, 0x9a | 0x9c | 0x9d | 0x9e | 0x82..=0x95);
        (is_slot && text == format!("{number:02x}")).then_some(PivSlot(number))
    }
}

impl fmt::Display for PivSlot {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:02x}", self.0)
    }
}

/// What a YubiKey looks like, as an attestation says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FormFactor(u8);

impl FormFactor {
    /// The form with this number, of which the highest bit is another thing.
    pub fn from_number(number: u8) -> FormFactor {
        FormFactor(number & !FIPS)
    }

    /// Whether the number also says that the device is certified by FIPS 140.
    pub fn is_fips_number(number: u8) -> bool {
        number & FIPS != 0
    }
}

impl fmt::Display for FormFactor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self.0 {
            1 => "USB-A keychain",
            2 => "USB-A nano",
            3 => "USB-C keychain",
            4 => "USB-C nano",
            5 => "USB-C and Lightning",
            6 => "USB-A with fingerprint reader",
            7 => "USB-C with fingerprint reader",
            other => return write!(formatter, "form factor {other}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serial_numbers_are_decimal_and_slots_are_those_of_piv() {
        assert_eq!(Serial::parse("12345678"), Some(Serial(12_345_678)));
        for wrong in ["", "+1", "-1", " 1", "1 ", "0x1", "4294967296", "a"] {
            assert_eq!(Serial::parse(wrong), None, "{wrong}");
        }
        for slot in ["9a", "9c", "9d", "9e", "82", "95"] {
            assert_eq!(PivSlot::parse(slot).unwrap().to_string(), slot);
        }
        for wrong in ["", "9b", "9C", "f9", "81", "96", "+9", "9c ", "09c", "9"] {
            assert_eq!(PivSlot::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_highest_bit_of_a_form_factor_is_the_certification() {
        assert_eq!(FormFactor::from_number(0x81).to_string(), "USB-A keychain");
        assert!(FormFactor::is_fips_number(0x81) && !FormFactor::is_fips_number(3));
        assert_eq!(FormFactor::from_number(0x40).to_string(), "form factor 64");
    }
}
