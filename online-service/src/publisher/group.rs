//! Many requests as one change.
//!
//! Requests are followed in the order of intake; of several changes of one path the last one wins. Each request still
//! gets the answer that it would have got alone.

use std::collections::{BTreeMap, BTreeSet};

use shared::bins::Bins;
use shared::json::Json;
use shared::target::{TargetInfo, TargetPath};

use super::documents::BinChanges;
use crate::ports::catalog::CatalogError;
use crate::ports::catalog::intake::{IntakeRow, Urgency};
use crate::ports::catalog::task::{Task, TaskId, TaskName};
use crate::ports::clock::Moment;
use crate::request::Request;

/// What became of one request.
#[derive(Debug)]
pub(crate) struct Outcome {
    id: TaskId,
    name: TaskName,
    details: Json,
}

impl Outcome {
    /// The task as it ends.
    pub(crate) fn task(self, at: Moment) -> Task {
        Task::succeeded(self.id, self.name, at, self.details)
    }
}

/// Requests merged.
#[derive(Debug, Default)]
pub(crate) struct Group {
    /// What changes, by bin.
    pub(crate) changes: BTreeMap<u32, BinChanges>,
    /// Bytes that were announced at the door, by bin.
    pub(crate) settled: BTreeMap<u32, u64>,
    /// The ends of the tasks. Deferred requests have none: their tasks ended at the door.
    pub(crate) outcomes: Vec<Outcome>,
    /// The rows that are done.
    pub(crate) done: Vec<i64>,
}

/// Whether an artifact is published: bin, path.
pub(crate) type Exists<'a> = dyn FnMut(u32, &str) -> Result<bool, CatalogError> + 'a;

/// Follows the rows in their order.
pub(crate) fn merge(bins: &Bins, rows: &[IntakeRow], exists: &mut Exists<'_>) -> Result<Group, CatalogError> {
    let mut group = Group::default();
    for row in rows {
        let request = Request::unpack(&row.packed)?;
        for (bin, bytes) in growth(bins, &request) {
            *group.settled.entry(bin).or_default() += bytes;
        }
        let details = follow(bins, request, &mut group.changes, exists)?;
        group.done.push(row.id);
        if row.urgency == Urgency::Now {
            group.outcomes.push(Outcome { id: row.task.clone(), name: row.name, details });
        }
    }
    name_published_roles(bins, &mut group);
    Ok(group)
}

/// Applies one request to the changes so far, and says what came of it.
pub(crate) fn follow(
    bins: &Bins,
    request: Request,
    changes: &mut BTreeMap<u32, BinChanges>,
    exists: &mut Exists<'_>,
) -> Result<Json, CatalogError> {
    match request {
        Request::Add(artifacts) => Ok(add(bins, artifacts, changes)),
        Request::Remove(paths) => remove(bins, paths, changes, exists),
        Request::Publish => Ok(Json::object([("artifact_roles", Json::Null)])),
    }
}

fn add(
    bins: &Bins,
    artifacts: Vec<(TargetPath, TargetInfo)>,
    changes: &mut BTreeMap<u32, BinChanges>,
) -> Json {
    let mut added = Vec::new();
    let mut touched = BTreeSet::new();
    for (path, info) in artifacts {
        let bin = bins.index_of(&path);
        added.push(Json::from(path.as_str()));
        touched.insert(bin);
        changes.entry(bin).or_default().insert(path, Some(info));
    }
    Json::object([
        ("added_artifacts", Json::from(added)),
        ("invalid_paths", Json::from(Vec::new())),
        ("artifact_roles", role_names(bins, touched)),
    ])
}

fn remove(
    bins: &Bins,
    paths: Vec<TargetPath>,
    changes: &mut BTreeMap<u32, BinChanges>,
    exists: &mut Exists<'_>,
) -> Result<Json, CatalogError> {
    let (mut deleted, mut missing) = (Vec::new(), Vec::new());
    for path in paths {
        let bin = bins.index_of(&path);
        let changed = changes.get(&bin).and_then(|bin| bin.get(&path)).map(Option::is_some);
        let present = match changed {
            Some(present) => present,
            None => exists(bin, path.as_str())?,
        };
        if present {
            deleted.push(Json::from(path.as_str()));
            changes.entry(bin).or_default().insert(path, None);
        } else {
            missing.push(Json::from(path.as_str()));
        }
    }
    Ok(Json::object([
        ("deleted_artifacts", Json::from(deleted)),
        ("not_found_artifacts", Json::from(missing)),
    ]))
}

/// A request to publish is told all roles that went out with it, `null` when there was nothing.
fn name_published_roles(bins: &Bins, group: &mut Group) {
    let touched: BTreeSet<u32> = group.changes.keys().copied().collect();
    if touched.is_empty() {
        return;
    }
    let roles = role_names(bins, touched);
    for outcome in group.outcomes.iter_mut().filter(|outcome| outcome.name == TaskName::PublishArtifacts) {
        outcome.details.set("artifact_roles", roles.clone());
    }
}

fn role_names(bins: &Bins, touched: BTreeSet<u32>) -> Json {
    let names = touched.into_iter().map(|bin| Json::from(bins.role_name(bin).as_str()));
    Json::from(names.collect::<Vec<_>>())
}

/// How many bytes a request may add to each bin, whatever stands there already.
pub(crate) fn growth(bins: &Bins, request: &Request) -> BTreeMap<u32, u64> {
    let mut growth = BTreeMap::new();
    if let Request::Add(artifacts) = request {
        for (path, info) in artifacts {
            // Quotes, a colon and a comma around them.
            let bytes = path.as_str().len() + info.to_json().to_compact().len() + 4;
            *growth.entry(bins.index_of(path)).or_default() += bytes as u64;
        }
    }
    growth
}

#[cfg(test)]
mod tests;
