//! From a payload of the ceremony to a repository.

use shared::digest::DocumentDigest;
use shared::gap::{BootstrapPayload, PayloadError, SettingsPin};
use shared::json::Json;
use shared::key::Key;
use shared::metadata::{Metadata, Root, TopRole};
use shared::names::KeyId;
use shared::rotation::{RootError, check_first_root};
use shared::threshold::Tally;

use super::access::{AccessError, Caller};
use crate::ports::Ports;
use crate::ports::catalog::access::AuditEntry;
use crate::ports::catalog::bootstrap::{BootstrapOpening, BootstrapRecord, BootstrapState};
use crate::ports::catalog::task::{Task, TaskId, TaskName};
use crate::ports::catalog::{CatalogError, Transition};
use crate::ports::clock::Moment;
use crate::ports::randomness::RandomnessError;
use crate::ports::vault::{Vault, VaultError};
use crate::scope::Need;

/// Which bootstrap the operator allows.
#[derive(Clone, Debug, Default)]
pub(crate) struct BootstrapPolicy {
    /// The digest in the configuration.
    pub(crate) expect: Option<DocumentDigest>,
    /// Whether a bootstrap goes without a digest.
    pub(crate) unpinned: Unpinned,
    /// Whether unsigned settings are taken.
    pub(crate) rstuf: RstufPayloads,
    /// Which documents are taken.
    pub(crate) mode: Mode,
}

/// What happens when nobody gave the digest by another way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Unpinned {
    /// Refused.
    #[default]
    Refused,
    /// Taken: anybody who reaches the service first owns the repository.
    Allowed,
}

/// What happens to payloads whose settings nobody signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum RstufPayloads {
    /// Refused.
    #[default]
    Refused,
    /// Taken.
    Allowed,
}

/// Whether this is the real thing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Rehearsal documents are refused.
    #[default]
    Real,
    /// Only rehearsal documents are taken.
    Rehearsal,
}

