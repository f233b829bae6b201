//! Signatures that were missing when the payload came.

use shared::gap::SignPayload;
use shared::json::Json;
use shared::key::SignatureError;
use shared::metadata::{Metadata, MetadataError, Root, TopRole};
use shared::rotation::{RootError, self_tally};

use super::access::{AccessError, Caller};
use crate::ports::Ports;
use crate::ports::catalog::access::AuditEntry;
use crate::ports::catalog::bootstrap::{BootstrapState, RootExtension};
use crate::ports::catalog::task::{Task, TaskId, TaskName};
use crate::ports::catalog::{CatalogError, Transition};
use crate::ports::clock::Moment;
use crate::ports::randomness::RandomnessError;
use crate::scope::Need;

/// Why a signature was refused. Nothing changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SignError {
    /// The caller may not.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// Nothing can be pending in this state.
    #[error("Requires bootstrap in signing state. State: {}", .0.as_str())]
    State(BootstrapState),
    /// Nothing of that role is pending.
    #[error(
        "There is no pending metadata of the role {0}. Read GET /api/v1/metadata/sign to see what is pending."
    )]
    NothingPending(String),
    /// A key without a vote.
    #[error("Key {0} has no vote in the pending root. Sign with one of its root keys.")]
    NoVote(String),
    /// A signature that does not hold.
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// The pending document cannot be read back.
    #[error(transparent)]
    Unreadable(#[from] MetadataError),
    /// The pending document cannot be counted.
    #[error(transparent)]
    Root(#[from] RootError),
    /// The catalog.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// No randomness.
    #[error(transparent)]
    Randomness(#[from] RandomnessError),
}

/// What waits for signatures.
#[derive(Debug)]
pub(crate) enum Pending {
    /// Root, with the signatures that it has.
    Root(Json),
    /// Nothing.
    Nothing,
}

/// An accepted signature.
#[derive(Clone, Debug)]
pub(crate) struct Signed {
    /// The task.
    pub(crate) task: TaskId,
    /// When it was accepted.
    pub(crate) at: Moment,
}

/// What waits for signatures.
pub(crate) fn pending(ports: &Ports, caller: &Caller) -> Result<Pending, SignError> {
    caller.check(&Need::Read)?;
    match ports.catalog.bootstrap()?.state {
        BootstrapState::Finished => Ok(Pending::Nothing),
        BootstrapState::Signing => match ports.catalog.pending_root()? {
            Some(pending) => Ok(Pending::Root(Metadata::<Root>::parse(&pending.root)?.document().to_json())),
            None => Ok(Pending::Nothing),
        },
        state @ (BootstrapState::None | BootstrapState::Pre) => Err(SignError::State(state)),
    }
}

/// Whether anything can wait for signatures at all.
pub(crate) fn check_state(ports: &Ports) -> Result<(), SignError> {
    match ports.catalog.bootstrap()?.state {
        BootstrapState::Signing | BootstrapState::Finished => Ok(()),
        state @ (BootstrapState::None | BootstrapState::Pre) => Err(SignError::State(state)),
    }
}

/// Adds one verified signature to the pending root.
pub(crate) fn add(ports: &Ports, caller: &Caller, payload: &SignPayload) -> Result<Signed, SignError> {
    caller.check(&Need::SignMetadata)?;
    check_state(ports)?;
    let Some(pending) = ports.catalog.pending_root()?.filter(|_| payload.role == "root") else {
        // Unless it was thrown away, or completed, since the state was read.
        check_state(ports)?;
        return Err(SignError::NothingPending(payload.role.clone()));
    };
    let mut root = Metadata::<Root>::parse(&pending.root)?;
    let now = ports.clock.now();
    // It was fresh when the payload came; the last signature may come much later.
    if root.expires().is_expired_at(now.unix()) {
        return Err(RootError::Expired(root.expires()).into());
    }
    check_signature(&root, payload)?;
    root.document_mut().add_signature(payload.signature.clone());

    let id = ports.task_id()?;
    let (state, task) = if self_tally(&root)?.is_met() {
        (BootstrapState::Pre, Task::started(id.clone(), TaskName::SignMetadata, now))
    } else {
        let details = Json::object([("update", Json::from("Root v1 is pending signatures"))]);
        (BootstrapState::Signing, Task::succeeded(id.clone(), TaskName::SignMetadata, now, details))
    };
    let extension = RootExtension {
        previous: pending.root,
        root: root.document().to_bytes(),
        state,
        task,
        audit: audit(caller, payload, now),
    };
    match ports.catalog.extend_pending_root(&extension)? {
        Transition::Made => Ok(Signed { task: id, at: now }),
        Transition::Refused(state) => Err(SignError::State(state)),
    }
}

fn check_signature(root: &Metadata<Root>, payload: &SignPayload) -> Result<(), SignError> {
    let keyid = &payload.signature.keyid;
    let (_, key) = root
        .body()
        .keys_of(TopRole::Root)
        .find(|(declared, _)| *declared == keyid)
        .ok_or_else(|| SignError::NoVote(keyid.to_string()))?;
    Ok(key.verify(root.document().signing_bytes(), &payload.signature.sig)?)
}

fn audit(caller: &Caller, payload: &SignPayload, at: Moment) -> AuditEntry {
    let subject = Json::object([
        ("role", Json::from(payload.role.as_str())),
        ("keyid", Json::from(payload.signature.keyid.as_str())),
    ]);
    AuditEntry { at, actor: caller.actor.clone(), action: "signature-accepted", subject }
}
