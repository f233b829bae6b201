//! Every recorded exchange once more, against the real program.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::OpenOptionsExt as _;

use shared::json::Json;

use super::page::Page;
use super::recording::{Exchange, folder, session};
use super::verdict::{Told, Verdict, compare};
use crate::http::send;
use crate::service::{Service, bearer, wait_for};

const SESSIONS: [&str; 3] = ["bins", "das", "cli"];
/// When the recordings were made; the payloads expire a year later.
const RECORDED: &str = "@2026-11-21 19:25:30";

/// The messages that RSTUF's command line compares word by word.
const MESSAGES: [&str; 11] = [
    "System available for bootstrap.",
    "System LOCKED for bootstrap.",
    "Bootstrap accepted.",
    "Current Settings",
    "Metadata role(s) pending signing",
    "No metadata pending signing available",
    "Metadata sign accepted.",
    "New Artifact(s) successfully submitted.",
    "Remove Artifact(s) successfully submitted.",
    "Publish artifacts successfully submitted.",
    "Task state.",
];

#[test]
fn every_recorded_exchange_is_equal_or_stands_on_the_page() {
    let page = Page::read();
    let mut complaints = Vec::new();
    let mut verdicts: Vec<Verdict> = Vec::new();
    let mut known = BTreeSet::new();
    let mut messages = BTreeSet::new();
    for name in SESSIONS {
        let exchanges = session(name);
        let mut replay = Replay::begin(&exchanges);
        for exchange in &exchanges {
            let ours = replay.ask(exchange);
            match compare(&page, exchange, replay.later(&page, exchange).as_ref(), &ours) {
                Ok(verdict) => {
                    verdicts.push(verdict);
                    let message = exchange.answer.get("message");
                    if message == ours.1.get("message") {
                        messages.extend(message.and_then(Json::as_str).map(str::to_owned));
                    }
                }
                Err(complaint) => {
                    let (status, body) = ours;
                    let body = String::from_utf8(body.to_compact()).unwrap();
                    complaints.push(format!("{} {complaint}: {status} {body}", exchange.name));
                }
            }
            known.insert(exchange.name.clone());
        }
    }
    for message in MESSAGES.into_iter().filter(|message| !messages.contains(*message)) {
        complaints.push(format!("no exchange says \"{message}\" in both"));
    }
    let listed = page.rows.keys().chain(page.later.keys()).chain(page.later.values());
    complaints.extend(
        listed.filter(|name| !known.contains(*name)).map(|name| format!("{name} was never recorded")),
    );
    assert!(
        complaints.is_empty(),
        "docs/rstuf-differences.md and the answers differ:\n{}",
        complaints.join("\n")
    );
    let count = |wanted: Verdict| verdicts.iter().filter(|verdict| **verdict == wanted).count();
    println!(
        "figure: RSTUF: {} exchanges: {} equal, {} differ as listed, {} without endpoint",
        verdicts.len(),
        count(Verdict::Equal),
        count(Verdict::Listed),
        count(Verdict::WithoutEndpoint)
    );
}

/// A session under way.
struct Replay<'a> {
    service: Service,
    exchanges: &'a [Exchange],
    /// Task ids: RSTUF's and ours.
    tasks: BTreeMap<String, String>,
}

impl<'a> Replay<'a> {
    /// A new service on the day of the recordings, with their online key, as open as RSTUF always is.
    fn begin(exchanges: &'a [Exchange]) -> Self {
        let mut service = Service::on(RECORDED);
        let secret = service.path("key-passphrase");
        let mut options = std::fs::File::options();
        let mut file = options.write(true).create_new(true).mode(0o600).open(&secret).unwrap();
        std::io::Write::write_all(&mut file, b"TEST-ONLY\n").unwrap();
        let key = folder().join("online-key-TEST-ONLY.pem");
        let (key, secret) = (key.to_str().unwrap(), secret.to_str().unwrap());
        service.run(&["vault", "import", key, "--name", "recorded", "--key-passphrase-file", secret]);
        let config = service.path("data/vestry.toml");
        let mut text = std::fs::read_to_string(&config).unwrap();
        for switch in ["allow_rstuf_payloads", "allow_unpinned_bootstrap"] {
            text = text.replace(&format!("{switch} = false"), &format!("{switch} = true"));
        }
        std::fs::write(&config, text).unwrap();
        service.start();
        Self { service, exchanges, tasks: BTreeMap::new() }
    }

    /// Sends the request of an exchange; returns the answer with RSTUF's ids in the place of ours.
    fn ask(&mut self, exchange: &Exchange) -> Told {
        let told = match task_of(exchange).and_then(|id| self.tasks.get(id).map(|ours| (id, ours))) {
            // Nobody compares how fast we are: the task is followed to its end.
            Some((theirs, ours)) => {
                let path = exchange.path.replace(theirs, ours);
                wait_for("the task", || {
                    Some(self.send(exchange, &path)).filter(|told| state(&told.1) != Some("STARTED"))
                })
            }
            None => self.send(exchange, &exchange.path),
        };
        let id = |value: &Json| value.get("data")?.get("task_id")?.as_str().map(str::to_owned);
        if exchange.method != "GET"
            && let (Some(theirs), Some(ours)) = (id(&exchange.answer), id(&told.1))
        {
            self.tasks.insert(theirs, ours);
        }
        (told.0, self.translated(&told.1))
    }

    fn send(&self, exchange: &Exchange, path: &str) -> Told {
        let headers =
            [("authorization", &*bearer(&self.service.admin)), ("content-type", "application/json")];
        let url = format!("{}{path}", self.service.url);
        let answer = send(&exchange.method, &url, &headers, &exchange.body);
        let text = Json::from(answer.text());
        (answer.status, Json::parse(&answer.bytes).unwrap_or(text))
    }

    fn translated(&self, value: &Json) -> Json {
        let mut text = String::from_utf8(value.to_compact()).unwrap();
        for (theirs, ours) in &self.tasks {
            text = text.replace(ours, theirs);
        }
        Json::parse(text.as_bytes()).unwrap()
    }

    /// What RSTUF answered when the thing was over that was under way in this exchange.
    fn later(&self, page: &Page, exchange: &Exchange) -> Option<Told> {
        let told = |exchange: &Exchange| (exchange.status, exchange.answer.clone());
        if let Some(name) = page.later.get(&exchange.name) {
            return self.exchanges.iter().find(|exchange| exchange.name == *name).map(told);
        }
        let task = task_of(exchange)?;
        let found = state(&exchange.answer)?;
        if !page.under_way.iter().any(|word| word == found) {
            return None;
        }
        self.exchanges.iter().rfind(|other| task_of(other) == Some(task)).map(told)
    }
}

/// The task that an exchange asks about.
fn task_of(exchange: &Exchange) -> Option<&str> {
    exchange.path.split_once("/task/?task_id=").map(|(_, id)| id)
}

fn state(answer: &Json) -> Option<&str> {
    answer.get("data")?.get("state")?.as_str()
}
