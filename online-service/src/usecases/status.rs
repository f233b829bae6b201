//! How the repository is, in numbers and in sentences.

use shared::json::Json;
use shared::metadata::{Metadata, Root};
use shared::time::{Expiry, UnixTime};

use crate::ports::catalog::bootstrap::BootstrapState;
use crate::ports::catalog::intake::SetAside;
use crate::ports::catalog::names::RoleLabel;
use crate::ports::catalog::publication::{Counts, CurrentRole};
use crate::ports::catalog::{Catalog, CatalogError};
use crate::ports::clock::Moment;

/// Root is renewed by people, who need time to meet.
const ROOT_WARNING_DAYS: i64 = 60;

/// How long a request that was set aside is told.
const SET_ASIDE_DAYS: u32 = 30;

/// How the repository is.
#[derive(Clone, Debug)]
pub(crate) struct Status {
    /// Where the bootstrap stands.
    pub(crate) state: BootstrapState,
    /// Every role.
    pub(crate) roles: Vec<CurrentRole>,
    /// Numbers.
    pub(crate) counts: Counts,
    /// The document digest of root version 1, to be compared with the ceremony's.
    pub(crate) first_root_digest: Option<String>,
    /// Why the publisher does not get on, when it does not.
    pub(crate) trouble: Option<String>,
    /// Requests that were accepted and could not be read again.
    pub(crate) set_aside: Vec<SetAside>,
    /// When this was found out.
    pub(crate) at: Moment,
}

/// Reads it.
pub(crate) fn read(
    catalog: &dyn Catalog,
    at: Moment,
    trouble: Option<String>,
) -> Result<Status, CatalogError> {
    let first = catalog.published(&RoleLabel::root(), 1)?;
    Ok(Status {
        state: catalog.bootstrap()?.state,
        roles: catalog.current_roles()?,
        counts: catalog.counts()?,
        first_root_digest: first.and_then(|file| {
            Metadata::<Root>::parse(&file.bytes).ok().map(|root| root.document().digest().to_string())
        }),
        trouble,
        set_aside: catalog.set_aside()?,
        at,
    })
}

impl Status {
    /// For programs.
    pub(crate) fn to_json(&self) -> Json {
        let mut value = Json::object([
            ("state", Json::from(self.state.as_str())),
            ("time", Json::from(self.at.rfc3339())),
            ("artifacts", Json::from(self.counts.artifacts)),
            ("waiting_requests", Json::from(self.counts.waiting)),
            ("deferred_requests", Json::from(self.counts.deferred)),
            ("roles", Json::from(self.top_level().map(role_json).collect::<Vec<_>>())),
            ("alarms", Json::from(self.alarms().into_iter().map(Json::from).collect::<Vec<_>>())),
            ("sentences", Json::from(self.sentences().into_iter().map(Json::from).collect::<Vec<_>>())),
        ]);
        if let Some(first) = self.first_bin() {
            value.set("bins", Json::from(self.bins().count() as u64));
            value.set("first_bin_expires", Json::from(expiry(first.expires)));
        }
        if let Some(digest) = &self.first_root_digest {
            value.set("first_root_digest", Json::from(digest.as_str()));
        }
        value
    }

    /// For people.
    pub(crate) fn sentences(&self) -> Vec<String> {
        let mut lines = vec![
            match self.state {
                BootstrapState::None => {
                    "There is no repository yet. Bootstrap it with the payload of a ceremony."
                }
                BootstrapState::Pre => "The first publication is being made.",
                BootstrapState::Signing => "The root waits for more signatures (GET /api/v1/metadata/sign).",
                BootstrapState::Finished => "The repository is published.",
            }
            .to_owned(),
        ];
        if self.state == BootstrapState::Finished {
            lines.push(format!("It lists {} artifacts.", self.counts.artifacts));
            for role in self.top_level() {
                lines.push(format!(
                    "{} has version {} and expires {}.",
                    role.role,
                    role.version,
                    expiry(role.expires)
                ));
            }
            if let Some(first) = self.first_bin() {
                lines.push(format!(
                    "The first of {} bins expires {}.",
                    self.bins().count(),
                    expiry(first.expires)
                ));
            }
        }
        let (waiting, deferred) = (self.counts.waiting, self.counts.deferred);
        lines.push(format!("{waiting} requests wait to be published, {deferred} are deferred."));
        lines.extend(self.alarms().into_iter().map(|alarm| format!("ALARM: {alarm}")));
        lines
    }

    /// What somebody must do something about.
    pub(crate) fn alarms(&self) -> Vec<String> {
        let mut alarms = Vec::new();
        if let Some(trouble) = &self.trouble {
            alarms.push(format!("the publisher does not get on, and tries again by itself. {trouble}"));
        }
        let recent = |row: &&SetAside| row.at.plus_days(SET_ASIDE_DAYS) > self.at;
        for row in self.set_aside.iter().filter(recent) {
            alarms.push(format!(
                "the request of task {} could not be read again and was set aside {}. Have it sent again, and find out who changed the catalog.",
                row.task.as_str(),
                row.at.rfc3339()
            ));
        }
        for role in &self.roles {
            if role.expires <= self.at.unix().0 {
                alarms.push(format!("{} expired {}; clients refuse it.", role.role, expiry(role.expires)));
            }
        }
        if let Some(root) = self.roles.iter().find(|role| role.role == RoleLabel::root()) {
            let days = UnixTime(root.expires).days_since(self.at.unix());
            if (0..ROOT_WARNING_DAYS).contains(&days) {
                alarms.push(format!("root expires in {days} days. Plan a ceremony to renew it."));
            }
        }
        alarms
    }

    fn top_level(&self) -> impl Iterator<Item = &CurrentRole> {
        self.roles.iter().filter(|role| is_top_level(role))
    }

    fn bins(&self) -> impl Iterator<Item = &CurrentRole> {
        self.roles.iter().filter(|role| !is_top_level(role))
    }

    fn first_bin(&self) -> Option<&CurrentRole> {
        self.bins().min_by_key(|role| role.expires)
    }
}

fn is_top_level(role: &CurrentRole) -> bool {
    matches!(role.role.as_str(), "root" | "timestamp" | "snapshot" | "targets")
}

fn role_json(role: &CurrentRole) -> Json {
    Json::object([
        ("role", Json::from(role.role.as_str())),
        ("version", Json::from(role.version)),
        ("expires", Json::from(expiry(role.expires))),
    ])
}

fn expiry(seconds: i64) -> String {
    Expiry::at(UnixTime(seconds)).to_string()
}
