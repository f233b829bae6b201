//! What clients download.

use shared::bins::Bins;
use shared::json::Json;
use shared::target::TargetPath;

use crate::ports::catalog::names::RoleLabel;
use crate::ports::catalog::publication::PublishedFile;
use crate::ports::catalog::{Catalog, CatalogError};
use crate::publisher::memory::read_settings;

/// How long a file may be kept by caches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lifetime {
    /// Its name says which version it is, and that version never changes.
    Immutable,
    /// Always asked for anew.
    Moving,
}

/// A metadata file by the name that clients ask for: `timestamp.json`, `2.root.json`, `7.bins-0f.json`.
pub(crate) fn metadata(
    catalog: &dyn Catalog,
    name: &str,
) -> Result<Option<(PublishedFile, Lifetime)>, CatalogError> {
    let Some(stem) = name.strip_suffix(".json") else { return Ok(None) };
    if stem == "timestamp" {
        return Ok(catalog.current(&RoleLabel::timestamp())?.map(|file| (file, Lifetime::Moving)));
    }
    let Some((version, role)) = stem.split_once('.') else { return Ok(None) };
    // Only the one spelling of a number: `01.root.json` is no file.
    let Some(number) = version.parse::<u64>().ok().filter(|number| number.to_string() == version) else {
        return Ok(None);
    };
    if role == "timestamp" {
        return Ok(None);
    }
    Ok(catalog.published(&RoleLabel::new(role), number)?.map(|file| (file, Lifetime::Immutable)))
}

/// The names of all files that a fresh client may need: every root, and the current version of the rest.
pub(crate) fn listing(catalog: &dyn Catalog) -> Result<Vec<String>, CatalogError> {
    let mut names: Vec<String> =
        catalog.root_versions()?.into_iter().map(|version| format!("{version}.root.json")).collect();
    for current in catalog.current_roles()? {
        match current.role.as_str() {
            "root" => {}
            "timestamp" => names.push("timestamp.json".to_owned()),
            role => names.push(format!("{}.{role}.json", current.version)),
        }
    }
    Ok(names)
}

/// The path of a content file behind a name that may carry a hash: `HASH.file`, `dir/HASH.file`, `HASH.dir/file`.
///
/// A hash counts only when the catalog lists it for that very path; otherwise the name is taken as it is.
pub(crate) fn content_path(catalog: &dyn Catalog, name: &str) -> Result<Option<TargetPath>, CatalogError> {
    if let Some(record) = catalog.repository()? {
        let settings =
            read_settings(&record.settings).map_err(|error| CatalogError::Corrupt(error.to_string()))?;
        for (hash, path) in hashed_readings(name) {
            if lists(catalog, &settings.bins, &path, hash)? {
                return Ok(Some(path));
            }
        }
    }
    Ok(TargetPath::new(name).ok())
}

fn hashed_readings(name: &str) -> Vec<(&str, TargetPath)> {
    let mut readings = Vec::new();
    let (folder, file) =
        name.rsplit_once('/').map_or(("", name), |(_, file)| name.split_at(name.len() - file.len()));
    if let Some((hash, rest)) = file.split_once('.') {
        readings.push((hash, format!("{folder}{rest}")));
    }
    if let Some((hash, rest)) = name.split_once('.') {
        readings.push((hash, rest.to_owned()));
    }
    let is_hash = |hash: &str| hash.len() >= 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    readings
        .into_iter()
        .filter(|(hash, _)| is_hash(hash))
        .filter_map(|(hash, path)| Some((hash, TargetPath::new(&path).ok()?)))
        .collect()
}

fn lists(catalog: &dyn Catalog, bins: &Bins, path: &TargetPath, hash: &str) -> Result<bool, CatalogError> {
    let Some(artifact) = catalog.artifact(bins.index_of(path), path.as_str())? else { return Ok(false) };
    let info = Json::parse(&artifact.info).unwrap_or_default();
    let hashes = info.get("hashes").and_then(Json::as_object);
    Ok(hashes.is_some_and(|hashes| hashes.values().any(|known| known.as_str() == Some(hash))))
}

#[cfg(test)]
mod tests {
    use super::hashed_readings;

    #[test]
    fn a_hash_may_stand_before_the_file_or_before_the_path() {
        let hash = "a".repeat(64);
        let readings = |name: &str| {
            hashed_readings(name).into_iter().map(|(_, path)| path.as_str().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(readings(&format!("dir/sub/{hash}.file.txt")), ["dir/sub/file.txt"]);
        assert_eq!(readings(&format!("{hash}.dir/file.txt")), ["dir/file.txt"]);
        assert_eq!(readings(&format!("{hash}.file.txt")), ["file.txt", "file.txt"]);
        assert!(readings("dir/abc.file.txt").is_empty());
        assert!(readings(&format!("dir/{hash}.../../etc/passwd")).is_empty());
    }
}
