//! Names of roles as the catalog keys them.

use std::fmt;

/// The name of a role as it stands in a metadata file's name: `root`, `timestamp`, `bins-0f`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct RoleLabel(String);

impl RoleLabel {
    /// Takes a name that came out of the domain or out of the catalog.
    pub(crate) fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The root role.
    pub(crate) fn root() -> Self {
        Self::new("root")
    }

    /// The top-level targets role.
    pub(crate) fn targets() -> Self {
        Self::new("targets")
    }

    /// The snapshot role.
    pub(crate) fn snapshot() -> Self {
        Self::new("snapshot")
    }

    /// The timestamp role.
    pub(crate) fn timestamp() -> Self {
        Self::new("timestamp")
    }

    /// The name.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RoleLabel {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
