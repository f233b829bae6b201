//! A plain HTTP client that shows everything it gets.

use std::sync::OnceLock;
use std::time::Duration;

use shared::json::Json;

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The status code.
    pub(crate) status: u16,
    /// The body.
    pub(crate) bytes: Vec<u8>,
    headers: Vec<(String, String)>,
}

impl Answer {
    /// The body as JSON.
    pub(crate) fn json(&self) -> Json {
        Json::parse(&self.bytes).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// The body as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// A header, empty when it is missing.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(found, _)| found == name).map_or("", |(_, value)| value)
    }

    /// All values of a header.
    pub(crate) fn headers(&self, name: &str) -> Vec<&str> {
        self.headers.iter().filter(|(found, _)| found == name).map(|(_, value)| value.as_str()).collect()
    }
}

fn agent() -> ureq::Agent {
    // The service ends what is silent for ten seconds.
    let idle = Duration::from_secs(5);
    let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0);
    config.max_idle_age(idle).build().new_agent()
}

/// One client for all that a test reads: hundreds of rows look at dozens of files each. What is sent goes over a
/// connection of its own, because the service may end one whose body it did not want.
fn reader() -> ureq::Agent {
    static READER: OnceLock<ureq::Agent> = OnceLock::new();
    READER.get_or_init(agent).clone()
}

/// Sends a request.
pub(crate) fn send(method: &str, url: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    let mut request = ureq::http::Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = if method == "GET" || method == "HEAD" {
        reader().run(request.body(()).unwrap())
    } else {
        agent().run(request.body(body).unwrap())
    };
    let mut answer = answer.unwrap_or_else(|error| panic!("{method} {url}: {error}"));
    let headers = answer.headers().iter().map(|(name, value)| {
        (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
    });
    let headers = headers.collect();
    let bytes = answer.body_mut().with_config().limit(64 << 20).read_to_vec().unwrap();
    Answer { status: answer.status().as_u16(), bytes, headers }
}
