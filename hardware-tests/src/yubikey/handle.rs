//! The device as tests hold it: plugged in, touched, broken, asked about itself.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use shared::device::{Firmware, Origin, PinPolicy, TouchPolicy};

use super::apdu::{Arrival, Command, Transport};
use super::applets::Applets;
use super::attest::Authority;
use super::device::Device;
use super::error::CardError;
use super::fault::{Fault, Faults, Moment, Occasion, spoil};
use super::file;
use super::piv::{Piv, Reply, Signing};
use super::private::{Algorithm, PrivateKey};
use super::slots::Key;
use super::status::Status;
use crate::card::{Card, Exchange, Finger, Plug, Touched};
use crate::pem;

/// What every YubiKey 5 says after power-on.
const ATR: [u8; 23] = [
    0x3b, 0xfd, 0x13, 0x00, 0x00, 0x81, 0x31, 0xfe, 0x15, 0x80, 0x73, 0xc0, 0x21, 0xc0, 0x57, 0x59, 0x75,
    0x62, 0x69, 0x4b, 0x65, 0x79, 0x40,
];
/// Tests wait at most so long until the device asks for a touch.
const UNTIL_ASKED: Duration = Duration::from_secs(60);

/// A virtual YubiKey. Clones are the same device.
#[derive(Clone)]
pub struct YubiKey {
    inside: Arc<Mutex<Inside>>,
    plug: Plug,
    device: Device,
}

struct Inside {
    applets: Applets,
    transport: Transport,
    faults: Faults,
    signatures: u32,
    file: Option<PathBuf>,
}

/// Tries that are left before a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PinTries {
    /// Of the PIN.
    pub pin: u8,
    /// Of the PUK.
    pub puk: u8,
}

/// The device was pulled out.
struct Gone;

impl YubiKey {
    /// One that left the factory a moment ago: PIN 123456, PUK 12345678, the usual management key, no keys.
    ///
    /// # Errors
    /// Its attestation key could not be made.
    pub fn new(serial: u32, firmware: Firmware) -> Result<YubiKey, CardError> {
        YubiKey::made_by(&Authority::default(), serial, firmware)
    }

    /// One whose attestation another maker vouches for.
    ///
    /// # Errors
    /// As [`YubiKey::new`].
    pub fn made_by(authority: &Authority, serial: u32, firmware: Firmware) -> Result<YubiKey, CardError> {
        let piv = Piv::of_factory(firmware, authority.certified()?)?;
        Ok(YubiKey::with(Device { serial, firmware }, piv, None))
    }

    /// The one that a file keeps. Without the file it is a new one, which the file keeps from now on.
    ///
    /// # Errors
    /// The file cannot be read or written, or it is another device.
    pub fn kept_in(file: &Path, serial: u32, firmware: Firmware) -> Result<YubiKey, CardError> {
        let device = Device { serial, firmware };
        let piv = match file::load(file, device)? {
            Some(piv) => piv,
            None => Piv::of_factory(firmware, Authority::default().certified()?)?,
        };
        file::save(file, device, &piv)?;
        Ok(YubiKey::with(device, piv, Some(file.to_owned())))
    }

    fn with(device: Device, piv: Piv, file: Option<PathBuf>) -> YubiKey {
        let (transport, faults) = (Transport::default(), Faults::default());
        let inside = Inside { applets: Applets::new(device, piv), transport, faults, signatures: 0, file };
        YubiKey { inside: Arc::new(Mutex::new(inside)), plug: Plug::new(), device }
    }

    /// Its serial number.
    pub fn serial(&self) -> u32 {
        self.device.serial
    }

    /// Its firmware.
    pub fn firmware(&self) -> Firmware {
        self.device.firmware
    }

    /// Answers a command without any reader; nothing when the device is pulled out meanwhile.
    pub fn apdu(&self, command: &[u8]) -> Vec<u8> {
        self.exchange(command).into_bytes()
    }

