//! A small client of the service's API.

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};
use std::time::Duration;

use crate::surroundings::{Stopwatch, wait_for};

/// The longest that a task may take.
const TASK_LIMIT: Duration = Duration::from_secs(120);

/// The API of one running service, with a token.
pub(crate) struct Api {
    agent: ureq::Agent,
    base: String,
    token: String,
}

/// A target as the API takes it.
pub(crate) struct Artifact {
    /// Its path.
    pub(crate) path: String,
    /// Its length in bytes.
    pub(crate) length: u64,
    /// SHA-256 in hex.
    pub(crate) sha256: String,
}

impl Api {
    /// The API at `http://HOST:PORT`.
    pub(crate) fn new(base: &str, token: &str) -> Self {
        let configuration = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(60)))
            .proxy(None)
            .build();
        Self {
            agent: ureq::Agent::new_with_config(configuration),
            base: base.to_owned(),
            token: token.to_owned(),
        }
    }

    /// Does anything answer at all?
    pub(crate) fn answers(&self) -> bool {
        self.get("bootstrap").is_ok()
    }

    /// Adds artifacts; returns how long it took until they were published.
    pub(crate) fn add(&self, artifacts: &[Artifact]) -> Result<Duration> {
        let artifacts: Vec<Value> = artifacts.iter().map(Artifact::to_json).collect();
        self.change("artifacts", &json!({ "artifacts": artifacts }))
    }

    /// Removes artifacts; returns how long it took until they were gone.
    pub(crate) fn delete(&self, paths: &[&str]) -> Result<Duration> {
        self.change("artifacts/delete", &json!({ "artifacts": paths }))
    }

    /// Hands one artifact in, without waiting for its publication.
    pub(crate) fn submit(&self, artifact: &Artifact) -> Result<()> {
        self.post("artifacts", &json!({ "artifacts": [artifact.to_json()] })).map(drop)
    }

    /// The published timestamp, as clients read it.
    pub(crate) fn timestamp(&self) -> Result<String> {
        let url = format!("{}/metadata/timestamp.json", self.base);
        let mut answer =
            self.agent.get(&url).call().with_context(|| format!("GET {url} was not answered"))?;
        answer.body_mut().read_to_string().with_context(|| format!("the answer to GET {url} broke off"))
    }

    fn change(&self, noun: &str, body: &Value) -> Result<Duration> {
        let watch = Stopwatch::start();
        let answer = self.post(noun, body)?;
        let task = answer["data"]["task_id"].as_str().with_context(|| format!("no task in {answer}"))?;
        self.succeeded(task)?;
        Ok(watch.elapsed())
    }

    /// Waits for a task to succeed.
    fn succeeded(&self, task: &str) -> Result<()> {
        let end = wait_for(TASK_LIMIT, || {
            let answer = self.get(&format!("task?task_id={task}"))?;
            Ok(task_end(&answer))
        })?;
        match end {
            Some(TaskEnd::Succeeded) => Ok(()),
            Some(TaskEnd::Failed(answer)) => bail!("task {task} failed: {answer}"),
            None => bail!("task {task} did not end within {TASK_LIMIT:?}"),
        }
    }

    fn get(&self, path: &str) -> Result<Value> {
        let url = format!("{}/api/v1/{path}", self.base);
        let answer = self.agent.get(&url).call().with_context(|| format!("GET {url} was not answered"))?;
        read(&format!("GET {url}"), answer)
    }

    fn post(&self, path: &str, body: &Value) -> Result<Value> {
        let url = format!("{}/api/v1/{path}", self.base);
        let request = self.agent.post(&url).header("Content-Type", "application/json");
        let request = request.header("Authorization", format!("Bearer {}", self.token));
        let answer =
            request.send(body.to_string()).with_context(|| format!("POST {url} was not answered"))?;
        read(&format!("POST {url}"), answer)
    }
}

impl Artifact {
    fn to_json(&self) -> Value {
        json!({ "path": self.path, "info": { "length": self.length, "hashes": { "sha256": self.sha256 } } })
    }
}

fn read(request: &str, mut answer: ureq::http::Response<ureq::Body>) -> Result<Value> {
    let status = answer.status();
    let text =
        answer.body_mut().read_to_string().with_context(|| format!("the answer to {request} broke off"))?;
    if !status.is_success() {
        bail!("{request} was answered {status}: {text}");
    }
    serde_json::from_str(&text).with_context(|| format!("the answer to {request} is no JSON: {text}"))
}

#[derive(Debug, PartialEq, Eq)]
enum TaskEnd {
    Succeeded,
    Failed(String),
}

/// `None` while the task is on its way. A task may end as SUCCESS and still say that it did nothing.
fn task_end(answer: &Value) -> Option<TaskEnd> {
    let data = &answer["data"];
    match data["state"].as_str() {
        Some("SUCCESS") if data["result"]["status"] == Value::Bool(true) => Some(TaskEnd::Succeeded),
        Some("SUCCESS" | "FAILURE" | "ERRORED") => Some(TaskEnd::Failed(answer.to_string())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(state: &str, status: bool) -> Value {
        json!({ "data": { "state": state, "result": { "status": status } } })
    }

    #[test]
    fn a_success_that_did_nothing_is_a_failure() {
        assert_eq!(task_end(&answer("SUCCESS", true)), Some(TaskEnd::Succeeded));
        assert!(matches!(task_end(&answer("SUCCESS", false)), Some(TaskEnd::Failed(_))));
        assert!(matches!(task_end(&answer("FAILURE", false)), Some(TaskEnd::Failed(_))));
    }

    #[test]
    fn a_task_on_its_way_has_not_ended() {
        for state in ["PENDING", "RECEIVED", "STARTED", "RUNNING"] {
            assert_eq!(task_end(&json!({ "data": { "state": state } })), None);
        }
    }
}
