//! What is known against keys of certain devices.

use super::{Firmware, Origin};
use crate::key::{CountedScheme, Key};

/// Yubico's own cryptographic library, which is not affected, begins here (YSA-2024-03).
const EUCLEAK_MENDED: Firmware = Firmware::new(5, 7, 0);
/// RSA keys that these generate can be factored (YSA-2017-01).
const ROCA_FIRST: Firmware = Firmware::new(4, 2, 6);
const ROCA_LAST: Firmware = Firmware::new(4, 3, 4);

/// From here on a YubiKey generates RSA keys of more than 2048 bits.
const LARGE_RSA: Firmware = Firmware::new(5, 7, 0);

/// Whether a YubiKey with that firmware generates RSA keys of 3072 bits.
pub fn generates_rsa_3072(firmware: Firmware) -> bool {
    firmware >= LARGE_RSA
}

/// A known weakness of a key or of the device that it is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Weakness {
    /// EUCLEAK: ECDSA leaks the key to whoever has the opened device for minutes.
    #[error(
        "The YubiKey has firmware {0}: with days of work and the device in hand, an expert can extract ECDSA keys from \
         firmware below 5.7 (YSA-2024-03, EUCLEAK). Keep it where nobody takes it away unnoticed, or use a newer one."
    )]
    Eucleak(Firmware),
    /// ROCA, by the firmware that generated the key.
    #[error(
        "The YubiKey has firmware {0}: RSA keys that firmware 4.2.6 to 4.3.4 generated can be computed from their \
         public keys (YSA-2017-01, ROCA). Use another device, or a P-256 key."
    )]
    RocaFirmware(Firmware),
    /// ROCA, by the looks of the modulus.
    #[error(
        "The RSA key has the pattern of keys that can be computed from their public keys (CVE-2017-15361, ROCA). \
         Generate a new key on another device, or a P-256 key."
    )]
    RocaModulus,
}

impl Weakness {
    /// Whether the key must not be used; otherwise people are told.
    pub fn is_fatal(self) -> bool {
        match self {
            Weakness::Eucleak(_) => false,
            Weakness::RocaFirmware(_) | Weakness::RocaModulus => true,
        }
    }

    /// Its first sentence without its full stop: why, for a sentence that says what to do itself.
    pub fn reason(self) -> String {
        let sentences = self.to_string();
        sentences.split_once(". ").map_or(sentences.as_str(), |(first, _)| first).to_owned()
    }

    /// What is known against a key, whatever holds it.
    pub fn of_key(key: &Key) -> Option<Weakness> {
        key.has_roca_pattern().then_some(Weakness::RocaModulus)
    }

    /// What is known against a key on a YubiKey with that firmware. Without an origin the worse is assumed.
    pub fn on_yubikey(key: &Key, firmware: Firmware, origin: Option<Origin>) -> Option<Weakness> {
        if let Some(weakness) = Weakness::of_key(key) {
            return Some(weakness);
        }
        match key.counted_scheme()? {
            CountedScheme::Ecdsa(_) => Weakness::of_new_ecdsa(firmware),
            CountedScheme::RsaPss(_) | CountedScheme::RsaPkcs1(_) if origin != Some(Origin::Imported) => {
                Weakness::of_new_rsa(firmware)
            }
            _ => None,
        }
    }

    /// What would be known against an ECDSA key that a YubiKey with that firmware generates.
    pub fn of_new_ecdsa(firmware: Firmware) -> Option<Weakness> {
        (firmware < EUCLEAK_MENDED).then_some(Weakness::Eucleak(firmware))
    }

    /// What would be known against an RSA key that a YubiKey with that firmware generates.
    pub fn of_new_rsa(firmware: Firmware) -> Option<Weakness> {
        (ROCA_FIRST..=ROCA_LAST).contains(&firmware).then_some(Weakness::RocaFirmware(firmware))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::Scheme;
    use crate::software::SoftwareKey;

    fn key(scheme: Scheme) -> Key {
        SoftwareKey::generate(scheme).unwrap().public().clone()
    }

    #[test]
    fn ecdsa_below_5_7_is_warned_about_and_rsa_of_4_2_6_to_4_3_4_refused() {
        let weakness = |key: &Key, firmware: &str, origin| {
            Weakness::on_yubikey(key, firmware.parse().unwrap(), origin).map(Weakness::is_fatal)
        };
        let (p256, rsa) = (key(Scheme::EcdsaP256Sha256), key(Scheme::RsaPssSha256));
        for (firmware, expected) in [("5.4.3", Some(false)), ("5.6.255", Some(false)), ("5.7.0", None)] {
            assert_eq!(weakness(&p256, firmware, Some(Origin::Generated)), expected, "{firmware}");
        }
        for (firmware, expected) in
            [("4.2.5", None), ("4.2.6", Some(true)), ("4.3.4", Some(true)), ("4.3.5", None), ("5.4.3", None)]
        {
            assert_eq!(weakness(&rsa, firmware, Some(Origin::Generated)), expected, "{firmware}");
            assert_eq!(weakness(&rsa, firmware, None), expected, "{firmware}");
            assert_eq!(weakness(&rsa, firmware, Some(Origin::Imported)), None, "{firmware}");
        }
        assert_eq!(weakness(&key(Scheme::Ed25519), "4.3.4", None), None);
    }

    #[test]
    fn a_reason_is_one_clause_for_another_sentence() {
        let reason = Weakness::RocaFirmware(Firmware::new(4, 3, 4)).reason();
        assert!(reason.starts_with("The YubiKey has firmware 4.3.4: RSA keys that firmware 4.2.6 to 4.3.4"));
        assert!(reason.ends_with("(YSA-2017-01, ROCA)"), "{reason}");
    }

    #[test]
    fn large_rsa_keys_begin_with_5_7() {
        let firmware = [(5, 4, 3), (5, 6, 255), (5, 7, 0), (5, 7, 1)];
        let made =
            firmware.map(|(major, minor, patch)| generates_rsa_3072(Firmware::new(major, minor, patch)));
        assert_eq!(made, [false, false, true, true]);
    }
}
