//! The PIV applet with Yubico's extensions.

use serde::{Deserialize, Serialize};
use shared::device::{Firmware, Origin, PinPolicy, TouchPolicy};

use super::apdu::Command;
use super::attest::{self, Certified};
use super::device::Device;
use super::management::{self, Management};
use super::objects::{self, Objects, Reader};
use super::pins::Pins;
use super::slots::{self, Key, Slots};
use super::status::Status;
use super::tlv::{Fields, nested, tlv};

/// The first firmware that attests.
const WITH_ATTESTATION: Firmware = Firmware::new(4, 3, 0);
/// The first that tells its serial number here.
const WITH_SERIAL: Firmware = Firmware::new(5, 0, 0);
/// The first that tells about its keys and PINs.
const WITH_METADATA: Firmware = Firmware::new(5, 3, 0);

/// Everything that the applet keeps, in its file too.
#[derive(Serialize, Deserialize)]
pub(super) struct Piv {
    pub(super) pins: Pins,
    pub(super) management: Management,
    pub(super) slots: Slots,
    pub(super) objects: Objects,
}

/// What a command comes to.
pub(super) enum Reply {
    Data(Vec<u8>),
    /// A signature may be made, perhaps after a touch.
    Sign(Signing),
}

/// A signature that was asked for with everything but a touch.
pub(super) struct Signing {
    slot: u8,
    pub(super) message: Vec<u8>,
    pub(super) touch: TouchPolicy,
}

impl Piv {
    /// As it leaves the factory, with its attestation key and certificate.
    pub(super) fn of_factory(firmware: Firmware, certified: Certified) -> Result<Piv, Status> {
        let mut slots = Slots::default();
        let Certified { private, certificate } = certified;
        let (pin, touch, origin) = (PinPolicy::Never, TouchPolicy::Never, Origin::Imported);
        slots.put(slots::ATTESTATION, Key { private, pin, touch, origin })?;
        let certificate = objects::certificate(&certificate);
        let objects = Objects::from([(objects::ATTESTATION.to_owned(), certificate)]);
        Ok(Piv { pins: Pins::default(), management: Management::of_factory(firmware), slots, objects })
    }

    /// What SELECT answers.
    pub(super) fn selected(&mut self) -> Vec<u8> {
        self.forget();
        let authority = nested(0x79, &[tlv(0x4f, &[0xa0, 0, 0, 3, 8])]);
        nested(0x61, &[tlv(0x4f, &[0, 0, 0x10, 0, 1, 0]), authority])
    }

    /// The session is over.
    pub(super) fn forget(&mut self) {
        self.pins.forget();
        self.management.forget();
    }

    /// Does what a command says.
    pub(super) fn run(&mut self, command: &Command, device: Device) -> Result<Reply, Status> {
        if command.instruction == 0x87 && command.p2 != management::SLOT {
            return self.ask_to_sign(command).map(Reply::Sign);
        }
        self.answer(command, device).map(Reply::Data)
    }

    fn answer(&mut self, command: &Command, device: Device) -> Result<Vec<u8>, Status> {
        match command.instruction {
            0x20 => self.pins.verify(command),
            0x24 => self.pins.change(command),
            0x2c => self.pins.unblock(command),
            0x47 => self.managed()?.slots.generate(command, device.firmware),
            0x87 => self.management.authenticate(command),
            0xcb => objects::read(&self.objects, command, self.reader()),
            0xdb => objects::write(&mut self.managed()?.objects, command),
            0xf6 => self.managed()?.slots.relocate(command, device.firmware),
            0xf7 if device.firmware >= WITH_METADATA => self.metadata(command.p2),
            0xf8 if device.firmware >= WITH_SERIAL => Ok(device.serial.to_be_bytes().to_vec()),
            0xf9 if device.firmware >= WITH_ATTESTATION => self.attest(command.p1, device),
            0xfa => self.set_tries(command),
            0xfb => self.reset(device.firmware),
            0xfd => Ok(vec![device.firmware.major, device.firmware.minor, device.firmware.patch]),
            0xfe => self.managed()?.slots.import(command, device.firmware),
            0xff => self.management.set(command, device.firmware),
            _ => Err(Status::UNKNOWN_INSTRUCTION),
        }
    }

