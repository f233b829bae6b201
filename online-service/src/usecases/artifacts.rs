//! Adding, removing and publishing artifacts.

mod deferred;

use shared::digest::sha256;
use shared::json::Json;
use shared::settings::{RepositorySettings, SettingsError};
use shared::target::{TargetInfo, TargetInfoError, TargetPath};

use super::access::{AccessError, Caller};
use crate::ports::Ports;
use crate::ports::catalog::access::AuditEntry;
use crate::ports::catalog::bootstrap::BootstrapState;
use crate::ports::catalog::intake::{Computed, Growth, NewIntake, Urgency};
use crate::ports::catalog::names::RoleLabel;
use crate::ports::catalog::task::{Task, TaskId, TaskName};
use crate::ports::catalog::{Admission, CatalogError};
use crate::ports::clock::Moment;
use crate::ports::randomness::RandomnessError;
use crate::publisher::group::growth;
use crate::request::{Request, RequestError};
use crate::scope::Need;

/// python-tuf reads at most 5,000,000 bytes of a targets file. The rest is room for signatures and for what one
/// cannot know at the door.
pub(crate) const ROLE_LIMIT: u64 = 4_500_000;
/// How often a size is computed anew because other requests came meanwhile. Several bins may need it.
const ATTEMPTS: u32 = 64;

/// Why a request was refused. Nothing changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ArtifactsError {
    /// The caller may not.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// There is no repository yet.
    #[error("It requires bootstrap finished. State: {}", .0.as_str())]
    NotReady(BootstrapState),
    /// Nothing to remove.
    #[error("There is no artifact in this request. Name at least one path.")]
    Nothing,
    /// A bin would be too large for clients.
    #[error(
        "With this request {role} would have {bytes} bytes; clients read no role file beyond {ROLE_LIMIT}. Shorten `custom`, remove artifacts that are no longer needed, or use a repository with more bins."
    )]
    BinFull {
        /// The bin.
        role: RoleLabel,
        /// Bytes that it would have.
        bytes: u64,
    },
    /// No room for the task's id.
    #[error("{path} has no room for its task's id in `custom`. {reason} Or leave add_task_id_to_custom out.")]
    TaskId {
        /// The artifact.
        path: TargetPath,
        /// Why.
        reason: TargetInfoError,
    },
    /// What cannot be read again is not accepted.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// Too much waits already.
    #[error(
        "More than 256 MiB of requests wait to be published. Nothing was accepted; publish what was deferred (POST /api/v1/artifacts/publish), and look at `status`."
    )]
    QueueFull,
    /// The settings cannot be read back.
    #[error("The settings in the catalog are unreadable: {0}")]
    Settings(String),
    /// The catalog.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// No randomness.
    #[error(transparent)]
    Randomness(#[from] RandomnessError),
}

impl From<SettingsError> for ArtifactsError {
    fn from(error: SettingsError) -> Self {
        Self::Settings(error.to_string())
    }
}

/// An accepted request.
#[derive(Clone, Debug)]
pub(crate) struct Accepted {
    /// Its task.
    pub(crate) task: TaskId,
    /// When it was accepted.
    pub(crate) at: Moment,
}

/// Whether the task's id is written into `custom`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TaskIdInCustom {
    /// No.
    Omitted,
    /// As `added_by_task_id`, unless the caller's custom has such a field.
    Written,
}

/// Artifacts to add.
#[derive(Debug)]
pub(crate) struct Addition {
    /// Paths and what is said of them.
    pub(crate) artifacts: Vec<(TargetPath, TargetInfo)>,
    /// When to publish.
    pub(crate) urgency: Urgency,
    /// Whether the task's id is written into `custom`.
    pub(crate) task_id: TaskIdInCustom,
}

/// Adds or replaces artifacts.
pub(crate) fn add(
    ports: &Ports,
    caller: &Caller,
    mut addition: Addition,
) -> Result<Accepted, ArtifactsError> {
    check_paths(caller, addition.artifacts.iter().map(|(path, _)| path))?;
    let id = ports.task_id()?;
    if addition.task_id == TaskIdInCustom::Written {
        for (path, info) in &mut addition.artifacts {
            write_task_id(info, &id);
            // It grew, so it is checked again.
            TargetInfo::from_json(&info.to_json())
                .map_err(|reason| ArtifactsError::TaskId { path: path.clone(), reason })?;
        }
    }
    let request = Request::Add(addition.artifacts);
    take_in(ports, caller, id, TaskName::AddArtifacts, &request, addition.urgency)
}

