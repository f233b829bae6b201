//! Making and signing the files of one publication.

use std::collections::{BTreeMap, BTreeSet};

use shared::digest::sha256;
use shared::document::SignedDocument;
use shared::json::Json;
use shared::key::Key;
use shared::metadata::{Body, Common, MetaEntry, Snapshot, Targets, Timestamp};
use shared::names::Version;
use shared::settings::Days;
use shared::target::{TargetInfo, TargetPath};
use shared::time::{Expiry, UnixTime};

use super::PublishError;
use super::memory::Memory;
use crate::ports::catalog::names::RoleLabel;
use crate::ports::catalog::publication::{NewFile, StoredArtifact};
use crate::ports::vault::{OnlineType, SignRequest, Vault};

/// The artifacts of one bin that change; `None` removes.
pub(crate) type BinChanges = BTreeMap<TargetPath, Option<TargetInfo>>;

/// Makes files under one memory at one time.
pub(crate) struct Signer<'a> {
    /// Signs.
    pub(crate) vault: &'a dyn Vault,
    /// Says which version comes next, and who signs.
    pub(crate) memory: &'a Memory,
    /// Expiries count from here.
    pub(crate) now: UnixTime,
}

impl Signer<'_> {
    /// A bin: its stored artifacts with the changes applied.
    pub(crate) fn bin(
        &self,
        role: &RoleLabel,
        stored: Vec<StoredArtifact>,
        changes: &BinChanges,
    ) -> Result<NewFile, PublishError> {
        let mut targets = read_artifacts(stored)?;
        for (path, info) in changes {
            match info {
                Some(info) => targets.insert(path.clone(), info.clone()),
                None => targets.remove(path),
            };
        }
        let common = self.common(role, self.memory.settings.bin)?;
        let body = Targets { common, targets, delegations: None };
        self.sign(role, OnlineType::Targets, &self.memory.keys.targets, &body)
    }

    /// Top-level targets, which lists no artifact and delegates to the bins.
    pub(crate) fn targets(&self) -> Result<NewFile, PublishError> {
        let role = RoleLabel::targets();
        let common = self.common(&role, self.memory.settings.targets)?;
        let delegations = Some(self.memory.settings.bins.delegations(&self.memory.keys.bins));
        let body = Targets { common, targets: BTreeMap::new(), delegations };
        self.sign(&role, OnlineType::Targets, &self.memory.keys.targets, &body)
    }

    /// Adds the snapshot and timestamp that the files, or their own age, ask for.
    pub(crate) fn seal(
        &self,
        files: &mut Vec<NewFile>,
        due: &BTreeSet<RoleLabel>,
    ) -> Result<(), PublishError> {
        let snapshot = if files.is_empty() && !due.contains(&RoleLabel::snapshot()) {
            None
        } else {
            Some(self.snapshot(files)?)
        };
        match snapshot {
            Some(snapshot) => {
                let entry = listing(&snapshot)?;
                files.push(snapshot);
                files.push(self.timestamp(entry)?);
            }
            None if due.contains(&RoleLabel::timestamp()) => {
                let version = self.memory.version(&RoleLabel::snapshot());
                files.push(self.timestamp(MetaEntry::version(known(version)?))?);
            }
            None => {}
        }
        Ok(())
    }

    /// Every role but root, snapshot and timestamp stays listed for ever.
    fn snapshot(&self, files: &[NewFile]) -> Result<NewFile, PublishError> {
        let role = RoleLabel::snapshot();
        let unlisted = [RoleLabel::root(), RoleLabel::snapshot(), RoleLabel::timestamp()];
        let mut meta = BTreeMap::new();
        let current = self.memory.current.values().map(|current| (&current.role, current.version));
        let new = files.iter().map(|file| (&file.role, file.version));
        for (role, version) in current.chain(new).filter(|(role, _)| !unlisted.contains(role)) {
            meta.insert(format!("{role}.json"), MetaEntry::version(known(version)?));
        }
        let body = Snapshot { common: self.common(&role, self.memory.settings.snapshot)?, meta };
        self.sign(&role, OnlineType::Snapshot, &self.memory.keys.snapshot, &body)
    }

    fn timestamp(&self, snapshot: MetaEntry) -> Result<NewFile, PublishError> {
        let role = RoleLabel::timestamp();
        let body = Timestamp { common: self.common(&role, self.memory.settings.timestamp)?, snapshot };
        self.sign(&role, OnlineType::Timestamp, &self.memory.keys.timestamp, &body)
    }

    fn common(&self, role: &RoleLabel, days: Days) -> Result<Common, PublishError> {
        let version = self.memory.next_version(role)?;
        Ok(Common { version, expires: Expiry::after_days(self.now, days.get()) })
    }

    fn sign<T: Body>(
        &self,
        role: &RoleLabel,
        document_type: OnlineType,
        key: &Key,
        body: &T,
    ) -> Result<NewFile, PublishError> {
        let common = body.common();
        let mut document = SignedDocument::new(body.to_signed());
        let signature = self.vault.sign(key, &SignRequest { document_type, common, document: &document })?;
        document.add_signature(signature);
        Ok(NewFile {
            role: role.clone(),
            version: common.version.get(),
            bytes: document.to_bytes(),
            expires: common.expires.time().0,
        })
    }
}

fn known(version: u64) -> Result<Version, PublishError> {
    Version::new(version).map_err(|error| PublishError::Unreadable(error.to_string()))
}

/// Timestamp names length and hash of the snapshot: clients then read no more than that, and nothing else.
fn listing(snapshot: &NewFile) -> Result<MetaEntry, PublishError> {
    Ok(MetaEntry {
        version: known(snapshot.version)?,
        length: Some(snapshot.bytes.len() as u64),
        hashes: BTreeMap::from([("sha256".to_owned(), hex::encode(sha256(&snapshot.bytes)))]),
    })
}

fn read_artifacts(stored: Vec<StoredArtifact>) -> Result<BTreeMap<TargetPath, TargetInfo>, PublishError> {
    let read = |artifact: StoredArtifact| {
        let unreadable = || PublishError::Unreadable(format!("the artifact {}", artifact.path));
        let path = TargetPath::new(&artifact.path).map_err(|_| unreadable())?;
        let info = Json::parse(&artifact.info).map_err(|_| unreadable())?;
        Ok((path, TargetInfo::from_json(&info).map_err(|_| unreadable())?))
    };
    stored.into_iter().map(read).collect()
}
