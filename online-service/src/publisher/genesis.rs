//! The first publication: root as the people signed it, and version 1 of everything else.

use std::collections::BTreeSet;

use shared::json::Json;
use shared::metadata::{Metadata, Root};

use super::documents::{BinChanges, Signer};
use super::memory::{Memory, OnlineKeys, read_settings};
use super::{PublishError, audit};
use crate::ports::Ports;
use crate::ports::catalog::bootstrap::PendingRoot;
use crate::ports::catalog::names::RoleLabel;
use crate::ports::catalog::publication::{Basis, NewFile, Publication, RoleSize};
use crate::ports::catalog::task::{Task, TaskName};
use crate::ports::clock::Moment;

/// Makes version 1 of every role.
pub(crate) fn prepare(ports: &Ports) -> Result<Publication, PublishError> {
    let pending = ports
        .catalog
        .pending_root()?
        .ok_or_else(|| PublishError::Unreadable("the bootstrap has no root".to_owned()))?;
    let root = Metadata::<Root>::parse(&pending.root)
        .map_err(|error| PublishError::Unreadable(error.to_string()))?;
    let settings = read_settings(&pending.settings)?;
    let keys = OnlineKeys::choose(root.body(), ports.vault.as_ref())?;
    let memory = Memory::beginning(settings, keys);
    let now = ports.clock.now();
    let signer = Signer { vault: ports.vault.as_ref(), memory: &memory, now: now.unix() };

    let mut files = Vec::new();
    let mut sizes = Vec::new();
    for bin in 0..memory.settings.bins.count.get() {
        let role = memory.bin_role(bin);
        let file = signer.bin(&role, Vec::new(), &BinChanges::new())?;
        sizes.push(RoleSize { role, bytes: file.bytes.len() as u64, settled: 0 });
        files.push(file);
    }
    files.push(signer.targets()?);
    signer.seal(&mut files, &BTreeSet::new())?;
    // Root goes in as it was received: its signatures are over those bytes.
    files.push(NewFile {
        role: RoleLabel::root(),
        version: root.version().get(),
        expires: root.expires().time().0,
        bytes: pending.root.clone(),
    });
    let audit = audit(now, &[], 0);
    Ok(Publication {
        basis: Basis::Bootstrap,
        at: now,
        artifacts: Vec::new(),
        sizes,
        done: Vec::new(),
        set_aside: Vec::new(),
        tasks: ended_tasks(&pending, now),
        audit: crate::ports::catalog::access::AuditEntry { action: "bootstrapped", ..audit },
        files,
    })
}

fn ended_tasks(pending: &PendingRoot, now: Moment) -> Vec<Task> {
    let details = match pending.task_name {
        TaskName::Bootstrap => format!("Bootstrap finished {}", pending.task.as_str()),
        _ => "Bootstrap Finished".to_owned(),
    };
    let details = Json::object([("bootstrap", Json::from(details))]);
    vec![Task::succeeded(pending.task.clone(), pending.task_name, now, details)]
}
