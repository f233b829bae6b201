//! `payload.json`: what the ceremony hands to the service.

use crate::document::{DocumentError, SignedDocument};
use crate::json::{Json, JsonError};
use crate::metadata::{Metadata, MetadataError, Root, SETTINGS_FIELD};
use crate::settings::{RepositorySettings, SettingsError};

/// RSTUF's bootstrap payload: settings, root version 1, and a time limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BootstrapPayload {
    /// The settings as received.
    received: Json,
    /// The settings.
    pub settings: RepositorySettings,
    /// The first root, with the signatures that it has so far.
    pub root: Metadata<Root>,
    /// RSTUF's time limit in seconds; this project's service needs none.
    pub timeout: u64,
}

/// What the settings of a payload rest on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettingsPin {
    /// They stand in root and people signed them.
    Signed,
    /// Root does not mention them, as in payloads of RSTUF's cli: nobody signed them.
    Unsigned,
}

/// RSTUF's default time limit in seconds.
const TIMEOUT: u64 = 300;

impl BootstrapPayload {
    /// A payload of the settings that stand in the root.
    pub fn new(settings: RepositorySettings, root: Metadata<Root>) -> BootstrapPayload {
        BootstrapPayload { received: settings.to_json(), settings, root, timeout: TIMEOUT }
    }

    /// Reads a payload.
    ///
    /// # Errors
    /// Malformed JSON, settings or root.
    pub fn parse(bytes: &[u8]) -> Result<BootstrapPayload, PayloadError> {
        BootstrapPayload::from_json(&Json::parse(bytes)?)
    }

    /// Takes a value that was read before.
    ///
    /// # Errors
    /// As [`BootstrapPayload::parse`].
    pub fn from_json(value: &Json) -> Result<BootstrapPayload, PayloadError> {
        let received = value.get("settings").ok_or(PayloadError::Field("settings"))?.clone();
        let metadata = value.get("metadata").ok_or(PayloadError::Field("metadata"))?;
        let root = metadata.get("root").ok_or(PayloadError::Field("metadata.root"))?;
        let document = SignedDocument::from_json(root.clone())?;
        let timeout = value.get("timeout").and_then(Json::as_u64).unwrap_or(TIMEOUT);
        Ok(BootstrapPayload {
            settings: RepositorySettings::from_json(&received)?,
            received,
            root: Metadata::from_document(document)?,
            timeout,
        })
    }

    /// Whether people signed the settings: they must equal root's, byte for byte in canonical
    /// form, and must not say more than this program understands.
    ///
    /// # Errors
    /// Settings that differ from the signed ones, or that say something unknown.
    pub fn settings_pin(&self) -> Result<SettingsPin, PayloadError> {
        let Some(signed) = self.root.document().signed().get(SETTINGS_FIELD) else {
            return Ok(SettingsPin::Unsigned);
        };
        if signed.canonical() != self.received.canonical() {
            return Err(PayloadError::SettingsChanged);
        }
        if !self.settings.says_all_of(signed) {
            return Err(PayloadError::SettingsUnknown);
        }
        Ok(SettingsPin::Signed)
    }

    /// The payload as a value.
    pub fn to_json(&self) -> Json {
        Json::object([
            ("settings", self.received.clone()),
            ("metadata", Json::object([("root", self.root.document().to_json())])),
            ("timeout", Json::from(self.timeout)),
        ])
    }

    /// The payload as a file.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.to_json().to_pretty()
    }
}

/// A payload cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PayloadError {
    /// Not JSON, or not JSON that can be signed.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// A part is missing.
    #[error("The payload has no usable \"{0}\". Use the payload as it was exported.")]
    Field(&'static str),
    /// The root is no signed document.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// The root is no root.
    #[error(transparent)]
    Metadata(#[from] MetadataError),
    /// Settings that the service cannot follow.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// A metadata update that carries more than root.
    #[error(
        "The update carries more than the next root, and nobody signed the rest. Use the payload as the ceremony exported it."
    )]
    BesideRoot,
    /// A request for signatures without a document.
    #[error("Nothing waits for a signature in this document. Fetch `GET /api/v1/metadata/sign` again.")]
    NothingWaits,
    /// Somebody changed the settings after the ceremony.
    #[error(
        "The settings of the payload differ from those that people signed in root. Use the payload as the ceremony exported it."
    )]
    SettingsChanged,
    /// The signed settings say something that this program does not know.
    #[error(
        "The signed settings contain something that this version does not know. Use the service's version that matches the ceremony program."
    )]
    SettingsUnknown,
}
