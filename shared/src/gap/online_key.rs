//! `online-key.json`: the service's public key on its way to the ceremony, with a proof that the
//! service holds the private one.

use crate::json::{Json, JsonError};
use crate::key::{Key, KeyError, SignatureError};
use crate::names::KeyId;
use crate::time::{TimeError, UnixTime};

/// A document older than this is an exception that people must agree to.
pub const ONLINE_KEY_MAX_AGE_DAYS: i64 = 7;

const KIND: &str = "vestry-online-key";
const VERSION: u32 = 1;

/// The public online key, its name, and the proof.
///
/// The proof shows that whoever made the document holds the private key. It does not show who
/// that is: people compare the fingerprint with the service's screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnlineKeyDocument {
    /// The public key.
    pub key: Key,
    /// What operators call the key.
    pub name: String,
    /// When the proof was made.
    pub time: UnixTime,
    /// The signature over [`OnlineKeyDocument::statement`].
    pub proof: Vec<u8>,
}

impl OnlineKeyDocument {
    /// What the proof signs. It never begins with `{`, so it can never be metadata.
    pub fn statement(keyid: &KeyId, time: UnixTime) -> Vec<u8> {
        format!("vestry-online-key-v1\n{keyid}\n{time}\n").into_bytes()
    }

    /// Reads a document and verifies its proof.
    ///
    /// # Errors
    /// Another kind of document, malformed fields, or a proof that does not hold.
    pub fn parse(bytes: &[u8]) -> Result<OnlineKeyDocument, OnlineKeyError> {
        let value = Json::parse(bytes)?;
        let text =
            |name: &'static str| value.get(name).and_then(Json::as_str).ok_or(OnlineKeyError::Field(name));
        if text("kind")? != KIND || value.get("version") != Some(&Json::from(VERSION)) {
            return Err(OnlineKeyError::Kind);
        }
        let key = Key::from_json(value.get("key").ok_or(OnlineKeyError::Field("key"))?)?;
        if text("keyid")? != key.id().as_str() {
            return Err(OnlineKeyError::OtherId {
                declared: text("keyid")?.to_owned(),
                computed: key.id().clone(),
            });
        }
        let time = UnixTime::parse(text("time")?)?;
        let proof = hex::decode(text("proof")?).map_err(|_| OnlineKeyError::Field("proof"))?;
        key.verify(&OnlineKeyDocument::statement(key.id(), time), &proof).map_err(OnlineKeyError::Proof)?;
        Ok(OnlineKeyDocument { key, name: text("name")?.to_owned(), time, proof })
    }

    /// The document as a file.
    pub fn to_bytes(&self) -> Vec<u8> {
        Json::object([
            ("kind", Json::from(KIND)),
            ("version", Json::from(VERSION)),
            ("keyid", Json::from(self.key.id().as_str())),
            ("name", Json::from(self.name.as_str())),
            ("key", self.key.to_json()),
            ("time", Json::String(self.time.to_string())),
            ("proof", Json::String(hex::encode(&self.proof))),
        ])
        .to_pretty()
    }

    /// Whether the proof is older than [`ONLINE_KEY_MAX_AGE_DAYS`] at `now`.
    pub fn is_old_at(&self, now: UnixTime) -> bool {
        now.0 - self.time.0 > ONLINE_KEY_MAX_AGE_DAYS * 86_400
    }

    /// Whether the proof lies more than a day in the future at `now`: one of the clocks is wrong.
    pub fn is_from_the_future_at(&self, now: UnixTime) -> bool {
        self.time.0 - now.0 > 86_400
    }
}

/// A document about the online key cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OnlineKeyError {
    /// Not JSON.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// Another kind of document.
    #[error("This is no online-key.json of version 1. Export it with `online-service vault export-public`.")]
    Kind,
    /// A field is missing or malformed.
    #[error("The online key document has no usable \"{0}\". Export it again on the service.")]
    Field(&'static str),
    /// An unusable key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The declared id is not the key's.
    #[error(
        "The document declares key id {declared}, but its key has id {computed}. Somebody changed it; export it again on the service."
    )]
    OtherId {
        /// What the document says.
        declared: String,
        /// What the key says.
        computed: KeyId,
    },
    /// An impossible time.
    #[error(transparent)]
    Time(#[from] TimeError),
    /// The proof does not hold.
    #[error(
        "The proof does not hold: whoever made the document may not hold the online key. Export it again on the service."
    )]
    Proof(#[source] SignatureError),
}
