//! What is said of a target.

use std::collections::BTreeMap;

use crate::json::alike::EXACT_EVERYWHERE;
use crate::json::{AlikeError, Json};
use crate::text::shortened;

/// The most canonical bytes of `custom`.
pub const CUSTOM_MAX_BYTES: usize = 4096;
/// The deepest nesting of `custom`.
pub const CUSTOM_MAX_DEPTH: usize = 8;

/// The hash algorithms that are accepted, with the number of hexadecimal digits of each.
pub const HASH_ALGORITHMS: [(&str, usize); 5] =
    [("sha256", 64), ("sha512", 128), ("sha384", 96), ("blake2b-256", 64), ("blake2b", 128)];

/// Length, hashes and custom data of a target (4.5, `TARGETS`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetInfo {
    /// The length in bytes.
    pub length: u64,
    /// Lower-case hexadecimal hashes by algorithm; at least one.
    pub hashes: BTreeMap<String, String>,
    /// Whatever the publisher wants clients to know.
    pub custom: Option<Json>,
}

impl TargetInfo {
    /// Reads `{"length", "hashes", "custom"?}` at the door: only what every client reads alike.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn from_json(value: &Json) -> Result<TargetInfo, TargetInfoError> {
        let info = TargetInfo::published(value)?;
        if i128::from(info.length) > EXACT_EVERYWHERE {
            return Err(TargetInfoError::Length);
        }
        if info.hashes.is_empty() {
            return Err(TargetInfoError::NoHash);
        }
        for (algorithm, hash) in &info.hashes {
            check_hash(algorithm, hash)?;
        }
        if let Some(custom) = &info.custom {
            check_custom(custom)?;
        }
        Ok(info)
    }

    /// Reads what published metadata says, with the fields that clients need.
    pub(crate) fn published(value: &Json) -> Result<TargetInfo, TargetInfoError> {
        let length = value.get("length").and_then(Json::as_u64).ok_or(TargetInfoError::Length)?;
        let members = value.get("hashes").and_then(Json::as_object).ok_or(TargetInfoError::NoHash)?;
        let mut hashes = BTreeMap::new();
        for (algorithm, hash) in members {
            let hash = hash.as_str().ok_or_else(|| TargetInfoError::Hash(shortened(algorithm)))?;
            hashes.insert(algorithm.clone(), hash.to_owned());
        }
        let custom = value.get("custom").filter(|custom| !custom.is_null()).cloned();
        Ok(TargetInfo { length, hashes, custom })
    }

    /// `{"length", "hashes", "custom"?}`.
    pub fn to_json(&self) -> Json {
        let hashes = self.hashes.iter().map(|(name, hash)| (name.clone(), Json::from(hash.as_str())));
        let mut value =
            Json::object([("length", Json::from(self.length)), ("hashes", Json::Object(hashes.collect()))]);
        if let Some(custom) = &self.custom {
            value.set("custom", custom.clone());
        }
        value
    }
}

fn check_hash(algorithm: &str, hash: &str) -> Result<(), TargetInfoError> {
    let known = HASH_ALGORITHMS.iter().find(|(name, _)| *name == algorithm);
    let Some((_, digits)) = known else {
        return Err(TargetInfoError::Algorithm(shortened(algorithm)));
    };
    let hexadecimal = hash.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    if hash.len() == *digits && hexadecimal {
        Ok(())
    } else {
        Err(TargetInfoError::Hash(algorithm.to_owned()))
    }
}

fn check_custom(custom: &Json) -> Result<(), TargetInfoError> {
    if custom.as_object().is_none() {
        return Err(TargetInfoError::CustomKind(custom.kind()));
    }
    let size = custom.canonical().len();
    if size > CUSTOM_MAX_BYTES {
        return Err(TargetInfoError::CustomSize(size));
    }
    check_depth(custom, 1)?;
    Ok(custom.check_alike()?)
}

fn check_depth(value: &Json, depth: usize) -> Result<(), TargetInfoError> {
    if depth > CUSTOM_MAX_DEPTH {
        return Err(TargetInfoError::CustomDepth);
    }
    match value {
        Json::Array(elements) => elements.iter().try_for_each(|element| check_depth(element, depth + 1)),
        Json::Object(members) => members.values().try_for_each(|member| check_depth(member, depth + 1)),
        _ => Ok(()),
    }
}

/// Something is said of a target that some client would not understand.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TargetInfoError {
    /// No length, or an impossible one.
    #[error("The length is no integer from 0 to 9007199254740991. Give the file's length in bytes.")]
    Length,
    /// No hash.
    #[error("There is no hash. Give at least sha256.")]
    NoHash,
    /// A hash algorithm that clients do not know.
    #[error(
        "The hash algorithm \"{0}\" is unknown to TUF clients. Use sha256, sha384, sha512, blake2b or blake2b-256."
    )]
    Algorithm(String),
    /// A hash that is not one.
    #[error("The {0} hash is not of the right length in lower-case hexadecimal. Compute it again.")]
    Hash(String),
    /// Custom data that is no object.
    #[error("The field custom is {0}. It must be an object.")]
    CustomKind(&'static str),
    /// Too much custom data.
    #[error(
        "The field custom has {0} bytes. It may have at most 4096; publish larger data as a target of its own."
    )]
    CustomSize(usize),
    /// Custom data nested too deeply.
    #[error("The field custom is nested deeper than 8 levels. Flatten it.")]
    CustomDepth,
    /// Custom data that clients would read differently.
    #[error("The field custom cannot be published. {0}")]
    Custom(#[from] AlikeError),
}
