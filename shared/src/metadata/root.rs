//! Root (4.3): the keys of the four top-level roles, and what people agreed to in a ceremony.

use std::collections::{BTreeMap, BTreeSet};

use super::{Body, Common, MetadataError, field, text};
use crate::json::Json;
use crate::key::{Key, KeyMaterial};
use crate::names::{KeyId, TopRole, Version};
use crate::settings::RepositorySettings;
use crate::text::shortened;
use crate::threshold::{RoleKeys, RoleKeysError};

/// The field that carries the settings of the repository inside root's signed part.
pub const SETTINGS_FIELD: &str = "x-vestry-settings";
/// The field that names the record of the ceremony.
pub const RECORD_FIELD: &str = "x-vestry-record";
/// The field that names keys for people.
pub const KEY_NAMES_FIELD: &str = "x-vestry-key-names";
/// The field that marks a rehearsal.
pub const REHEARSAL_FIELD: &str = "x-vestry-rehearsal";
/// RSTUF's name of a key, inside the key object.
pub const RSTUF_KEY_NAME: &str = "x-rstuf-key-name";
/// RSTUF's URI of the online key, inside the key object.
pub const RSTUF_ONLINE_KEY_URI: &str = "x-rstuf-online-key-uri";

/// The ceremony record that belongs to a root version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordRef {
    /// The root version that the record is about; the field is ignored in any other.
    pub version: Version,
    /// SHA-256 of the record up to the review, in hexadecimal.
    pub sha256: String,
}

/// The `signed` part of root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// Version and expiry.
    pub common: Common,
    /// Every key, under its declared id.
    pub keys: BTreeMap<KeyId, Key>,
    /// The keys and thresholds of the four roles.
    pub roles: BTreeMap<TopRole, RoleKeys>,
    /// Whether versioned file names are used (6.2); always true in what this project writes.
    pub consistent_snapshot: bool,
    /// What the service will do; absent in documents that RSTUF's cli made.
    pub settings: Option<RepositorySettings>,
    /// What people call the keys.
    pub key_names: BTreeMap<KeyId, String>,
    /// Whether this is the product of a rehearsal.
    pub rehearsal: bool,
    /// The record of the ceremony that made this version.
    pub record: Option<RecordRef>,
}

impl Root {
    /// The keys and threshold of a role.
    ///
    /// # Errors
    /// A role that root does not name; reading a root refuses such a document.
    pub fn role(&self, role: TopRole) -> Result<&RoleKeys, MetadataError> {
        self.roles.get(&role).ok_or(MetadataError::Field(role.name()))
    }

    /// The keys of a role, in the order of the document.
    pub fn keys_of(&self, role: TopRole) -> impl Iterator<Item = (&KeyId, &Key)> {
        let keyids = self.roles.get(&role).map(|role| role.keyids.as_slice()).unwrap_or_default();
        keyids.iter().filter_map(|keyid| self.keys.get_key_value(keyid))
    }

    /// What people call a key, or the beginning of its id.
    pub fn name_of(&self, keyid: &KeyId) -> String {
        let beginning = || keyid.as_str().chars().take(8).collect();
        self.key_names.get(keyid).cloned().unwrap_or_else(beginning)
    }

    /// For every key that some client refuses, a sentence that names the key and the clients.
    pub fn key_warnings(&self) -> Vec<String> {
        let warning = |(keyid, key): (&KeyId, &Key)| {
            key.warning().map(|sentence| format!("{}: {sentence}", shortened(&self.name_of(keyid))))
        };
        self.keys.iter().filter_map(warning).collect()
    }

