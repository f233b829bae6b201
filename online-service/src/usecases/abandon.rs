//! Throwing away a root that waits for signatures, so that the bootstrap can begin again.

use shared::digest::{DocumentDigest, sha256};
use shared::json::Json;
use shared::metadata::{Metadata, MetadataError, Root};
use shared::text::shortened;

use super::access::{AccessError, Caller};
use crate::ports::Ports;
use crate::ports::catalog::access::AuditEntry;
use crate::ports::catalog::bootstrap::{Abandonment, BootstrapState};
use crate::ports::catalog::task::{Task, TaskId, TaskName};
use crate::ports::catalog::{CatalogError, Transition};
use crate::ports::clock::Moment;
use crate::ports::randomness::RandomnessError;
use crate::scope::Need;

/// Why nothing was thrown away.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AbandonError {
    /// The caller may not.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// Nothing of that role waits.
    #[error("The {0} role is not in a signing process.")]
    NotSigning(String),
    /// Another root waits.
    #[error(
        "This is not the root that waits. Expected {expected}; got {got}. Read GET /api/v1/metadata/sign to see what waits."
    )]
    Digest {
        /// What the caller wants to throw away.
        expected: DocumentDigest,
        /// What waits.
        got: DocumentDigest,
    },
    /// The pending document cannot be read back.
    #[error(transparent)]
    Unreadable(#[from] MetadataError),
    /// The catalog.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// No randomness.
    #[error(transparent)]
    Randomness(#[from] RandomnessError),
}

/// An abandoned bootstrap.
#[derive(Clone, Debug)]
pub(crate) struct Abandoned {
    /// The task.
    pub(crate) task: TaskId,
    /// When it was abandoned.
    pub(crate) at: Moment,
}

/// Throws away what waits of that role; only the one with the digest, if one is given.
///
/// What was published and which versions were given out stays as it is: nothing of a waiting root was ever published.
pub(crate) fn abandon(
    ports: &Ports,
    caller: &Caller,
    role: &str,
    expected: Option<DocumentDigest>,
) -> Result<Abandoned, AbandonError> {
    caller.check(&Need::StopSigning)?;
    let not_signing = || AbandonError::NotSigning(shortened(role));
    let mut tried = None;
    loop {
        let signing = ports.catalog.bootstrap()?.state == BootstrapState::Signing;
        let pending = ports.catalog.pending_root()?.filter(|_| signing && role == "root");
        let pending = pending.ok_or_else(not_signing)?;
        let abandonment = prepare(ports, caller, pending.root, expected)?;
        let abandoned = Abandoned { task: abandonment.task.id.clone(), at: abandonment.task.updated };
        match ports.catalog.abandon_bootstrap(&abandonment) {
            Ok(Transition::Made) => return Ok(abandoned),
            Ok(Transition::Refused(_)) => return Err(not_signing()),
            // A signature came meanwhile: it is thrown away too, and the log has to name it. Each one comes once, so
            // this ends.
            Err(CatalogError::Fenced(_)) if tried.as_ref() != Some(&abandonment.root) => {
                tried = Some(abandonment.root);
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// Throws away a root that this version cannot read, perhaps because an older one accepted it. Only whoever has the
/// data folder comes here, and saw a digest of these bytes.
pub(crate) fn abandon_unreadable(
    ports: &Ports,
    caller: &Caller,
    bytes: Vec<u8>,
) -> Result<Abandoned, AbandonError> {
    caller.check(&Need::StopSigning)?;
    let task = task(ports)?;
    let abandoned = Abandoned { task: task.id.clone(), at: task.updated };
    let subject = [("unreadable_sha256", Json::from(hex::encode(sha256(&bytes))))];
    let audit = audit(caller, &task, subject);
    match ports.catalog.abandon_bootstrap(&Abandonment { root: bytes, task, audit })? {
        Transition::Made => Ok(abandoned),
        Transition::Refused(_) => Err(AbandonError::NotSigning("root".to_owned())),
    }
}

fn prepare(
    ports: &Ports,
    caller: &Caller,
    bytes: Vec<u8>,
    expected: Option<DocumentDigest>,
) -> Result<Abandonment, AbandonError> {
    let root = Metadata::<Root>::parse(&bytes)?;
    let got = root.document().digest();
    if let Some(expected) = expected.filter(|expected| *expected != got) {
        return Err(AbandonError::Digest { expected, got });
    }
    let task = task(ports)?;
    let signers = root.document().signatures().map(|signature| Json::from(signature.keyid.as_str()));
    let subject =
        [("digest", Json::from(got.to_hex())), ("signatures", Json::from(signers.collect::<Vec<_>>()))];
    let audit = audit(caller, &task, subject);
    Ok(Abandonment { root: bytes, task, audit })
}

fn task(ports: &Ports) -> Result<Task, RandomnessError> {
    let details = Json::object([("bootstrap", Json::from("Bootstrap process has been stopped"))]);
    Ok(Task::succeeded(ports.task_id()?, TaskName::DeleteSignMetadata, ports.clock.now(), details))
}

/// Who threw away what.
fn audit<const N: usize>(caller: &Caller, task: &Task, what: [(&str, Json); N]) -> AuditEntry {
    let mut subject = Json::object(what);
    subject.set("task", Json::from(task.id.as_str()));
    AuditEntry { at: task.updated, actor: caller.actor.clone(), action: "bootstrap-abandoned", subject }
}
