//! Tasks.

use rusqlite::{Connection, OptionalExtension, params};
use shared::json::Json;

use crate::ports::catalog::CatalogError;
use crate::ports::catalog::task::{Task, TaskId, TaskName, TaskState};
use crate::ports::clock::Moment;

/// Reads one.
pub(super) fn find(db: &Connection, id: &TaskId) -> Result<Option<Task>, CatalogError> {
    let mut query = db.prepare_cached("SELECT name, state, result, updated FROM tasks WHERE id = ?1")?;
    let row: Option<(String, String, Vec<u8>, i64)> = query
        .query_row([id.as_str()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
        .optional()?;
    let Some((name, state, result, updated)) = row else { return Ok(None) };
    let unreadable = || CatalogError::Corrupt(format!("task {}", id.as_str()));
    Ok(Some(Task {
        id: id.clone(),
        name: TaskName::from_text(&name).ok_or_else(unreadable)?,
        state: TaskState::from_text(&state).ok_or_else(unreadable)?,
        result: Json::parse(&result).map_err(|_| unreadable())?,
        updated: Moment::from_micros(updated),
    }))
}

/// Writes or replaces one.
pub(super) fn put(db: &Connection, task: &Task) -> Result<(), CatalogError> {
    db.prepare_cached(
        "INSERT OR REPLACE INTO tasks (id, name, state, result, updated) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![
        task.id.as_str(),
        task.name.as_str(),
        task.state.as_str(),
        task.result.to_compact(),
        task.updated.micros()
    ])?;
    Ok(())
}
