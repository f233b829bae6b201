//! The publisher: the only writer of metadata.
//!
//! It takes everything that waits, rebuilds only the bins that change, signs, and commits artifacts, files, versions
//! and task results in one transaction. That commit is the publish. It starts the moment the previous one ends.
//!
//! Renewals never wait for requests: when those cannot be merged, what is due is renewed alone. A bin whose artifacts are
//! not those that were signed last is not signed again; the rest is.
//!
//! What it remembers between publications is only a copy of the catalog. After any error it forgets everything, reads
//! what was really committed, and only then goes on.

pub(crate) mod consistency;
pub(crate) mod documents;
pub(crate) mod genesis;
pub(crate) mod group;
pub(crate) mod health;
pub(crate) mod memory;
pub(crate) mod renewal;
pub(crate) mod thread;
pub(crate) mod wake;

use std::collections::BTreeSet;

use shared::json::Json;

use crate::ports::Ports;
use crate::ports::catalog::CatalogError;
use crate::ports::catalog::access::AuditEntry;
use crate::ports::catalog::bootstrap::BootstrapState;
use crate::ports::catalog::intake::{IntakeRow, SetAside};
use crate::ports::catalog::names::RoleLabel;
use crate::ports::catalog::publication::{ArtifactChange, Basis, NewFile, Publication, RoleSize};
use crate::ports::catalog::task::Task;
use crate::ports::clock::Moment;
use crate::ports::vault::VaultError;
use documents::{BinChanges, Signer};
use group::Group;
use memory::Memory;

/// How many bytes of waiting requests go into one publication.
const GROUP_BYTES: u64 = 8 * 1024 * 1024;

/// Why nothing was published this time.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PublishError {
    /// The catalog.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The vault.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// What the catalog holds cannot be published.
    #[error(
        "The published repository cannot be read back: {0}. Nothing is signed from it. Stop the service, keep the data folder as it is, and find out who changed it; do not put an older copy in its place, because versions would go back and clients refuse that."
    )]
    Unreadable(String),
    /// The catalog says something else than what was signed.
    #[error(
        "{role} is not signed again: what the catalog stores differs from what was signed last, at {at}. Somebody else wrote into the catalog. Stop the service, keep the data folder as it is, and find out who; do not put an older copy in its place, because versions would go back and clients refuse that."
    )]
    Differs {
        /// The bin.
        role: RoleLabel,
        /// Where.
        at: String,
    },
}

/// What one step did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Something was published or settled; there may be more.
    Published,
    /// There was nothing to do.
    Idle,
}

/// Publishes, step by step.
pub(crate) struct Publisher {
    ports: Ports,
    memory: Option<Memory>,
    /// Bins that went out while more of the same requests still waited.
    carried: BTreeSet<u32>,
}

/// A publication as far as it can be made.
struct Prepared {
    publication: Publication,
    /// Why a bin that was only due is not in it.
    defect: Option<PublishError>,
}

impl Publisher {
    /// A publisher that remembers nothing yet.
    pub(crate) fn new(ports: Ports) -> Self {
        Self { ports, memory: None, carried: BTreeSet::new() }
    }

    /// Does the next thing that is to be done.
    pub(crate) fn step(&mut self) -> Result<Step, PublishError> {
        // Taken out, and put back only when all went well: an error forgets.
        match self.memory.take() {
            Some(memory) => self.publish(memory),
            None => match self.ports.catalog.bootstrap()?.state {
                BootstrapState::None | BootstrapState::Signing => Ok(Step::Idle),
                BootstrapState::Pre => self.genesis(),
                BootstrapState::Finished => {
                    let memory = Memory::load(&self.ports)?;
                    self.publish(memory)
                }
            },
        }
    }

    fn genesis(&self) -> Result<Step, PublishError> {
        let publication = genesis::prepare(&self.ports)?;
        self.ports.catalog.commit(&publication)?;
        tracing::info!(files = publication.files.len(), "published the first version of the repository");
        Ok(Step::Published)
    }

    /// Everything that waits and everything that is due, as one publication.
    fn publish(&mut self, mut memory: Memory) -> Result<Step, PublishError> {
        let now = self.ports.clock.now();
        let due = memory.due(now.unix());
        let waiting = self.ports.catalog.waiting(GROUP_BYTES).map_err(PublishError::from);
        let prepared = waiting.and_then(|rows| {
            if rows.is_empty() && due.is_empty() {
                return Ok(None);
            }
            let group = self.merge(&memory, &rows)?;
            let bytes: usize = rows.iter().map(|row| row.packed.len()).sum();
            let bins: BTreeSet<u32> = group.changes.keys().copied().collect();
            let prepared = self.prepare(&memory, group, &due, now)?;
            Ok(Some((prepared, bins, bytes as u64 >= GROUP_BYTES)))
        });
        match prepared {
            Ok(None) => {
                self.carried.clear();
                self.memory = Some(memory);
                Ok(Step::Idle)
            }
            Ok(Some((prepared, bins, more))) => {
                self.commit(memory, prepared)?;
                if more {
                    self.carried.extend(bins);
                } else {
                    self.carried.clear();
                }
                Ok(Step::Published)
            }
            Err(error) => {
                self.renew(memory, &due, now)?;
                Err(error)
            }
        }
    }

