//! GET METADATA, which firmware 5.3 and newer answers: what a slot holds, and whether a PIN is still the factory's.

use shared::device::{KeyPolicy, Origin, PinPolicy, TouchPolicy};
use shared::key::Key;

use crate::card::{Card, Command, Failure, status};
use crate::tlv;

/// The PIN, in GET METADATA.
pub(crate) const PIN: u8 = 0x80;
/// The PUK.
pub(crate) const PUK: u8 = 0x81;
/// The management key.
pub(crate) const MANAGEMENT_KEY: u8 = 0x9b;

/// What the card says about a slot, a PIN or the management key. Each is left out where it makes no sense.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Metadata {
    /// The algorithm's number.
    pub(crate) algorithm: Option<u8>,
    pub(crate) policy: Option<KeyPolicy>,
    pub(crate) origin: Option<Origin>,
    pub(crate) public: Vec<u8>,
    /// Whether it is what every YubiKey leaves the factory with.
    pub(crate) is_factory: Option<bool>,
    /// How many tries are left.
    pub(crate) tries: Option<u8>,
}

/// What a slot says of itself.
pub(crate) enum Held {
    /// There is no key in it.
    Nothing,
    /// This key.
    Key(Metadata),
    /// The firmware does not answer that.
    Unknown,
}

impl Metadata {
    /// Asks about the PIN, the PUK or the management key; nothing where the firmware does not say.
    pub(crate) fn read(card: &Card<'_>, number: u8) -> Result<Option<Metadata>, Failure> {
        match of_slot(card, number)? {
            Held::Key(metadata) => Ok(Some(metadata)),
            Held::Nothing | Held::Unknown => Ok(None),
        }
    }

    /// The key, or the reason why it cannot sign a root here.
    pub(crate) fn key(&self) -> Result<Key, String> {
        let number =
            self.algorithm.ok_or_else(|| "the token does not say what kind of key it is".to_owned())?;
        key_of(number, &self.public)
    }

    fn parse(bytes: &[u8]) -> Option<Metadata> {
        let mut metadata = Metadata::default();
        let mut rest = bytes;
        while !rest.is_empty() {
            let next = tlv::take(rest)?;
            metadata.take(next.tag, next.value);
            rest = next.rest;
        }
        Some(metadata)
    }

    /// Tags that a newer firmware may add are none of ours.
    fn take(&mut self, tag: u8, value: &[u8]) {
        match (tag, value) {
            (1, [algorithm]) => self.algorithm = Some(*algorithm),
            (2, [pin, touch]) => self.policy = policy(*pin, *touch),
            (3, [1]) => self.origin = Some(Origin::Generated),
            (3, [2]) => self.origin = Some(Origin::Imported),
            (4, public) => self.public = public.to_vec(),
            (5, [factory]) => self.is_factory = Some(*factory == 1),
            (6, [_, left]) => self.tries = Some(*left),
            _ => {}
        }
    }
}

/// Asks what a slot holds.
pub(crate) fn of_slot(card: &Card<'_>, number: u8) -> Result<Held, Failure> {
    let answer = card.send(&Command::new(0xf7, 0, number))?;
    match answer.status {
        status::DONE => Metadata::parse(&answer.data)
            .map(Held::Key)
            .ok_or(Failure::Nonsense("metadata that cannot be read")),
        status::NO_KEY => Ok(Held::Nothing),
        status::UNKNOWN_COMMAND => Ok(Held::Unknown),
        other => Err(Failure::Status(other)),
    }
}

/// Both policies by their numbers.
pub(crate) fn policy(pin: u8, touch: u8) -> Option<KeyPolicy> {
    Some(KeyPolicy { pin: PinPolicy::from_number(pin)?, touch: TouchPolicy::from_number(touch)? })
}

/// The numbers of algorithms (NIST SP 800-78-4, table 6-2, and Yubico's own).
pub(crate) mod algorithm {
    pub(crate) const RSA_1024: u8 = 0x06;
    pub(crate) const RSA_2048: u8 = 0x07;
    pub(crate) const RSA_3072: u8 = 0x05;
    pub(crate) const RSA_4096: u8 = 0x16;
    pub(crate) const P256: u8 = 0x11;
    pub(crate) const P384: u8 = 0x14;
    pub(crate) const ED25519: u8 = 0xe0;
    pub(crate) const X25519: u8 = 0xe1;
}

/// Why a P-384 key is refused.
pub(crate) const NO_P384: &str =
    "it is a P-384 key, and clients made with tough or tuf-js do not accept what it signs";
/// Why an Ed25519 key on PIV is refused.
pub(crate) const NO_ED25519: &str = "it is an Ed25519 key on a YubiKey, which takes the whole message at once and \
                                     has no room for one as long as a root";

/// A public key as PIV spells it, in GET METADATA and after GENERATE.
pub(crate) fn key_of(number: u8, public: &[u8]) -> Result<Key, String> {
    let part = |tag| tlv::find(public, tag).ok_or_else(|| "its public part cannot be read".to_owned());
    let key = match number {
        algorithm::P256 => Key::from_p256_point(part(0x86)?),
        algorithm::RSA_2048 | algorithm::RSA_3072 | algorithm::RSA_4096 => {
            Key::from_rsa_numbers(part(0x81)?, part(0x82)?)
        }
        algorithm::RSA_1024 => return Err("it is an RSA key of 1024 bits, which can be broken".to_owned()),
        algorithm::P384 => return Err(NO_P384.to_owned()),
        algorithm::ED25519 => return Err(NO_ED25519.to_owned()),
        algorithm::X25519 => return Err("it is an X25519 key, which does not sign".to_owned()),
        other => return Err(format!("its algorithm has the number {other:02x}, which is not known here")),
    };
    key.map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_is_read_and_what_is_new_in_it_is_left_alone() {
        let read = Metadata::parse(b"\x01\x01\x11\x02\x02\x03\x02\x03\x01\x01\x7e\x02xx").unwrap();
        let policy = KeyPolicy { pin: PinPolicy::Always, touch: TouchPolicy::Always };
        let expected = Metadata {
            algorithm: Some(algorithm::P256),
            policy: Some(policy),
            origin: Some(Origin::Generated),
            ..Metadata::default()
        };
        assert_eq!(read, expected);
        let pin = Metadata::parse(b"\x01\x01\xff\x05\x01\x01\x06\x02\x03\x02").unwrap();
        assert_eq!((pin.is_factory, pin.tries), (Some(true), Some(2)));
    }

    #[test]
    fn metadata_that_is_cut_short_is_nothing() {
        let whole = b"\x01\x01\x11\x02\x02\x03\x02";
        for cut in [1, 2, 4, 5, 6] {
            assert_eq!(Metadata::parse(&whole[..cut]), None, "{cut}");
        }
    }

    #[test]
    fn keys_that_cannot_sign_a_root_are_refused_with_their_reason() {
        for (number, reason) in [
            (algorithm::P384, "tough or tuf-js"),
            (algorithm::ED25519, "no room"),
            (algorithm::X25519, "does not sign"),
            (algorithm::RSA_1024, "1024 bits"),
            (0x42, "42"),
            (algorithm::P256, "cannot be read"),
        ] {
            assert!(key_of(number, &[]).unwrap_err().contains(reason), "{number:02x}");
        }
    }
}
