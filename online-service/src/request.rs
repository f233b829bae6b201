//! What the door lets through, as it waits for the publisher.
//!
//! Packing is the checked step: what cannot be unpacked again is not packed, so it is never accepted. Unpacking one that
//! is not acceptable means that the catalog was changed by somebody else.

use shared::json::Json;
use shared::target::{TargetInfo, TargetPath};

/// A request that cannot be read again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("The request cannot be read again: {0}. Send it anew.")]
pub(crate) struct RequestError(String);

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
    /// One row for the catalog, from which [`Request::unpack`] makes the same request.
    pub(crate) fn pack(&self) -> Result<Vec<u8>, RequestError> {
        let packed = self.write();
        if Self::unpack(&packed)? == *self {
            return Ok(packed);
        }
        Err(RequestError("it would become another one".to_owned()))
    }

    fn write(&self) -> Vec<u8> {
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
    pub(crate) fn unpack(packed: &[u8]) -> Result<Self, RequestError> {
        let value = Json::parse(packed).map_err(|error| RequestError(error.to_string()))?;
        if let Some(pairs) = value.get("add").and_then(Json::as_array) {
            return pairs.iter().map(unpack_pair).collect::<Result<_, _>>().map(Self::Add);
        }
        if let Some(paths) = value.get("remove").and_then(Json::as_array) {
            return paths.iter().map(unpack_path).collect::<Result<_, _>>().map(Self::Remove);
        }
        value.get("publish").map(|_| Self::Publish).ok_or_else(|| other("request"))
    }
}

fn other(what: &str) -> RequestError {
    RequestError(format!("something else stands where a {what} should"))
}

fn unpack_pair(pair: &Json) -> Result<(TargetPath, TargetInfo), RequestError> {
    let Some([path, info]) = pair.as_array() else { return Err(other("pair")) };
    let info = TargetInfo::from_json(info).map_err(|error| RequestError(error.to_string()))?;
    Ok((unpack_path(path)?, info))
}

fn unpack_path(path: &Json) -> Result<TargetPath, RequestError> {
    TargetPath::new(path.as_str().ok_or_else(|| other("path"))?)
        .map_err(|error| RequestError(error.to_string()))
}

#[cfg(test)]
mod tests {
    use shared::json::Json;
    use shared::target::{TargetInfo, TargetPath};

    use super::Request;

    #[test]
    fn what_cannot_be_unpacked_is_not_packed() {
        let hashes = Json::object([("sha256", Json::from("0".repeat(64)))]);
        let info = Json::object([("length", Json::from(1u32)), ("hashes", hashes)]);
        let mut info = TargetInfo::from_json(&info).unwrap();
        let path = TargetPath::new("a").unwrap();
        let good = Request::Add(vec![(path.clone(), info.clone())]);
        assert_eq!(Request::unpack(&good.pack().unwrap()), Ok(good));
        info.custom = Some(Json::object([("a", Json::from("x".repeat(4096)))]));
        let error = Request::Add(vec![(path, info)]).pack().unwrap_err().to_string();
        assert!(error.contains("at most 4096"), "{error}");
    }
}
