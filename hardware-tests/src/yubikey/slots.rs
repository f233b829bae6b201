//! The slots: keys with their policies and where they came from; generating, importing, moving, telling about them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shared::device::{Firmware, Origin, PinPolicy, TouchPolicy};

use super::apdu::Command;
use super::private::{Algorithm, PrivateKey};
use super::saved;
use super::status::Status;
use super::tlv::{Fields, tlv};

/// The slot of the attestation key.
pub(super) const ATTESTATION: u8 = 0xf9;
/// The first firmware with RSA above 2048 bits and with Ed25519, and the first that moves keys.
const WITH_NEW_ALGORITHMS: Firmware = Firmware::new(5, 7, 0);

/// A key in its slot.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Key {
    #[serde(flatten, with = "saved::private_key")]
    pub(super) private: PrivateKey,
    pub(super) pin: PinPolicy,
    pub(super) touch: TouchPolicy,
    pub(super) origin: Origin,
}

/// All keys, by the number of their slot.
#[derive(Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Slots(BTreeMap<u8, Key>);

impl Slots {
    /// The key in a slot.
    pub(super) fn get(&self, slot: u8) -> Option<&Key> {
        self.0.get(&slot)
    }

    /// Puts a key into a slot, over whatever was there.
    pub(super) fn put(&mut self, slot: u8, key: Key) -> Result<(), Status> {
        if !is_slot(slot) {
            return Err(Status::WRONG_PARAMETERS);
        }
        self.0.insert(slot, key);
        Ok(())
    }

    /// Only the attestation key survives a reset.
    pub(super) fn reset(&mut self) {
        self.0.retain(|slot, _| *slot == ATTESTATION);
    }

    /// GENERATE ASYMMETRIC KEY PAIR.
    pub(super) fn generate(&mut self, command: &Command, firmware: Firmware) -> Result<Vec<u8>, Status> {
        let wanted = Fields::inside(&command.data, 0xac)?;
        let algorithm = known(wanted.number(0x80)?.ok_or(Status::WRONG_DATA)?, firmware)?;
        let (pin, touch) = policies(&wanted, command.p2)?;
        let private = PrivateKey::generate(algorithm)?;
        let public = private.public_fields()?;
        self.put(command.p2, Key { private, pin, touch, origin: Origin::Generated })?;
        Ok(tlv(0x7f49, &public))
    }

    /// IMPORT ASYMMETRIC KEY.
    pub(super) fn import(&mut self, command: &Command, firmware: Firmware) -> Result<Vec<u8>, Status> {
        let parts = Fields::read(&command.data)?;
        let private = PrivateKey::import(known(command.p1, firmware)?, &parts)?;
        let (pin, touch) = policies(&parts, command.p2)?;
        self.put(command.p2, Key { private, pin, touch, origin: Origin::Imported })?;
        Ok(Vec::new())
    }

    /// MOVE KEY: to another slot, or away (`ff`).
    pub(super) fn relocate(&mut self, command: &Command, firmware: Firmware) -> Result<Vec<u8>, Status> {
        if firmware < WITH_NEW_ALGORITHMS {
            return Err(Status::UNKNOWN_INSTRUCTION);
        }
        if command.p2 == ATTESTATION || (command.p1 != 0xff && !is_slot(command.p1)) {
            return Err(Status::WRONG_PARAMETERS);
        }
        let key = self.0.remove(&command.p2).ok_or(Status::NO_SUCH_KEY)?;
        if command.p1 != 0xff {
            self.0.insert(command.p1, key);
        }
        Ok(Vec::new())
    }

    /// GET METADATA of a key.
    pub(super) fn metadata(&self, slot: u8) -> Result<Vec<u8>, Status> {
        let key = self.get(slot).ok_or(Status::NO_SUCH_KEY)?;
        let policies = [pin_number(key.pin), touch_number(key.touch)];
        let origin = if key.origin == Origin::Generated { 1 } else { 2 };
        let algorithm = key.private.algorithm().number();
        let public = key.private.public_fields()?;
        Ok([tlv(1, &[algorithm]), tlv(2, &policies), tlv(3, &[origin]), tlv(4, &public)].concat())
    }
}

fn is_slot(slot: u8) -> bool {
    matches!(slot, 0x82..=0x95 | 0x9a | 0x9c | 0x9d | 0x9e | ATTESTATION)
}

fn known(number: u8, firmware: Firmware) -> Result<Algorithm, Status> {
    match Algorithm::of_number(number)? {
        Algorithm::Ed25519 | Algorithm::Rsa3072 | Algorithm::Rsa4096 if firmware < WITH_NEW_ALGORITHMS => {
            Err(Status::WRONG_DATA)
        }
        algorithm => Ok(algorithm),
    }
}

/// What is asked for, or what a slot does by itself.
fn policies(fields: &Fields<'_>, slot: u8) -> Result<(PinPolicy, TouchPolicy), Status> {
    let pin = match (fields.number(0xaa)?.unwrap_or(0), slot) {
        (0, 0x9c) | (3, _) => PinPolicy::Always,
        (0, 0x9e) | (1, _) => PinPolicy::Never,
        (0 | 2, _) => PinPolicy::Once,
        _ => return Err(Status::WRONG_DATA),
    };
    let touch = match fields.number(0xab)?.unwrap_or(0) {
        0 | 1 => TouchPolicy::Never,
        2 => TouchPolicy::Always,
        3 => TouchPolicy::Cached,
        _ => return Err(Status::WRONG_DATA),
    };
    Ok((pin, touch))
}

/// The number of a policy in metadata and attestations.
pub(super) fn pin_number(policy: PinPolicy) -> u8 {
    match policy {
        PinPolicy::Never => 1,
        PinPolicy::Once => 2,
        PinPolicy::Always => 3,
        PinPolicy::MatchOnce => 4,
        PinPolicy::MatchAlways => 5,
    }
}

/// The same for touches.
pub(super) fn touch_number(policy: TouchPolicy) -> u8 {
    match policy {
        TouchPolicy::Never => 1,
        TouchPolicy::Always => 2,
        TouchPolicy::Cached => 3,
    }
}
