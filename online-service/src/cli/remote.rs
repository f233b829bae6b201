//! Talking to a running service.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::Args;
use shared::json::Json;
use shared::repository::{MetadataSource, SourceError};
use ureq::{Agent, Body, http::Response};
use zeroize::Zeroizing;

use crate::config::Config;
use crate::secrets;

/// How to reach a running service.
#[derive(Debug, Args)]
pub(super) struct Remote {
    /// A file with a token on its first line, mode 600. With it the command talks to the running service.
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// The service's address; by default the one of the configuration.
    #[arg(long, value_name = "URL")]
    server: Option<String>,
}

/// A running service.
pub(super) struct Client {
    agent: Agent,
    base: String,
    token: Option<Zeroizing<String>>,
}

/// No answer of the API or metadata file is longer.
const MAX_ANSWER: u64 = 64 * 1024 * 1024;
/// How many characters of a refusal are told.
const MAX_TOLD: usize = 4096;

impl Remote {
    /// A client, when the command is to talk to a running service.
    pub(super) fn client(&self, config: &Config) -> anyhow::Result<Option<Client>> {
        if self.token_file.is_none() && self.server.is_none() {
            return Ok(None);
        }
        let token = self.token_file.as_deref().map(secrets::from_file).transpose()?;
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(Duration::from_secs(60)))
            .build()
            .new_agent();
        let base = self.server.clone().unwrap_or_else(|| format!("http://{}", reachable(config.listen)));
        Ok(Some(Client { agent, base: base.trim_end_matches('/').to_owned(), token }))
    }
}

/// A service that listens everywhere is reached at home.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = if listen.ip().is_unspecified() { IpAddr::V4(Ipv4Addr::LOCALHOST) } else { listen.ip() };
    SocketAddr::new(ip, listen.port())
}

impl Client {
    /// Asks the API.
    pub(super) fn get(&self, path: &str) -> anyhow::Result<Json> {
        let mut request = self.agent.get(format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {}", token.as_str()));
        }
        self.read(request.call())
    }

    /// Sends a document to the API.
    pub(super) fn post(&self, path: &str, header: Option<(&str, &str)>, body: &[u8]) -> anyhow::Result<Json> {
        let mut request =
            self.agent.post(format!("{}{path}", self.base)).header("content-type", "application/json");
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {}", token.as_str()));
        }
        if let Some((name, value)) = header {
            request = request.header(name, value);
        }
        self.read(request.send(body))
    }

    fn read(&self, answer: Result<Response<Body>, ureq::Error>) -> anyhow::Result<Json> {
        let mut response =
            answer.with_context(|| format!("The service at {} did not answer. Is it running?", self.base))?;
        let status = response.status();
        let bytes = response.body_mut().with_config().limit(MAX_ANSWER).read_to_vec()?;
        let value =
            Json::parse(&bytes).unwrap_or_else(|_| Json::from(String::from_utf8_lossy(&bytes).as_ref()));
        if status.is_success() {
            return Ok(value);
        }
        bail!("The service refused ({status}): {}", in_short(&sentences(&value)))
    }
}

/// As much of an answer as a person reads: nobody knows who answers.
pub(super) fn in_short(text: &str) -> String {
    text.chars().take(MAX_TOLD).collect()
}

/// What a refusal says: a sentence, RSTUF's object, or pydantic's list.
fn sentences(value: &Json) -> String {
    let detail = value.get("detail").unwrap_or(value);
    if let Some(text) = detail.as_str() {
        return text.to_owned();
    }
    if let Some(list) = detail.as_array() {
        let messages = list.iter().filter_map(|entry| entry.get("msg")?.as_str());
        return messages
            .map(|message| message.trim_start_matches("Value error, "))
            .collect::<Vec<_>>()
            .join(" ");
    }
    let parts = ["message", "error"].into_iter().filter_map(|name| detail.get(name)?.as_str());
    parts.collect::<Vec<_>>().join(" ")
}

impl MetadataSource for Client {
    fn fetch(&self, name: &str) -> Result<Option<Vec<u8>>, SourceError> {
        let source = |error: ureq::Error| SourceError(format!("{} did not answer: {error}", self.base));
        let mut response = self.agent.get(format!("{}/metadata/{name}", self.base)).call().map_err(source)?;
        match response.status().as_u16() {
            200 => {
                Ok(Some(response.body_mut().with_config().limit(MAX_ANSWER).read_to_vec().map_err(source)?))
            }
            404 => Ok(None),
            status => Err(SourceError(format!("{} answered {status} for {name}", self.base))),
        }
    }
}
