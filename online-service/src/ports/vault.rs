//! The vault: the only place that holds online private keys.
//!
//! It takes typed requests. "Sign these bytes" does not exist: the caller names the role, version and expiry that it
//! means, and the adapter compares them with the document before it signs. Keys are found by key *material*, never by
//! an address that came with a payload.
//!
//! To add a vault (PKCS#11, a cloud KMS): implement [`Vault`] in `adapters/`, call [`SignRequest::check`] before every
//! signature, name the adapter in `composition`, and run the vault tests on it. [`VaultKeeper`] is the operator's side
//! of a vault that keeps its keys itself.

use shared::document::SignedDocument;
use shared::json::Json;
use shared::key::{Key, Scheme, Signature};
use shared::metadata::Common;
use shared::names::KeyId;
use shared::software::sealed::Passphrase;
use shared::time::UnixTime;

/// What an online key may sign. Root is absent on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnlineType {
    /// The top-level targets role and every bin.
    Targets,
    /// The snapshot role.
    Snapshot,
    /// The timestamp role.
    Timestamp,
}

impl OnlineType {
    /// The `_type` that the document must carry.
    const fn as_str(self) -> &'static str {
        match self {
            Self::Targets => "targets",
            Self::Snapshot => "snapshot",
            Self::Timestamp => "timestamp",
        }
    }
}

/// A request to sign one document, with everything that it claims to be.
#[derive(Debug)]
pub(crate) struct SignRequest<'a> {
    /// The kind of document.
    pub(crate) document_type: OnlineType,
    /// Its version and expiry.
    pub(crate) common: Common,
    /// The document itself.
    pub(crate) document: &'a SignedDocument,
}

impl SignRequest<'_> {
    /// Compares the document with what the request says about it. Every adapter calls this first.
    pub(crate) fn check(&self) -> Result<(), VaultError> {
        let signed = self.document.signed();
        let text = |name| signed.get(name).and_then(Json::as_str).unwrap_or("nothing").to_owned();
        let version = signed.get("version").and_then(Json::as_u64).unwrap_or_default();
        compare("type", self.document_type.as_str(), &text("_type"))?;
        compare("version", &self.common.version.to_string(), &version.to_string())?;
        compare("expiry", &self.common.expires.to_string(), &text("expires"))
    }
}

fn compare(field: &'static str, expected: &str, got: &str) -> Result<(), VaultError> {
    if expected == got {
        return Ok(());
    }
    Err(VaultError::Mismatch { field, expected: expected.to_owned(), got: got.to_owned() })
}

/// A key that the vault holds, without its secret.
#[derive(Clone, Debug)]
pub(crate) struct HeldKey {
    /// The public key.
    pub(crate) key: Key,
    /// The name that an operator gave it.
    pub(crate) name: String,
}

/// Why the vault did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum VaultError {
    /// No key with that material.
    #[error(
        "The vault does not hold the private key of {0}. Import it with `vault import`, or use a payload that names a key of this vault (`vault list`)."
    )]
    NotHeld(KeyId),
    /// The document is not what the request says.
    #[error(
        "The vault refused to sign: the {field} of the document is {got}, the request says {expected}. Nothing was signed; report this as a defect."
    )]
    Mismatch {
        /// The field that differs.
        field: &'static str,
        /// What the request says.
        expected: String,
        /// What the document says.
        got: String,
    },
    /// A name that is taken or impossible.
    #[error("{0}")]
    Name(String),
    /// The vault or its key could not be used.
    #[error("The vault could not be used. {0}")]
    Unavailable(String),
}

/// Holds online private keys and signs with them.
pub(crate) trait Vault: Send + Sync {
    /// All keys it holds.
    fn keys(&self) -> Vec<HeldKey>;

    /// Shows that the private key of this public key is here: signs a probe that can be no metadata, and verifies
    /// it with the public key as given.
    fn prove(&self, key: &Key) -> Result<(), VaultError>;

    /// Signs the statement of `online-key.json` for this key and time.
    fn prove_online_key(&self, key: &Key, time: UnixTime) -> Result<Vec<u8>, VaultError>;

    /// Signs one document, after [`SignRequest::check`].
    fn sign(&self, key: &Key, request: &SignRequest<'_>) -> Result<Signature, VaultError>;
}

/// The operator's side of a vault.
pub(crate) trait VaultKeeper {
    /// Makes a new key.
    fn generate(&self, scheme: Scheme, name: &str) -> Result<HeldKey, VaultError>;

    /// Takes a private key from an age file or an encrypted PEM.
    fn import(&self, file: &[u8], passphrase: &Passphrase, name: &str) -> Result<HeldKey, VaultError>;

    /// All keys, without opening any.
    fn list(&self) -> Result<Vec<HeldKey>, VaultError>;
}

#[cfg(test)]
mod tests {
    use shared::document::SignedDocument;
    use shared::metadata::{Body as _, Common, MetaEntry, Timestamp};
    use shared::names::Version;
    use shared::time::{Expiry, UnixTime};

    use super::{OnlineType, SignRequest};

    #[test]
    fn a_document_that_is_not_what_the_request_says_is_refused() {
        let common = Common { version: Version::ONE, expires: Expiry::after_days(UnixTime(0), 1) };
        let timestamp = Timestamp { common, snapshot: MetaEntry::version(Version::ONE) };
        let document = SignedDocument::new(timestamp.to_signed());
        let request = |document_type, common| SignRequest { document_type, common, document: &document };
        request(OnlineType::Timestamp, common).check().unwrap();
        let later = Common { version: Version::ONE.next(), ..common };
        let longer = Common { expires: Expiry::after_days(UnixTime(0), 2), ..common };
        for wrong in [
            request(OnlineType::Snapshot, common),
            request(OnlineType::Timestamp, later),
            request(OnlineType::Timestamp, longer),
        ] {
            assert!(wrong.check().is_err());
        }
    }
}
