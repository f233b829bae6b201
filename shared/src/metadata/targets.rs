//! Targets (4.5): what may be installed, and who else may say so.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use super::{Body, Common, MetadataError, field, text};
use crate::bins::{BinCount, BinKind, Bins};
use crate::digest::sha256;
use crate::json::Json;
use crate::key::Key;
use crate::names::{KeyId, RoleName};
use crate::target::{TargetInfo, TargetPath};
use crate::threshold::RoleKeys;

/// The `signed` part of targets, of a bin, or of a delegated role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Targets {
    /// Version and expiry.
    pub common: Common,
    /// What may be installed.
    pub targets: BTreeMap<TargetPath, TargetInfo>,
    /// Who else may say so.
    pub delegations: Option<Delegations>,
}

/// The delegations of a targets document (4.5, `DELEGATIONS`; TAP 15 for `succinct_roles`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delegations {
    /// Hash bins under one entry, `succinct_roles`.
    Succinct {
        /// The keys by declared id.
        keys: BTreeMap<KeyId, Key>,
        /// The keys that sign every bin.
        role: RoleKeys,
        /// The bins.
        bins: Bins,
    },
    /// A list of roles, in order of priority.
    Roles {
        /// The keys by declared id.
        keys: BTreeMap<KeyId, Key>,
        /// The roles.
        roles: Vec<DelegatedRole>,
    },
}

/// One delegated role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DelegatedRole {
    /// The role's name.
    pub name: RoleName,
    /// Who signs it.
    pub role: RoleKeys,
    /// Whether the search ends here when the path matches.
    pub terminating: bool,
    /// Which paths it may speak for.
    pub matching: PathMatch,
}

/// Which paths a delegated role may speak for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PathMatch {
    /// Shell patterns; `*` does not cross `/`.
    Paths(Vec<String>),
    /// Beginnings of the hexadecimal SHA-256 of the path.
    HashPrefixes(Vec<String>),
}

impl PathMatch {
    /// Whether the role may speak for `path`.
    pub fn matches(&self, path: &TargetPath) -> bool {
        match self {
            PathMatch::Paths(patterns) => {
                patterns.iter().any(|pattern| pattern::matches(pattern, path.as_str()))
            }
            PathMatch::HashPrefixes(prefixes) => {
                let digest = hex::encode(sha256(path.as_str().as_bytes()));
                prefixes.iter().any(|prefix| digest.starts_with(prefix.as_str()))
            }
        }
    }
}

impl Delegations {
    /// The keys by declared id.
    pub fn keys(&self) -> &BTreeMap<KeyId, Key> {
        match self {
            Delegations::Succinct { keys, .. } | Delegations::Roles { keys, .. } => keys,
        }
    }

    /// Every delegated role with the keys that sign it and the paths that it may speak for.
    pub fn roles(&self) -> Vec<DelegatedRole> {
        match self {
            Delegations::Roles { roles, .. } => roles.clone(),
            Delegations::Succinct { role, bins, .. } => bins.delegated_roles(role),
        }
    }

    fn read(value: &Json) -> Result<Delegations, MetadataError> {
        let received = field(value, "keys")?.as_object().ok_or(MetadataError::Field("keys"))?;
        let mut keys = BTreeMap::new();
        for (id, key) in received {
            let keyid = KeyId::parse(id)?;
            let key = Key::from_json(key).map_err(|error| MetadataError::Key(id.clone(), error))?;
            keys.insert(keyid, key);
        }
        match (value.get("roles"), value.get("succinct_roles")) {
            (Some(roles), None) => {
                let roles = roles.as_array().ok_or(MetadataError::Field("roles"))?;
                let roles = roles.iter().map(DelegatedRole::read).collect::<Result<_, _>>()?;
                Ok(Delegations::Roles { keys, roles })
            }
            (None, Some(succinct)) => Ok(Delegations::Succinct {
                keys,
                role: RoleKeys::from_json(succinct)?,
                bins: read_bins(succinct)?,
            }),
            _ => Err(MetadataError::Field("delegations")),
        }
    }

