//! `bootstrap`: hands the payload of a ceremony to the service, or abandons one that waits for signatures.

mod abandon;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::Args;
use shared::digest::DocumentDigest;
use shared::gap::{BootstrapPayload, SettingsPin};
use shared::json::Json;

use super::document;
use super::output::{in_lines, note, say};
use super::remote::{Client, Remote, in_short};
use crate::composition;
use crate::config::Config;
use crate::data_folder::FolderLock;
use crate::http::v1::expected::EXPECT_HEADER;
use crate::ports::catalog::bootstrap::BootstrapState;
use crate::publisher::{Publisher, Step};
use crate::usecases::access::Caller;
use crate::usecases::bootstrap::accept;

/// How often, and how many times, the task of a running service is looked at: two minutes, for 16384 bins.
const POLLS: (Duration, u32) = (Duration::from_millis(200), 600);

/// Hand the payload of a ceremony to the service.
#[derive(Debug, Args)]
pub(super) struct Bootstrap {
    /// The payload.
    #[arg(required_unless_present = "abandon", conflicts_with = "abandon")]
    file: Option<PathBuf>,
    /// Throw away the root that waits for signatures, and every signature on it, so that another payload can come.
    /// Asks first; where nobody can be asked, --expect with its digest is the answer.
    #[arg(long)]
    abandon: bool,
    /// The document digest of root as it was read aloud in the ceremony: all 16 groups, or all 24 words.
    #[arg(long, value_name = "GROUPS OR WORDS")]
    expect: Option<String>,
    #[command(flatten)]
    remote: Remote,
}

impl Bootstrap {
    /// Runs the command.
    pub(super) fn run(self, config: &Config) -> anyhow::Result<()> {
        let expected = self.expect.as_deref().map(DocumentDigest::parse_spoken).transpose()?;
        let client = self.remote.client(config)?;
        let Some(file) = self.file else {
            return match client {
                Some(client) => abandon::remotely(&client, expected),
                None => abandon::on_the_folder(config, expected),
            };
        };
        let bytes = document::read(&file)?;
        match client {
            Some(client) => remotely(&client, &bytes, expected),
            None => on_the_folder(config, &bytes, expected),
        }
    }
}

fn on_the_folder(config: &Config, bytes: &[u8], expected: Option<DocumentDigest>) -> anyhow::Result<()> {
    let _lock = FolderLock::take(&config.data)?;
    let ports = composition::ports(config)?;
    let policy = composition::bootstrap_policy(config)?;
    let payload = BootstrapPayload::parse(bytes)?;
    let accepted = accept(&ports, &policy, &Caller::operator(), &payload, expected)?;
    warn(&payload)?;
    if accepted.state == BootstrapState::Signing {
        return say(
            "The root is accepted and waits for more signatures. Start the service and post them to /api/v1/metadata/sign.",
        );
    }
    let mut publisher = Publisher::new(ports);
    while publisher.step()? == Step::Published {}
    report(payload.root.document().digest())
}

fn remotely(client: &Client, bytes: &[u8], expected: Option<DocumentDigest>) -> anyhow::Result<()> {
    let digest = expected.map(|digest| digest.to_string());
    let header = digest.as_deref().map(|digest| (EXPECT_HEADER, digest));
    let answer = client.post("/api/v1/bootstrap", header, bytes)?;
    let task = answer.get("data").and_then(|data| data.get("task_id")).and_then(Json::as_str);
    let task = task.context("The service answered without a task. Is it of another version?")?;
    let payload = BootstrapPayload::parse(bytes)?;
    warn(&payload)?;
    let details = wait(client, task)?;
    if details != format!("Bootstrap finished {task}") {
        return say(&format!(
            "The service accepted the root. {details}: `online-service status` says what it waits for."
        ));
    }
    report(payload.root.document().digest())
}

/// The service takes these settings, which nobody signed, and these keys; some of its clients will not.
fn warn(payload: &BootstrapPayload) -> anyhow::Result<()> {
    if payload.settings_pin()? == SettingsPin::Unsigned {
        let settings = payload.settings.to_json().to_compact();
        note(&format!(
            "Warning: nobody signed the settings of this payload; whoever carried it can have changed them. They are: {}",
            String::from_utf8_lossy(&settings)
        ))?;
    }
    payload.root.body().key_warnings().iter().try_for_each(|warning| note(&format!("Warning: {warning}")))
}

#[expect(clippy::disallowed_methods, reason = "a running service is asked in intervals, with a limit")]
fn wait(client: &Client, task: &str) -> anyhow::Result<String> {
    for _ in 0..POLLS.1 {
        let answer = client.get(&format!("/api/v1/task?task_id={task}"))?;
        let data = answer.get("data").unwrap_or(&Json::Null);
        let result = data.get("result").unwrap_or(&Json::Null);
        match data.get("state").and_then(Json::as_str) {
            Some("SUCCESS") => {
                let details = result.get("details").and_then(|details| details.get("bootstrap")?.as_str());
                return Ok(in_short(details.unwrap_or("Bootstrap processed")));
            }
            Some("STARTED") => std::thread::sleep(POLLS.0),
            _ => bail!("The bootstrap failed: {}", in_short(&String::from_utf8_lossy(&result.to_compact()))),
        }
    }
    bail!("The service is still at it. Ask again with `status`; nothing is lost.")
}

fn report(digest: DocumentDigest) -> anyhow::Result<()> {
    say("The repository is published. Root version 1 has the document digest:")?;
    say(&in_lines(&digest.groups()))
}
