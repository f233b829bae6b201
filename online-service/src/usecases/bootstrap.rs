//! From a payload of the ceremony to a repository.

use shared::bins::Bins;
use shared::digest::{DocumentDigest, sha256};
use shared::gap::{BootstrapPayload, PayloadError, SettingsPin};
use shared::json::Json;
use shared::key::Key;
use shared::metadata::{Metadata, Root, TopRole};
use shared::names::KeyId;
use shared::rotation::{RootError, check_first_root};
use shared::threshold::Tally;

use super::access::{AccessError, Caller};
use super::artifacts::ROLE_LIMIT;
use crate::ports::Ports;
use crate::ports::catalog::access::AuditEntry;
use crate::ports::catalog::bootstrap::{BootstrapOpening, BootstrapRecord, BootstrapState};
use crate::ports::catalog::task::{Task, TaskId, TaskName};
use crate::ports::catalog::{CatalogError, Transition};
use crate::ports::clock::Moment;
use crate::ports::randomness::RandomnessError;
use crate::ports::vault::{Vault, VaultError};
use crate::scope::Need;

/// python-tuf reads at most 512,000 bytes of a root file.
const ROOT_LIMIT: usize = 512_000;
/// What targets has beside its delegations: type, version, expiry, one signature.
const TARGETS_FRAME: u64 = 4_096;

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
    /// A root that clients do not read.
    #[error(
        "The root has {0} bytes; clients read no root beyond {ROOT_LIMIT}. Hold the ceremony again with fewer keys or shorter names."
    )]
    RootSize(usize),
    /// Targets that clients do not read.
    #[error(
        "With these settings targets.json would have about {0} bytes; clients read no role file beyond {ROLE_LIMIT}. Hold the ceremony again with fewer bins, fewer online keys, or bins of the kind succinct."
    )]
    TargetsSize(u64),
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
    check_root_size(&payload.root)?;
    let tally = check_payload(policy, payload, now)?;
    check_online_keys(payload.root.body(), ports.vault.as_ref())?;
    check_targets_size(&payload.settings.bins, payload.root.body())?;
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

/// Before anything is verified: keys and signatures are few enough then. What is published has at most these bytes.
fn check_root_size(root: &Metadata<Root>) -> Result<(), BootstrapError> {
    let bytes = root.document().to_bytes().len();
    if bytes > ROOT_LIMIT { Err(BootstrapError::RootSize(bytes)) } else { Ok(()) }
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

/// Every bin of the kind `prefix` names every online key.
fn check_targets_size(bins: &Bins, root: &Root) -> Result<(), BootstrapError> {
    let online: Vec<Key> = root.keys_of(TopRole::Targets).map(|(_, key)| key.clone()).collect();
    let bytes = bins.delegations(&online).to_json().to_compact().len() as u64 + TARGETS_FRAME;
    if bytes > ROLE_LIMIT { Err(BootstrapError::TargetsSize(bytes)) } else { Ok(()) }
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
    // What nobody signed and nobody counted would otherwise be published for ever.
    let root = payload.root.document().reduced_to(&tally.valid).to_bytes();
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
        root,
        settings: payload.settings.to_json().canonical(),
        audit: audit(caller, payload, state, now),
    };
    match ports.catalog.open_bootstrap(&opening)? {
        Transition::Made => Ok(Accepted { task: id, at: now, state }),
        Transition::Refused(state) => Err(BootstrapError::State(state)),
    }
}

fn audit(caller: &Caller, payload: &BootstrapPayload, state: BootstrapState, at: Moment) -> AuditEntry {
    let signed = payload.settings_pin() == Ok(SettingsPin::Signed);
    let subject = Json::object([
        ("digest", Json::from(payload.root.document().digest().to_hex())),
        ("settings_sha256", Json::from(hex::encode(sha256(&payload.settings.to_json().canonical())))),
        ("settings_signed", Json::from(signed)),
        ("state", Json::from(state.as_str())),
    ]);
    AuditEntry { at, actor: caller.actor.clone(), action: "bootstrap-accepted", subject }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use shared::bins::{BinCount, BinKind, Bins};
    use shared::key::Scheme;
    use shared::metadata::{Metadata, Root};
    use shared::names::Version;
    use shared::root_draft::{KeySpelling, NamedKey, RootDraft};
    use shared::settings::RepositorySettings;
    use shared::software::SoftwareKey;
    use shared::time::{Expiry, UnixTime};

    use super::{BootstrapError, check_targets_size};

    fn root(bins: Bins, online: usize) -> Metadata<Root> {
        let named = |number: usize| NamedKey {
            name: format!("key-{number}"),
            key: SoftwareKey::generate(Scheme::Ed25519).unwrap().public().clone(),
        };
        let settings = RepositorySettings::proposed(bins);
        let draft = RootDraft {
            version: Version::ONE,
            expires: Expiry::after_days(UnixTime(0), 365),
            threshold: NonZeroU32::MIN,
            root_keys: vec![named(0)],
            online_keys: (1..=online).map(named).collect(),
            settings,
            rehearsal: false,
            record: None,
            spelling: KeySpelling::Plain,
        };
        draft.to_metadata().unwrap()
    }

    #[test]
    fn targets_that_clients_do_not_read_are_refused_before_they_are_made() {
        let bins = |kind| Bins { kind, count: BinCount::new(16_384).unwrap() };
        for (kind, online, fits) in
            [(BinKind::Prefix, 1, true), (BinKind::Prefix, 3, false), (BinKind::Succinct, 3, true)]
        {
            let checked = check_targets_size(&bins(kind), root(bins(kind), online).body());
            assert_eq!(checked.is_ok(), fits, "{kind:?} with {online} keys");
            assert!(matches!(checked, Ok(()) | Err(BootstrapError::TargetsSize(4_500_001..))));
        }
    }
}
