//! What a token host answers.

use serde::{Deserialize, Serialize};
use shared::device::{Firmware, KeyPolicy, Origin};
use shared::json::Json;

use super::{Refusal, TokenId};

/// Everything that a token host can answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answer {
    /// The tokens that are there.
    Tokens(Listing),
    /// The keys that a token shows.
    Keys(Vec<TokenKey>),
    /// Where a key comes from.
    Attestation(Attestation),
    /// What a file is.
    KeyFile(KeyFileKind),
    /// A new key file can be written.
    Writable,
    /// A public key: three fields, as in root.
    Key(Json),
    /// A signature, in the form that TUF wants (DER for ECDSA).
    Signature(#[serde(with = "hex::serde")] Vec<u8>),
    /// It is done: the PIN is changed, or the token has shown itself.
    Done,
}

/// What is plugged in now.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing {
    /// Tokens that can be used.
    pub tokens: Vec<TokenInfo>,
    /// What is there and cannot be used.
    pub unusable: Vec<Unusable>,
    /// Which token each reader shows, or showed before its card could not be asked any more, where the host knows it.
    pub shown: Vec<Shown>,
}

/// A reader, and the token that it showed last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// The reader, as in [`Unusable::place`].
    pub place: String,
    /// The token.
    pub token: TokenId,
}

impl Listing {
    /// The one token with this label and serial number.
    ///
    /// # Errors
    /// There is none, or more than one: nobody can say which of them is meant.
    pub fn the_one(&self, id: &TokenId) -> Result<&TokenInfo, Refusal> {
        let mut found = self.tokens.iter().filter(|token| token.id == *id);
        let TokenId { label, serial } = id.clone();
        match (found.next(), found.next()) {
            (Some(only), None) => Ok(only),
            (None, _) => Err(Refusal::NoSuchToken { label, serial }),
            (Some(_), Some(_)) => Err(Refusal::AmbiguousToken { label, serial }),
        }
    }
}

/// Something that is plugged in and is no token for us.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unusable {
    /// Where: the reader, or the slot.
    pub place: String,
    /// What is wrong with it, and what to do.
    pub reason: String,
}

impl Unusable {
    /// What people read: where it is, what is wrong, and what to do.
    pub fn sentence(&self) -> String {
        format!("{}: {}", self.place, self.reason)
    }
}

/// A token that is there now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenInfo {
    /// Label and serial number.
    pub id: TokenId,
    /// What kind of token it is.
    pub kind: TokenKind,
    /// Model, as the token says it.
    pub model: String,
    /// Maker, as the token says it.
    pub manufacturer: String,
    /// Firmware, where the token says it.
    pub firmware: Option<Firmware>,
    /// What is known about PIN tries.
    pub pin: PinState,
    /// Whether the PIN is typed on the token itself.
    pub pin_pad: bool,
    /// What else something is decided by.
    pub traits: Traits,
    /// What else is worth showing to people.
    pub details: Vec<Detail>,
}

/// What a token says besides, as far as something is decided by it. The default is a token that says nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Traits {
    /// What it still has from the factory.
    pub factory: Vec<FactoryValue>,
    /// Whether its management key is given to whoever has the PIN.
    pub management_by_pin: bool,
    /// What is known about tries of what unlocks the PIN: the PUK, or the security officer's PIN.
    pub unlocking: Option<PinState>,
    /// How long a PIN of it is.
    pub pin_length: Option<PinLength>,
    /// Whether it, or its reader, has a light that shows which one it is.
    pub has_light: bool,
}

/// A value that everybody knows, as long as nobody has changed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum FactoryValue {
    /// The PIN.
    Pin,
    /// What unlocks it.
    Puk,
    /// The PIV management key.
    ManagementKey,
}

/// How many characters a PIN has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PinLength {
    /// At least.
    pub least: usize,
    /// At most, where that is known.
    pub most: Option<usize>,
}

impl PinLength {
    /// Whether so many characters are a PIN.
    pub fn fits(self, characters: usize) -> bool {
        characters >= self.least && self.most.is_none_or(|most| characters <= most)
    }
}

impl std::fmt::Display for PinLength {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.most {
            Some(most) => write!(formatter, "{} to {most} characters", self.least),
            None => write!(formatter, "{} characters or more", self.least),
        }
    }
}

/// The kinds of token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum TokenKind {
    /// Behind a PKCS#11 module.
    Pkcs11,
    /// A YubiKey, asked as a PIV card.
    YubiKey,
}

/// A name and a value, for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detail {
    /// What it is.
    pub name: String,
    /// What the token says.
    pub value: String,
}

/// What a token tells about PIN tries: PIV the number, PKCS#11 three flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PinState {
    /// No wrong PIN since the last right one, as far as the token says.
    Fine,
    /// At least one wrong PIN was given since the last right one; how many more it would take is not told (PKCS#11 2.40,
    /// 3.2, CKF_USER_PIN_COUNT_LOW).
    Low,
    /// This many tries are left: two or more ([`PinState::of_tries`]).
    Left(u8),
    /// The next wrong PIN locks the token.
    FinalTry,
    /// Locked.
    Locked,
}

impl PinState {
    /// What a number of tries means.
    pub fn of_tries(tries: u8) -> PinState {
        match tries {
            0 => PinState::Locked,
            1 => PinState::FinalTry,
            more => PinState::Left(more),
        }
    }
}

/// A key that a token shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenKey {
    /// CKA_ID, or the PIV slot, in hex.
    pub id: String,
    /// CKA_LABEL, or what the PIV slot is meant for.
    pub label: String,
    /// The public key, or the reason why it cannot sign a root here.
    pub key: Result<Json, String>,
    /// When it wants PIN and touch, where the token says it.
    pub policy: Option<KeyPolicy>,
    /// Where it comes from, where the token says it. Only an attestation proves it.
    pub origin: Option<Origin>,
    /// What else is worth showing to people.
    pub details: Vec<Detail>,
    /// What speaks against this key and only the host knows, each a sentence; it can be used all the same.
    pub warnings: Vec<String>,
}

/// Where a key comes from, in certificates. Not verified here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attestation {
    /// The certificate that the token made for the key, DER.
    #[serde(with = "hex::serde")]
    pub key_certificate: Vec<u8>,
    /// The certificate of the key that signed it, DER: on a YubiKey that of slot f9.
    #[serde(with = "hex::serde")]
    pub device_certificate: Vec<u8>,
}

/// The kinds of key file that can be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeyFileKind {
    /// Encrypted by age with a passphrase.
    Age,
    /// PEM, "ENCRYPTED PRIVATE KEY" (PKCS#8).
    EncryptedPem,
}
