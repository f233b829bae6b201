//! A root that has not been signed yet: what a ceremony decides on.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use crate::document::SignedDocument;
use crate::json::Json;
use crate::key::Key;
use crate::metadata::{Body as _, Common, Metadata, MetadataError, RecordRef, Root, TopRole};
use crate::metadata::{RSTUF_KEY_NAME, RSTUF_ONLINE_KEY_URI};
use crate::names::{KeyId, Version};
use crate::settings::RepositorySettings;
use crate::threshold::RoleKeys;
use crate::time::Expiry;

/// A key with the name that people gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedKey {
    /// What people call the key.
    pub name: String,
    /// The key.
    pub key: Key,
}

/// Where the names of keys are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeySpelling {
    /// Key objects of three fields, names beside them: every client accepts it.
    Plain,
    /// RSTUF's fields inside the key objects, and no field of ours in root, so not the settings either: for
    /// bootstrapping an RSTUF deployment. tough refuses such a root.
    Rstuf {
        /// RSTUF's URI of the online key; `fn:<keyid>` when absent.
        online_uri: Option<String>,
    },
}

/// What a ceremony decides on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RootDraft {
    /// The version that this root will have.
    pub version: Version,
    /// When it expires.
    pub expires: Expiry,
    /// How many of the root keys must sign.
    pub threshold: NonZeroU32,
    /// The keys of people.
    pub root_keys: Vec<NamedKey>,
    /// The keys of the service, the first one in use.
    pub online_keys: Vec<NamedKey>,
    /// What the service will do.
    pub settings: RepositorySettings,
    /// Whether this is a rehearsal.
    pub rehearsal: bool,
    /// The record of the ceremony.
    pub record: Option<RecordRef>,
    /// Where the names of keys are written.
    pub spelling: KeySpelling,
}

impl RootDraft {
    /// The unsigned root, checked by the rules that every root obeys.
    ///
    /// # Errors
    /// A threshold that cannot be reached, one key twice, an online key among the root keys, or settings that RSTUF's
    /// payload cannot say.
    pub fn to_metadata(&self) -> Result<Metadata<Root>, MetadataError> {
        if !self.is_plain() {
            self.settings.check_for_rstuf()?;
        }
        let mut signed = self.root().to_signed();
        if let KeySpelling::Rstuf { online_uri } = &self.spelling {
            self.spell_for_rstuf(&mut signed, online_uri.as_deref());
        }
        let metadata = Metadata::<Root>::from_document(SignedDocument::new(signed))?;
        metadata.body().check()?;
        Ok(metadata)
    }

    fn is_plain(&self) -> bool {
        self.spelling == KeySpelling::Plain
    }

    fn root(&self) -> Root {
        let plain = self.is_plain();
        let ids =
            |keys: &[NamedKey]| -> Vec<KeyId> { keys.iter().map(|named| named.key.id().clone()).collect() };
        let online = RoleKeys { keyids: ids(&self.online_keys), threshold: NonZeroU32::MIN };
        let mut roles: BTreeMap<TopRole, RoleKeys> =
            TopRole::ONLINE.into_iter().map(|role| (role, online.clone())).collect();
        roles.insert(TopRole::Root, RoleKeys { keyids: ids(&self.root_keys), threshold: self.threshold });
        let all = || self.root_keys.iter().chain(&self.online_keys);
        Root {
            common: Common { version: self.version, expires: self.expires },
            keys: all().map(|named| (named.key.id().clone(), named.key.clone())).collect(),
            roles,
            consistent_snapshot: true,
            settings: plain.then_some(self.settings),
            key_names: all()
                .filter(|_| plain)
                .map(|named| (named.key.id().clone(), named.name.clone()))
                .collect(),
            // Whoever takes a rehearsal for the real thing would lose more than the shape of a payload.
            rehearsal: self.rehearsal,
            record: self.record.clone().filter(|_| plain),
        }
    }

    fn spell_for_rstuf(&self, signed: &mut Json, online_uri: Option<&str>) {
        let Json::Object(members) = signed else { return };
        let Some(Json::Object(keys)) = members.get_mut("keys") else { return };
        for named in self.root_keys.iter().chain(&self.online_keys) {
            if let Some(key) = keys.get_mut(named.key.id().as_str()) {
                key.set(RSTUF_KEY_NAME, Json::from(named.name.as_str()));
            }
        }
        for named in &self.online_keys {
            let uri = online_uri.map_or_else(|| format!("fn:{}", named.key.id()), str::to_owned);
            if let Some(key) = keys.get_mut(named.key.id().as_str()) {
                key.set(RSTUF_ONLINE_KEY_URI, Json::String(uri));
            }
        }
    }
}
