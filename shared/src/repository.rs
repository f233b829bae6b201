//! A client's view of a whole published repository: the workflow of the specification (5), for
//! every role at once.

use std::collections::BTreeMap;

use crate::digest::sha256;
use crate::key::Key;
use crate::metadata::{
    Body, DelegatedRole, MetaEntry, Metadata, MetadataError, Root, Snapshot, Targets, Timestamp, TopRole,
};
use crate::names::{KeyId, Version};
use crate::rotation::{RootError, check_succession, self_tally};
use crate::threshold::{RoleKeys, count_signatures};
use crate::time::{Expiry, UnixTime};

/// Where published files come from. To verify another kind of place, implement this.
pub trait MetadataSource {
    /// The bytes of a file such as `2.root.json`; `None` when there is no such file.
    ///
    /// # Errors
    /// The place could not be asked.
    fn fetch(&self, name: &str) -> Result<Option<Vec<u8>>, SourceError>;
}

/// The place could not be asked, which is not the same as "no such file".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SourceError(pub String);

/// What was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The current root.
    pub root: Version,
    /// The timestamp.
    pub timestamp: Version,
    /// The snapshot.
    pub snapshot: Version,
    /// The top-level targets.
    pub targets: Version,
    /// How many delegated roles were verified.
    pub delegated_roles: usize,
    /// How many targets they and top-level targets list.
    pub listed_targets: usize,
    /// What expires first, and when.
    pub first_expiry: (String, Expiry),
}

impl Report {
    /// Remembers what expires first; of two at the same moment, the one that was verified first.
    fn note(&mut self, role: &str, expires: Expiry) {
        if expires < self.first_expiry.1 {
            self.first_expiry = (role.to_owned(), expires);
        }
    }
}

/// Clients follow at most this many new roots in one run.
const MAX_ROOTS: usize = 256;

/// Verifies everything that a client could ask for, from a trusted root on, at `now`.
///
/// # Errors
/// The first thing that would make a client fail.
pub fn verify_repository(
    source: &dyn MetadataSource,
    trusted_root: &[u8],
    now: UnixTime,
) -> Result<Report, VerifyError> {
    let walk = Walk { source, now };
    let root = walk.newest_root(trusted_root)?;
    let timestamp: Metadata<Timestamp> = walk.top(&root, TopRole::Timestamp, None)?;
    let snapshot: Metadata<Snapshot> =
        walk.top(&root, TopRole::Snapshot, Some(&timestamp.body().snapshot))?;
    let listed = |name: &str| {
        let file = format!("{name}.json");
        snapshot.body().meta.get(&file).ok_or(VerifyError::NotListed(file))
    };
    let targets: Metadata<Targets> = walk.top(&root, TopRole::Targets, Some(listed("targets")?))?;
    let mut report = Report {
        root: root.version(),
        timestamp: timestamp.version(),
        snapshot: snapshot.version(),
        targets: targets.version(),
        delegated_roles: 0,
        listed_targets: targets.body().targets.len(),
        first_expiry: ("root".to_owned(), root.expires()),
    };
    report.note("timestamp", timestamp.expires());
    report.note("snapshot", snapshot.expires());
    report.note("targets", targets.expires());
    if let Some(delegations) = &targets.body().delegations {
        for role in delegations.roles() {
            let metadata = walk.delegated(&role, delegations.keys(), listed(role.name.as_str())?)?;
            report.delegated_roles += 1;
            report.listed_targets += metadata.body().targets.len();
            report.note(role.name.as_str(), metadata.expires());
        }
    }
    Ok(report)
}

struct Walk<'a> {
    source: &'a dyn MetadataSource,
    now: UnixTime,
}