    fn merge(&self, memory: &Memory, rows: &[IntakeRow]) -> Result<Group, PublishError> {
        let mut present = |wanted: &[(u32, &str)]| self.ports.catalog.present(wanted);
        let group = group::merge(&memory.settings.bins, rows, &self.carried, &mut present)?;
        for (row, sentence) in &group.unreadable {
            tracing::error!(task = row.task.as_str(), sentence, "a request was set aside");
        }
        Ok(group)
    }

    /// What is due, without any request: clients must not see the repository expire because a request is in the way.
    fn renew(&mut self, memory: Memory, due: &BTreeSet<RoleLabel>, now: Moment) -> Result<(), PublishError> {
        if due.is_empty() {
            return Ok(());
        }
        let prepared = self.prepare(&memory, Group::default(), due, now)?;
        self.commit(memory, prepared)?;
        // The error that led here is still there: nothing is remembered.
        self.memory = None;
        Ok(())
    }

    /// Commits, and only then says what was left out.
    fn commit(&mut self, mut memory: Memory, prepared: Prepared) -> Result<(), PublishError> {
        let Prepared { publication, defect } = prepared;
        let anything = !(publication.files.is_empty()
            && publication.done.is_empty()
            && publication.set_aside.is_empty());
        if anything {
            self.ports.catalog.commit(&publication)?;
            memory.advance(&publication.files);
            tracing::info!(
                requests = publication.done.len(),
                files = publication.files.len(),
                snapshot = memory.version(&RoleLabel::snapshot()),
                "published"
            );
        }
        if let Some(defect) = defect {
            return Err(defect);
        }
        self.memory = Some(memory);
        Ok(())
    }

    /// A bin that changes and cannot be made stops everything. One that is only due is passed over.
    fn prepare(
        &self,
        memory: &Memory,
        mut group: Group,
        due: &BTreeSet<RoleLabel>,
        now: Moment,
    ) -> Result<Prepared, PublishError> {
        let signer = Signer { vault: self.ports.vault.as_ref(), memory, now: now.unix() };
        let mut files = Vec::new();
        let mut sizes = Vec::new();
        let mut artifacts = Vec::new();
        let mut defect = None;
        for bin in memory.touched_bins(group.changes.keys().copied().collect(), due) {
            let role = memory.bin_role(bin);
            let changes = group.changes.remove(&bin).unwrap_or_default();
            let file = match self.bin(&signer, bin, &changes) {
                Ok(file) => file,
                Err(error) if changes.is_empty() => {
                    defect = Some(error);
                    continue;
                }
                Err(error) => return Err(error),
            };
            let settled = group.settled.remove(&bin).unwrap_or(0);
            sizes.push(RoleSize { role, bytes: file.bytes.len() as u64, settled });
            files.push(file);
            artifacts.extend(changes.into_iter().map(|(path, info)| ArtifactChange {
                bin,
                path: path.as_str().to_owned(),
                info: info.map(|info| info.to_json().to_compact()),
            }));
        }
        if due.contains(&RoleLabel::targets()) {
            files.push(signer.targets()?);
        }
        signer.seal(&mut files, due)?;
        let audit = audit(now, &files, group.done.len());
        let (set_aside, failed): (Vec<_>, Vec<_>) =
            group.unreadable.into_iter().map(|row| failure(row, now)).unzip();
        let outcomes = group.outcomes.into_iter().map(|outcome| outcome.task(now));
        let publication = Publication {
            basis: Basis::Root(memory.root_version),
            at: now,
            artifacts,
            files,
            sizes,
            done: group.done,
            set_aside,
            tasks: outcomes.chain(failed).collect(),
            audit,
        };
        Ok(Prepared { publication, defect })
    }

    /// A bin, if what is stored of it is what was signed last.
    fn bin(&self, signer: &Signer<'_>, bin: u32, changes: &BinChanges) -> Result<NewFile, PublishError> {
        let role = signer.memory.bin_role(bin);
        let stored = self.ports.catalog.bin(bin)?;
        let last = self.ports.catalog.current(&role)?;
        let last = last.filter(|file| file.version == signer.memory.version(&role));
        consistency::check(&role, &signer.memory.keys.bins, &stored, last.as_ref())?;
        signer.bin(&role, stored, changes)
    }
}

fn failure((row, sentence): (IntakeRow, String), at: Moment) -> (SetAside, Task) {
    let task = Task::failed(row.task.clone(), row.name, at, &sentence);
    (SetAside { id: row.id, task: row.task, at }, task)
}

fn audit(at: Moment, files: &[NewFile], requests: usize) -> AuditEntry {
    let names = files.iter().map(|file| Json::from(format!("{}.{}", file.version, file.role)));
    let subject = Json::object([
        ("requests", Json::from(requests as u64)),
        ("files", Json::from(names.collect::<Vec<_>>())),
    ]);
    AuditEntry { at, actor: "service".to_owned(), action: "published", subject }
}
