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
    /// The rows that cannot be read again, with the sentence that says why. They are in nobody's way.
    pub(crate) unreadable: Vec<(IntakeRow, String)>,
}

/// Which artifacts, by bin and path, are published. Asked once for each request.
pub(crate) type Present<'a> = dyn FnMut(&[(u32, &str)]) -> Result<Vec<bool>, CatalogError> + 'a;

/// Follows the rows in their order.
pub(crate) fn merge(
    bins: &Bins,
    rows: &[IntakeRow],
    carried: &BTreeSet<u32>,
    present: &mut Present<'_>,
) -> Result<Group, CatalogError> {
    let mut group = Group::default();
    for row in rows {
        let request = match Request::unpack(&row.packed) {
            Ok(request) => request,
            Err(error) => {
                group.unreadable.push((row.clone(), error.to_string()));
                continue;
            }
        };
        for (bin, bytes) in growth(bins, &request) {
            *group.settled.entry(bin).or_default() += bytes;
        }
        let details = follow(bins, request, &mut group.changes, present)?;
        group.done.push(row.id);
        if row.urgency == Urgency::Now {
            group.outcomes.push(Outcome { id: row.task.clone(), name: row.name, details });
        }
    }
    name_published_roles(bins, &mut group, carried);
    Ok(group)
}

/// Applies one request to the changes so far, and says what came of it.
pub(crate) fn follow(
    bins: &Bins,
    request: Request,
    changes: &mut BTreeMap<u32, BinChanges>,
    present: &mut Present<'_>,
) -> Result<Json, CatalogError> {
    match request {
        Request::Add(artifacts) => Ok(add(bins, artifacts, changes)),
        Request::Remove(paths) => remove(bins, &paths, changes, present),
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
    paths: &[TargetPath],
    changes: &mut BTreeMap<u32, BinChanges>,
    present: &mut Present<'_>,
) -> Result<Json, CatalogError> {
    let unknown: BTreeMap<(u32, &str), bool> = {
        let known = |bin: &u32, path| changes.get(bin).is_some_and(|bin| bin.contains_key(path));
        let placed = paths.iter().map(|path| (bins.index_of(path), path));
        let asked: Vec<(u32, &str)> =
            placed.filter(|(bin, path)| !known(bin, path)).map(|(bin, path)| (bin, path.as_str())).collect();
        let answers = if asked.is_empty() { Vec::new() } else { present(&asked)? };
        asked.into_iter().zip(answers).collect()
    };
    let (mut deleted, mut missing) = (Vec::new(), Vec::new());
    for path in paths {
        let bin = bins.index_of(path);
        let changed = changes.get(&bin).and_then(|bin| bin.get(path)).map(Option::is_some);
        let there = changed.or_else(|| unknown.get(&(bin, path.as_str())).copied()).unwrap_or(false);
        if there {
            deleted.push(Json::from(path.as_str()));
            changes.entry(bin).or_default().insert(path.clone(), None);
        } else {
            missing.push(Json::from(path.as_str()));
        }
    }
    Ok(Json::object([
        ("deleted_artifacts", Json::from(deleted)),
        ("not_found_artifacts", Json::from(missing)),
    ]))
}

/// A request to publish is told all roles that went out with it, `null` when there was nothing. `carried` went out
/// before it, because everything that waited was too much for one publication.
fn name_published_roles(bins: &Bins, group: &mut Group, carried: &BTreeSet<u32>) {
    let touched: BTreeSet<u32> = group.changes.keys().chain(carried).copied().collect();
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
        // Of one path that stands twice only the last counts, as when it is published.
        let last: BTreeMap<&TargetPath, &TargetInfo> =
            artifacts.iter().map(|(path, info)| (path, info)).collect();
        for (path, info) in last {
            *growth.entry(bins.index_of(path)).or_default() +=
                entry_bytes(path, &info.to_json().to_compact());
        }
    }
    growth
}

/// The bytes of one artifact in its bin: name and description, a colon and a comma.
pub(crate) fn entry_bytes(path: &TargetPath, info: &[u8]) -> u64 {
    (Json::from(path.as_str()).to_compact().len() + info.len() + 2) as u64
}

#[cfg(test)]
mod tests;
