//! The catalog: everything the service knows, in one transactional store.
//!
//! Each method is one transaction. A method that changes something takes the whole change as one value, with the task
//! and the audit entry that belong to it, so that a change and the job that it causes commit together.
//!
//! To add a catalog (PostgreSQL for several nodes): implement [`Catalog`] in `adapters/`, name it in `composition` and
//! in the configuration, and run the catalog tests on it. What an adapter must guarantee:
//!
//! * a method that returned `Ok` survives a power cut;
//! * [`Catalog::commit`] applies everything or nothing, and fails with [`CatalogError::Fenced`] when a floor, the root
//!   version or the bootstrap state is no longer the one that the change was made under;
//! * readers never see a half of a change.

pub(crate) mod access;
pub(crate) mod bootstrap;
pub(crate) mod intake;
pub(crate) mod names;
pub(crate) mod publication;
pub(crate) mod task;

use std::path::PathBuf;

use access::{AuditEntry, AuditRow, TokenRecord};
use bootstrap::{Abandonment, BootstrapOpening, BootstrapRecord, BootstrapState, PendingRoot, RootExtension};
use intake::{IntakeRow, NewIntake, SetAside};
use names::RoleLabel;
use publication::{Counts, CurrentRole, Publication, PublishedFile, RepositoryRecord, StoredArtifact};
use task::{Task, TaskId};

use crate::ports::clock::Moment;

/// Why the catalog did not answer. "No such row" is never an error.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CatalogError {
    /// The store failed; whether the change was kept is unknown until it is read again.
    #[error(
        "The catalog could not be used: {0}. Check the disk of the data folder; the service tries again by itself."
    )]
    Unavailable(String),
    /// Somebody else published meanwhile.
    #[error(
        "The catalog moved on while this change was prepared: {0}. The change was dropped and is made again."
    )]
    Fenced(String),
    /// What was read cannot be right.
    #[error(
        "The catalog holds something unreadable: {0}. Stop the service, keep the data folder as it is, and find out who changed it. Do not put an older copy in its place: versions would go back, and clients refuse that."
    )]
    Corrupt(String),
    /// There is no catalog where one must be.
    #[error(
        "There is no catalog at {0}. Only `init` makes one, for a new repository. If this service had a repository, find that file; do not put an older copy in its place, because versions would go back and clients refuse that."
    )]
    Missing(PathBuf),
}

/// What [`Catalog::accept`] said.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Admission {
    /// Durable.
    Accepted,
    /// The repository is not bootstrapped.
    NotReady(BootstrapState),
    /// A bin would grow beyond what clients read.
    BinFull {
        /// The bin's role name.
        role: RoleLabel,
        /// Bytes it would have.
        bytes: u64,
        /// The highest id that a request ever had: who computes the size anew says what it was computed on.
        seen: i64,
    },
    /// Too much waits already.
    QueueFull,
}

/// What a change of the bootstrap state said.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Transition {
    /// Done.
    Made,
    /// The state was another one; nothing changed.
    Refused(BootstrapState),
}

/// The transactional store behind the service.
pub(crate) trait Catalog: Send + Sync {
    /// Where the bootstrap stands.
    fn bootstrap(&self) -> Result<BootstrapRecord, CatalogError>;

    /// The root that waits for signatures or for the publisher, if any.
    fn pending_root(&self) -> Result<Option<PendingRoot>, CatalogError>;

    /// The settings and the current root of a bootstrapped repository.
    fn repository(&self) -> Result<Option<RepositoryRecord>, CatalogError>;

    /// A task by its id.
    fn task(&self, id: &TaskId) -> Result<Option<Task>, CatalogError>;

    /// A published file: current, or superseded and still kept.
    fn published(&self, role: &RoleLabel, version: u64) -> Result<Option<PublishedFile>, CatalogError>;

    /// The current file of a role.
    fn current(&self, role: &RoleLabel) -> Result<Option<PublishedFile>, CatalogError>;

    /// Every role that has a current file, without the bytes.
    fn current_roles(&self) -> Result<Vec<CurrentRole>, CatalogError>;

    /// The names of all roots that were ever published, oldest first.
    fn root_versions(&self) -> Result<Vec<u64>, CatalogError>;

    /// The highest version that was ever given out, for each role.
    fn floors(&self) -> Result<Vec<(RoleLabel, u64)>, CatalogError>;

    /// All artifacts of one bin, ordered by path.
    fn bin(&self, bin: u32) -> Result<Vec<StoredArtifact>, CatalogError>;

    /// Which of these artifacts, by bin and path, are published. One transaction for all of them.
    fn present(&self, wanted: &[(u32, &str)]) -> Result<Vec<bool>, CatalogError>;

    /// One artifact.
    fn artifact(&self, bin: u32, path: &str) -> Result<Option<StoredArtifact>, CatalogError>;

    /// The oldest waiting requests, deferred ones included, up to about so many bytes; empty when none asks to be
    /// published.
    fn waiting(&self, max_bytes: u64) -> Result<Vec<IntakeRow>, CatalogError>;

    /// The oldest waiting requests with an id above `after`, deferred ones included, up to about so many bytes.
    fn waiting_after(&self, after: i64, max_bytes: u64) -> Result<Vec<IntakeRow>, CatalogError>;

    /// Requests that were accepted and could not be read again, oldest first.
    fn set_aside(&self) -> Result<Vec<SetAside>, CatalogError>;

    /// Numbers for `status`.
    fn counts(&self) -> Result<Counts, CatalogError>;

    /// A token by the SHA-256 of its secret.
    fn token(&self, digest: &[u8; 32]) -> Result<Option<TokenRecord>, CatalogError>;

    /// All tokens, oldest first.
    fn tokens(&self) -> Result<Vec<TokenRecord>, CatalogError>;

    /// The audit log, oldest first.
    fn audit(&self) -> Result<Vec<AuditRow>, CatalogError>;

    /// Takes a request in, with its task; refuses when not bootstrapped or when a bin would be too large.
    fn accept(&self, intake: &NewIntake) -> Result<Admission, CatalogError>;

    /// Leaves the state `None` for `Pre` or `Signing`.
    fn open_bootstrap(&self, opening: &BootstrapOpening) -> Result<Transition, CatalogError>;

    /// Replaces the pending root by the same document with one signature more, and possibly moves on to `Pre`.
    fn extend_pending_root(&self, extension: &RootExtension) -> Result<Transition, CatalogError>;

    /// Leaves the state `Signing` for `None`: the pending root, its signatures and its settings are forgotten, and
    /// nothing else is.
    fn abandon_bootstrap(&self, abandonment: &Abandonment) -> Result<Transition, CatalogError>;

    /// Publishes: artifacts, files, floors, pointers and task results together.
    fn commit(&self, change: &Publication) -> Result<(), CatalogError>;

    /// Stores a new token.
    fn add_token(&self, token: &TokenRecord, audit: &AuditEntry) -> Result<(), CatalogError>;

    /// Ends a token's life; `false` when there is none of that id.
    fn revoke_token(&self, id: &str, at: Moment, audit: &AuditEntry) -> Result<bool, CatalogError>;
}
