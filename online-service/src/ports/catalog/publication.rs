//! What is published, and how it changes.

use super::access::AuditEntry;
use super::intake::SetAside;
use super::names::RoleLabel;
use super::task::Task;
use crate::ports::clock::Moment;

/// A bootstrapped repository.
#[derive(Clone, Debug)]
pub(crate) struct RepositoryRecord {
    /// The settings object that the people signed.
    pub(crate) settings: Vec<u8>,
    /// The current root document.
    pub(crate) root: Vec<u8>,
    /// Its version.
    pub(crate) root_version: u64,
}

/// A published metadata file.
#[derive(Clone, Debug)]
pub(crate) struct PublishedFile {
    /// Its version.
    pub(crate) version: u64,
    /// Its bytes, exactly as clients get them.
    pub(crate) bytes: Vec<u8>,
    /// Their SHA-256.
    pub(crate) sha256: [u8; 32],
}

/// The current version of a role.
#[derive(Clone, Debug)]
pub(crate) struct CurrentRole {
    /// The role.
    pub(crate) role: RoleLabel,
    /// Its current version.
    pub(crate) version: u64,
    /// When that version expires, in seconds since 1970.
    pub(crate) expires: i64,
}

/// An artifact as it is published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StoredArtifact {
    /// The target path.
    pub(crate) path: String,
    /// Its `TargetInfo` as compact JSON.
    pub(crate) info: Vec<u8>,
}

/// A signed file to publish.
#[derive(Clone, Debug)]
pub(crate) struct NewFile {
    /// The role.
    pub(crate) role: RoleLabel,
    /// Its version: the role's floor plus one.
    pub(crate) version: u64,
    /// The file's bytes.
    pub(crate) bytes: Vec<u8>,
    /// When it expires, in seconds since 1970.
    pub(crate) expires: i64,
}

/// A change of one artifact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ArtifactChange {
    /// The bin.
    pub(crate) bin: u32,
    /// The target path.
    pub(crate) path: String,
    /// The new `TargetInfo` as compact JSON; `None` removes.
    pub(crate) info: Option<Vec<u8>>,
}

/// The size of a bin after a publish.
#[derive(Clone, Debug)]
pub(crate) struct RoleSize {
    /// The role.
    pub(crate) role: RoleLabel,
    /// Bytes of the published file.
    pub(crate) bytes: u64,
    /// Bytes that were announced at the door and are published now.
    pub(crate) settled: u64,
}

/// What a publication stands on; when that is no longer true, nothing is committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Basis {
    /// The first publication, of the pending root.
    Bootstrap,
    /// A publication under this root version, and so under the online keys that it lists.
    Root(u64),
}

/// Everything that becomes visible together.
#[derive(Clone, Debug)]
pub(crate) struct Publication {
    /// What it stands on.
    pub(crate) basis: Basis,
    /// When it was made.
    pub(crate) at: Moment,
    /// The artifacts that change.
    pub(crate) artifacts: Vec<ArtifactChange>,
    /// The files that become current.
    pub(crate) files: Vec<NewFile>,
    /// The sizes of the bins that changed.
    pub(crate) sizes: Vec<RoleSize>,
    /// The requests that are done.
    pub(crate) done: Vec<i64>,
    /// The requests that cannot be read: they are kept apart.
    pub(crate) set_aside: Vec<SetAside>,
    /// The tasks that end.
    pub(crate) tasks: Vec<Task>,
    /// The audit entry.
    pub(crate) audit: AuditEntry,
}

/// Numbers for `status`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Published artifacts.
    pub(crate) artifacts: u64,
    /// Requests that the publisher will take next.
    pub(crate) waiting: u64,
    /// Requests that wait for a publish.
    pub(crate) deferred: u64,
}
