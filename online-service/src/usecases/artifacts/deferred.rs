//! What waits, as if it were published: read page by page, so that much of it needs little memory.

use std::collections::BTreeMap;

use shared::bins::Bins;
use shared::json::Json;
use shared::target::TargetPath;

use crate::ports::Ports;
use crate::ports::catalog::CatalogError;
use crate::ports::catalog::names::RoleLabel;
use crate::publisher::group::{entry_bytes, follow};
use crate::request::Request;

/// How many bytes of waiting requests are held at once.
const PAGE: u64 = 4 * 1024 * 1024;

/// A deferred request is done once it is durable. Its answer counts what waits before it as if it were published.
pub(super) fn details(ports: &Ports, bins: &Bins, request: &Request) -> Result<Json, CatalogError> {
    let mut waiting: BTreeMap<&str, Option<bool>> = BTreeMap::new();
    // Only removing asks what is there.
    if let Request::Remove(paths) = request {
        waiting.extend(paths.iter().map(|path| (path.as_str(), None)));
        each_waiting(ports, |path, info| {
            if let Some(state) = waiting.get_mut(path.as_str()) {
                *state = Some(info.is_some());
            }
        })?;
    }
    let mut present = |wanted: &[(u32, &str)]| {
        let published = ports.catalog.present(wanted)?;
        let state = |path: &str| waiting.get(path).copied().flatten();
        Ok(wanted.iter().zip(published).map(|((_, path), there)| state(path).unwrap_or(there)).collect())
    };
    follow(bins, request.clone(), &mut BTreeMap::new(), &mut present)
}

/// How many bytes a bin will have with everything that waits and this request.
pub(super) fn size(
    ports: &Ports,
    bins: &Bins,
    role: &RoleLabel,
    request: &Request,
) -> Result<u64, CatalogError> {
    let here = |path: &TargetPath| bins.role_name(bins.index_of(path)).as_str() == role.as_str();
    let mut changes: BTreeMap<String, u64> = BTreeMap::new();
    let mut change = |path: &TargetPath, info: Option<&[u8]>| {
        if here(path) {
            changes.insert(path.as_str().to_owned(), info.map_or(0, |info| entry_bytes(path, info)));
        }
    };
    each_waiting(ports, &mut change)?;
    each_change(request, &mut change);
    let bin = bins.role_names().zip(0..).find(|(name, _)| name.as_str() == role.as_str());
    let stored = bin.map(|(_, bin)| ports.catalog.bin(bin)).transpose()?.unwrap_or_default();
    let mut total = ports.catalog.current(role)?.map_or(0, |file| file.bytes.len() as u64);
    for artifact in &stored {
        let Ok(path) = TargetPath::new(&artifact.path) else { continue };
        if changes.contains_key(path.as_str()) {
            total = total.saturating_sub(entry_bytes(&path, &artifact.info));
        }
    }
    Ok(total.saturating_add(changes.values().sum()))
}

/// Tells every change that waits, in the order of intake: the path, and its description unless it is removed.
fn each_waiting(ports: &Ports, mut tell: impl FnMut(&TargetPath, Option<&[u8]>)) -> Result<(), CatalogError> {
    let mut after = 0;
    loop {
        let rows = ports.catalog.waiting_after(after, PAGE)?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = last.id;
        for row in &rows {
            // The publisher sets such a row aside.
            let Ok(request) = Request::unpack(&row.packed) else { continue };
            each_change(&request, &mut tell);
        }
    }
}

fn each_change(request: &Request, tell: &mut impl FnMut(&TargetPath, Option<&[u8]>)) {
    match request {
        Request::Add(artifacts) => {
            for (path, info) in artifacts {
                tell(path, Some(&info.to_json().to_compact()));
            }
        }
        Request::Remove(paths) => paths.iter().for_each(|path| tell(path, None)),
        Request::Publish => {}
    }
}
