//! `online-key.json`: the service's public key on its way to the ceremony, with a proof that the
//! service holds the private one.

use super::possession::{Form, KeyDocumentError, Possession, is_from_the_future};
use crate::json::Json;
use crate::key::Key;
use crate::names::KeyId;
use crate::time::UnixTime;

/// A document older than this is an exception that people must agree to.
pub const ONLINE_KEY_MAX_AGE_DAYS: i64 = 7;

const FORM: Form = Form {
    kind: "vestry-online-key",
    label: "vestry-online-key-v1",
    file: "online-key.json",
    maker: "`online-service vault export-public`",
};

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
        FORM.statement(keyid, time)
    }

    /// Reads a document and verifies its proof.
    ///
    /// # Errors
    /// Another kind of document, malformed fields, or a proof that does not hold.
    pub fn parse(bytes: &[u8]) -> Result<OnlineKeyDocument, KeyDocumentError> {
        let Possession { key, name, time, proof } = FORM.read(&Json::parse(bytes)?)?;
        Ok(OnlineKeyDocument { key, name, time, proof })
    }

    /// The document as a file.
    pub fn to_bytes(&self) -> Vec<u8> {
        FORM.write(&self.key, &self.name, self.time, &self.proof).to_pretty()
    }

    /// Whether the proof is older than [`ONLINE_KEY_MAX_AGE_DAYS`] at `now`.
    pub fn is_old_at(&self, now: UnixTime) -> bool {
        now.0 - self.time.0 > ONLINE_KEY_MAX_AGE_DAYS * 86_400
    }

    /// Whether the proof lies more than a day in the future at `now`: one of the clocks is wrong.
    pub fn is_from_the_future_at(&self, now: UnixTime) -> bool {
        is_from_the_future(self.time, now)
    }
}

#[cfg(test)]
mod tests;