    /// What only a holder of the management key may change.
    fn managed(&mut self) -> Result<&mut Piv, Status> {
        self.management.must_be_proved()?;
        Ok(self)
    }

    fn reader(&self) -> Reader {
        if self.pins.is_verified() { Reader::WithPin } else { Reader::Anybody }
    }

    fn metadata(&self, what: u8) -> Result<Vec<u8>, Status> {
        match self.pins.metadata(what) {
            Some(metadata) => Ok(metadata),
            None if what == management::SLOT => Ok(self.management.metadata()),
            None => self.slots.metadata(what),
        }
    }

    /// The certificate of the attestation key.
    pub(super) fn attestation_certificate(&self) -> Result<Vec<u8>, Status> {
        let object = self.objects.get(objects::ATTESTATION).ok_or(Status::NOT_FOUND)?;
        let object = hex::decode(object).map_err(|_| Status::INTERNAL)?;
        Fields::read(&object)?.need(0x70).map(<[u8]>::to_vec)
    }

    /// ATTEST.
    pub(super) fn attest(&self, slot: u8, device: Device) -> Result<Vec<u8>, Status> {
        let key = self.slots.get(slot).ok_or(Status::WRONG_DATA)?;
        let attesting = self.slots.get(slots::ATTESTATION).ok_or(Status::WRONG_STATE)?;
        if key.origin != Origin::Generated {
            return Err(Status::WRONG_DATA);
        }
        attest::leaf(device, slot, key, &attesting.private)
    }

    fn set_tries(&mut self, command: &Command) -> Result<Vec<u8>, Status> {
        self.management.must_be_proved()?;
        if !self.pins.is_verified() {
            return Err(Status::NOT_ALLOWED);
        }
        self.pins.set_tries(command.p1, command.p2)
    }

    /// Only a card whose PIN and PUK are blocked forgets everything.
    fn reset(&mut self, firmware: Firmware) -> Result<Vec<u8>, Status> {
        if !self.pins.are_blocked() {
            return Err(Status::WRONG_STATE);
        }
        self.pins = Pins::default();
        self.management = Management::of_factory(firmware);
        self.slots.reset();
        self.objects.retain(|tag, _| tag == objects::ATTESTATION);
        Ok(Vec::new())
    }

    /// GENERAL AUTHENTICATE with a key, up to the touch.
    fn ask_to_sign(&mut self, command: &Command) -> Result<Signing, Status> {
        let fields = Fields::inside(&command.data, 0x7c)?;
        let key = self.slots.get(command.p2).ok_or(Status::WRONG_DATA)?;
        if key.private.algorithm().number() != command.p1 {
            return Err(Status::WRONG_DATA);
        }
        let is_allowed = match key.pin {
            PinPolicy::Never => true,
            PinPolicy::Once => self.pins.is_verified(),
            PinPolicy::Always | PinPolicy::MatchOnce | PinPolicy::MatchAlways => self.pins.is_just_verified(),
        };
        if !is_allowed {
            return Err(Status::NOT_ALLOWED);
        }
        let message = fields.need(0x81)?.to_vec();
        Ok(Signing { slot: command.p2, message, touch: key.touch })
    }

    /// The rest of it.
    pub(super) fn sign(&mut self, signing: &Signing) -> Result<Vec<u8>, Status> {
        self.pins.used();
        let key = self.slots.get(signing.slot).ok_or(Status::WRONG_DATA)?;
        let signature = key.private.sign(&signing.message)?;
        Ok(nested(0x7c, &[tlv(0x82, &signature)]))
    }
}