    /// The `delegations` object.
    pub fn to_json(&self) -> Json {
        let keys = self.keys().iter().map(|(id, key)| (id.to_string(), key.to_json()));
        let mut value = Json::object([("keys", Json::Object(keys.collect()))]);
        match self {
            Delegations::Roles { roles, .. } => {
                value.set("roles", Json::Array(roles.iter().map(DelegatedRole::to_json).collect()));
            }
            Delegations::Succinct { role, bins, .. } => {
                let mut succinct = role.to_json();
                succinct.set("name_prefix", Json::from(bins.name_prefix()));
                succinct.set("bit_length", Json::from(bins.count.bits()));
                value.set("succinct_roles", succinct);
            }
        }
        value
    }
}

impl Bins {
    /// The delegations that top-level targets carries, all bins signed by the online keys.
    pub fn delegations(&self, online: &[Key]) -> Delegations {
        let keys = online.iter().map(|key| (key.id().clone(), key.clone())).collect();
        let role = RoleKeys {
            keyids: online.iter().map(|key| key.id().clone()).collect(),
            threshold: NonZeroU32::MIN,
        };
        match self.kind {
            BinKind::Succinct => Delegations::Succinct { keys, role, bins: *self },
            BinKind::Prefix => Delegations::Roles { keys, roles: self.delegated_roles(&role) },
        }
    }

    /// Every bin as a delegated role of its own.
    pub fn delegated_roles(&self, role: &RoleKeys) -> Vec<DelegatedRole> {
        let one = |index| DelegatedRole {
            name: self.role_name(index),
            role: role.clone(),
            terminating: false,
            matching: PathMatch::HashPrefixes(self.hash_prefixes(index)),
        };
        (0..self.count.get()).map(one).collect()
    }
}

fn read_bins(succinct: &Json) -> Result<Bins, MetadataError> {
    let bits = field(succinct, "bit_length")?.as_u64().ok_or(MetadataError::Field("bit_length"))?;
    let count = u32::try_from(bits)
        .ok()
        .and_then(|bits| 1_u64.checked_shl(bits))
        .and_then(|count| BinCount::new(count).ok())
        .ok_or(MetadataError::Field("bit_length"))?;
    let bins = Bins { kind: BinKind::Succinct, count };
    if text(succinct, "name_prefix")? == bins.name_prefix() {
        Ok(bins)
    } else {
        Err(MetadataError::Field("name_prefix"))
    }
}

impl DelegatedRole {
    fn read(value: &Json) -> Result<DelegatedRole, MetadataError> {
        let matching = match (value.get("paths"), value.get("path_hash_prefixes")) {
            (Some(paths), None) => PathMatch::Paths(strings(paths, "paths")?),
            (None, Some(prefixes)) => PathMatch::HashPrefixes(strings(prefixes, "path_hash_prefixes")?),
            _ => return Err(MetadataError::Field("paths")),
        };
        Ok(DelegatedRole {
            name: RoleName::parse(text(value, "name")?)?,
            role: RoleKeys::from_json(value)?,
            terminating: field(value, "terminating")?.as_bool().ok_or(MetadataError::Field("terminating"))?,
            matching,
        })
    }

    fn to_json(&self) -> Json {
        let mut value = self.role.to_json();
        value.set("name", Json::from(self.name.as_str()));
        value.set("terminating", Json::Bool(self.terminating));
        let list = |entries: &[String]| Json::Array(entries.iter().map(|e| Json::from(e.as_str())).collect());
        match &self.matching {
            PathMatch::Paths(paths) => value.set("paths", list(paths)),
            PathMatch::HashPrefixes(prefixes) => value.set("path_hash_prefixes", list(prefixes)),
        }
        value
    }
}

fn strings(value: &Json, name: &'static str) -> Result<Vec<String>, MetadataError> {
    let entries = value.as_array().ok_or(MetadataError::Field(name))?;
    entries.iter().map(|e| e.as_str().map(str::to_owned).ok_or(MetadataError::Field(name))).collect()
}