fn write_task_id(info: &mut TargetInfo, id: &TaskId) {
    let custom = info.custom.get_or_insert_with(|| Json::object([]));
    if custom.get("added_by_task_id").is_none() {
        custom.set("added_by_task_id", Json::from(id.as_str()));
    }
}

/// Removes artifacts.
pub(crate) fn remove(
    ports: &Ports,
    caller: &Caller,
    paths: Vec<TargetPath>,
    urgency: Urgency,
) -> Result<Accepted, ArtifactsError> {
    check_paths(caller, paths.iter())?;
    if paths.is_empty() {
        return Err(ArtifactsError::Nothing);
    }
    take_in(ports, caller, ports.task_id()?, TaskName::RemoveArtifacts, &Request::Remove(paths), urgency)
}

/// Publishes what was deferred.
pub(crate) fn publish(ports: &Ports, caller: &Caller) -> Result<Accepted, ArtifactsError> {
    caller.check(&Need::PublishDeferred)?;
    take_in(ports, caller, ports.task_id()?, TaskName::PublishArtifacts, &Request::Publish, Urgency::Now)
}

fn check_paths<'a>(
    caller: &Caller,
    mut paths: impl Iterator<Item = &'a TargetPath>,
) -> Result<(), AccessError> {
    caller.check(&Need::Publish)?;
    paths.try_for_each(|path| caller.check(&Need::WriteArtifact(path.as_str())))
}

fn take_in(
    ports: &Ports,
    caller: &Caller,
    id: TaskId,
    name: TaskName,
    request: &Request,
    urgency: Urgency,
) -> Result<Accepted, ArtifactsError> {
    let settings = settings(ports)?;
    let at = ports.clock.now();
    let mut growth = announced(&settings, request);
    let packed = request.pack()?;
    let task = match urgency {
        Urgency::Now => Task::started(id.clone(), name, at),
        Urgency::Deferred => {
            Task::succeeded(id.clone(), name, at, deferred::details(ports, &settings.bins, request)?)
        }
    };
    for _ in 0..ATTEMPTS {
        let intake = NewIntake {
            growth: growth.clone(),
            packed: packed.clone(),
            audit: audit(caller, name, &id, &packed, at),
            task: task.clone(),
            urgency,
            limit: ROLE_LIMIT,
        };
        let (role, bytes, seen) = match ports.catalog.accept(&intake)? {
            Admission::Accepted => return Ok(Accepted { task: id, at }),
            Admission::NotReady(state) => return Err(ArtifactsError::NotReady(state)),
            Admission::QueueFull => return Err(ArtifactsError::QueueFull),
            Admission::BinFull { role, bytes, seen } => (role, bytes, seen),
        };
        let full = ArtifactsError::BinFull { role: role.clone(), bytes };
        let Some(entry) = growth.iter_mut().find(|entry| entry.role == role) else { return Err(full) };
        // What was announced is more than what will be: a path that is replaced counts twice. Only now it is computed.
        let bytes = deferred::size(ports, &settings.bins, &role, request)?;
        if bytes > ROLE_LIMIT {
            return Err(ArtifactsError::BinFull { role, bytes });
        }
        entry.computed = Some(Computed { bytes, seen });
    }
    Err(CatalogError::Fenced("other requests came at the same time".to_owned()).into())
}

fn announced(settings: &RepositorySettings, request: &Request) -> Vec<Growth> {
    let role = |bin| RoleLabel::new(settings.bins.role_name(bin).as_str());
    let one = |(bin, bytes)| Growth { role: role(bin), bytes, computed: None };
    growth(&settings.bins, request).into_iter().map(one).collect()
}

fn settings(ports: &Ports) -> Result<RepositorySettings, ArtifactsError> {
    let Some(record) = ports.catalog.repository()? else {
        return Err(ArtifactsError::NotReady(ports.catalog.bootstrap()?.state));
    };
    let value = Json::parse(&record.settings).map_err(|error| ArtifactsError::Settings(error.to_string()))?;
    Ok(RepositorySettings::from_json(&value)?)
}

/// The audit log says which request it was, and not only its task.
fn audit(caller: &Caller, name: TaskName, id: &TaskId, packed: &[u8], at: Moment) -> AuditEntry {
    let subject = Json::object([
        ("task", Json::from(id.as_str())),
        ("request_sha256", Json::from(hex::encode(sha256(packed)))),
    ]);
    AuditEntry { at, actor: caller.actor.clone(), action: name.as_str(), subject }
}
