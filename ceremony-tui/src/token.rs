//! The port to everything that holds a private key: requests and answers, all serialisable.
//!
//! The screen process asks through [`TokenBroker`]; a token host answers through [`serve::Adapter`]. Nothing else of a
//! token crosses the process boundary: no handle, no session, no slot number.
//!
//! # How to add an adapter (another kind of token)
//! 1. Add a variant to [`HostKind`] with what the host must know to start, and its words in [`HostKind::arguments`] /
//!    [`HostKind::from_arguments`].
//! 2. In the program `token-host`, write a module with a type that implements [`serve::Adapter`], and name it in
//!    `main`. All device code, and every library that it needs, stays there.
//! 3. Answer [`Request::Tokens`], [`Request::Keys`] and [`Request::Sign`]; map what the device says to [`Refusal`],
//!    so that a person reads what happened and what to do. Never retry: a second try costs a PIN try.
//! 4. Run the token contract tests on it.
//!
//! # Secrets
//! A PIN or passphrase follows its request as a frame of its own ([`Envelope::with_secret`]), from one locked page to
//! another. It is in no type of this module.

pub mod refusal;
pub mod serve;

use std::time::Duration;

use serde::{Deserialize, Serialize};
use shared::json::Json;
use shared::key::Scheme;

use crate::channel::ChannelError;
use crate::interrupt::Interrupt;
use crate::secret::Secret;
use crate::wait::{Watch, wait};

pub use refusal::Refusal;

/// What the screen process can ask of the world of tokens: one question at a time, begun now and answered later, so
/// that nobody waits in here. Whoever listens to a person at the same time waits for [`TokenBroker::watch`] as well;
/// whoever has nothing else to do uses [`ask`].
pub trait TokenBroker {
    /// Begins to ask, starting the host first if it does not run. A question that is still under way is cancelled.
    fn begin(&mut self, question: Question);

    /// Goes on as far as it can without waiting, and gives the answer once it is there. To be called after
    /// [`TokenBroker::begin`], and whenever the watch or the time says so.
    ///
    /// "No" is [`AskError::Refused`]; everything else means that the question did not reach the token, or its answer
    /// did not come back.
    fn advance(&mut self) -> Option<Result<Answer, AskError>>;

    /// What to wait for; nothing when nothing is under way.
    fn watch(&self) -> Option<Watch<'_>>;

    /// What is left until the question has taken too long.
    fn time_left(&self) -> Option<Duration>;

    /// Drops the question; its host is ended and started anew next time, so a late answer is nobody's.
    fn cancel(&mut self);
}

/// A question on its way to a host. The secret is given exactly when the request needs one.
#[derive(Debug)]
pub struct Question {
    /// Which host.
    pub host: HostKind,
    /// What to ask it.
    pub request: Request,
    /// The PIN or passphrase, out of its locked page.
    pub secret: Option<Secret>,
}

/// Asks and waits for the answer, or until a signal stops it: for callers that have nothing else to listen to.
pub fn ask(
    tokens: &mut dyn TokenBroker,
    question: Question,
    interrupt: &Interrupt,
) -> Result<Answer, AskError> {
    tokens.begin(question);
    loop {
        if let Some(answer) = tokens.advance() {
            return answer;
        }
        if interrupt.is_raised() {
            tokens.cancel();
            return Err(AskError::Interrupted);
        }
        let time = tokens.time_left().unwrap_or(SLICE).min(SLICE);
        if let Some(watch) = tokens.watch() {
            wait([watch], time).map_err(|errno| AskError::from_channel(ChannelError::Io(errno)))?;
        }
    }
}

/// How often a wait looks whether a signal asks to stop.
const SLICE: Duration = Duration::from_millis(200);

/// Which host answers: one process each.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum HostKind {
    /// Encrypted key files.
    Files,
    /// The tokens of one local PKCS#11 module.
    Pkcs11 {
        /// The module's absolute path.
        module: String,
    },
}

impl HostKind {
    /// The command line of the host.
    pub fn arguments(&self) -> Vec<&str> {
        match self {
            HostKind::Files => vec!["files"],
            HostKind::Pkcs11 { module } => vec!["pkcs11", module],
        }
    }

    /// Reads the command line of the host.
    pub fn from_arguments(arguments: &[String]) -> Option<HostKind> {
        match arguments {
            [kind] if kind == "files" => Some(HostKind::Files),
            [kind, module] if kind == "pkcs11" => Some(HostKind::Pkcs11 { module: module.clone() }),
            _ => None,
        }
    }
}

/// A request and whether a secret follows it as the next frame.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Envelope {
    /// What is asked.
    pub request: Request,
    /// Whether the next frame is a secret.
    pub with_secret: bool,
}

/// Everything that can be asked of a token host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Request {
    /// Which tokens are there now?
    Tokens,
    /// Which keys does this token show? With a PIN also those that it hides.
    Keys {
        /// The token.
        token: TokenId,
        /// How the token learns that its holder is there.
        login: Login,
    },
    /// What is this file? (No secret.)
    InspectKeyFile {
        /// Its path.
        path: String,
    },
    /// Open a key file with its passphrase and give the public key.
    OpenKeyFile {
        /// Its path.
        path: String,
    },
    /// Could a new key file be written here? (No secret.)
    CheckNewKeyFile {
        /// Its path; it must not exist, and its folder must.
        path: String,
    },
    /// Generate a key, write it encrypted into a new file, open that file again and give the public key.
    GenerateKeyFile {
        /// Where the new file goes; it must not exist.
        path: String,
        /// The kind of key.
        scheme: WireScheme,
    },
    /// Sign these bytes with this key.
    Sign {
        /// The key.
        key: KeyLocator,
        /// The bytes, as they are signed (hosts hash where the scheme hashes).
        #[serde(with = "hex::serde")]
        message: Vec<u8>,
        /// How the token learns that its holder is there.
        login: Login,
    },
}

