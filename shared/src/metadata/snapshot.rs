//! Snapshot (4.4) and timestamp (4.6): which versions belong together, and that they are fresh.

use std::collections::BTreeMap;

use super::{Body, Common, MetadataError, field};
use crate::json::Json;
use crate::names::Version;

/// A file that snapshot or timestamp lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetaEntry {
    /// The file's version.
    pub version: Version,
    /// The file's length in bytes, where it is listed.
    pub length: Option<u64>,
    /// The file's hashes in hexadecimal, by algorithm, where they are listed.
    pub hashes: BTreeMap<String, String>,
}

impl MetaEntry {
    /// An entry that lists the version alone.
    pub fn version(version: Version) -> MetaEntry {
        MetaEntry { version, length: None, hashes: BTreeMap::new() }
    }

    fn from_json(value: &Json) -> Result<MetaEntry, MetadataError> {
        let length = match value.get("length") {
            None => None,
            Some(length) => Some(length.as_u64().ok_or(MetadataError::Field("length"))?),
        };
        let hashes = match value.get("hashes") {
            None => BTreeMap::new(),
            Some(hashes) => read_hashes(hashes)?,
        };
        Ok(MetaEntry { version: Version::from_json(field(value, "version")?)?, length, hashes })
    }

    fn to_json(&self) -> Json {
        let mut entry = Json::object([("version", Json::from(self.version.get()))]);
        if let Some(length) = self.length {
            entry.set("length", Json::from(length));
        }
        if !self.hashes.is_empty() {
            let hashes = self.hashes.iter().map(|(name, hash)| (name.clone(), Json::from(hash.as_str())));
            entry.set("hashes", Json::Object(hashes.collect()));
        }
        entry
    }
}

fn read_hashes(value: &Json) -> Result<BTreeMap<String, String>, MetadataError> {
    let members = value.as_object().ok_or(MetadataError::Field("hashes"))?;
    let one = |(name, hash): (&String, &Json)| {
        let hash = hash.as_str().ok_or(MetadataError::Field("hashes"))?;
        Ok((name.clone(), hash.to_owned()))
    };
    members.iter().map(one).collect()
}

fn read_meta(signed: &Json) -> Result<BTreeMap<String, MetaEntry>, MetadataError> {
    let members = field(signed, "meta")?.as_object().ok_or(MetadataError::Field("meta"))?;
    members.iter().map(|(name, entry)| Ok((name.clone(), MetaEntry::from_json(entry)?))).collect()
}

/// The `signed` part of snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// Version and expiry.
    pub common: Common,
    /// Every targets file by its unversioned name, `targets.json` or `bins-0f.json`.
    pub meta: BTreeMap<String, MetaEntry>,
}

impl Body for Snapshot {
    const TYPE: &'static str = "snapshot";

    fn read(signed: &Json, common: Common) -> Result<Snapshot, MetadataError> {
        Ok(Snapshot { common, meta: read_meta(signed)? })
    }

    fn common(&self) -> Common {
        self.common
    }

    fn to_signed(&self) -> Json {
        let mut signed = self.common.signed(Self::TYPE);
        let meta = self.meta.iter().map(|(name, entry)| (name.clone(), entry.to_json()));
        signed.set("meta", Json::Object(meta.collect()));
        signed
    }
}

/// The `signed` part of timestamp.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timestamp {
    /// Version and expiry.
    pub common: Common,
    /// The current snapshot.
    pub snapshot: MetaEntry,
}

const SNAPSHOT_FILE: &str = "snapshot.json";

impl Body for Timestamp {
    const TYPE: &'static str = "timestamp";

    fn read(signed: &Json, common: Common) -> Result<Timestamp, MetadataError> {
        let snapshot = read_meta(signed)?.remove(SNAPSHOT_FILE).ok_or(MetadataError::Field(SNAPSHOT_FILE))?;
        Ok(Timestamp { common, snapshot })
    }

    fn common(&self) -> Common {
        self.common
    }

    fn to_signed(&self) -> Json {
        let mut signed = self.common.signed(Self::TYPE);
        signed.set("meta", Json::object([(SNAPSHOT_FILE, self.snapshot.to_json())]));
        signed
    }
}
