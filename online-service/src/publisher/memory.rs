//! What the publisher remembers of the catalog between two publications.

use std::collections::{BTreeMap, BTreeSet};

use shared::key::Key;
use shared::metadata::{Metadata, Root, TopRole};
use shared::names::Version;
use shared::settings::RepositorySettings;
use shared::time::UnixTime;

use super::{PublishError, renewal};
use crate::ports::Ports;
use crate::ports::catalog::names::RoleLabel;
use crate::ports::catalog::publication::{CurrentRole, NewFile};
use crate::ports::vault::Vault;

/// The online keys that sign, one for each role, and all that targets delegates to.
#[derive(Clone, Debug)]
pub(crate) struct OnlineKeys {
    /// Signs targets and bins.
    pub(crate) targets: Key,
    /// Signs snapshot.
    pub(crate) snapshot: Key,
    /// Signs timestamp.
    pub(crate) timestamp: Key,
    /// The keys that bins are delegated to.
    pub(crate) bins: Vec<Key>,
}

impl OnlineKeys {
    /// For each role the first key of root that the vault holds.
    pub(crate) fn choose(root: &Root, vault: &dyn Vault) -> Result<Self, PublishError> {
        let held = vault.keys();
        let choose = |role: TopRole| {
            root.keys_of(role)
                .map(|(_, key)| key)
                .find(|key| held.iter().any(|held| held.key.material() == key.material()))
                .cloned()
                .ok_or_else(|| {
                    PublishError::Unreadable(format!("the vault holds no key of the role {}", role.name()))
                })
        };
        Ok(Self {
            targets: choose(TopRole::Targets)?,
            snapshot: choose(TopRole::Snapshot)?,
            timestamp: choose(TopRole::Timestamp)?,
            bins: root.keys_of(TopRole::Targets).map(|(_, key)| key.clone()).collect(),
        })
    }
}

/// A copy of what the catalog holds.
#[derive(Debug)]
pub(crate) struct Memory {
    /// What people signed.
    pub(crate) settings: RepositorySettings,
    /// The version of the root that everything is signed under.
    pub(crate) root_version: u64,
    /// Who signs.
    pub(crate) keys: OnlineKeys,
    /// Every role with its current version and expiry.
    pub(crate) current: BTreeMap<RoleLabel, CurrentRole>,
    floors: BTreeMap<RoleLabel, u64>,
    /// Until then, in seconds since 1970, nothing is due.
    quiet_until: i64,
    /// The time that was told last: what was concluded from a clock that went back is void.
    last_seen: i64,
}

impl Memory {
    /// Reads it.
    pub(crate) fn load(ports: &Ports) -> Result<Self, PublishError> {
        let unreadable = |what: &str| PublishError::Unreadable(what.to_owned());
        let record = ports.catalog.repository()?.ok_or_else(|| unreadable("there is no root"))?;
        let root = Metadata::<Root>::parse(&record.root).map_err(|error| unreadable(&error.to_string()))?;
        let settings = read_settings(&record.settings)?;
        let current =
            ports.catalog.current_roles()?.into_iter().map(|role| (role.role.clone(), role)).collect();
        Ok(Self {
            settings,
            root_version: record.root_version,
            keys: OnlineKeys::choose(root.body(), ports.vault.as_ref())?,
            current,
            floors: ports.catalog.floors()?.into_iter().collect(),
            quiet_until: i64::MIN,
            last_seen: i64::MIN,
        })
    }

    /// A memory of a repository that is about to begin.
    pub(crate) fn beginning(settings: RepositorySettings, keys: OnlineKeys) -> Self {
        Self {
            settings,
            root_version: 1,
            keys,
            current: BTreeMap::new(),
            floors: BTreeMap::new(),
            quiet_until: i64::MIN,
            last_seen: i64::MIN,
        }
    }

    /// The name of a bin's role.
    pub(crate) fn bin_role(&self, bin: u32) -> RoleLabel {
        RoleLabel::new(self.settings.bins.role_name(bin).as_str())
    }

    /// The current version of a role; 0 when it has none.
    pub(crate) fn version(&self, role: &RoleLabel) -> u64 {
        self.current.get(role).map_or(0, |current| current.version)
    }

    /// The next version of a role: one above everything that was ever given out.
    pub(crate) fn next_version(&self, role: &RoleLabel) -> Result<Version, PublishError> {
        let floor = self.floors.get(role).copied().unwrap_or(0);
        Version::new(floor + 1).map_err(|error| PublishError::Unreadable(error.to_string()))
    }

