//! `bootstrap --abandon`: throws away the root that waits for signatures.

use std::io::{BufRead as _, IsTerminal as _};

use anyhow::{Context as _, bail};
use shared::digest::{DocumentDigest, FileDigest};
use shared::json::Json;
use shared::metadata::{Metadata, MetadataError, Root};
use shared::rotation::self_tally;
use shared::text::shortened;

use crate::cli::output::{in_lines, say};
use crate::cli::remote::Client;
use crate::composition;
use crate::config::Config;
use crate::data_folder::FolderLock;
use crate::http::v1::expected::EXPECT_HEADER;
use crate::ports::catalog::bootstrap::BootstrapState;
use crate::usecases::abandon::{abandon, abandon_unreadable};
use crate::usecases::access::Caller;

pub(super) fn on_the_folder(config: &Config, expected: Option<DocumentDigest>) -> anyhow::Result<()> {
    let _lock = FolderLock::take(&config.data)?;
    let ports = composition::ports(config)?;
    let state = ports.catalog.bootstrap()?.state;
    let pending = ports.catalog.pending_root()?.filter(|_| state == BootstrapState::Signing);
    let pending = pending.with_context(|| nothing_waits(state.as_str()))?;
    match Metadata::parse(&pending.root) {
        Ok(root) => {
            let digest = settle(&root, expected)?;
            abandon(&ports, &Caller::operator(), "root", Some(digest))?;
        }
        Err(error) => {
            settle_unreadable(&pending.root, &error, expected)?;
            abandon_unreadable(&ports, &Caller::operator(), pending.root)?;
        }
    }
    report()
}

pub(super) fn remotely(client: &Client, expected: Option<DocumentDigest>) -> anyhow::Result<()> {
    let record = client.get("/api/v1/bootstrap")?;
    let state = record.get("data").and_then(|data| data.get("state")?.as_str()).unwrap_or("None");
    if state != BootstrapState::Signing.as_str() {
        bail!(nothing_waits(state));
    }
    let answer = client.get("/api/v1/metadata/sign")?;
    let root = answer.get("data").and_then(|data| data.get("metadata")?.get("root"));
    let root = root.with_context(|| nothing_waits("finished"))?;
    let digest = settle(&Metadata::parse(&root.to_compact())?, expected)?;
    let body = Json::object([("role", Json::from("root"))]).to_compact();
    // The digest travels along: if another root waits by now, nothing is thrown away.
    client.post("/api/v1/metadata/sign/delete", Some((EXPECT_HEADER, &digest.to_string())), &body)?;
    report()
}

fn nothing_waits(state: &str) -> String {
    format!(
        "No root waits for signatures (the bootstrap is in the state {state}), so nothing is thrown away."
    )
}

fn report() -> anyhow::Result<()> {
    say("The bootstrap is abandoned; nothing was ever published of it. The service takes another payload.")
}

/// Says what would be lost, and makes sure that this is wanted.
fn settle(root: &Metadata<Root>, expected: Option<DocumentDigest>) -> anyhow::Result<DocumentDigest> {
    let digest = root.document().digest();
    if let Some(expected) = expected.filter(|expected| *expected != digest) {
        bail!("Another root waits. Expected {expected}; got {digest}. Nothing was thrown away.");
    }
    describe(root)?;
    if expected.is_none() {
        ask("Repeat the command with --expect and the digest above.")?;
    }
    Ok(digest)
}

/// An update can bring rules that the waiting root breaks; it must not lock the bootstrap for ever.
fn settle_unreadable(
    bytes: &[u8],
    error: &MetadataError,
    expected: Option<DocumentDigest>,
) -> anyhow::Result<()> {
    if expected.is_some() {
        bail!(
            "This version cannot read the root that waits, so it cannot be compared. Nothing was thrown away. \
             Repeat the command without --expect, at a terminal."
        );
    }
    say(&format!("A root waits for signatures that this version cannot read: {error}"))?;
    say(&format!(
        "It is lost with every signature on it. The SHA-256 of its bytes: {}",
        FileDigest::of(bytes)
    ))?;
    ask("Repeat the command at a terminal.")
}

fn describe(root: &Metadata<Root>) -> anyhow::Result<()> {
    say("This root waits for signatures:")?;
    say(&in_lines(&root.document().digest().groups()))?;
    let tally = self_tally(root)?;
    say(&format!("It has {} of {} signatures, which are lost with it:", tally.valid.len(), tally.threshold))?;
    for keyid in &tally.valid {
        say(&format!("    {} (key id {keyid})", shortened(&root.body().name_of(keyid))))?;
    }
    say("Whoever keeps the payload still has those that stand in it.")
}

fn ask(otherwise: &str) -> anyhow::Result<()> {
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        bail!("Nothing was thrown away: there is nobody to ask. {otherwise}");
    }
    say("Type yes to throw it away:")?;
    let mut answer = String::new();
    stdin.lock().read_line(&mut answer)?;
    if answer.trim() != "yes" {
        bail!("Nothing was thrown away.");
    }
    Ok(())
}