/// Why a payload was refused. Nothing changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BootstrapError {
    /// The caller may not.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// There is a repository, or one is being made.
    #[error("System already has a Metadata. State: {}", .0.as_str())]
    State(BootstrapState),
    /// Nobody gave the digest by another way.
    #[error(
        "Nobody told this service which root to expect. Send the digest that was read aloud in the ceremony in the header x-vestry-expect-digest (`online-service bootstrap FILE --expect` does), or set bootstrap.expect in the configuration."
    )]
    Unpinned,
    /// Another root than expected.
    #[error(
        "This is not the root that was expected. Expected {expected}; got {got}. Compare both with the digest that was read aloud in the ceremony; the payload may be somebody else's."
    )]
    Digest {
        /// What was given by another way.
        expected: DocumentDigest,
        /// What the payload has.
        got: DocumentDigest,
    },
    /// Not a payload.
    #[error(transparent)]
    Payload(#[from] PayloadError),
    /// A root that cannot be trusted.
    #[error(transparent)]
    Root(#[from] RootError),
    /// Settings that nobody signed.
    #[error(
        "The settings of this payload are not signed: root has no x-vestry-settings. Make the payload with the ceremony program, or set bootstrap.allow_rstuf_payloads in the configuration."
    )]
    UnsignedSettings,
    /// A rehearsal, or the real thing in a rehearsal.
    #[error("{0}")]
    Mode(&'static str),
    /// Online roles that the service cannot sign.
    #[error("{0}")]
    OnlineRole(String),
    /// The vault does not hold the online key.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The catalog.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// No randomness.
    #[error(transparent)]
    Randomness(#[from] RandomnessError),
}

/// An accepted bootstrap.
#[derive(Clone, Debug)]
pub(crate) struct Accepted {
    /// Its task.
    pub(crate) task: TaskId,
    /// When it was accepted.
    pub(crate) at: Moment,
    /// `Pre` when everything is signed, `Signing` when signatures are missing.
    pub(crate) state: BootstrapState,
}

/// Where the bootstrap stands.
pub(crate) fn state(ports: &Ports) -> Result<BootstrapRecord, CatalogError> {
    ports.catalog.bootstrap()
}

/// Takes a payload. `expected` is the digest that came with the request by another way than the payload.
pub(crate) fn accept(
    ports: &Ports,
    policy: &BootstrapPolicy,
    caller: &Caller,
    payload: &BootstrapPayload,
    expected: Option<DocumentDigest>,
) -> Result<Accepted, BootstrapError> {
    caller.check(&Need::Bootstrap)?;
    let found = ports.catalog.bootstrap()?.state;
    if found != BootstrapState::None {
        return Err(BootstrapError::State(found));
    }
    let now = ports.clock.now();
    check_pins(policy, payload.root.document().digest(), expected)?;
    let tally = check_payload(policy, payload, now)?;
    check_online_keys(payload.root.body(), ports.vault.as_ref())?;
    open(ports, caller, payload, &tally, now)
}

/// The digest comes first: nothing else of a stranger's payload is worth a word.
fn check_pins(
    policy: &BootstrapPolicy,
    got: DocumentDigest,
    expected: Option<DocumentDigest>,
) -> Result<(), BootstrapError> {
    let pins: Vec<DocumentDigest> = policy.expect.into_iter().chain(expected).collect();
    if pins.is_empty() && policy.unpinned == Unpinned::Refused {
        return Err(BootstrapError::Unpinned);
    }
    match pins.into_iter().find(|pin| *pin != got) {
        Some(expected) => Err(BootstrapError::Digest { expected, got }),
        None => Ok(()),
    }
}

fn check_payload(
    policy: &BootstrapPolicy,
    payload: &BootstrapPayload,
    now: Moment,
) -> Result<Tally, BootstrapError> {
    let tally = check_first_root(&payload.root, now.unix())?;
    match (policy.mode, payload.root.body().rehearsal) {
        (Mode::Real, true) => {
            return Err(BootstrapError::Mode(
                "This payload comes from a rehearsal, and its keys are not safe. Hold the real ceremony, or set rehearsal = true in the configuration of a service that is itself a rehearsal.",
            ));
        }
        (Mode::Rehearsal, false) => {
            return Err(BootstrapError::Mode(
                "This service is a rehearsal and takes only payloads of rehearsals. Use the real service for a real payload.",
            ));
        }
        (Mode::Real, false) | (Mode::Rehearsal, true) => {}
    }
    if payload.settings_pin()? == SettingsPin::Unsigned && policy.rstuf == RstufPayloads::Refused {
        return Err(BootstrapError::UnsignedSettings);
    }
    Ok(tally)
}

/// Every online role is signed by one key, and the vault holds at least one of those that root lists.
fn check_online_keys(root: &Root, vault: &dyn Vault) -> Result<(), BootstrapError> {
    for role in TopRole::ONLINE {
        let threshold = root.role(role).map_err(RootError::from)?.threshold.get();
        if threshold != 1 {
            return Err(BootstrapError::OnlineRole(format!(
                "The role {} needs {threshold} signatures, but this service signs with one online key. Hold the ceremony again with threshold 1 for the online roles.",
                role.name()
            )));
        }
        let keys: Vec<(&KeyId, &Key)> = root.keys_of(role).collect();
        if let Some((declared, key)) = keys.iter().find(|(declared, key)| **declared != *key.id()) {
            return Err(BootstrapError::OnlineRole(format!(
                "Root lists the online key {declared} under an id that is not its own ({}). Several clients refuse that; make the payload again.",
                key.id()
            )));
        }
        prove_one(&keys, vault)?;
    }
    Ok(())
}

fn prove_one(keys: &[(&KeyId, &Key)], vault: &dyn Vault) -> Result<(), BootstrapError> {
    let mut refusal = BootstrapError::OnlineRole("Root lists no online key.".to_owned());
    for (_, key) in keys {
        match vault.prove(key) {
            Ok(()) => return Ok(()),
            Err(error) => refusal = error.into(),
        }
    }
    Err(refusal)
}

fn open(
    ports: &Ports,
    caller: &Caller,
    payload: &BootstrapPayload,
    tally: &Tally,
    now: Moment,
) -> Result<Accepted, BootstrapError> {
    let id = ports.task_id()?;
    let (state, task) = if tally.is_met() {
        (BootstrapState::Pre, Task::started(id.clone(), TaskName::Bootstrap, now))
    } else {
        let details = Json::object([("bootstrap", Json::from("Root v1 is pending signature"))]);
        (BootstrapState::Signing, Task::succeeded(id.clone(), TaskName::Bootstrap, now, details))
    };
    let opening = BootstrapOpening {
        state,
        task,
        root: payload.root.document().to_bytes(),
        settings: payload.settings.to_json().canonical(),
        audit: audit(caller, &payload.root, state, now),
    };
    match ports.catalog.open_bootstrap(&opening)? {
        Transition::Made => Ok(Accepted { task: id, at: now, state }),
        Transition::Refused(state) => Err(BootstrapError::State(state)),
    }
}

fn audit(caller: &Caller, root: &Metadata<Root>, state: BootstrapState, at: Moment) -> AuditEntry {
    let subject = Json::object([
        ("digest", Json::from(root.document().digest().to_hex())),
        ("state", Json::from(state.as_str())),
    ]);
    AuditEntry { at, actor: caller.actor.clone(), action: "bootstrap-accepted", subject }
}