    /// The roles to renew now.
    pub(crate) fn due(&mut self, now: UnixTime) -> BTreeSet<RoleLabel> {
        if now.0 < self.last_seen {
            self.quiet_until = i64::MIN;
        }
        self.last_seen = now.0;
        // Looking at every role is dear with many bins, and the answer is nearly always "none".
        if now.0 < self.quiet_until {
            return BTreeSet::new();
        }
        let due = renewal::due(&self.current, &self.settings, now);
        if due.is_empty() {
            self.quiet_until = renewal::first(&self.current, &self.settings);
        }
        due
    }

    /// The bins that change or are due, by number.
    pub(crate) fn touched_bins(&self, changed: BTreeSet<u32>, due: &BTreeSet<RoleLabel>) -> BTreeSet<u32> {
        let mut touched = changed;
        if !due.is_empty() {
            touched
                .extend((0..self.settings.bins.count.get()).filter(|bin| due.contains(&self.bin_role(*bin))));
        }
        touched
    }

    /// Remembers what was committed.
    pub(crate) fn advance(&mut self, files: &[NewFile]) {
        for file in files {
            self.floors.insert(file.role.clone(), file.version);
            let current =
                CurrentRole { role: file.role.clone(), version: file.version, expires: file.expires };
            // Under a corrected clock a new file may be due before all older ones.
            if current.role != RoleLabel::root() {
                self.quiet_until = self.quiet_until.min(renewal::renewal_time(&current, &self.settings));
            }
            self.current.insert(file.role.clone(), current);
        }
    }
}

/// The settings object of the catalog.
pub(crate) fn read_settings(bytes: &[u8]) -> Result<RepositorySettings, PublishError> {
    let value =
        shared::json::Json::parse(bytes).map_err(|error| PublishError::Unreadable(error.to_string()))?;
    RepositorySettings::from_json(&value).map_err(|error| PublishError::Unreadable(error.to_string()))
}

#[cfg(test)]
mod tests {
    use shared::bins::{BinCount, BinKind, Bins};
    use shared::key::Scheme;
    use shared::settings::{Days, RepositorySettings};
    use shared::software::SoftwareKey;
    use shared::time::UnixTime;

    use super::{Memory, OnlineKeys};
    use crate::ports::catalog::names::RoleLabel;
    use crate::ports::catalog::publication::NewFile;

    const DAY: i64 = 86_400;

    fn beginning() -> Memory {
        let key = SoftwareKey::generate(Scheme::Ed25519).unwrap().public().clone();
        let keys = OnlineKeys {
            targets: key.clone(),
            snapshot: key.clone(),
            timestamp: key.clone(),
            bins: vec![key],
        };
        let days = |days| Days::new(days).unwrap();
        let settings = RepositorySettings {
            root: days(365),
            timestamp: days(1),
            snapshot: days(1),
            targets: days(1),
            bin: days(1),
            bins: Bins { kind: BinKind::Succinct, count: BinCount::new(2).unwrap() },
        };
        Memory::beginning(settings, keys)
    }

    fn publish(memory: &mut Memory, roles: &[&str], now: i64) {
        let one = |role: &&str| NewFile {
            role: RoleLabel::new(*role),
            version: 1,
            bytes: Vec::new(),
            expires: now + DAY,
        };
        memory.advance(&roles.iter().map(one).collect::<Vec<_>>());
    }

    const ALL: [&str; 5] = ["timestamp", "snapshot", "targets", "bins-0", "bins-1"];

    #[test]
    fn after_a_jump_of_the_clock_is_corrected_new_files_are_renewed_in_time() {
        let mut memory = beginning();
        let jumped = 1000 * DAY;
        publish(&mut memory, &ALL, jumped);
        assert!(memory.due(UnixTime(jumped)).is_empty(), "quiet for most of a day after the jump");
        // Corrected. Something is published, and lives for a day of the right time.
        assert!(memory.due(UnixTime(0)).is_empty());
        publish(&mut memory, &["timestamp", "snapshot", "bins-0"], 0);
        assert!(memory.due(UnixTime(10)).is_empty());
        assert!(memory.due(UnixTime(DAY - DAY / 4)).contains(&RoleLabel::timestamp()));
    }

    #[test]
    fn a_clock_that_goes_back_voids_what_was_concluded_from_it() {
        let mut memory = beginning();
        publish(&mut memory, &ALL, 0);
        assert!(memory.due(UnixTime(10)).is_empty());
        memory.quiet_until = i64::MAX;
        assert!(!memory.due(UnixTime(DAY)).contains(&RoleLabel::timestamp()), "it is quiet");
        assert!(memory.due(UnixTime(DAY - 1)).contains(&RoleLabel::timestamp()));
    }
}
