//! `update-payload.json`: the next root on its way to the service.

use super::PayloadError;
use crate::document::SignedDocument;
use crate::json::Json;
use crate::metadata::{Metadata, Root};

/// RSTUF's payload of a metadata update: root N+1 and nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpdatePayload {
    /// The next root, with the signatures that it has so far.
    pub root: Metadata<Root>,
}

impl UpdatePayload {
    /// Reads a payload. Whether the root may follow the current one is decided in [`crate::rotation`].
    ///
    /// # Errors
    /// Malformed JSON or root, and anything beside the root: nobody signed it.
    pub fn parse(bytes: &[u8]) -> Result<UpdatePayload, PayloadError> {
        let value = Json::parse(bytes)?;
        let metadata =
            value.get("metadata").and_then(Json::as_object).ok_or(PayloadError::Field("metadata"))?;
        let root = metadata.get("root").ok_or(PayloadError::Field("metadata.root"))?;
        if metadata.len() != 1 {
            return Err(PayloadError::BesideRoot);
        }
        Ok(UpdatePayload { root: Metadata::from_document(SignedDocument::from_json(root.clone())?)? })
    }

    /// The payload as a file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let metadata = Json::object([("root", self.root.document().to_json())]);
        Json::object([("metadata", metadata)]).to_pretty()
    }
}
