//! The publisher: the only writer of metadata.
//!
//! It takes everything that waits, rebuilds only the bins that change, signs, and commits artifacts, files, versions
//! and task results in one transaction. That commit is the publish. It starts the moment the previous one ends.
//!
//! What it remembers between publications is only a copy of the catalog. After any error it forgets everything, reads
//! what was really committed, and only then goes on.

pub(crate) mod documents;
pub(crate) mod genesis;
pub(crate) mod group;
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
use crate::ports::catalog::names::RoleLabel;
use crate::ports::catalog::publication::{ArtifactChange, Basis, NewFile, Publication, RoleSize};
use crate::ports::clock::Moment;
use crate::ports::vault::VaultError;
use documents::Signer;
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
    #[error("The published repository cannot be read back: {0}. Restore the data folder from a backup.")]
    Unreadable(String),
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
}

impl Publisher {
    /// A publisher that remembers nothing yet.
    pub(crate) fn new(ports: Ports) -> Self {
        Self { ports, memory: None }
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
        let rows = self.ports.catalog.waiting(GROUP_BYTES)?;
        let due = memory.due(now.unix());
        if rows.is_empty() && due.is_empty() {
            self.memory = Some(memory);
            return Ok(Step::Idle);
        }
        let catalog = self.ports.catalog.as_ref();
        let mut exists = |bin, path: &str| Ok(catalog.artifact(bin, path)?.is_some());
        let group = group::merge(&memory.settings.bins, &rows, &mut exists)?;
        let publication = self.prepare(&memory, group, &due, now)?;
        catalog.commit(&publication)?;
        memory.advance(&publication.files);
        tracing::info!(
            requests = publication.done.len(),
            files = publication.files.len(),
            snapshot = memory.version(&RoleLabel::snapshot()),
            "published"
        );
        self.memory = Some(memory);
        Ok(Step::Published)
    }

    fn prepare(
        &self,
        memory: &Memory,
        mut group: Group,
        due: &BTreeSet<RoleLabel>,
        now: Moment,
    ) -> Result<Publication, PublishError> {
        let signer = Signer { vault: self.ports.vault.as_ref(), memory, now: now.unix() };
        let mut files = Vec::new();
        let mut sizes = Vec::new();
        let mut artifacts = Vec::new();
        for bin in memory.touched_bins(group.changes.keys().copied().collect(), due) {
            let role = memory.bin_role(bin);
            let changes = group.changes.remove(&bin).unwrap_or_default();
            let file = signer.bin(&role, self.ports.catalog.bin(bin)?, &changes)?;
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
        Ok(Publication {
            basis: Basis::Root(memory.root_version),
            at: now,
            artifacts,
            files,
            sizes,
            done: group.done,
            tasks: group.outcomes.into_iter().map(|outcome| outcome.task(now)).collect(),
            audit,
        })
    }
}

fn audit(at: Moment, files: &[NewFile], requests: usize) -> AuditEntry {
    let names = files.iter().map(|file| Json::from(format!("{}.{}", file.version, file.role)));
    let subject = Json::object([
        ("requests", Json::from(requests as u64)),
        ("files", Json::from(names.collect::<Vec<_>>())),
    ]);
    AuditEntry { at, actor: "service".to_owned(), action: "published", subject }
}
