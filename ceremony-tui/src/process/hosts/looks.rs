//! Hosts that are looked at again and again: each has a lane of its own, with its own deadlines.
//!
//! Only what is different from the last time is told. A host that hangs, dies or talks nonsense is ended, told once, and
//! left alone for a while: whoever looks every second must not start a broken module every second.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use crate::clock::Deadline;
use crate::token::{AskError, HostKind, Question, Request, Shown, Sight};

use super::{Asked, Phase};

/// The longest that a host may take to say what is there. A person who asks meanwhile waits for it.
pub(super) const LOOK_SECONDS: u64 = 8;
/// From one answer to the next look.
const AGAIN: Duration = Duration::from_secs(1);
/// The same after a host has said no: its service may be started, but not every second.
const AFTER_NO: Duration = Duration::from_secs(3);
/// The same after a host could not be asked.
const AFTER_TROUBLE: Duration = Duration::from_secs(30);

/// All lanes, and what was seen and not told yet.
#[derive(Default)]
pub(super) struct Looks {
    lanes: BTreeMap<HostKind, Lane>,
    seen: VecDeque<(HostKind, Sight)>,
}

struct Lane {
    /// What was told last.
    told: Option<Sight>,
    /// Whether anybody wants to know.
    is_wanted: bool,
    /// When to look next.
    due: Deadline,
    asked: Option<Asked>,
    /// Whether the look under way began before somebody wanted to know how things are now.
    is_stale: bool,
}

impl Lane {
    fn begin() -> Lane {
        Lane { told: None, is_wanted: true, due: now(), asked: None, is_stale: false }
    }
}

fn now() -> Deadline {
    Deadline::after(Duration::ZERO)
}

impl Looks {
    /// Looks at these hosts from now on, and at no other.
    pub(super) fn keep(&mut self, hosts: &[HostKind]) {
        for (kind, lane) in &mut self.lanes {
            lane.is_wanted = hosts.contains(kind);
        }
        for host in hosts {
            if !self.lanes.contains_key(host) {
                self.lanes.insert(host.clone(), Lane::begin());
            }
        }
    }

    /// Looks now, and tells what is there even if it is nothing new. What was seen before now is not told any more.
    pub(super) fn hurry(&mut self, host: HostKind) {
        self.seen.retain(|(kind, _)| *kind != host);
        let is_stale = self.is_asking(&host);
        let lane = self.lanes.entry(host).or_insert_with(Lane::begin);
        (lane.told, lane.due, lane.is_wanted, lane.is_stale) = (None, now(), true, is_stale);
    }

    /// The next look is due.
    #[cfg(test)]
    pub(super) fn hurry_quietly(&mut self, host: &HostKind) {
        if let Some(lane) = self.lanes.get_mut(host) {
            lane.due = now();
        }
    }

    pub(super) fn kinds(&self) -> Vec<HostKind> {
        self.lanes.keys().cloned().collect()
    }

    /// A look that is due, unless the host is asked something else.
    pub(super) fn begin(&self, kind: &HostKind, asked: Option<&Asked>, shown: Vec<Shown>) -> Option<Asked> {
        let lane = self.lanes.get(kind)?;
        let is_free = asked.is_none_or(|asked| asked.kind != *kind);
        (lane.is_wanted && is_free && lane.due.left().is_none()).then(|| {
            let request = Request::Tokens;
            Asked::new(Question { host: kind.clone(), request, secrets: Vec::new() }, LOOK_SECONDS, shown)
        })
    }

    pub(super) fn take(&mut self, kind: &HostKind) -> Option<Asked> {
        self.lanes.get_mut(kind)?.asked.take()
    }

    pub(super) fn put_back(&mut self, asked: Asked) {
        if let Some(lane) = self.lanes.get_mut(&asked.kind) {
            lane.asked = Some(asked);
        }
    }

    pub(super) fn under_way(&self) -> impl Iterator<Item = &Asked> {
        self.lanes.values().filter_map(|lane| lane.asked.as_ref())
    }

    /// Whether the host is thinking about what is there.
    pub(super) fn is_asking(&self, kind: &HostKind) -> bool {
        self.under_way().any(|asked| asked.kind == *kind && asked.phase == Phase::Asking)
    }

    /// A question wants this host. Says whether it has to wait; a look that the host has not heard of waits itself.
    pub(super) fn make_way(&mut self, kind: &HostKind) -> bool {
        if self.is_asking(kind) {
            return true;
        }
        self.take(kind);
        false
    }

    /// A look has ended.
    pub(super) fn answered(&mut self, kind: HostKind, sight: Sight) {
        let Some(lane) = self.lanes.get_mut(&kind) else { return };
        if std::mem::take(&mut lane.is_stale) && sight.is_ok() {
            lane.due = now();
            return;
        }
        lane.due = Deadline::after(pause_after(&sight));
        if lane.is_wanted && lane.told.as_ref() != Some(&sight) {
            lane.told = Some(sight.clone());
            self.seen.push_back((kind, sight));
        }
    }

    /// Somebody else asked the same and was told.
    pub(super) fn was_seen(&mut self, kind: &HostKind, sight: Sight) {
        if let Some(lane) = self.lanes.get_mut(kind) {
            lane.due = Deadline::after(pause_after(&sight));
            lane.told = Some(sight);
        }
    }

    pub(super) fn next_seen(&mut self) -> Option<(HostKind, Sight)> {
        self.seen.pop_front()
    }

    /// When something has to be done, even if nothing is heard.
    pub(super) fn next(&self, asked: Option<&Asked>) -> Option<Duration> {
        let of = |(kind, lane): (&HostKind, &Lane)| match &lane.asked {
            Some(look) => Some(look.deadline),
            None if !lane.is_wanted || asked.is_some_and(|asked| asked.kind == *kind) => None,
            None => Some(lane.due),
        };
        self.lanes.iter().filter_map(of).map(|deadline| deadline.left().unwrap_or(Duration::ZERO)).min()
    }
}

fn pause_after(sight: &Sight) -> Duration {
    match sight {
        Ok(_) => AGAIN,
        Err(AskError::Refused(_)) => AFTER_NO,
        Err(_) => AFTER_TROUBLE,
    }
}
