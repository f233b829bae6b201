//! What the service will do, as people sign it: expirations and bins.
//!
//! The object has RSTUF's shape, `{"roles": {…}}`; it stands in the payload and, byte for byte in
//! canonical form, inside root's signed part.

use std::num::NonZeroU32;

use crate::bins::{BinCount, BinCountError, BinKind, Bins};
use crate::json::Json;
use crate::names::TopRole;

/// A number of days from 1 to 36500.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Days(NonZeroU32);

impl Days {
    /// The greatest number of days.
    pub const MAX: u32 = 36_500;
    const DAY: Days = Days(NonZeroU32::MIN);
    const YEAR: Days = Days(NonZeroU32::MIN.saturating_add(364));

    /// Takes a number of days.
    ///
    /// # Errors
    /// Zero, and more than [`Days::MAX`].
    pub fn new(days: u64) -> Result<Days, SettingsError> {
        u32::try_from(days)
            .ok()
            .filter(|days| *days <= Days::MAX)
            .and_then(NonZeroU32::new)
            .map(Days)
            .ok_or(SettingsError::Days(days.to_string()))
    }

    /// The number.
    pub fn get(self) -> u32 {
        self.0.get()
    }
}

/// The settings of a repository with hash bins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RepositorySettings {
    /// How long a root is valid.
    pub root: Days,
    /// How long a timestamp is valid.
    pub timestamp: Days,
    /// How long a snapshot is valid.
    pub snapshot: Days,
    /// How long top-level targets is valid.
    pub targets: Days,
    /// How long a bin is valid.
    pub bin: Days,
    /// The bins.
    pub bins: Bins,
}

impl RepositorySettings {
    /// What RSTUF's cli proposes, and the ceremony too: a year for root and targets, a day for what is renewed alone.
    pub fn proposed(bins: Bins) -> RepositorySettings {
        RepositorySettings {
            root: Days::YEAR,
            timestamp: Days::DAY,
            snapshot: Days::DAY,
            targets: Days::YEAR,
            bin: Days::DAY,
            bins,
        }
    }

    /// Reads `{"roles": {…}}` as RSTUF's cli writes it, with our `bins.kind`.
    ///
    /// # Errors
    /// A missing role, an impossible number, or custom delegations.
    pub fn from_json(value: &Json) -> Result<RepositorySettings, SettingsError> {
        let roles = value.get("roles").ok_or(SettingsError::Field("roles".into()))?;
        let given = |name| roles.get(name).filter(|value| !value.is_null());
        let bins = match (given("bins"), given("delegations")) {
            (Some(bins), None) => bins,
            (None, Some(_)) => return Err(SettingsError::CustomDelegations),
            _ => return Err(SettingsError::Field("bins".into())),
        };
        let days = |role: TopRole| match roles.get(role.name()) {
            Some(entry) => expiration(entry, role.name()),
            None => Err(SettingsError::Field(role.name().into())),
        };
        Ok(RepositorySettings {
            root: days(TopRole::Root)?,
            timestamp: days(TopRole::Timestamp)?,
            snapshot: days(TopRole::Snapshot)?,
            targets: days(TopRole::Targets)?,
            bin: expiration(bins, "bins")?,
            bins: read_bins(bins)?,
        })
    }

    /// Whether a payload in RSTUF's form can say these settings.
    ///
    /// # Errors
    /// Bins of the kind `prefix`.
    pub fn check_for_rstuf(&self) -> Result<(), SettingsError> {
        match self.bins.kind {
            BinKind::Succinct => Ok(()),
            BinKind::Prefix => Err(SettingsError::NotInRstuf),
        }
    }

