//! `inspect FILE`: what a document is, who signed it, what is missing, and its document digest.
//!
//! Nothing here is trusted afterwards: the words say what the file claims, and which signatures verify.

mod kind;
mod root_keys;

use std::io::Write;
use std::path::Path;

use airgap_transfer::folder::{self, ReadError};
use shared::attestation::Anchors;
use shared::document::SignedDocument;
use shared::gap::{
    BootstrapPayload, OnlineKeyDocument, SettingsPin, SignPayload, SignRequest, UpdatePayload,
};
use shared::json::Json;
use shared::metadata::{Metadata, Root, TopRole};
use shared::names::Version;
use shared::rotation::{check_alone, check_first_root, check_succession, self_tally};
use shared::text::{quoted, shortened};
use shared::threshold::Tally;
use shared::time::UnixTime;

use crate::machine::sentence;
use crate::text::printable;

use kind::Kind;

/// Without its settings a bootstrap payload looks like an update.
const FIRST_ROOT_IN_UPDATE: &str = "Warning: a metadata update never carries version 1. A first root comes in a bootstrap payload, with its settings; \
     export it again.";

/// Of a proof whose time has not come.
const NOT_YET: &str = "Warning: the proof is dated in the future, so a ceremony refuses it. Compare the clocks of both machines, and \
     export the key again.";

/// Says in sentences what `file` is.
pub fn run(file: &Path, anchors: &Anchors, now: UnixTime, out: &mut dyn Write) -> Result<(), InspectError> {
    let bytes = folder::import(file, shared::gap::MAX_BYTES)?;
    for line in describe(&bytes, anchors, now)? {
        writeln!(out, "{}", printable(&line))?;
    }
    Ok(())
}

/// The sentences about a document; `anchors` are believed about devices.
pub fn describe(bytes: &[u8], anchors: &Anchors, now: UnixTime) -> Result<Vec<String>, InspectError> {
    let value = Json::parse(bytes).map_err(InspectError::document)?;
    match Kind::of(&value) {
        Some(Kind::Payload) => payload(&value, now),
        Some(Kind::Update(root)) => {
            let update = UpdatePayload::parse(bytes).map_err(InspectError::document)?;
            let mut lines = vec!["This is a metadata update for a running repository.".to_owned()];
            if update.root.version() == Version::ONE {
                lines.push(FIRST_ROOT_IN_UPDATE.to_owned());
            }
            lines.extend(root_lines(root, now)?);
            Ok(lines)
        }
        Some(Kind::Root(root)) => {
            let mut lines = vec!["This is a root document.".to_owned()];
            lines.extend(root_lines(root, now)?);
            Ok(lines)
        }
        Some(Kind::SignRequest(pending)) => {
            SignRequest::parse(bytes).map_err(InspectError::document)?;
            sign_request(pending, now)
        }
        Some(Kind::OnlineKey) => online_key(bytes, now),
        Some(Kind::RootKey) => root_keys::absent_holder(bytes, anchors, now),
        Some(Kind::RootKeys) => root_keys::describe(bytes, anchors, now),
        Some(Kind::SignPayload) => signature(&value),
        None => Err(InspectError::Unknown),
    }
}

fn payload(value: &Json, now: UnixTime) -> Result<Vec<String>, InspectError> {
    let payload = BootstrapPayload::from_json(value).map_err(InspectError::document)?;
    let mut lines =
        vec!["This is a bootstrap payload: the first root of a repository, and its settings.".to_owned()];
    lines.extend(explained(&payload.root, now)?);
    if payload.root.version() != Version::ONE {
        lines.extend(check_first_root(&payload.root, now).err().map(|error| format!("Warning: {error}")));
    }
    lines.push(match payload.settings_pin() {
        Ok(SettingsPin::Signed) => "Its settings are those that the holders of root sign.".to_owned(),
        Ok(SettingsPin::Unsigned) => {
            "Warning: its settings are not in root, so nobody signs them.".to_owned()
        }
        Err(error) => format!("Warning: {error}"),
    });
    Ok(lines)
}

fn root_lines(root: &Json, now: UnixTime) -> Result<Vec<String>, InspectError> {
    explained(&read_root(root)?, now)
}

fn read_root(root: &Json) -> Result<Metadata<Root>, InspectError> {
    let document = SignedDocument::from_json(root.clone()).map_err(InspectError::document)?;
    Metadata::from_document(document).map_err(InspectError::document)
}

fn explained(root: &Metadata<Root>, now: UnixTime) -> Result<Vec<String>, InspectError> {
    let mut lines = vec![format!("It is root version {}.", root.version().get())];
    lines.extend(sentence::explain(root, now));
    lines.extend(root.body().key_warnings().into_iter().map(|warning| format!("Warning: {warning}")));
    lines.push(if sentence::is_fully_explained(root) {
        "Nothing else is in the document.".to_owned()
    } else {
        "Warning: the document holds something that these sentences do not explain. Read its raw bytes."
            .to_owned()
    });
    lines.extend(objection(root, now));
    lines.extend(signatures(root, &self_tally(root).map_err(InspectError::document)?));
    lines.extend(digest(root));
    Ok(lines)
}

