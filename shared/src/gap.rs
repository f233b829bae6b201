//! The documents that cross the gap. All are hostile input on the other side.

mod bootstrap_payload;
mod online_key;
mod possession;
mod root_key;
mod root_keys;
mod root_update;
mod sign_payload;
mod sign_request;

/// How many bytes a document that crosses the gap may have: more than any root or key file has.
pub const MAX_BYTES: u64 = 8 * 1024 * 1024;

pub use bootstrap_payload::{BootstrapPayload, PayloadError, SettingsPin};
pub use online_key::{ONLINE_KEY_MAX_AGE_DAYS, OnlineKeyDocument};
pub use possession::KeyDocumentError;
pub use root_key::RootKeyDocument;
pub use root_keys::{
    AnchorName, AttestationVerdict, Held, Judged, KeptAttestation, KeptKey, KeptPlace, KeptPossession,
    RootKeysDocument, RootKeysError,
};
pub use root_update::UpdatePayload;
pub use sign_payload::{SignPayload, SignPayloadError};
pub use sign_request::SignRequest;