impl Request {
    /// How long an answer may take. Signing may wait for a touch, opening a file for scrypt on a slow laptop.
    pub fn patience_seconds(&self) -> u64 {
        match self {
            Request::Tokens | Request::InspectKeyFile { .. } | Request::CheckNewKeyFile { .. } => 30,
            Request::Keys { .. } => 60,
            Request::OpenKeyFile { .. } | Request::Sign { .. } => 120,
            Request::GenerateKeyFile { .. } => 240,
        }
    }
}

/// How a token learns that its holder is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Login {
    /// No login: only what the token shows to everybody.
    None,
    /// A PIN or passphrase follows the request.
    Secret,
    /// The token's own PIN pad asks.
    PinPad,
}

/// A token is known by its label and serial number, never by a slot number, which changes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TokenId {
    /// The label that its owner gave it.
    pub label: String,
    /// The serial number.
    pub serial: String,
}

/// A token that is there now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenInfo {
    /// Label and serial number.
    pub id: TokenId,
    /// Model, as the module says it.
    pub model: String,
    /// Maker, as the module says it.
    pub manufacturer: String,
    /// What is known about PIN tries.
    pub pin: PinState,
    /// Whether the PIN is typed on the token itself.
    pub pin_pad: bool,
}

/// What PKCS#11 tells about PIN tries: three flags, never a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PinState {
    /// No wrong PIN since the last right one, as far as the token says.
    Fine,
    /// At least one wrong PIN was given.
    Low,
    /// The next wrong PIN locks the token.
    FinalTry,
    /// Locked.
    Locked,
}

/// A key that a token shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenKey {
    /// CKA_ID in hex.
    pub id: String,
    /// CKA_LABEL.
    pub label: String,
    /// The public key, or the reason why it cannot sign a root here.
    pub key: Result<Json, String>,
}

/// Where a private key lies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeyLocator {
    /// In an encrypted file.
    File {
        /// Its path.
        path: String,
    },
    /// On a token of a PKCS#11 module.
    Token {
        /// The token.
        token: TokenId,
        /// CKA_ID in hex.
        key_id: String,
        /// The public key, so that of two objects under one id the right one signs.
        key: Json,
    },
}

/// Schemes that can be generated, as they travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum WireScheme {
    /// Ed25519.
    Ed25519,
    /// ECDSA on P-256 with SHA-256.
    EcdsaP256,
    /// RSA-PSS with SHA-256.
    RsaPss,
}

impl From<WireScheme> for Scheme {
    fn from(scheme: WireScheme) -> Scheme {
        match scheme {
            WireScheme::Ed25519 => Scheme::Ed25519,
            WireScheme::EcdsaP256 => Scheme::EcdsaP256Sha256,
            WireScheme::RsaPss => Scheme::RsaPssSha256,
        }
    }
}

/// Everything that a token host can answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answer {
    /// The tokens that are there.
    Tokens(Vec<TokenInfo>),
    /// The keys that a token shows.
    Keys(Vec<TokenKey>),
    /// What a file is.
    KeyFile(KeyFileKind),
    /// A new key file can be written.
    Writable,
    /// A public key: three fields, as in root.
    Key(Json),
    /// A signature, in the form that TUF wants (DER for ECDSA).
    Signature(#[serde(with = "hex::serde")] Vec<u8>),
}

/// The kinds of key file that can be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeyFileKind {
    /// Encrypted by age with a passphrase.
    Age,
    /// PEM, "ENCRYPTED PRIVATE KEY" (PKCS#8).
    EncryptedPem,
}

/// No signature, no key, no list: because the token said no, or because it could not be asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AskError {
    /// The host said no.
    #[error(transparent)]
    Refused(Refusal),
    /// The host could not be started.
    #[error(
        "The process that talks to tokens could not be started ({reason}). Nothing was done; check that the program \
         token-host lies beside this one, and try again."
    )]
    NotStarted {
        /// What is known.
        reason: String,
    },
    /// The broker has ended.
    #[error(
        "The background process that starts token hosts has ended, so no further token or key file can be reached. \
         Export what is signed, or start again."
    )]
    BrokerGone,
    /// The host ended in the middle.
    #[error(
        "The process that talks to the token has ended, so this was not done. Nothing else is lost; look at the \
         token and try again."
    )]
    Died,
    /// The host hangs.
    #[error(
        "The token did not answer in time, so this was not done. Nothing else is lost; take the token out, put it \
         back and try again."
    )]
    TimedOut,
    /// The person stopped it.
    #[error("It was cancelled before there was an answer. Nothing is lost.")]
    Interrupted,
    /// The host talks nonsense.
    #[error(
        "The process that talks to the token answered nonsense ({reason}), so this was not done. Try again."
    )]
    Nonsense {
        /// What was wrong.
        reason: String,
    },
}

impl AskError {
    pub(crate) fn from_channel(error: ChannelError) -> AskError {
        match error {
            ChannelError::Closed => AskError::Died,
            ChannelError::TimedOut => AskError::TimedOut,
            other => AskError::Nonsense { reason: other.to_string() },
        }
    }
}