impl Walk<'_> {
    /// 5.3: from the trusted root to the newest one.
    fn newest_root(&self, trusted: &[u8]) -> Result<Metadata<Root>, VerifyError> {
        let unreadable = |name: &str| {
            let name = name.to_owned();
            move |error| VerifyError::Unreadable(name, error)
        };
        let mut root = Metadata::<Root>::parse(trusted).map_err(unreadable("the trusted root"))?;
        if !self_tally(&root)?.is_met() {
            return Err(VerifyError::Signatures("the trusted root".to_owned()));
        }
        for _ in 0..MAX_ROOTS {
            let name = format!("{}.root.json", root.version().next());
            let Some(bytes) = self.source.fetch(&name)? else { break };
            let next = Metadata::<Root>::parse(&bytes).map_err(unreadable(&name))?;
            if !check_succession(&root, &next)?.is_met() {
                return Err(VerifyError::Signatures(name));
            }
            root = next;
        }
        self.fresh("root", root.expires())?;
        Ok(root)
    }

    /// 5.4, 5.5 and 5.6: a top-level role, as listed or as it stands.
    fn top<T: Body>(
        &self,
        root: &Metadata<Root>,
        role: TopRole,
        entry: Option<&MetaEntry>,
    ) -> Result<Metadata<T>, VerifyError> {
        let keys =
            root.body().role(role).map_err(|error| VerifyError::Unreadable("root".to_owned(), error))?;
        self.role(role.name(), entry, &root.body().keys, keys)
    }

    fn delegated(
        &self,
        role: &DelegatedRole,
        keys: &BTreeMap<KeyId, Key>,
        entry: &MetaEntry,
    ) -> Result<Metadata<Targets>, VerifyError> {
        let name = role.name.as_str();
        let metadata: Metadata<Targets> = self.role(name, Some(entry), keys, &role.role)?;
        // A role that lists what it may not speak for misleads nobody, but it is a mistake.
        match metadata.body().targets.keys().find(|path| !role.matching.matches(path)) {
            Some(path) => Err(VerifyError::NotDelegated { role: name.to_owned(), path: path.to_string() }),
            None => Ok(metadata),
        }
    }

    fn role<T: Body>(
        &self,
        role: &str,
        entry: Option<&MetaEntry>,
        keys: &BTreeMap<KeyId, Key>,
        role_keys: &RoleKeys,
    ) -> Result<Metadata<T>, VerifyError> {
        let name = match entry {
            Some(entry) => format!("{}.{role}.json", entry.version),
            None => format!("{role}.json"),
        };
        let bytes = self.source.fetch(&name)?.ok_or_else(|| VerifyError::Missing(name.clone()))?;
        if let Some(entry) = entry {
            check_listed(&name, &bytes, entry)?;
        }
        let metadata =
            Metadata::<T>::parse(&bytes).map_err(|error| VerifyError::Unreadable(name.clone(), error))?;
        if !count_signatures(metadata.document(), keys, role_keys).is_met() {
            return Err(VerifyError::Signatures(name));
        }
        if let Some(entry) = entry
            && metadata.version() != entry.version
        {
            return Err(VerifyError::OtherVersion { name, listed: entry.version, got: metadata.version() });
        }
        self.fresh(&name, metadata.expires())?;
        Ok(metadata)
    }

    fn fresh(&self, name: &str, expires: Expiry) -> Result<(), VerifyError> {
        if expires.is_expired_at(self.now) {
            return Err(VerifyError::Expired { name: name.to_owned(), expires });
        }
        Ok(())
    }
}

/// 5.5.2 and 5.6.2: length and hashes, where they are listed.
fn check_listed(name: &str, bytes: &[u8], entry: &MetaEntry) -> Result<(), VerifyError> {
    let length = entry.length.is_none_or(|length| u64::try_from(bytes.len()) == Ok(length));
    let hash = entry.hashes.get("sha256").is_none_or(|hash| *hash == hex::encode(sha256(bytes)));
    if length && hash { Ok(()) } else { Err(VerifyError::OtherBytes(name.to_owned())) }
}

/// A client would fail here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// The place could not be asked.
    #[error("The repository could not be read: {0}")]
    Source(#[from] SourceError),
    /// A file that should be there is missing.
    #[error("{0} is missing. Publish it again, or restore it from a mirror.")]
    Missing(String),
    /// A file cannot be read.
    #[error("{0} cannot be read. {1}")]
    Unreadable(String, MetadataError),
    /// A root cannot be trusted.
    #[error(transparent)]
    Root(#[from] RootError),
    /// Too few valid signatures.
    #[error("{0} does not carry enough valid signatures. Clients refuse it.")]
    Signatures(String),
    /// Expired.
    #[error("{name} expired at {expires}. Clients refuse it; start the service, which renews what it signs.")]
    Expired {
        /// The file.
        name: String,
        /// When it expired.
        expires: Expiry,
    },
    /// Snapshot does not list a role.
    #[error("Snapshot does not list {0}. Clients cannot find that role.")]
    NotListed(String),
    /// Another version than listed.
    #[error("{name} has version {got}, but version {listed} is listed. Clients refuse it.")]
    OtherVersion {
        /// The file.
        name: String,
        /// The version that snapshot or timestamp lists.
        listed: Version,
        /// The version inside the file.
        got: Version,
    },
    /// Another length or hash than listed.
    #[error("{0} differs in length or hash from what is listed. Clients refuse it.")]
    OtherBytes(String),
    /// A role lists what it may not speak for.
    #[error("{role} lists {path}, for which it may not speak. Clients never find it there.")]
    NotDelegated {
        /// The role.
        role: String,
        /// The path.
        path: String,
    },
}
