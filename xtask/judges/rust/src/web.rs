//! One way to fetch, for both clients.

use std::fmt;

/// More than any file that is asked for here.
const MOST: u64 = 64 << 20;

/// Why there are no bytes.
#[derive(Debug)]
pub(crate) enum WebError {
    /// The network or the server; a sentence.
    NotFetched(String),
    /// There are more than the client allows at this URL.
    TooLong(String),
}

impl fmt::Display for WebError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFetched(reason) => f.write_str(reason),
            Self::TooLong(url) => write!(f, "{url} has more bytes than it may have"),
        }
    }
}

impl std::error::Error for WebError {}

/// The bytes at a URL; nothing when the server has none there (404, or 403 as object stores say it).
pub(crate) fn fetch(url: &str, most: Option<u64>) -> Result<Option<Vec<u8>>, WebError> {
    let not_fetched = |error: ureq::Error| WebError::NotFetched(format!("{url}: {error}"));
    let config = ureq::Agent::config_builder().http_status_as_error(false).proxy(None).build();
    let mut answer = ureq::Agent::new_with_config(config).get(url).call().map_err(not_fetched)?;
    match answer.status().as_u16() {
        200 => {
            let body = answer.body_mut().with_config().limit(most.unwrap_or(MOST) + 1).read_to_vec();
            let body = match body {
                Err(ureq::Error::BodyExceedsLimit(_)) => return Err(WebError::TooLong(url.to_owned())),
                body => body.map_err(not_fetched)?,
            };
            let fits = most.is_none_or(|most| body.len() as u64 <= most);
            if fits { Ok(Some(body)) } else { Err(WebError::TooLong(url.to_owned())) }
        }
        403 | 404 => Ok(None),
        status => Err(WebError::NotFetched(format!("{url} answered {status}"))),
    }
}
