//! Reading a JSON body: at most 32 MiB, without duplicate members and fractions.

use std::future::poll_fn;
use std::pin::Pin;

use axum::body::{Body, Bytes, HttpBody as _};
use axum::http::{HeaderMap, header};
use shared::json::Json;

use super::error::{ApiError, Invalid};

/// The largest body.
const MAX_BYTES: usize = 32 * 1024 * 1024;
/// How much of a refused body is still read and thrown away.
const MAX_DISCARDED: usize = 64 * 1024 * 1024;

/// Reads the whole body as JSON.
pub(crate) async fn read(headers: &HeaderMap, body: Body) -> Result<Json, ApiError> {
    let announced =
        headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    let announced = announced.or_else(|| usize::try_from(body.size_hint().lower()).ok()).unwrap_or(0);
    if announced > MAX_BYTES {
        discard(body).await;
        return Err(ApiError::TooLarge);
    }
    let bytes = axum::body::to_bytes(body, MAX_BYTES).await.map_err(|_| ApiError::TooLarge)?;
    Json::parse(&bytes).map_err(|error| ApiError::invalid(unreadable(&bytes, &error.to_string())))
}

/// Reads a refused body and throws it away: a client that is still sending would otherwise get a broken connection
/// instead of the sentence that says why.
pub(crate) async fn discard(mut body: Body) {
    let mut left = MAX_DISCARDED;
    while let Some(Ok(frame)) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        let length = frame.data_ref().map_or(0, Bytes::len);
        let Some(rest) = left.checked_sub(length) else { return };
        left = rest;
    }
}

/// pydantic says where malformed JSON goes wrong. JSON that is well formed, but that clients would read differently,
/// gets a sentence of its own.
fn unreadable(bytes: &[u8], sentence: &str) -> Invalid {
    let Err(error) = serde_json::from_slice::<serde::de::IgnoredAny>(bytes) else {
        return Invalid::value(vec![Json::from("body")], sentence, Json::object([]));
    };
    let offset =
        if error.is_eof() { bytes.len() as u64 } else { offset(bytes, error.line(), error.column()) };
    Invalid {
        kind: "json_invalid",
        place: vec![Json::from("body"), Json::from(offset)],
        message: "JSON decode error".to_owned(),
        input: Json::object([]),
        context: Some(Json::object([("error", Json::from(error.to_string()))])),
    }
}

/// Line and column, both from one, as an offset from zero.
fn offset(bytes: &[u8], line: usize, column: usize) -> u64 {
    let before: usize =
        bytes.split_inclusive(|byte| *byte == b'\n').take(line.saturating_sub(1)).map(<[u8]>::len).sum();
    (before + column.saturating_sub(1)) as u64
}

#[cfg(test)]
mod tests {
    use super::unreadable;

    #[test]
    fn malformed_json_is_told_its_offset() {
        let invalid = unreadable(b"{not json", "");
        assert_eq!((invalid.kind, invalid.place[1].as_u64()), ("json_invalid", Some(1)));
        assert_eq!(unreadable(b"[1,2", "").place[1].as_u64(), Some(4));
        assert_eq!(unreadable(b"{\"a\":1,\"a\":2}", "sentence").kind, "value_error");
    }
}