    /// The object as it is written into the payload and into root.
    pub fn to_json(&self) -> Json {
        let role = |days: Days| Json::object([("expiration", Json::from(days.get()))]);
        let mut bins = role(self.bin);
        bins.set("number_of_delegated_bins", Json::from(self.bins.count.get()));
        if self.bins.kind == BinKind::Prefix {
            bins.set("kind", Json::from("prefix"));
        }
        let roles = Json::object([
            ("root", role(self.root)),
            ("timestamp", role(self.timestamp)),
            ("snapshot", role(self.snapshot)),
            ("targets", role(self.targets)),
            ("bins", bins),
            ("delegations", Json::Null),
        ]);
        Json::object([("roles", roles)])
    }

    /// Whether `value` says these settings and nothing else.
    pub fn says_all_of(&self, value: &Json) -> bool {
        let mut stripped = value.clone();
        if let Json::Object(top) = &mut stripped
            && let Some(Json::Object(roles)) = top.get_mut("roles")
            && let Some(Json::Object(bins)) = roles.get_mut("bins")
            && bins.get("kind") == Some(&Json::from("succinct"))
        {
            bins.remove("kind");
        }
        stripped.canonical() == self.to_json().canonical()
    }
}

fn expiration(entry: &Json, name: &str) -> Result<Days, SettingsError> {
    let field = || SettingsError::Field(format!("{name}.expiration"));
    let value = entry.get("expiration").ok_or_else(field)?;
    match value.as_u64() {
        Some(days) => Days::new(days),
        None => Err(value.as_int().map_or_else(field, |number| SettingsError::Days(number.to_string()))),
    }
}

fn read_bins(bins: &Json) -> Result<Bins, SettingsError> {
    let count = bins.get("number_of_delegated_bins").and_then(Json::as_u64);
    let count = count.ok_or(SettingsError::Field("bins.number_of_delegated_bins".into()))?;
    let kind = match bins.get("kind").map(Json::as_str) {
        None | Some(Some("succinct")) => BinKind::Succinct,
        Some(Some("prefix")) => BinKind::Prefix,
        Some(_) => return Err(SettingsError::BinKind),
    };
    Ok(Bins { kind, count: BinCount::new(count)? })
}

/// Settings that the service cannot follow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// A field is missing or of another type.
    #[error("The settings have no usable \"{0}\". Make the payload again with the ceremony program.")]
    Field(String),
    /// An impossible number of days.
    #[error("{0} is no number of days. Use 1 to 36500.")]
    Days(String),
    /// An impossible number of bins.
    #[error(transparent)]
    Bins(#[from] BinCountError),
    /// An unknown kind of bins.
    #[error("The kind of bins is neither \"succinct\" nor \"prefix\". Choose one of them.")]
    BinKind,
    /// Bins that RSTUF cannot make.
    #[error(
        "RSTUF makes only bins of the kind \"succinct\", and its payload has no place to ask for others. Choose succinct, or make a payload for this project's own service."
    )]
    NotInRstuf,
    /// Custom delegations.
    #[error(
        "The settings ask for custom delegations, which this version does not support. Hold the ceremony again with hash bins."
    )]
    CustomDelegations,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_say_themselves_and_nothing_else() {
        let text = br#"{"roles":{"root":{"expiration":365},"timestamp":{"expiration":1},"snapshot":{"expiration":1},"targets":{"expiration":365},"bins":{"expiration":1,"number_of_delegated_bins":256},"delegations":null}}"#;
        let value = Json::parse(text).unwrap();
        let settings = RepositorySettings::from_json(&value).unwrap();
        assert!(settings.says_all_of(&value));
        assert_eq!(settings.bins.kind, BinKind::Succinct);
        let more = String::from_utf8(text.to_vec())
            .unwrap()
            .replace("\"delegations\":null", "\"delegations\":null,\"x\":1");
        assert!(!settings.says_all_of(&Json::parse(more.as_bytes()).unwrap()));
        let kind = String::from_utf8(text.to_vec()).unwrap().replace(":256", ":256,\"kind\":\"succinct\"");
        assert!(settings.says_all_of(&Json::parse(kind.as_bytes()).unwrap()));
    }
}