    /// The rules that hold for one root alone: every role can be trusted, and no online key has a
    /// vote in the root role.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn check(&self) -> Result<(), RoleKeysError> {
        for role in self.roles.values() {
            role.check(&self.keys)?;
        }
        let online: BTreeSet<&KeyMaterial> = TopRole::ONLINE
            .iter()
            .flat_map(|role| self.keys_of(*role))
            .map(|(_, key)| key.material())
            .collect();
        match self.keys_of(TopRole::Root).find(|(_, key)| online.contains(key.material())) {
            Some((keyid, _)) => Err(RoleKeysError::OnlineInRoot(keyid.clone())),
            None => Ok(()),
        }
    }
}

impl Body for Root {
    const TYPE: &'static str = "root";

    fn read(signed: &Json, common: Common) -> Result<Root, MetadataError> {
        let received = field(signed, "keys")?.as_object().ok_or(MetadataError::Field("keys"))?;
        let mut keys = BTreeMap::new();
        let mut key_names = BTreeMap::new();
        for (id, value) in received {
            let keyid = KeyId::parse(id)?;
            let key = Key::from_json(value).map_err(|error| MetadataError::Key(id.clone(), error))?;
            if let Some(name) = name_of(signed, value, id) {
                key_names.insert(keyid.clone(), name);
            }
            keys.insert(keyid, key);
        }
        let settings = signed.get(SETTINGS_FIELD).map(RepositorySettings::from_json).transpose()?;
        Ok(Root {
            common,
            keys,
            roles: read_roles(field(signed, "roles")?)?,
            consistent_snapshot: signed.get("consistent_snapshot").and_then(Json::as_bool).unwrap_or(false),
            settings,
            key_names,
            rehearsal: signed.get(REHEARSAL_FIELD).and_then(Json::as_bool).unwrap_or(false),
            record: read_record(signed)?,
        })
    }

    fn common(&self) -> Common {
        self.common
    }

    fn to_signed(&self) -> Json {
        let mut signed = self.common.signed(Self::TYPE);
        signed.set("consistent_snapshot", Json::Bool(self.consistent_snapshot));
        signed.set(
            "keys",
            Json::Object(self.keys.iter().map(|(id, key)| (id.to_string(), key.to_json())).collect()),
        );
        let roles = self.roles.iter().map(|(role, keys)| (role.name().to_owned(), keys.to_json()));
        signed.set("roles", Json::Object(roles.collect()));
        if let Some(settings) = &self.settings {
            signed.set(SETTINGS_FIELD, settings.to_json());
        }
        if !self.key_names.is_empty() {
            let names = self.key_names.iter().map(|(id, name)| (id.to_string(), Json::from(name.as_str())));
            signed.set(KEY_NAMES_FIELD, Json::Object(names.collect()));
        }
        if self.rehearsal {
            signed.set(REHEARSAL_FIELD, Json::Bool(true));
        }
        if let Some(record) = &self.record {
            let fields = [
                ("version", Json::from(record.version.get())),
                ("sha256", Json::from(record.sha256.as_str())),
            ];
            signed.set(RECORD_FIELD, Json::object(fields));
        }
        signed
    }
}

fn name_of(signed: &Json, key: &Json, id: &str) -> Option<String> {
    let ours = signed.get(KEY_NAMES_FIELD).and_then(|names| names.get(id));
    ours.or_else(|| key.get(RSTUF_KEY_NAME)).and_then(Json::as_str).map(str::to_owned)
}

fn read_roles(value: &Json) -> Result<BTreeMap<TopRole, RoleKeys>, MetadataError> {
    TopRole::ALL
        .into_iter()
        .map(|role| {
            let keys = RoleKeys::from_json(field(value, role.name())?);
            Ok((role, keys.map_err(|error| MetadataError::Role(role.name(), error))?))
        })
        .collect()
}

fn read_record(signed: &Json) -> Result<Option<RecordRef>, MetadataError> {
    let Some(value) = signed.get(RECORD_FIELD) else {
        return Ok(None);
    };
    let version = Version::from_json(field(value, "version")?)?;
    Ok(Some(RecordRef { version, sha256: text(value, "sha256")?.to_owned() }))
}
