//! The configuration of the repository, in the shape of RSTUF's `GET /config`.

use shared::json::Json;
use shared::metadata::{Metadata, MetadataError, Root, TopRole};
use shared::settings::{Days, RepositorySettings};

use super::access::{AccessError, Caller};
use crate::ports::Ports;
use crate::ports::catalog::CatalogError;
use crate::ports::catalog::bootstrap::BootstrapState;
use crate::ports::catalog::names::RoleLabel;
use crate::publisher::PublishError;
use crate::publisher::memory::read_settings;
use crate::scope::Need;

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SettingsError {
    /// The caller may not.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// There is no repository yet.
    #[error("It requires bootstrap. State: {}", .0.as_str())]
    NotReady(BootstrapState),
    /// The settings cannot be read back.
    #[error(transparent)]
    Unreadable(#[from] PublishError),
    /// The root cannot be read back.
    #[error(transparent)]
    Root(#[from] MetadataError),
    /// The catalog.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
}

/// All settings. Unlike RSTUF's, `root_num_keys` is the number of root keys, and an address of the vault appears only
/// where the published root tells it anyway.
pub(crate) fn current(ports: &Ports, caller: &Caller) -> Result<Json, SettingsError> {
    caller.check(&Need::Read)?;
    let bootstrap = ports.catalog.bootstrap()?;
    let Some(record) = ports.catalog.repository()? else {
        return Err(SettingsError::NotReady(bootstrap.state));
    };
    let settings = read_settings(&record.settings)?;
    let root = Metadata::<Root>::parse(&record.root)?;
    let mut data = Json::object([
        ("number_of_delegated_bins", Json::from(settings.bins.count.get())),
        ("targets_online_key", Json::from(true)),
        ("root_signing", Json::Null),
        ("online_key", online_key(&root)),
        ("trusted_root", root.document().to_json()),
    ]);
    if let Some(task) = bootstrap.task {
        data.set("bootstrap", Json::from(task.as_str()));
    }
    if let Some(targets) = ports.catalog.current(&RoleLabel::targets())? {
        data.set("trusted_targets", Json::parse(&targets.bytes).unwrap_or_default());
    }
    for role in TopRole::ALL {
        let keys = root.body().role(role)?;
        put_role(&mut data, role.name(), days(&settings, role), keys.threshold.get(), keys.keyids.len());
    }
    let targets = root.body().role(TopRole::Targets)?;
    put_role(&mut data, "bins", settings.bin, targets.threshold.get(), targets.keyids.len());
    Ok(data)
}

fn put_role(data: &mut Json, role: &str, days: Days, threshold: u32, keys: usize) {
    data.set(&format!("{role}_expiration"), Json::from(days.get()));
    data.set(&format!("{role}_threshold"), Json::from(threshold));
    data.set(&format!("{role}_num_keys"), Json::from(keys as u64));
}

const fn days(settings: &RepositorySettings, role: TopRole) -> Days {
    match role {
        TopRole::Root => settings.root,
        TopRole::Timestamp => settings.timestamp,
        TopRole::Snapshot => settings.snapshot,
        TopRole::Targets => settings.targets,
    }
}

/// As root lists it, with its id. What root does not say of it is not said here either.
fn online_key(root: &Metadata<Root>) -> Json {
    let Some((keyid, _)) = root.body().keys_of(TopRole::Timestamp).next() else { return Json::Null };
    let listed = root.document().signed().get("keys").and_then(|keys| keys.get(keyid.as_str()));
    let mut value = listed.cloned().unwrap_or_default();
    value.set("keyid", Json::from(keyid.as_str()));
    value
}
