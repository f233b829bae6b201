//! Names that are no mere strings: key ids, roles, versions.

use std::fmt;
use std::num::NonZeroU64;

use crate::json::Json;
use crate::text::shortened;

/// A key id as a document declares it: opaque, at most 128 printable characters.
///
/// Ids that this project writes are the hexadecimal SHA-256 of the key's three fields.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(String);

impl KeyId {
    /// Takes an id as it was declared.
    ///
    /// # Errors
    /// An empty id, one of more than 128 bytes, or one with characters outside printable ASCII.
    pub fn parse(text: &str) -> Result<KeyId, NameError> {
        let acceptable = !text.is_empty() && text.len() <= 128 && text.bytes().all(|b| b.is_ascii_graphic());
        if acceptable { Ok(KeyId(text.to_owned())) } else { Err(NameError::KeyId(shortened(text))) }
    }

    pub(crate) fn from_digest(digest: [u8; 32]) -> KeyId {
        KeyId(hex::encode(digest))
    }

    /// The id's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The name of a delegated role: letters, digits, `.`, `_` and `-`, at most 64.
///
/// Clients build file names of it, each with another escaping, so only what needs none is allowed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoleName(String);

/// tuf-js looks roles up in a plain object and silently skips what every JavaScript object owns.
const JAVASCRIPT_OWNS: [&str; 8] = [
    "constructor",
    "__proto__",
    "toString",
    "valueOf",
    "hasOwnProperty",
    "isPrototypeOf",
    "propertyIsEnumerable",
    "toLocaleString",
];

impl RoleName {
    /// Takes the name of a delegated role.
    ///
    /// # Errors
    /// Other characters, the names of top-level roles, and names that JavaScript objects own.
    pub fn parse(text: &str) -> Result<RoleName, NameError> {
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
        if text.is_empty() || text.len() > 64 || !text.bytes().all(plain) || text.starts_with('.') {
            return Err(NameError::RoleCharacters(shortened(text)));
        }
        let top_level = TopRole::ALL.iter().any(|role| role.name() == text);
        if top_level || JAVASCRIPT_OWNS.contains(&text) {
            return Err(NameError::RoleReserved(text.to_owned()));
        }
        Ok(RoleName(text.to_owned()))
    }

    /// The name of a hash bin: prefix, hyphen, and the number in lower-case hexadecimal (TAP 15).
    pub(crate) fn of_bin(prefix: &str, index: u32, digits: usize) -> RoleName {
        RoleName(format!("{prefix}-{index:0digits$x}"))
    }

    /// The name's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RoleName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A role that root names keys for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TopRole {
    /// The keys of people.
    Root,
    /// Freshness.
    Timestamp,
    /// Which versions belong together.
    Snapshot,
    /// What may be installed.
    Targets,
}

impl TopRole {
    /// All four.
    pub const ALL: [TopRole; 4] = [TopRole::Root, TopRole::Timestamp, TopRole::Snapshot, TopRole::Targets];

    /// The roles that the service signs.
    pub const ONLINE: [TopRole; 3] = [TopRole::Timestamp, TopRole::Snapshot, TopRole::Targets];

    /// TUF's name of the role.
    pub fn name(self) -> &'static str {
        match self {
            TopRole::Root => "root",
            TopRole::Timestamp => "timestamp",
            TopRole::Snapshot => "snapshot",
            TopRole::Targets => "targets",
        }
    }
}

/// A metadata version: a positive integer that clients of every language keep exactly (4.2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(NonZeroU64);

impl Version {
    /// The first version.
    pub const ONE: Version = Version(NonZeroU64::MIN);

    /// The greatest integer that JavaScript keeps exactly.
    pub const MAX: u64 = (1 << 53) - 1;

    /// Takes a number.
    ///
    /// # Errors
    /// Zero, and what is beyond [`Version::MAX`].
    pub fn new(number: u64) -> Result<Version, NameError> {
        NonZeroU64::new(number)
            .filter(|n| n.get() <= Version::MAX)
            .map(Version)
            .ok_or(NameError::Version(number.to_string()))
    }

    /// Takes the integer of a document.
    ///
    /// # Errors
    /// Whatever is no positive integer.
    pub fn from_json(value: &Json) -> Result<Version, NameError> {
        let number = value.as_u64().ok_or_else(|| match value.as_int() {
            Some(number) => NameError::Version(number.to_string()),
            None => NameError::Version(value.kind().to_owned()),
        })?;
        Version::new(number)
    }

    /// The version that follows.
    #[must_use]
    pub fn next(self) -> Version {
        Version(self.0.saturating_add(1))
    }

    /// The number.
    pub fn get(self) -> u64 {
        self.0.get()
    }
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// A name or number that no document may carry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// No key id.
    #[error("\"{0}\" is no key id. A key id is 1 to 128 printable characters.")]
    KeyId(String),
    /// A role name with characters that clients escape differently.
    #[error(
        "\"{0}\" is no role name. Use letters, digits, dots, underscores and hyphens, at most 64, not beginning with a dot."
    )]
    RoleCharacters(String),
    /// A role name with a meaning of its own.
    #[error(
        "\"{0}\" cannot name a delegated role, because it already means something to clients. Choose another name."
    )]
    RoleReserved(String),
    /// No version.
    #[error("The version is {0}. A version is an integer from 1 to 9007199254740991.")]
    Version(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn role_names_that_mislead_a_client_are_refused() {
        for name in ["root", "timestamp", "team/a", "team a", "", ".hidden", "__proto__", "constructor", "é"]
        {
            assert!(RoleName::parse(name).is_err(), "accepted {name}");
        }
        for name in ["bins-0f", "my_team", "v1.2", "9lives"] {
            assert!(RoleName::parse(name).is_ok(), "refused {name}");
        }
    }

    #[test]
    fn versions_are_positive_and_exact_everywhere() {
        assert!(Version::new(0).is_err());
        assert!(Version::new(Version::MAX + 1).is_err());
        assert!(Version::from_json(&Json::Int(-1)).is_err());
        assert!(Version::from_json(&Json::from("1")).is_err());
        assert_eq!(Version::ONE.next().get(), 2);
    }
}
