//! `sign-request.json`: the answer of `GET /api/v1/metadata/sign`, on its way to a key holder.

use std::collections::BTreeMap;

use super::PayloadError;
use crate::document::SignedDocument;
use crate::json::Json;
use crate::metadata::{Metadata, Root};

/// What waits for signatures, and the root that is trusted now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignRequest {
    /// The pending documents by role; a role is not yet parsed as what it claims to be.
    pub pending: BTreeMap<String, SignedDocument>,
    /// The current root; absent while the first one waits.
    pub trusted_root: Option<Metadata<Root>>,
}

const TRUSTED_ROOT: &str = "trusted_root";

impl SignRequest {
    /// Reads a request. What else RSTUF calls trusted is passed over.
    ///
    /// # Errors
    /// Malformed JSON, a document that is none, or nothing that waits.
    pub fn parse(bytes: &[u8]) -> Result<SignRequest, PayloadError> {
        let value = Json::parse(bytes)?;
        let metadata = value.get("data").and_then(|data| data.get("metadata")).and_then(Json::as_object);
        let mut pending = BTreeMap::new();
        let mut trusted_root = None;
        for (role, document) in metadata.ok_or(PayloadError::Field("data.metadata"))? {
            let document = SignedDocument::from_json(document.clone())?;
            if role == TRUSTED_ROOT {
                trusted_root = Some(Metadata::from_document(document)?);
            } else if !role.starts_with("trusted_") {
                pending.insert(role.clone(), document);
            }
        }
        if pending.is_empty() {
            return Err(PayloadError::NothingWaits);
        }
        Ok(SignRequest { pending, trusted_root })
    }
}
