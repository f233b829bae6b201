//! When a role is signed again although nothing changed.
//!
//! A role is renewed when less than a third of its life is left. Bins are spread over a further sixth by their names,
//! in eight slots, so that they do not all come at once; whenever something is due, what comes within the next
//! forty-eighth of a life goes with it. So there are at most 48 such publications in a life, and eight when nothing
//! is published in between. The jitter moves the renewal, never the expiry.

use std::collections::{BTreeMap, BTreeSet};

use shared::digest::sha256;
use shared::settings::{Days, RepositorySettings};
use shared::time::UnixTime;

use crate::ports::catalog::names::RoleLabel;
use crate::ports::catalog::publication::CurrentRole;

/// How many bins are renewed in one publication, so that requests never wait long behind renewals.
const BATCH: usize = 512;
const SLOTS: u8 = 8;
const SECONDS_PER_DAY: i64 = 86_400;

/// The roles to renew now; empty when nothing is due.
pub(crate) fn due(
    current: &BTreeMap<RoleLabel, CurrentRole>,
    settings: &RepositorySettings,
    now: UnixTime,
) -> BTreeSet<RoleLabel> {
    let online = || current.values().filter(|role| role.role != RoleLabel::root());
    if !online().any(|role| renewal_time(role, settings) <= now.0) {
        return BTreeSet::new();
    }
    let near = |role: &&CurrentRole| renewal_time(role, settings) - life(&role.role, settings) / 48 <= now.0;
    let (top, mut bins): (Vec<_>, Vec<_>) = online().filter(near).partition(|role| is_top_level(&role.role));
    // What expires first is renewed first.
    bins.sort_by_key(|role| role.expires);
    top.into_iter().chain(bins.into_iter().take(BATCH)).map(|role| role.role.clone()).collect()
}

/// When the first role is due, in seconds since 1970.
pub(crate) fn first(current: &BTreeMap<RoleLabel, CurrentRole>, settings: &RepositorySettings) -> i64 {
    let online = current.values().filter(|role| role.role != RoleLabel::root());
    online.map(|role| renewal_time(role, settings)).min().unwrap_or(i64::MAX)
}

/// When a role is to be renewed at the latest, in seconds since 1970.
pub(crate) fn renewal_time(role: &CurrentRole, settings: &RepositorySettings) -> i64 {
    let life = life(&role.role, settings);
    let jitter = if is_top_level(&role.role) { 0 } else { i64::from(slot(&role.role)) * (life / 48) };
    role.expires - life / 3 - jitter
}

fn slot(role: &RoleLabel) -> u8 {
    sha256(role.as_str().as_bytes())[0] % SLOTS
}

fn is_top_level(role: &RoleLabel) -> bool {
    matches!(role.as_str(), "timestamp" | "snapshot" | "targets")
}

fn life(role: &RoleLabel, settings: &RepositorySettings) -> i64 {
    let days: Days = match role.as_str() {
        "timestamp" => settings.timestamp,
        "snapshot" => settings.snapshot,
        "targets" => settings.targets,
        _ => settings.bin,
    };
    i64::from(days.get()) * SECONDS_PER_DAY
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use shared::bins::{BinCount, BinKind, Bins};
    use shared::settings::RepositorySettings;
    use shared::time::UnixTime;

    use super::{BATCH, due, life};
    use crate::ports::catalog::names::RoleLabel;
    use crate::ports::catalog::publication::CurrentRole;

    fn settings(bins: u64) -> RepositorySettings {
        RepositorySettings::proposed(Bins { kind: BinKind::Succinct, count: BinCount::new(bins).unwrap() })
    }

    fn fresh(settings: &RepositorySettings) -> BTreeMap<RoleLabel, CurrentRole> {
        let bins = (0..settings.bins.count.get()).map(|bin| settings.bins.role_name(bin).as_str().to_owned());
        let top = ["root", "timestamp", "snapshot", "targets"].map(str::to_owned);
        bins.chain(top)
            .map(|name| {
                let role = RoleLabel::new(name);
                let expires = life(&role, settings);
                (role.clone(), CurrentRole { role, version: 1, expires })
            })
            .collect()
    }

    #[test]
    fn nothing_is_due_in_the_first_half_of_a_life() {
        let settings = settings(64);
        assert!(due(&fresh(&settings), &settings, UnixTime(43_000)).is_empty());
    }

    #[test]
    fn a_day_without_any_publication_renews_everything_in_a_bounded_number_of_batches() {
        let settings = settings(64);
        let mut current = fresh(&settings);
        let mut batches = 0;
        for now in (0..86_400).step_by(20) {
            let roles = due(&current, &settings, UnixTime(now));
            batches += usize::from(!roles.is_empty());
            for role in roles {
                current.get_mut(&role).unwrap().expires = now + life(&role, &settings);
            }
            let online = current.values().filter(|role| role.role != RoleLabel::root());
            let first = online.map(|role| role.expires).min().unwrap();
            assert!(first > now + 86_400 / 4, "at {now} something is left until {first}");
        }
        assert!(batches <= 48, "{batches} batches");
    }

    #[test]
    fn after_a_long_sleep_everything_is_renewed_batch_by_batch() {
        let settings = settings(1024);
        let mut current = fresh(&settings);
        let now = 26 * 3600;
        let mut rounds = 0;
        loop {
            let roles = due(&current, &settings, UnixTime(now));
            if roles.is_empty() {
                break;
            }
            assert!(roles.len() <= BATCH + 3);
            for role in roles {
                current.get_mut(&role).unwrap().expires = now + life(&role, &settings);
            }
            rounds += 1;
        }
        assert_eq!(rounds, 2);
    }

    #[test]
    fn root_is_never_renewed_by_the_service() {
        let (settings, late) = (settings(64), UnixTime(400 * 86_400));
        assert!(!due(&fresh(&settings), &settings, late).contains(&RoleLabel::root()));
    }
}
