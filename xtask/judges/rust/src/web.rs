//! One way to fetch, for both clients.

/// More than any file that is asked for here.
const MOST: u64 = 64 << 20;

/// The bytes at a URL; nothing when the server has none there (404, or 403 as object stores say it).
pub(crate) fn fetch(url: &str, most: Option<u64>) -> Result<Option<Vec<u8>>, String> {
    let config = ureq::Agent::config_builder().http_status_as_error(false).proxy(None).build();
    let answer = ureq::Agent::new_with_config(config).get(url).call();
    let mut answer = answer.map_err(|error| format!("{url}: {error}"))?;
    match answer.status().as_u16() {
        200 => {
            let body = answer.body_mut().with_config().limit(most.unwrap_or(MOST) + 1).read_to_vec();
            let body = body.map_err(|error| format!("{url}: {error}"))?;
            let fits = most.is_none_or(|most| body.len() as u64 <= most);
            if fits { Ok(Some(body)) } else { Err(format!("{url} has more bytes than it may have")) }
        }
        403 | 404 => Ok(None),
        status => Err(format!("{url} answered {status}")),
    }
}
