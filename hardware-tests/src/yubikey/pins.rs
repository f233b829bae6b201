//! PIN and PUK: verifying, changing, unblocking, and the tries that are left.

use serde::{Deserialize, Serialize};

use super::apdu::Command;
use super::status::Status;

const DEFAULT_PIN: &[u8; 8] = b"123456\xff\xff";
const DEFAULT_PUK: &[u8; 8] = b"12345678";
const DEFAULT_TRIES: u8 = 3;
const PIN: u8 = 0x80;
const PUK: u8 = 0x81;

/// Both secrets, and whether the PIN was given in this session.
#[derive(Serialize, Deserialize)]
pub(super) struct Pins {
    pin: Secret,
    puk: Secret,
    #[serde(skip)]
    session: Session,
}

/// What was proved since the applet was selected.
#[derive(Default, PartialEq, Eq)]
enum Session {
    #[default]
    Nothing,
    /// Good for keys that want the PIN once.
    Verified,
    /// And nothing was signed since: good for keys that want it always.
    JustVerified,
}

#[derive(Serialize, Deserialize)]
struct Secret {
    value: [u8; 8],
    left: u8,
    tries: u8,
}

impl Secret {
    fn new(value: &[u8; 8], tries: u8) -> Secret {
        Secret { value: *value, left: tries, tries }
    }

    fn check(&mut self, given: &[u8]) -> Result<(), Status> {
        if self.left == 0 {
            return Err(Status::BLOCKED);
        }
        if given != self.value {
            self.left -= 1;
            return Err(Status::wrong_pin(self.left));
        }
        self.left = self.tries;
        Ok(())
    }

    fn metadata(&self, default: &[u8; 8]) -> [Vec<u8>; 3] {
        let is_default = u8::from(self.value == *default);
        [vec![1, 1, 0xff], vec![5, 1, is_default], vec![6, 2, self.tries, self.left]]
    }
}

impl Default for Pins {
    fn default() -> Pins {
        Pins::with_tries(DEFAULT_TRIES, DEFAULT_TRIES)
    }
}

impl Pins {
    fn with_tries(pin: u8, puk: u8) -> Pins {
        Pins {
            pin: Secret::new(DEFAULT_PIN, pin),
            puk: Secret::new(DEFAULT_PUK, puk),
            session: Session::Nothing,
        }
    }

    /// VERIFY: without data it asks whether the PIN is needed, and how many tries are left.
    pub(super) fn verify(&mut self, command: &Command) -> Result<Vec<u8>, Status> {
        match (command.p1, command.p2, command.data.len()) {
            (0xff, PIN, 0) => self.session = Session::Nothing,
            (0, PIN, 0) if self.session != Session::Nothing => {}
            (0, PIN, 0) if self.pin.left == 0 => return Err(Status::BLOCKED),
            (0, PIN, 0) => return Err(Status::wrong_pin(self.pin.left)),
            (0, PIN, 8) => {
                self.session = Session::Nothing;
                self.pin.check(&command.data)?;
                self.session = Session::JustVerified;
            }
            (0, PIN, _) => return Err(Status::WRONG_DATA),
            _ => return Err(Status::NO_SUCH_KEY),
        }
        Ok(Vec::new())
    }

    /// CHANGE REFERENCE DATA: the old one, then the new one.
    pub(super) fn change(&mut self, command: &Command) -> Result<Vec<u8>, Status> {
        let (old, new) = two(&command.data)?;
        let secret = match command.p2 {
            PIN => &mut self.pin,
            PUK => &mut self.puk,
            _ => return Err(Status::NO_SUCH_KEY),
        };
        secret.check(old)?;
        secret.value = *new;
        Ok(Vec::new())
    }

    /// RESET RETRY COUNTER: the PUK, then a new PIN.
    pub(super) fn unblock(&mut self, command: &Command) -> Result<Vec<u8>, Status> {
        let (puk, pin) = two(&command.data)?;
        if command.p2 != PIN {
            return Err(Status::NO_SUCH_KEY);
        }
        self.puk.check(puk)?;
        self.pin = Secret::new(pin, self.pin.tries);
        Ok(Vec::new())
    }

    /// SET PIN RETRIES, which also brings both secrets back to their defaults.
    pub(super) fn set_tries(&mut self, pin: u8, puk: u8) -> Result<Vec<u8>, Status> {
        if pin == 0 || puk == 0 {
            return Err(Status::WRONG_PARAMETERS);
        }
        *self = Pins::with_tries(pin, puk);
        Ok(Vec::new())
    }

    /// GET METADATA of either.
    pub(super) fn metadata(&self, reference: u8) -> Option<Vec<u8>> {
        match reference {
            PIN => Some(self.pin.metadata(DEFAULT_PIN).concat()),
            PUK => Some(self.puk.metadata(DEFAULT_PUK).concat()),
            _ => None,
        }
    }

    /// Was the PIN given in this session?
    pub(super) fn is_verified(&self) -> bool {
        self.session != Session::Nothing
    }

    /// And right before what is asked for now?
    pub(super) fn is_just_verified(&self) -> bool {
        self.session == Session::JustVerified
    }

    /// A private key was used: the PIN is no longer fresh.
    pub(super) fn used(&mut self) {
        if self.session == Session::JustVerified {
            self.session = Session::Verified;
        }
    }

    /// The session is over.
    pub(super) fn forget(&mut self) {
        self.session = Session::Nothing;
    }

    /// Are both blocked, so that the applet may be reset?
    pub(super) fn are_blocked(&self) -> bool {
        self.pin.left == 0 && self.puk.left == 0
    }

    /// Tries that are left for PIN and PUK.
    pub(super) fn left(&self) -> (u8, u8) {
        (self.pin.left, self.puk.left)
    }

    /// As after too many wrong PINs.
    pub(super) fn block_pin(&mut self) {
        self.pin.left = 0;
        self.session = Session::Nothing;
    }
}

fn two(data: &[u8]) -> Result<(&[u8], &[u8; 8]), Status> {
    let (first, second) = data.split_at_checked(8).ok_or(Status::WRONG_LENGTH)?;
    Ok((first, second.try_into().map_err(|_| Status::WRONG_LENGTH)?))
}
