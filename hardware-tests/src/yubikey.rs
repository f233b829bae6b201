//! A virtual YubiKey: the PIV applet with Yubico's extensions, and what tools ask a YubiKey besides.
//!
//! It answers APDUs: to a test in its own process ([`YubiKey::apdu`]), and in a virtual reader ([`crate::pcscd`]) to
//! every program that speaks PC/SC. The keys, PINs and certificates are real; only the plug, the finger and the secrecy
//! are not. Firmware and serial number are parameters, faults come on request ([`Fault`]).
//!
//! ```
//! use hardware_tests::yubikey::YubiKey;
//! use shared::device::Firmware;
//!
//! let card = YubiKey::new(11_111_111, Firmware::new(5, 7, 1))?;
//! card.apdu(&[0x00, 0xa4, 0x04, 0x00, 0x05, 0xa0, 0x00, 0x00, 0x03, 0x08]);
//! let version = card.apdu(&[0x00, 0xfd, 0x00, 0x00, 0x00]);
//! assert_eq!(version, [5, 7, 1, 0x90, 0x00]);
//! # Ok::<(), hardware_tests::yubikey::CardError>(())
//! ```
//!
//! Left out: key agreement, X25519, biometrics, NFC, one-time passwords, FIDO, OpenPGP, generating RSA with 1024 bits.

mod apdu;
mod applets;
mod attest;
mod der;
mod device;
mod error;
mod fault;
mod file;
mod handle;
mod management;
mod objects;
mod pins;
mod piv;
mod private;
mod random;
mod saved;
mod slots;
mod status;
mod tlv;

pub use crate::card::Finger;
pub use attest::Authority;
pub use error::CardError;
pub use fault::{Fault, Moment, Occasion};
pub use handle::{PinTries, YubiKey};
pub use private::Algorithm;

#[cfg(test)]
mod tests;
