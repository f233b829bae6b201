//! The header that names a root by its document digest, as it was read aloud in the ceremony: groups or words.

use axum::http::HeaderMap;
use shared::digest::DocumentDigest;
use shared::json::Json;
use shared::text::shortened;

use crate::http::error::{ApiError, Invalid};

/// Its name.
pub(crate) const EXPECT_HEADER: &str = "x-vestry-expect-digest";

/// The digest that the caller expects, if any.
pub(crate) fn digest(headers: &HeaderMap) -> Result<Option<DocumentDigest>, ApiError> {
    let Some(value) = headers.get(EXPECT_HEADER) else { return Ok(None) };
    let text = String::from_utf8_lossy(value.as_bytes());
    let digest = DocumentDigest::parse_spoken(&text).map_err(|error| {
        let place = vec![Json::from("header"), Json::from(EXPECT_HEADER)];
        ApiError::invalid(Invalid::value(place, &error.to_string(), Json::from(shortened(&text))))
    })?;
    Ok(Some(digest))
}