impl Body for Targets {
    const TYPE: &'static str = "targets";

    fn read(signed: &Json, common: Common) -> Result<Targets, MetadataError> {
        let received = field(signed, "targets")?.as_object().ok_or(MetadataError::Field("targets"))?;
        let mut targets = BTreeMap::new();
        for (path, info) in received {
            targets.insert(TargetPath::published(path)?, TargetInfo::published(info)?);
        }
        let delegations = signed.get("delegations").map(Delegations::read).transpose()?;
        Ok(Targets { common, targets, delegations })
    }

    fn common(&self) -> Common {
        self.common
    }

    fn to_signed(&self) -> Json {
        let mut signed = self.common.signed(Self::TYPE);
        let targets = self.targets.iter().map(|(path, info)| (path.as_str().to_owned(), info.to_json()));
        signed.set("targets", Json::Object(targets.collect()));
        if let Some(delegations) = &self.delegations {
            signed.set("delegations", delegations.to_json());
        }
        signed
    }
}

/// Shell patterns as TUF means them (4.5, `PATHPATTERN`).
mod pattern {
    /// Whether `path` has as many segments as `pattern` and each matches.
    pub(super) fn matches(pattern: &str, path: &str) -> bool {
        let (patterns, segments) = (pattern.split('/'), path.split('/'));
        patterns.clone().count() == segments.clone().count()
            && patterns.zip(segments).all(|(pattern, segment)| {
                let (pattern, segment): (Vec<char>, Vec<char>) =
                    (pattern.chars().collect(), segment.chars().collect());
                glob(&pattern, &segment)
            })
    }

    fn glob(pattern: &[char], text: &[char]) -> bool {
        match pattern.split_first() {
            None => text.is_empty(),
            Some(('*', rest)) => (0..=text.len()).any(|skipped| glob(rest, &text[skipped..])),
            Some(('[', rest)) => match (text.split_first(), set(rest)) {
                (Some((first, others)), Some((members, negated, after))) => {
                    (contains(members, *first) != negated) && glob(after, others)
                }
                (Some(('[', others)), None) => glob(rest, others),
                _ => false,
            },
            Some((expected, rest)) => match text.split_first() {
                Some((found, others)) => (*expected == '?' || expected == found) && glob(rest, others),
                None => false,
            },
        }
    }

    /// The members of a set, whether it is negated, and what follows it.
    fn set(rest: &[char]) -> Option<(&[char], bool, &[char])> {
        let negated = rest.first() == Some(&'!');
        let members = if negated { &rest[1..] } else { rest };
        // A bracket right at the beginning is a member.
        let end = members.iter().skip(1).position(|c| *c == ']')? + 1;
        Some((&members[..end], negated, &members[end + 1..]))
    }

    fn contains(members: &[char], wanted: char) -> bool {
        let mut rest = members;
        while let Some(first) = rest.first() {
            if rest.len() >= 3 && rest[1] == '-' {
                if (*first..=rest[2]).contains(&wanted) {
                    return true;
                }
                rest = &rest[3..];
            } else if *first == wanted {
                return true;
            } else {
                rest = &rest[1..];
            }
        }
        false
    }

    #[cfg(test)]
    mod tests {
        #[test]
        fn patterns_match_as_in_pythons_fnmatch_segment_by_segment() {
            let yes = [
                ("*", "a.tgz"),
                ("dir/*", "dir/x"),
                ("*/*", "a/b"),
                ("[a-f]*", "build"),
                ("?x", "ax"),
                ("[!a]", "b"),
                ("[]]", "]"),
            ];
            let no =
                [("*", "a/b"), ("dir/*", "dir/x/y"), ("[a-f]", "g"), ("[!a]", "a"), ("", "a"), ("a", "b")];
            for (pattern, path) in yes {
                assert!(super::matches(pattern, path), "{pattern} should match {path}");
            }
            for (pattern, path) in no {
                assert!(!super::matches(pattern, path), "{pattern} should not match {path}");
            }
        }
    }
}
