//! The bootstrap state.

use rusqlite::{Connection, OptionalExtension, params};

use super::{access, tasks};
use crate::ports::catalog::bootstrap::{
    Abandonment, BootstrapOpening, BootstrapRecord, BootstrapState, PendingRoot, RootExtension,
};
use crate::ports::catalog::task::{TaskId, TaskName};
use crate::ports::catalog::{CatalogError, Transition};

const STATE: &str = "bootstrap";
const TASK: &str = "bootstrap-task";
const ROOT: &str = "pending-root";
const SETTINGS: &str = "pending-settings";
const WAITING_TASK: &str = "pending-task";
const WAITING_NAME: &str = "pending-task-name";
/// The settings of the published repository.
pub(super) const REPOSITORY_SETTINGS: &str = "settings";

fn corrupt(key: &str) -> CatalogError {
    CatalogError::Corrupt(format!("the value `{key}` of the table `state`"))
}

/// Reads one value.
pub(super) fn get(db: &Connection, key: &str) -> Result<Option<Vec<u8>>, CatalogError> {
    let mut query = db.prepare_cached("SELECT value FROM state WHERE key = ?1")?;
    Ok(query.query_row([key], |row| row.get(0)).optional()?)
}

fn get_text(db: &Connection, key: &str) -> Result<Option<String>, CatalogError> {
    get(db, key)?.map(|value| String::from_utf8(value).map_err(|_| corrupt(key))).transpose()
}

fn put(db: &Connection, key: &str, value: &[u8]) -> Result<(), CatalogError> {
    db.prepare_cached("INSERT OR REPLACE INTO state (key, value) VALUES (?1, ?2)")?
        .execute(params![key, value])?;
    Ok(())
}

/// The state.
pub(super) fn state(db: &Connection) -> Result<BootstrapState, CatalogError> {
    match get_text(db, STATE)? {
        None => Ok(BootstrapState::None),
        Some(text) => BootstrapState::from_text(&text).ok_or_else(|| corrupt(STATE)),
    }
}

/// The state and its task.
pub(super) fn record(db: &Connection) -> Result<BootstrapRecord, CatalogError> {
    Ok(BootstrapRecord { state: state(db)?, task: get_text(db, TASK)?.map(TaskId::from_text) })
}

/// The root that is not published yet.
pub(super) fn pending_root(db: &Connection) -> Result<Option<PendingRoot>, CatalogError> {
    let Some(root) = get(db, ROOT)? else { return Ok(None) };
    let name = get_text(db, WAITING_NAME)?.and_then(|text| TaskName::from_text(&text));
    Ok(Some(PendingRoot {
        root,
        settings: get(db, SETTINGS)?.ok_or_else(|| corrupt(SETTINGS))?,
        task: get_text(db, WAITING_TASK)?.map(TaskId::from_text).ok_or_else(|| corrupt(WAITING_TASK))?,
        task_name: name.ok_or_else(|| corrupt(WAITING_NAME))?,
    }))
}

/// `None` -> `Pre` or `Signing`.
pub(super) fn open(db: &Connection, opening: &BootstrapOpening) -> Result<Transition, CatalogError> {
    let found = state(db)?;
    if found != BootstrapState::None {
        return Ok(Transition::Refused(found));
    }
    put(db, STATE, opening.state.as_str().as_bytes())?;
    put(db, TASK, opening.task.id.as_str().as_bytes())?;
    put(db, SETTINGS, &opening.settings)?;
    put_root(db, &opening.root, &opening.task.id, opening.task.name)?;
    tasks::put(db, &opening.task)?;
    access::append(db, &opening.audit)?;
    Ok(Transition::Made)
}

/// `Signing` -> `Signing` or `Pre`, with another signature.
pub(super) fn extend(db: &Connection, extension: &RootExtension) -> Result<Transition, CatalogError> {
    let found = state(db)?;
    if found != BootstrapState::Signing {
        return Ok(Transition::Refused(found));
    }
    check_root(db, &extension.previous)?;
    put(db, STATE, extension.state.as_str().as_bytes())?;
    put_root(db, &extension.root, &extension.task.id, extension.task.name)?;
    tasks::put(db, &extension.task)?;
    access::append(db, &extension.audit)?;
    Ok(Transition::Made)
}

/// `Signing` -> `None`.
pub(super) fn abandon(db: &Connection, abandonment: &Abandonment) -> Result<Transition, CatalogError> {
    let found = state(db)?;
    if found != BootstrapState::Signing {
        return Ok(Transition::Refused(found));
    }
    check_root(db, &abandonment.root)?;
    forget_pending(db)?;
    forget(db, &[STATE, TASK])?;
    tasks::put(db, &abandonment.task)?;
    access::append(db, &abandonment.audit)?;
    Ok(Transition::Made)
}

/// Fails when the pending root is no longer the one that was read.
fn check_root(db: &Connection, read: &[u8]) -> Result<(), CatalogError> {
    if get(db, ROOT)?.as_deref() == Some(read) {
        return Ok(());
    }
    Err(CatalogError::Fenced("the root that waits was changed at the same time".to_owned()))
}

fn forget_pending(db: &Connection) -> Result<(), CatalogError> {
    forget(db, &[ROOT, SETTINGS, WAITING_TASK, WAITING_NAME])
}

fn forget(db: &Connection, keys: &[&str]) -> Result<(), CatalogError> {
    let mut delete = db.prepare_cached("DELETE FROM state WHERE key = ?1")?;
    for key in keys {
        delete.execute([key])?;
    }
    Ok(())
}

fn put_root(db: &Connection, root: &[u8], task: &TaskId, name: TaskName) -> Result<(), CatalogError> {
    put(db, ROOT, root)?;
    put(db, WAITING_TASK, task.as_str().as_bytes())?;
    put(db, WAITING_NAME, name.as_str().as_bytes())
}

/// `Pre` -> `Finished`, inside the publication of version 1.
pub(super) fn finish(db: &Connection) -> Result<(), CatalogError> {
    let found = state(db)?;
    if found != BootstrapState::Pre {
        return Err(CatalogError::Fenced(format!("the bootstrap is in state {}", found.as_str())));
    }
    let settings = get(db, SETTINGS)?.ok_or_else(|| corrupt(SETTINGS))?;
    put(db, REPOSITORY_SETTINGS, &settings)?;
    put(db, STATE, BootstrapState::Finished.as_str().as_bytes())?;
    forget_pending(db)
}
