//! The management key: whoever has it may generate, import, write and configure.

use aes::cipher::{Block, BlockEncrypt, KeyInit};
use serde::{Deserialize, Serialize};
use shared::device::Firmware;

use super::apdu::Command;
use super::random;
use super::status::Status;
use super::tlv::{Fields, nested, tlv};

/// The slot that the management key is addressed by.
pub(super) const SLOT: u8 = 0x9b;
/// Every YubiKey leaves the factory with this one.
const DEFAULT: [u8; 24] = [1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8];
/// The first firmware that knows AES here.
const WITH_AES: Firmware = Firmware::new(5, 4, 2);
/// The first that comes with it.
const BORN_WITH_AES: Firmware = Firmware::new(5, 7, 0);

/// A kind of management key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Cipher {
    TripleDes,
    Aes128,
    Aes192,
    Aes256,
}

impl Cipher {
    fn number(self) -> u8 {
        match self {
            Cipher::TripleDes => 0x03,
            Cipher::Aes128 => 0x08,
            Cipher::Aes192 => 0x0a,
            Cipher::Aes256 => 0x0c,
        }
    }

    fn of_number(number: u8, firmware: Firmware) -> Result<Cipher, Status> {
        match number {
            0x03 => Ok(Cipher::TripleDes),
            _ if firmware < WITH_AES => Err(Status::WRONG_DATA),
            0x08 => Ok(Cipher::Aes128),
            0x0a => Ok(Cipher::Aes192),
            0x0c => Ok(Cipher::Aes256),
            _ => Err(Status::WRONG_DATA),
        }
    }

    fn key_size(self) -> usize {
        match self {
            Cipher::TripleDes | Cipher::Aes192 => 24,
            Cipher::Aes128 => 16,
            Cipher::Aes256 => 32,
        }
    }

    fn block_size(self) -> usize {
        if self == Cipher::TripleDes { 8 } else { 16 }
    }
}

/// The key, and how far the host is with proving that it knows it.
#[derive(Serialize, Deserialize)]
pub(super) struct Management {
    cipher: Cipher,
    key: Vec<u8>,
    #[serde(skip)]
    session: Session,
}

#[derive(Default)]
enum Session {
    #[default]
    Nothing,
    /// The host has to answer with these bytes.
    Asked(Vec<u8>),
    Proved,
}

impl Management {
    /// As it leaves the factory.
    pub(super) fn of_factory(firmware: Firmware) -> Management {
        let cipher = if firmware < BORN_WITH_AES { Cipher::TripleDes } else { Cipher::Aes192 };
        Management { cipher, key: DEFAULT.to_vec(), session: Session::Nothing }
    }

    /// May whoever is here change things?
    pub(super) fn must_be_proved(&self) -> Result<(), Status> {
        match self.session {
            Session::Proved => Ok(()),
            Session::Nothing | Session::Asked(_) => Err(Status::NOT_ALLOWED),
        }
    }

    /// The session is over.
    pub(super) fn forget(&mut self) {
        self.session = Session::Nothing;
    }

    /// GET METADATA: kind, policies, whether it is the factory's.
    pub(super) fn metadata(&self) -> Vec<u8> {
        let is_default = u8::from(self.key == DEFAULT);
        [tlv(1, &[self.cipher.number()]), tlv(2, &[0, 1]), tlv(5, &[is_default])].concat()
    }

    /// SET MANAGEMENT KEY.
    pub(super) fn set(&mut self, command: &Command, firmware: Firmware) -> Result<Vec<u8>, Status> {
        self.must_be_proved()?;
        let [number, SLOT, length, key @ ..] = command.data.as_slice() else {
            return Err(Status::WRONG_DATA);
        };
        let cipher = Cipher::of_number(*number, firmware)?;
        if usize::from(*length) != key.len() || key.len() != cipher.key_size() {
            return Err(Status::WRONG_LENGTH);
        }
        (self.cipher, self.key) = (cipher, key.to_vec());
        Ok(Vec::new())
    }

    /// GENERAL AUTHENTICATE in either way: the host proves itself, or both do.
    pub(super) fn authenticate(&mut self, command: &Command) -> Result<Vec<u8>, Status> {
        if command.p1 != self.cipher.number() {
            return Err(Status::WRONG_DATA);
        }
        let fields = Fields::inside(&command.data, 0x7c)?;
        match (fields.find(0x80), fields.find(0x81), fields.find(0x82)) {
            (Some([]), None, None) => self.ask_for_witness(),
            (None, Some([]), None) => self.ask_for_answer(),
            (Some(witness), Some(challenge), _) => self.prove_both(witness, challenge),
            (None, None, Some(answer)) => self.expect(answer).map(|()| Vec::new()),
            _ => Err(Status::WRONG_DATA),
        }
    }

    /// The host decrypts what it gets.
    fn ask_for_witness(&mut self) -> Result<Vec<u8>, Status> {
        let witness = random::bytes(self.cipher.block_size())?;
        let encrypted = self.encrypt(&witness)?;
        self.session = Session::Asked(witness);
        Ok(nested(0x7c, &[tlv(0x80, &encrypted)]))
    }

    /// The host encrypts what it gets.
    fn ask_for_answer(&mut self) -> Result<Vec<u8>, Status> {
        let challenge = random::bytes(self.cipher.block_size())?;
        self.session = Session::Asked(self.encrypt(&challenge)?);
        Ok(nested(0x7c, &[tlv(0x81, &challenge)]))
    }

    fn prove_both(&mut self, witness: &[u8], challenge: &[u8]) -> Result<Vec<u8>, Status> {
        if challenge.len() != self.cipher.block_size() {
            return Err(Status::WRONG_DATA);
        }
        self.expect(witness)?;
        Ok(nested(0x7c, &[tlv(0x82, &self.encrypt(challenge)?)]))
    }

    /// A question is good for one answer.
    fn expect(&mut self, answer: &[u8]) -> Result<(), Status> {
        match std::mem::take(&mut self.session) {
            Session::Asked(wanted) if wanted == answer => {
                self.session = Session::Proved;
                Ok(())
            }
            Session::Asked(_) => Err(Status::NOT_ALLOWED),
            Session::Nothing | Session::Proved => Err(Status::WRONG_STATE),
        }
    }

    fn encrypt(&self, block: &[u8]) -> Result<Vec<u8>, Status> {
        encrypt(self.cipher, &self.key, block).ok_or(Status::INTERNAL)
    }
}

/// One block, as ECB does it.
fn encrypt(cipher: Cipher, key: &[u8], block: &[u8]) -> Option<Vec<u8>> {
    fn with<C: KeyInit + BlockEncrypt>(key: &[u8], block: &[u8]) -> Option<Vec<u8>> {
        let mut block = Block::<C>::clone_from_slice(block);
        C::new_from_slice(key).ok()?.encrypt_block(&mut block);
        Some(block.to_vec())
    }
    match cipher {
        Cipher::TripleDes => with::<des::TdesEde3>(key, block),
        Cipher::Aes128 => with::<aes::Aes128>(key, block),
        Cipher::Aes192 => with::<aes::Aes192>(key, block),
        Cipher::Aes256 => with::<aes::Aes256>(key, block),
    }
}
