//! A program that talks to a card, as far as the tests need one.

use aes::cipher::{Block, BlockDecrypt, BlockEncrypt, KeyInit};
use shared::device::{Firmware, PinPolicy, TouchPolicy};

use super::super::private::Algorithm;
use super::super::slots::{pin_number, touch_number};
use super::super::tlv::{Fields, nested, tlv};
use super::super::{Finger, YubiKey};

pub(super) const FACTORY_KEY: [u8; 24] =
    [1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8];
pub(super) const UNLIMITED: (PinPolicy, TouchPolicy) = (PinPolicy::Never, TouchPolicy::Never);

/// A card with the PIV applet selected.
pub(super) struct Host(pub(super) YubiKey);

/// Data, or the status word that came instead.
pub(super) type Answer = Result<Vec<u8>, u16>;

impl Host {
    pub(super) fn new(firmware: Firmware) -> Host {
        let host = Host(YubiKey::new(11_111_111, firmware).unwrap());
        host.select_piv();
        host
    }

    /// With a P-256 key in slot 9c.
    pub(super) fn with_key(firmware: Firmware, policy: (PinPolicy, TouchPolicy)) -> Host {
        let host = Host::new(firmware);
        host.0.generate(0x9c, Algorithm::P256, policy).unwrap();
        host
    }

    pub(super) fn select_piv(&self) {
        self.send(0xa4, 4, 0, &[0xa0, 0, 0, 3, 8]).unwrap();
    }

    /// Sends a command in as many pieces as it takes, and fetches the whole answer.
    pub(super) fn send(&self, instruction: u8, p1: u8, p2: u8, data: &[u8]) -> Answer {
        let mut pieces: Vec<&[u8]> = data.chunks(255).collect();
        let last = pieces.pop().unwrap_or_default();
        for piece in pieces {
            let answer = self.raw(&short(0x10, instruction, p1, p2, piece));
            assert_eq!(answer, (Vec::new(), 0x9000));
        }
        let (mut data, mut status) = self.raw(&short(0, instruction, p1, p2, last));
        while status >> 8 == 0x61 {
            let (more, next) = self.raw(&[0, 0xc0, 0, 0, 0]);
            data.extend(more);
            status = next;
        }
        if status == 0x9000 { Ok(data) } else { Err(status) }
    }

    /// Bytes as they are, and the answer apart from its status word.
    pub(super) fn raw(&self, command: &[u8]) -> (Vec<u8>, u16) {
        let mut answer = self.0.apdu(command);
        let status = answer.split_off(answer.len() - 2);
        (answer, u16::from_be_bytes([status[0], status[1]]))
    }

    pub(super) fn verify(&self, pin: &[u8; 8]) -> Answer {
        self.send(0x20, 0, 0x80, pin)
    }

    pub(super) fn give_pin(&self) {
        self.verify(b"123456\xff\xff").unwrap();
    }

    /// Proves the factory's management key, both ways.
    pub(super) fn manage(&self) {
        let number = if self.0.firmware() < Firmware::new(5, 7, 0) { 0x03 } else { 0x0a };
        self.manage_with(number, &FACTORY_KEY).unwrap();
    }

    pub(super) fn manage_with(&self, number: u8, key: &[u8]) -> Result<(), u16> {
        let asked = self.send(0x87, number, 0x9b, &nested(0x7c, &[tlv(0x80, &[])]))?;
        let witness = field(&asked, 0x80);
        let challenge = vec![7; witness.len()];
        let proof = nested(0x7c, &[tlv(0x80, &decrypt(number, key, &witness)), tlv(0x81, &challenge)]);
        let answer = self.send(0x87, number, 0x9b, &proof)?;
        assert_eq!(field(&answer, 0x82), encrypt(number, key, &challenge), "the card proves itself too");
        Ok(())
    }

    pub(super) fn generate(&self, slot: u8, algorithm: u8, policies: &[u8]) -> Answer {
        self.send(0x47, 0, slot, &nested(0xac, &[tlv(0x80, &[algorithm]), policies.to_vec()]))
    }

    pub(super) fn sign(&self, slot: u8, algorithm: u8, input: &[u8]) -> Answer {
        let answer = self.send(0x87, algorithm, slot, &asked_to_sign(input))?;
        Ok(field(&answer, 0x82))
    }

    /// A P-256 signature over a digest, in slot 9c.
    pub(super) fn sign_digest(&self) -> Answer {
        self.sign(0x9c, 0x11, &[7; 32])
    }

    pub(super) fn metadata(&self, what: u8) -> Answer {
        self.send(0xf7, 0, what, &[])
    }

    pub(super) fn nobody_touches(&self) {
        self.0.set_finger(Finger::Never);
        self.0.set_touch_limit(std::time::Duration::from_millis(10));
    }
}

pub(super) fn asked_to_sign(input: &[u8]) -> Vec<u8> {
    nested(0x7c, &[tlv(0x82, &[]), tlv(0x81, input)])
}

/// A field inside a `7c`.
pub(super) fn field(answer: &[u8], tag: u8) -> Vec<u8> {
    Fields::inside(answer, 0x7c).unwrap().need(tag).unwrap().to_vec()
}

/// A field among others.
pub(super) fn among(answer: &[u8], tag: u8) -> Vec<u8> {
    Fields::read(answer).unwrap().need(tag).unwrap().to_vec()
}

pub(super) fn policies(pin: PinPolicy, touch: TouchPolicy) -> Vec<u8> {
    [tlv(0xaa, &[pin_number(pin)]), tlv(0xab, &[touch_number(touch)])].concat()
}

fn short(class: u8, instruction: u8, p1: u8, p2: u8, data: &[u8]) -> Vec<u8> {
    [&[class, instruction, p1, p2, u8::try_from(data.len()).unwrap()], data].concat()
}

fn encrypt(number: u8, key: &[u8], block: &[u8]) -> Vec<u8> {
    ciphered(number, key, block, Way::Encrypt)
}

fn decrypt(number: u8, key: &[u8], block: &[u8]) -> Vec<u8> {
    ciphered(number, key, block, Way::Decrypt)
}

#[derive(Clone, Copy)]
enum Way {
    Encrypt,
    Decrypt,
}

/// One block, with the cipher that a card knows by this number.
fn ciphered(number: u8, key: &[u8], block: &[u8], way: Way) -> Vec<u8> {
    fn with<C: KeyInit + BlockEncrypt + BlockDecrypt>(key: &[u8], block: &[u8], way: Way) -> Vec<u8> {
        let mut block = Block::<C>::clone_from_slice(block);
        let cipher = C::new_from_slice(key).unwrap();
        match way {
            Way::Encrypt => cipher.encrypt_block(&mut block),
            Way::Decrypt => cipher.decrypt_block(&mut block),
        }
        block.to_vec()
    }
    match number {
        3 => with::<des::TdesEde3>(key, block, way),
        8 => with::<aes::Aes128>(key, block, way),
        10 => with::<aes::Aes192>(key, block, way),
        _ => with::<aes::Aes256>(key, block, way),
    }
}
