//! What the door lets through, as it waits for the publisher.
//!
//! A request was checked before it was packed; unpacking one that is not acceptable means that the catalog was changed
//! by somebody else.

use shared::json::Json;
use shared::target::{TargetInfo, TargetPath};

use crate::ports::catalog::CatalogError;

/// A change that somebody asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Request {
    /// Add or replace artifacts.
    Add(Vec<(TargetPath, TargetInfo)>),
    /// Remove artifacts.
    Remove(Vec<TargetPath>),
    /// Publish what was deferred.
    Publish,
}

impl Request {
    /// One row for the catalog.
    pub(crate) fn pack(&self) -> Vec<u8> {
        match self {
            Self::Add(artifacts) => {
                let pairs = artifacts
                    .iter()
                    .map(|(path, info)| Json::from(vec![Json::from(path.as_str()), info.to_json()]));
                Json::object([("add", Json::from(pairs.collect::<Vec<_>>()))]).to_compact()
            }
            Self::Remove(paths) => {
                let paths: Vec<Json> = paths.iter().map(|path| Json::from(path.as_str())).collect();
                Json::object([("remove", Json::from(paths))]).to_compact()
            }
            Self::Publish => Json::object([("publish", Json::from(true))]).to_compact(),
        }
    }

    /// Reads what [`Request::pack`] wrote.
    pub(crate) fn unpack(packed: &[u8]) -> Result<Self, CatalogError> {
        let unreadable = || CatalogError::Corrupt("a request in the table `intake`".to_owned());
        let value = Json::parse(packed).map_err(|_| unreadable())?;
        if let Some(pairs) = value.get("add").and_then(Json::as_array) {
            return pairs
                .iter()
                .map(|pair| unpack_pair(pair).ok_or_else(unreadable))
                .collect::<Result<_, _>>()
                .map(Self::Add);
        }
        if let Some(paths) = value.get("remove").and_then(Json::as_array) {
            return paths
                .iter()
                .map(|path| unpack_path(path).ok_or_else(unreadable))
                .collect::<Result<_, _>>()
                .map(Self::Remove);
        }
        value.get("publish").map(|_| Self::Publish).ok_or_else(unreadable)
    }
}

fn unpack_pair(pair: &Json) -> Option<(TargetPath, TargetInfo)> {
    let [path, info] = pair.as_array()? else { return None };
    Some((unpack_path(path)?, TargetInfo::from_json(info).ok()?))
}

fn unpack_path(path: &Json) -> Option<TargetPath> {
    TargetPath::new(path.as_str()?).ok()
}
