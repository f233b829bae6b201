//! The documents that cross the gap. All are hostile input on the other side.

mod bootstrap_payload;
mod online_key;
mod sign_payload;

pub use bootstrap_payload::{BootstrapPayload, PayloadError, SettingsPin};
pub use online_key::{ONLINE_KEY_MAX_AGE_DAYS, OnlineKeyDocument, OnlineKeyError};
pub use sign_payload::{SignPayload, SignPayloadError};
