//! The four roles of TUF, parsed beside the document that they came in.

mod root;
mod snapshot;
mod targets;

use crate::document::{DocumentError, SignedDocument};
use crate::json::Json;
use crate::key::KeyError;
use crate::names::{NameError, Version};
use crate::settings::SettingsError;
use crate::target::{TargetInfoError, TargetPathError};
use crate::text::shortened;
use crate::threshold::RoleKeysError;
use crate::time::{Expiry, TimeError};

pub use crate::names::TopRole;
pub use root::{KEY_NAMES_FIELD, RECORD_FIELD, REHEARSAL_FIELD, SETTINGS_FIELD};
pub use root::{RSTUF_KEY_NAME, RSTUF_ONLINE_KEY_URI, RecordRef, Root};
pub use snapshot::{MetaEntry, Snapshot, Timestamp};
pub use targets::{DelegatedRole, Delegations, PathMatch, Targets};

/// The version of the specification that documents name.
pub const SPEC_VERSION: &str = "1.0.31";

/// The `signed` part of one role.
pub trait Body: Sized {
    /// The value of `_type`.
    const TYPE: &'static str;

    /// Reads the fields that this role has beyond the common ones.
    ///
    /// # Errors
    /// Missing or malformed fields.
    fn read(signed: &Json, common: Common) -> Result<Self, MetadataError>;

    /// When the document was made and how long it is valid.
    fn common(&self) -> Common;

    /// The `signed` part with the fields that this project writes.
    fn to_signed(&self) -> Json;
}

/// What every role has (4.2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Common {
    /// The document's version.
    pub version: Version,
    /// When it expires.
    pub expires: Expiry,
}

impl Common {
    fn signed(self, kind: &str) -> Json {
        Json::object([
            ("_type", Json::from(kind)),
            ("spec_version", Json::from(SPEC_VERSION)),
            ("version", Json::from(self.version.get())),
            ("expires", Json::String(self.expires.to_string())),
        ])
    }
}

/// A signed document of a role: what was received, and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata<T> {
    document: SignedDocument,
    body: T,
}

impl<T: Body> Metadata<T> {
    /// Reads a document.
    ///
    /// # Errors
    /// No signed document, another role, or malformed fields.
    pub fn parse(bytes: &[u8]) -> Result<Metadata<T>, MetadataError> {
        Metadata::from_document(SignedDocument::parse(bytes)?)
    }

    /// Takes a document that was read before.
    ///
    /// # Errors
    /// As [`Metadata::parse`].
    pub fn from_document(document: SignedDocument) -> Result<Metadata<T>, MetadataError> {
        let signed = document.signed();
        let found = text(signed, "_type")?;
        if found != T::TYPE {
            return Err(MetadataError::OtherType { expected: T::TYPE, found: shortened(found) });
        }
        let spec = text(signed, "spec_version")?;
        if !is_readable(spec) {
            return Err(MetadataError::SpecVersion(shortened(spec)));
        }
        let common = Common {
            version: Version::from_json(field(signed, "version")?)?,
            expires: Expiry::parse(text(signed, "expires")?)?,
        };
        let body = T::read(signed, common)?;
        Ok(Metadata { document, body })
    }

    /// The document as received.
    pub fn document(&self) -> &SignedDocument {
        &self.document
    }

    /// The document, to add signatures to it.
    pub fn document_mut(&mut self) -> &mut SignedDocument {
        &mut self.document
    }

    /// What the document says.
    pub fn body(&self) -> &T {
        &self.body
    }

    /// The document's version.
    pub fn version(&self) -> Version {
        self.body.common().version
    }

    /// When the document expires.
    pub fn expires(&self) -> Expiry {
        self.body.common().expires
    }
}

/// `1.N` or `1.N.P`, as clients read it.
fn is_readable(spec: &str) -> bool {
    let numbers: Vec<&str> = spec.split('.').collect();
    let digits = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    matches!(numbers.len(), 2 | 3) && numbers[0] == "1" && numbers.iter().all(digits)
}

fn field<'a>(value: &'a Json, name: &'static str) -> Result<&'a Json, MetadataError> {
    value.get(name).ok_or(MetadataError::Field(name))
}

fn text<'a>(value: &'a Json, name: &'static str) -> Result<&'a str, MetadataError> {
    field(value, name)?.as_str().ok_or(MetadataError::Field(name))
}

/// A document is not the metadata that was expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MetadataError {
    /// Not a signed document.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// Another role.
    #[error("Expected {expected} metadata, got \"{found}\". Choose the right file.")]
    OtherType {
        /// The role that was asked for.
        expected: &'static str,
        /// The role that the document names.
        found: String,
    },
    /// A specification that this program does not know.
    #[error(
        "The document follows version \"{0}\" of the TUF specification; clients read versions 1.x, as 1.0.31. Make it again with a current program."
    )]
    SpecVersion(String),
    /// A field is missing or of another type.
    #[error(
        "The metadata has no usable field \"{0}\". It was not made by a TUF repository, or it is damaged."
    )]
    Field(&'static str),
    /// An impossible name or version.
    #[error(transparent)]
    Name(#[from] NameError),
    /// An impossible time.
    #[error(transparent)]
    Time(#[from] TimeError),
    /// An unusable key.
    #[error("Key {0} is unusable. {1}")]
    Key(String, KeyError),
    /// An unusable role.
    #[error(transparent)]
    RoleKeys(#[from] RoleKeysError),
    /// An unusable role of root.
    #[error("The role {0} is unusable. {1}")]
    Role(&'static str, RoleKeysError),
    /// Unusable settings.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// An impossible target path.
    #[error(transparent)]
    TargetPath(#[from] TargetPathError),
    /// An impossible target.
    #[error(transparent)]
    TargetInfo(#[from] TargetInfoError),
}
