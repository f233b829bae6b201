//! `/metadata/…`: what TUF clients read. Open to everybody.

use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;

use super::error::ApiError;
use super::{Shared, blocking};
use crate::usecases::files::{self, Lifetime};

/// The routes.
pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/metadata", get(listing))
        .route("/metadata/", get(listing))
        .route("/metadata/{name}", get(file))
}

/// A 404 that no cache keeps: the file may be published in the next moment, and clients probe for the next root.
pub(super) fn missing() -> Response {
    let headers = [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    (StatusCode::NOT_FOUND, headers, "There is no such file.\n").into_response()
}

async fn file(
    State(app): State<Shared>,
    name: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    // What is no text names no file.
    let Ok(Path(name)) = name else { return Ok(missing()) };
    let found = blocking(&app, move |app| Ok(files::metadata(app.ports.catalog.as_ref(), &name)?)).await?;
    let Some((file, lifetime)) = found else { return Ok(missing()) };
    let tag = format!("\"{}\"", hex::encode(file.sha256));
    let cache = match lifetime {
        Lifetime::Immutable => "public, max-age=31536000, immutable",
        Lifetime::Moving => "no-cache",
    };
    let unchanged = is_known(&headers, &tag);
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::CACHE_CONTROL, HeaderValue::from_static(cache)),
        (header::ETAG, HeaderValue::try_from(tag).map_err(|error| ApiError::internal(&error))?),
    ];
    if unchanged {
        return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    Ok((StatusCode::OK, headers, file.bytes).into_response())
}

/// Whether the client has this very file (`If-None-Match`).
fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let known = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    known.flat_map(|value| value.split(',')).any(|value| {
        let value = value.trim();
        value == "*" || value.strip_prefix("W/").unwrap_or(value) == tag
    })
}

/// A plain listing, as a web server in front of a folder gives it. File names need no escaping: they are made of
/// version numbers and role names.
async fn listing(State(app): State<Shared>) -> Result<Response, ApiError> {
    let names = blocking(&app, |app| Ok(files::listing(app.ports.catalog.as_ref())?)).await?;
    let links: String =
        names.iter().map(|name| format!("<a href=\"/metadata/{name}\">{name}</a>\n")).collect();
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    let page = format!("<!doctype html>\n<title>metadata</title>\n<pre>\n{links}</pre>\n");
    Ok((StatusCode::OK, headers, page).into_response())
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, header};

    use super::is_known;

    #[test]
    fn a_client_that_has_the_file_is_recognised() {
        let mut headers = HeaderMap::new();
        assert!(!is_known(&headers, "\"a\""));
        headers.insert(header::IF_NONE_MATCH, HeaderValue::from_static("\"b\", W/\"a\""));
        assert!(is_known(&headers, "\"a\""));
        assert!(!is_known(&headers, "\"c\""));
    }
}
