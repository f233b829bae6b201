//! Who asks: a bearer token, or the same token as the password of HTTP Basic.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::body::{Incoming, discard};
use super::error::ApiError;
use super::{Shared, blocking};
use crate::scope::Need;
use crate::usecases::access::{AccessError, Caller, authenticate};

/// Finds out who asks, before anything of the body is read.
pub(crate) async fn caller(app: &Shared, headers: &HeaderMap) -> Result<Caller, ApiError> {
    let secret = secret(headers).ok_or(AccessError::NoToken)?;
    blocking(app, move |app| {
        let now = app.ports.clock.now();
        Ok(authenticate(app.ports.catalog.as_ref(), now, &secret)?)
    })
    .await
}

/// Finds out who sends a body; the body of a stranger is thrown away unread.
pub(crate) async fn sender(
    app: &Shared,
    headers: &HeaderMap,
    need: &Need<'_>,
    body: Body,
) -> Result<(Caller, Incoming), ApiError> {
    let known = match caller(app, headers).await {
        Ok(caller) => {
            let allowed = caller.check(need).map_err(ApiError::from);
            allowed
                .and_then(|()| check_origin(headers))
                .and_then(|()| check_encoding(headers))
                .map(|()| caller)
        }
        Err(error) => Err(error),
    };
    match known {
        Ok(caller) => {
            let actor = caller.actor.clone();
            Ok((caller, Incoming { body, actor }))
        }
        Err(error) => {
            discard(body).await;
            Err(error)
        }
    }
}

/// A browser that knows a token as the password of Basic would send it along with the forms of any page. Such a form
/// cannot send JSON without asking first, and a browser says where a request comes from.
fn check_origin(headers: &HeaderMap) -> Result<(), ApiError> {
    let text = |name| headers.get(name).map(|value: &HeaderValue| value.to_str().unwrap_or_default());
    if let Some(kind) = text(header::CONTENT_TYPE) {
        let essence = kind.split(';').next().unwrap_or_default().trim();
        if !essence.eq_ignore_ascii_case("application/json") {
            return Err(ApiError::NotJson(
                "The body is not announced as JSON. Send the header `content-type: application/json`."
                    .to_owned(),
            ));
        }
    }
    match text(HeaderName::from_static("sec-fetch-site")) {
        None | Some("same-origin" | "none") => Ok(()),
        Some(_) => Err(ApiError::NotJson(
            "A page of another site sent this. Use a program, or a page of this service.".to_owned(),
        )),
    }
}

/// A small compressed body could become a large one, so none is read.
fn check_encoding(headers: &HeaderMap) -> Result<(), ApiError> {
    match headers.get(header::CONTENT_ENCODING) {
        Some(encoding) if !encoding.as_bytes().eq_ignore_ascii_case(b"identity") => Err(ApiError::NotJson(
            "The body is compressed, which this service does not read. Send it as it is, without `content-encoding`."
                .to_owned(),
        )),
        _ => Ok(()),
    }
}

/// The secret of an `Authorization` header. It never goes into a log.
fn secret(headers: &HeaderMap) -> Option<Zeroizing<String>> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, credentials) = value.split_once(' ')?;
    let credentials = credentials.trim();
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(Zeroizing::new(credentials.to_owned()));
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = Zeroizing::new(STANDARD.decode(credentials).ok()?);
    let (_, password) = std::str::from_utf8(&decoded).ok()?.split_once(':')?;
    Some(Zeroizing::new(password.to_owned()))
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, header};

    use super::{check_encoding, check_origin, secret};

    fn of(value: &'static str) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, HeaderValue::from_static(value));
        secret(&headers).map(|secret| secret.to_string())
    }

    #[test]
    fn forms_of_foreign_pages_are_refused() {
        let with = |name: &'static str, value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(name, HeaderValue::from_static(value));
            check_origin(&headers).is_ok()
        };
        assert!(check_origin(&HeaderMap::new()).is_ok());
        assert!(with("content-type", "Application/JSON; charset=utf-8"));
        assert!(
            !with("content-type", "text/plain") && !with("content-type", "application/x-www-form-urlencoded")
        );
        assert!(with("sec-fetch-site", "same-origin") && !with("sec-fetch-site", "cross-site"));
    }

    #[test]
    fn a_compressed_body_is_not_read() {
        let with = |value| {
            let headers = HeaderMap::from_iter([(header::CONTENT_ENCODING, HeaderValue::from_static(value))]);
            check_encoding(&headers).is_ok()
        };
        assert!(check_encoding(&HeaderMap::new()).is_ok() && with("Identity"));
        assert!(!with("gzip") && !with("identity, br"));
    }

    #[test]
    fn a_token_comes_as_bearer_or_as_the_password_of_basic() {
        assert_eq!(of("Bearer abc"), Some("abc".to_owned()));
        assert_eq!(of("bearer abc"), Some("abc".to_owned()));
        assert_eq!(of("Basic YW55b25lOmFiYw=="), Some("abc".to_owned()));
        assert_eq!(of("Digest abc"), None);
        assert_eq!(of("Basic !!!"), None);
        assert_eq!(secret(&HeaderMap::new()), None);
    }
}
