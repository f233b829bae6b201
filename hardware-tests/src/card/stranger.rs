//! A card that is no YubiKey.

use super::{Card, Exchange, Plug};

/// What cards of this kind say after power-on.
const ATR: [u8; 21] = [
    0x3b, 0xda, 0x18, 0xff, 0x81, 0xb1, 0xfe, 0x75, 0x1f, 0x03, 0x00, 0x31, 0xc5, 0x73, 0xc0, 0x01, 0x40,
    0x00, 0x90, 0x00, 0x0c,
];
const SELECT: [u8; 4] = [0x00, 0xa4, 0x04, 0x00];
const OPENPGP: &[u8] = &[6, 0xd2, 0x76, 0x00, 0x01, 0x24, 0x01];
const DONE: [u8; 2] = [0x90, 0x00];
const NOT_FOUND: [u8; 2] = [0x6a, 0x82];
const UNKNOWN_INSTRUCTION: [u8; 2] = [0x6d, 0x00];

/// An OpenPGP card: it has that applet, without anything in it, and no other.
#[derive(Debug, Clone)]
pub struct Stranger(Plug);

impl Stranger {
    /// One of them.
    #[expect(clippy::new_without_default, reason = "no card is the usual one")]
    pub fn new() -> Stranger {
        Stranger(Plug::new())
    }
}

impl Card for Stranger {
    fn atr(&self) -> &[u8] {
        &ATR
    }

    fn reset(&self) {}

    fn exchange(&self, command: &[u8]) -> Exchange {
        let answer = match command.strip_prefix(&SELECT) {
            Some(name) if name.starts_with(OPENPGP) => DONE,
            Some(_) => NOT_FOUND,
            None => UNKNOWN_INSTRUCTION,
        };
        Exchange::Answer(answer.to_vec())
    }

    fn plug(&self) -> &Plug {
        &self.0
    }
}