    /// Puts a key, made elsewhere, into a slot: `import(0x9c, …)`. The private key is given as IMPORT KEY takes it: the
    /// secret number of a curve, the seed of Ed25519, or both primes of an RSA key.
    ///
    /// # Errors
    /// There is no such slot, or no such key.
    pub fn import(
        &self,
        slot: u8,
        algorithm: Algorithm,
        private: &[&[u8]],
        policy: (PinPolicy, TouchPolicy),
    ) -> Result<(), CardError> {
        let private = PrivateKey::of_parts(algorithm, private)?;
        let mut inside = self.inside();
        let (pin, touch) = policy;
        inside.applets.piv.slots.put(slot, Key { private, pin, touch, origin: Origin::Imported })?;
        inside.save()
    }

    /// Generates a key in a slot; returns its public half as a SubjectPublicKeyInfo.
    ///
    /// # Errors
    /// There is no such slot, or the algorithm is none that it generates.
    pub fn generate(
        &self,
        slot: u8,
        algorithm: Algorithm,
        policy: (PinPolicy, TouchPolicy),
    ) -> Result<Vec<u8>, CardError> {
        let private = PrivateKey::generate(algorithm)?;
        let public = private.public_info()?;
        let (pin, touch) = policy;
        let mut inside = self.inside();
        inside.applets.piv.slots.put(slot, Key { private, pin, touch, origin: Origin::Generated })?;
        inside.save()?;
        Ok(public)
    }

    /// The certificate that attests the key in a slot, in PEM.
    ///
    /// # Errors
    /// There is none, or it was not generated here.
    pub fn attestation(&self, slot: u8) -> Result<String, CardError> {
        Ok(pem::certificate(&self.inside().applets.piv.attest(slot, self.device)?))
    }

    /// The certificate of the key that attests, in PEM.
    ///
    /// # Errors
    /// Somebody wrote something else in its place.
    pub fn attestation_certificate(&self) -> Result<String, CardError> {
        Ok(pem::certificate(&self.inside().applets.piv.attestation_certificate()?))
    }

    /// From now on this happens when it asks for a touch. At first it is touched at once.
    pub fn set_finger(&self, finger: Finger) {
        self.plug.0.set_finger(finger);
    }

    /// How long it waits for a touch: 15 seconds at first, as a real one.
    pub fn set_touch_limit(&self, limit: Duration) {
        self.plug.0.set_patience(limit);
    }

    /// Touches it as soon as it asks for that; false when it does not within a minute.
    pub fn touch(&self) -> bool {
        self.plug.0.touch(UNTIL_ASKED)
    }

    /// Waits until it asks for a touch; false when it does not within a minute.
    pub fn asks_for_touch(&self) -> bool {
        self.plug.0.asks_for_touch(UNTIL_ASKED)
    }

    /// Lets something go wrong with the next signature.
    pub fn fault(&self, fault: Fault) {
        self.fault_at(Occasion::Signature, fault);
    }

    /// Lets something go wrong on the next occasion of a kind. Several faults of one kind strike one after the other.
    pub fn fault_at(&self, occasion: Occasion, fault: Fault) {
        self.inside().faults.add(occasion, fault);
    }

    /// Takes back all faults that did not strike yet.
    pub fn cure(&self) {
        self.inside().faults.clear();
    }

    /// Tries that are left.
    pub fn pin_tries(&self) -> PinTries {
        let (pin, puk) = self.inside().applets.piv.pins.left();
        PinTries { pin, puk }
    }

    /// How many signatures were made: more than were asked for means that somebody tried again.
    pub fn signatures(&self) -> u32 {
        self.inside().signatures
    }

