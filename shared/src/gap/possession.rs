//! A public key on its way across the gap, with a proof that its sender holds the private one.

use crate::attestation::{AnchorsError, Objection};
use crate::json::{Json, JsonError};
use crate::key::{Key, KeyError, SignatureError};
use crate::names::KeyId;
use crate::text::shortened;
use crate::time::{TimeError, UnixTime};

const VERSION: u32 = 1;

/// What sets one document with a proof apart from another.
pub(super) struct Form {
    /// The member `kind`.
    pub(super) kind: &'static str,
    /// The first line of what is signed.
    pub(super) label: &'static str,
    /// What people call the file.
    pub(super) file: &'static str,
    /// How it is made.
    pub(super) maker: &'static str,
}

/// What every such document holds.
pub(super) struct Possession {
    pub(super) key: Key,
    pub(super) name: String,
    pub(super) time: UnixTime,
    pub(super) proof: Vec<u8>,
}

impl Form {
    /// What the proof signs. It never begins with `{`, so it can never be metadata.
    pub(super) fn statement(&self, keyid: &KeyId, time: UnixTime) -> Vec<u8> {
        format!("{}\n{keyid}\n{time}\n", self.label).into_bytes()
    }

    /// Reads a document and verifies its proof.
    pub(super) fn read(&self, value: &Json) -> Result<Possession, KeyDocumentError> {
        let text =
            |name: &'static str| value.get(name).and_then(Json::as_str).ok_or(KeyDocumentError::Field(name));
        if text("kind")? != self.kind || value.get("version") != Some(&Json::from(VERSION)) {
            return Err(KeyDocumentError::Kind { file: self.file, maker: self.maker });
        }
        let key = Key::from_json(value.get("key").ok_or(KeyDocumentError::Field("key"))?)?;
        if text("keyid")? != key.id().as_str() {
            return Err(KeyDocumentError::OtherId {
                declared: shortened(text("keyid")?),
                computed: key.id().clone(),
            });
        }
        let time = UnixTime::parse(text("time")?)?;
        let proof = hex::decode(text("proof")?).map_err(|_| KeyDocumentError::Field("proof"))?;
        key.verify(&self.statement(key.id(), time), &proof).map_err(KeyDocumentError::Proof)?;
        Ok(Possession { key, name: text("name")?.to_owned(), time, proof })
    }

    /// The document as a value.
    pub(super) fn write(&self, key: &Key, name: &str, time: UnixTime, proof: &[u8]) -> Json {
        Json::object([
            ("kind", Json::from(self.kind)),
            ("version", Json::from(VERSION)),
            ("keyid", Json::from(key.id().as_str())),
            ("name", Json::from(name)),
            ("key", key.to_json()),
            ("time", Json::String(time.to_string())),
            ("proof", Json::String(hex::encode(proof))),
        ])
    }
}

/// Whether a proof of `time` lies more than a day after `now`: one of the clocks is wrong.
pub(super) fn is_from_the_future(time: UnixTime, now: UnixTime) -> bool {
    time.0 - now.0 > 86_400
}

/// A document with a public key and a proof cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyDocumentError {
    /// Not JSON.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// Another kind of document.
    #[error("This is no {file} of version 1. Make it with {maker}.")]
    Kind {
        /// What people call the file.
        file: &'static str,
        /// How it is made.
        maker: &'static str,
    },
    /// A field is missing or malformed.
    #[error("The document has no usable \"{0}\". Export it again where its key is.")]
    Field(&'static str),
    /// An unusable key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The declared id is not the key's.
    #[error(
        "The document declares key id {declared}, but its key has id {computed}. Somebody changed it; export it again where its key is."
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
    /// The attestation is no list of certificates.
    #[error(transparent)]
    Certificates(#[from] AnchorsError),
    /// The attestation is not believed, or not enough.
    #[error(transparent)]
    Attestation(#[from] Objection),
    /// The proof does not hold.
    #[error(
        "The proof does not hold: whoever made the document may not hold the private key. Export it again where its key is."
    )]
    Proof(#[source] SignatureError),
}
