//! What a device that holds a private key says about itself and about its keys.
//!
//! The numbers are those of Yubico's PIV extensions (GET METADATA, attestation); a PKCS#11 token says less.

mod weakness;
mod yubikey;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

pub use weakness::{Weakness, generates_rsa_3072};
pub use yubikey::{FormFactor, PivSlot, Serial};

/// The version of a device's firmware. It never changes on a YubiKey, so a key is as old as its device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Firmware {
    /// The first number.
    pub major: u8,
    /// The second.
    pub minor: u8,
    /// The third.
    pub patch: u8,
}

impl Firmware {
    /// A version by its three numbers.
    pub const fn new(major: u8, minor: u8, patch: u8) -> Firmware {
        Firmware { major, minor, patch }
    }
}

impl fmt::Display for Firmware {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

impl FromStr for Firmware {
    type Err = FirmwareError;

    fn from_str(text: &str) -> Result<Firmware, FirmwareError> {
        let malformed = || FirmwareError { text: crate::text::shortened(text) };
        let mut numbers = text.split('.').map(|part| part.parse::<u8>().map_err(|_| malformed()));
        let mut next = || numbers.next().ok_or_else(malformed)?;
        let firmware = Firmware { major: next()?, minor: next()?, patch: next()? };
        if numbers.next().is_some() { Err(malformed()) } else { Ok(firmware) }
    }
}

impl TryFrom<String> for Firmware {
    type Error = FirmwareError;

    fn try_from(text: String) -> Result<Firmware, FirmwareError> {
        text.parse()
    }
}

impl From<Firmware> for String {
    fn from(firmware: Firmware) -> String {
        firmware.to_string()
    }
}

/// Not a version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text} is not a firmware version. Write three numbers with dots, such as 5.7.1.")]
pub struct FirmwareError {
    /// What was given.
    pub text: String,
}

/// When a key wants its PIN. Fixed when the key is generated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PinPolicy {
    /// Never.
    Never,
    /// Once in a session.
    Once,
    /// For each signature.
    Always,
    /// A finger, or the PIN, once in a session (YubiKey Bio).
    MatchOnce,
    /// A finger, or the PIN, for each signature (YubiKey Bio).
    MatchAlways,
}

impl PinPolicy {
    /// The policy with this number in PIV metadata and attestations.
    pub fn from_number(number: u8) -> Option<PinPolicy> {
        match number {
            1 => Some(PinPolicy::Never),
            2 => Some(PinPolicy::Once),
            3 => Some(PinPolicy::Always),
            4 => Some(PinPolicy::MatchOnce),
            5 => Some(PinPolicy::MatchAlways),
            _ => None,
        }
    }

    /// What documents call it.
    pub fn word(self) -> &'static str {
        match self {
            PinPolicy::Never => "never",
            PinPolicy::Once => "once",
            PinPolicy::Always => "always",
            PinPolicy::MatchOnce => "match-once",
            PinPolicy::MatchAlways => "match-always",
        }
    }

    /// The policy that documents call so.
    pub fn from_word(word: &str) -> Option<PinPolicy> {
        (1..=5).filter_map(PinPolicy::from_number).find(|policy| policy.word() == word)
    }
}

impl fmt::Display for PinPolicy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            PinPolicy::Never => "wants no PIN",
            PinPolicy::Once => "wants the PIN once in a session",
            PinPolicy::Always => "wants the PIN for each signature",
            PinPolicy::MatchOnce => "wants a finger or the PIN once in a session",
            PinPolicy::MatchAlways => "wants a finger or the PIN for each signature",
        })
    }
}

/// When a key wants a touch. Fixed when the key is generated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TouchPolicy {
    /// Never.
    Never,
    /// For each signature.
    Always,
    /// One touch is good for 15 seconds.
    Cached,
}

impl TouchPolicy {
    /// The policy with this number in PIV metadata and attestations.
    pub fn from_number(number: u8) -> Option<TouchPolicy> {
        match number {
            1 => Some(TouchPolicy::Never),
            2 => Some(TouchPolicy::Always),
            3 => Some(TouchPolicy::Cached),
            _ => None,
        }
    }

    /// What documents call it.
    pub fn word(self) -> &'static str {
        match self {
            TouchPolicy::Never => "never",
            TouchPolicy::Always => "always",
            TouchPolicy::Cached => "cached",
        }
    }

    /// The policy that documents call so.
    pub fn from_word(word: &str) -> Option<TouchPolicy> {
        (1..=3).filter_map(TouchPolicy::from_number).find(|policy| policy.word() == word)
    }
}

impl fmt::Display for TouchPolicy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            TouchPolicy::Never => "wants no touch",
            TouchPolicy::Always => "wants a touch for each signature",
            TouchPolicy::Cached => "wants a touch, which is good for 15 seconds",
        })
    }
}

/// Both policies of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyPolicy {
    /// When the key wants its PIN.
    pub pin: PinPolicy,
    /// When the key wants a touch.
    pub touch: TouchPolicy,
}

/// Where a key comes from, as its device says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// Generated on the device.
    Generated,
    /// Generated elsewhere and put onto it: somebody may have kept a copy.
    Imported,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn firmware_is_three_numbers_and_is_compared_by_them() {
        let firmware: Firmware = "5.7.1".parse().unwrap();
        assert_eq!(firmware, Firmware::new(5, 7, 1));
        assert!(Firmware::new(5, 4, 3) < firmware && firmware < Firmware::new(5, 10, 0));
        for wrong in ["", "5", "5.7", "5.7.1.2", "5.7.256", "5.7.x"] {
            assert!(wrong.parse::<Firmware>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn policies_are_known_by_their_numbers() {
        let pins: Vec<PinPolicy> = (0..=6).filter_map(PinPolicy::from_number).collect();
        let touches: Vec<TouchPolicy> = (0..=4).filter_map(TouchPolicy::from_number).collect();
        assert_eq!((pins.len(), touches.len()), (5, 3));
        assert!(pins.iter().all(|policy| PinPolicy::from_word(policy.word()) == Some(*policy)));
        assert!(touches.iter().all(|policy| TouchPolicy::from_word(policy.word()) == Some(*policy)));
        assert_eq!(PinPolicy::from_number(3), Some(PinPolicy::Always));
        assert_eq!(TouchPolicy::from_number(3), Some(TouchPolicy::Cached));
    }
}
