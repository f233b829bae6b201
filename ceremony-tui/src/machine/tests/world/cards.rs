//! Virtual YubiKeys, without a reader between: their keys are attested and sign.

use hardware_tests::yubikey::{Algorithm, Authority, YubiKey};
use shared::attestation::{Anchors, certificates_of};
use shared::device::{Firmware, PinPolicy, TouchPolicy};
use shared::digest::DocumentDigest;
use shared::key::Key;

use super::{World, yubikey};
use crate::token::{Answer, Attestation, TokenId};

const SLOT: u8 = 0x9c;

impl World {
    /// Plugs a YubiKey in that attests its key, and believes its maker.
    pub(crate) fn plug_in(&mut self, maker: &Authority, serial: u32) {
        let card = YubiKey::made_by(maker, serial, Firmware::new(5, 7, 1)).unwrap();
        let policy = (PinPolicy::Always, TouchPolicy::Always);
        let public = card.generate(SLOT, Algorithm::P256, policy).unwrap();
        let certificates = card.attestation(SLOT).unwrap() + &card.attestation_certificate().unwrap();
        let [key, device] = certificates_of(&certificates).unwrap().try_into().unwrap();
        let attestation =
            Attestation { key_certificate: key.der().to_vec(), device_certificate: device.der().to_vec() };
        let (token, _) = yubikey(&serial.to_string(), "5.7.1", 1);
        self.machine.draft.options.attestation.anchors =
            Anchors::from_pem(&maker.root_pem().unwrap()).unwrap();
        self.attestations.push((token.id.clone(), Key::from_spki_der(&public).unwrap(), Ok(attestation)));
        self.tokens.push((token, Vec::new()));
        self.cards.push(card);
    }

    pub(super) fn card(&self, token: &TokenId) -> Option<&YubiKey> {
        self.cards.iter().find(|card| card.serial().to_string() == token.serial)
    }
}

/// The PIN of the factory, and a signature over the digest (NIST SP 800-73-4, part 2, 3.2.4).
pub(super) fn sign(card: &YubiKey, message: &[u8]) -> Answer {
    let digest = DocumentDigest::of_canonical(message);
    let select = [0x00, 0xa4, 0x04, 0x00, 0x05, 0xa0, 0x00, 0x00, 0x03, 0x08];
    assert_eq!(card.apdu(&select).last(), Some(&0));
    assert_eq!(card.apdu(b"\x00\x20\x00\x80\x08123456\xff\xff"), [0x90, 0x00]);
    let head = [0x00, 0x87, 0x11, SLOT, 0x26, 0x7c, 0x24, 0x82, 0x00, 0x81, 0x20];
    let signed = card.apdu(&[&head[..], digest.as_bytes()].concat());
    // 7c LENGTH 82 LENGTH, the signature, 90 00.
    Answer::Signature(signed[4..signed.len() - 2].to_vec())
}