    /// Was it pulled out, and not plugged in again?
    pub fn is_gone(&self) -> bool {
        self.plug.0.is_gone()
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Carries a whole command out, with the fault that strikes now.
    fn carry_out(&self, command: &Command, fault: Option<Fault>) -> Result<Vec<u8>, Gone> {
        self.before(fault)?;
        let outcome = match fault {
            Some(Fault::Status(status)) => Err(Status(status)),
            _ => self.run(command, fault)?,
        };
        let mut inside = self.inside();
        let outcome = inside.save().map_err(|_| Status::INTERNAL).and(outcome);
        match fault {
            Some(Fault::Unplugged(Moment::During)) => Err(Gone),
            Some(Fault::Stub) => Ok(vec![0x90]),
            _ => Ok(inside.transport.leave(command, outcome.map(|answer| spoil(fault, answer)))),
        }
    }

    fn before(&self, fault: Option<Fault>) -> Result<(), Gone> {
        match fault {
            Some(Fault::Unplugged(Moment::Before)) => return Err(Gone),
            Some(Fault::Slow(time)) if !self.plug.0.stays(time) => return Err(Gone),
            Some(Fault::PinBlocked) => self.inside().applets.piv.pins.block_pin(),
            Some(Fault::Hangs) => {
                self.plug.0.wait_until_gone();
                return Err(Gone);
            }
            _ => {}
        }
        Ok(())
    }

    /// Nothing is locked while a finger is awaited.
    fn run(&self, command: &Command, fault: Option<Fault>) -> Result<Result<Vec<u8>, Status>, Gone> {
        let reply = self.inside().applets.run(command);
        let mut signing = match reply {
            Ok(Reply::Sign(signing)) => signing,
            Ok(Reply::Data(data)) => return Ok(Ok(data)),
            Err(status) => return Ok(Err(status)),
        };
        match self.wait_for_touch(&signing, fault) {
            Touched::Yes => {}
            Touched::No => return Ok(Err(Status::NOT_ALLOWED)),
            Touched::Gone => return Err(Gone),
        }
        if fault == Some(Fault::WrongSignature) {
            signing.message.iter_mut().rev().take(1).for_each(|byte| *byte ^= 1);
        }
        let mut inside = self.inside();
        let signature = inside.applets.piv.sign(&signing);
        inside.signatures += u32::from(signature.is_ok());
        Ok(signature)
    }

    fn wait_for_touch(&self, signing: &Signing, fault: Option<Fault>) -> Touched {
        let presence = &self.plug.0;
        match (fault, signing.touch) {
            (Some(Fault::NoTouch), _) => presence.wait_for_touch(Some(Finger::Never)),
            (_, TouchPolicy::Never) => Touched::Yes,
            (_, TouchPolicy::Cached) if presence.is_touch_cached() => Touched::Yes,
            (_, TouchPolicy::Cached | TouchPolicy::Always) => presence.wait_for_touch(None),
        }
    }
}

impl Inside {
    fn save(&self) -> Result<(), CardError> {
        match &self.file {
            Some(file) => file::save(file, self.applets.device, &self.applets.piv),
            None => Ok(()),
        }
    }
}

impl Card for YubiKey {
    fn atr(&self) -> &[u8] {
        &ATR
    }

    fn reset(&self) {
        let mut inside = self.inside();
        inside.applets.reset();
        inside.transport.clear();
    }

    fn exchange(&self, bytes: &[u8]) -> Exchange {
        let mut inside = self.inside();
        let command = match inside.transport.arrive(bytes) {
            Arrival::Answered(answer) => return Exchange::Answer(answer),
            Arrival::Command(command) => command,
        };
        let occasion = inside.applets.occasion(&command);
        let fault = inside.faults.strike(occasion);
        drop(inside);
        match self.carry_out(&command, fault) {
            Ok(answer) if fault == Some(Fault::Unplugged(Moment::After)) => {
                self.plug.0.leave();
                Exchange::LastAnswer(answer)
            }
            Ok(answer) => Exchange::Answer(answer),
            Err(Gone) => {
                self.plug.0.leave();
                Exchange::Gone
            }
        }
    }

    fn plug(&self) -> &Plug {
        &self.plug
    }
}

impl std::fmt::Debug for YubiKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "virtual YubiKey {} with firmware {}", self.device.serial, self.device.firmware)
    }
}
