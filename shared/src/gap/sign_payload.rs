//! `sign-payload.json`: one signature on its way to the service.

use crate::json::Json;
use crate::key::{Signature, SignatureError};
use crate::names::{NameError, RoleName, TopRole};

/// RSTUF's payload of one signature for a pending role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignPayload {
    /// The pending role.
    pub role: String,
    /// The signature.
    pub signature: Signature,
}

impl SignPayload {
    /// Reads `{"role", "signature": {"keyid", "sig"}}`.
    ///
    /// # Errors
    /// Missing or malformed fields, and a name that no role has.
    pub fn from_json(value: &Json) -> Result<SignPayload, SignPayloadError> {
        let role = value.get("role").and_then(Json::as_str).ok_or(SignPayloadError::Field("role"))?;
        if !TopRole::ALL.iter().any(|top| top.name() == role) {
            RoleName::parse(role)?;
        }
        let signature = value.get("signature").ok_or(SignPayloadError::Field("signature"))?;
        Ok(SignPayload { role: role.to_owned(), signature: Signature::from_json(signature)? })
    }

    /// The payload as a file.
    pub fn to_bytes(&self) -> Vec<u8> {
        Json::object([("role", Json::from(self.role.as_str())), ("signature", self.signature.to_json())])
            .to_pretty()
    }
}

/// A payload of a signature cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignPayloadError {
    /// A field is missing or of another type.
    #[error("The payload has no usable \"{0}\". It has role and signature.")]
    Field(&'static str),
    /// A role that no document can have.
    #[error(transparent)]
    Role(#[from] NameError),
    /// A malformed signature.
    #[error(transparent)]
    Signature(#[from] SignatureError),
}