/// Why the service would refuse this root, as far as it can be told without the root before it.
fn objection(root: &Metadata<Root>, now: UnixTime) -> Option<String> {
    let checked = match root.version() {
        Version::ONE => check_first_root(root, now).map(drop),
        _ => check_alone(root),
    };
    checked.err().map(|error| format!("Warning: {error}"))
}

fn signatures(root: &Metadata<Root>, tally: &Tally) -> Vec<String> {
    let body = root.body();
    let mut lines: Vec<String> = tally
        .valid
        .iter()
        .map(|keyid| format!("{} signed it, and the signature verifies.", body.name_of(keyid)))
        .collect();
    for (keyid, reason) in &tally.invalid {
        lines.push(format!("Warning: a signature under {} does not count: {reason}", body.name_of(keyid)));
    }
    let absent: Vec<String> = body
        .keys_of(TopRole::Root)
        .filter(|(keyid, _)| !tally.valid.contains(keyid))
        .map(|(keyid, _)| body.name_of(keyid))
        .collect();
    lines.push(if tally.is_met() {
        {
            let count = sentence::count(tally.valid.len() as u64, "signature");
            format!("It has {count} of its own keys; the threshold is {}.", tally.threshold)
        }
    } else {
        format!(
            "It has {} of {} signatures; missing: {}, from {}.",
            tally.valid.len(),
            tally.threshold,
            tally.missing(),
            sentence::from_whom(tally.missing().into(), &absent)
        )
    });
    lines
}

fn digest(root: &Metadata<Root>) -> Vec<String> {
    let digest = root.document().digest();
    let mut lines = vec!["Document digest, the same before and after signatures:".to_owned()];
    lines.extend(sentence::digest_lines(&digest).map(|line| format!("  {line}")));
    lines.extend(sentence::word_lines(&digest).into_iter().map(|line| format!("  {line}")));
    lines
}

fn sign_request(pending: &Json, now: UnixTime) -> Result<Vec<String>, InspectError> {
    let mut lines = vec!["This is a request for signatures from the service.".to_owned()];
    let roles = pending.as_object().into_iter().flatten().map(|(role, _)| shortened(role));
    let roles: Vec<String> = roles.filter(|role| !role.starts_with("trusted_")).collect();
    lines.push(format!("It asks for signatures of: {}.", roles.join(", ")));
    let Some(root) = pending.get("root") else {
        lines.push("It asks for nothing that root keys sign.".to_owned());
        return Ok(lines);
    };
    lines.extend(root_lines(root, now)?);
    if let Some(trusted) = pending.get("trusted_root") {
        lines.extend(succession(&read_root(trusted)?, &read_root(root)?));
    }
    Ok(lines)
}

fn succession(current: &Metadata<Root>, next: &Metadata<Root>) -> Vec<String> {
    match check_succession(current, next) {
        Err(error) => vec![format!("Warning: it cannot follow the root that the service trusts. {error}")],
        Ok(succession) => vec![format!(
            "It follows root version {}; missing signatures: {} of the old root's keys, {} of the new root's.",
            current.version().get(),
            succession.old.missing(),
            succession.new.missing()
        )],
    }
}

fn online_key(bytes: &[u8], now: UnixTime) -> Result<Vec<String>, InspectError> {
    let document = OnlineKeyDocument::parse(bytes).map_err(InspectError::document)?;
    let mut lines = vec![
        format!(
            "This is the public online key {} of a service, scheme {}.",
            quoted(&document.name),
            document.key.scheme_name()
        ),
        format!("Its writer proved on {} to hold the private half.", document.time),
        "Its fingerprint is not shown here: read it from the service's own screen.".to_owned(),
    ];
    lines.extend(document.key.warning().map(|warning| format!("Warning: {warning}")));
    if document.is_from_the_future_at(now) {
        lines.push(NOT_YET.to_owned());
    }
    if document.is_old_at(now) {
        lines
            .push("Warning: the proof is older than 7 days. Export the key again on the service.".to_owned());
    }
    Ok(lines)
}

fn signature(value: &Json) -> Result<Vec<String>, InspectError> {
    let payload = SignPayload::from_json(value).map_err(InspectError::document)?;
    Ok(vec![
        format!("This is one signature for the role {}.", payload.role),
        format!(
            "It claims to be made by the key {}; only the service, or the document itself, can verify it.",
            payload.signature.keyid
        ),
    ])
}

/// The document cannot be described.
#[derive(Debug, thiserror::Error)]
pub enum InspectError {
    /// It could not be read.
    #[error(transparent)]
    File(#[from] ReadError),
    /// No document of ours.
    #[error(
        "This is JSON, but no document that crosses the gap. Payloads, roots, online keys, root keys, sign requests \
         and signatures can be inspected."
    )]
    Unknown,
    /// Damaged.
    #[error("The document cannot be used. {0}")]
    Document(String),
    /// The output failed.
    #[error("The output could not be written ({0}).")]
    Output(#[from] std::io::Error),
}

impl InspectError {
    fn document(error: impl std::error::Error) -> InspectError {
        InspectError::Document(error.to_string())
    }
}
