//! The queue between the door and the publisher.

use rusqlite::{Connection, OptionalExtension, params};

use super::{access, bootstrap, tasks};
use crate::ports::catalog::bootstrap::BootstrapState;
use crate::ports::catalog::intake::{Growth, IntakeRow, NewIntake, SetAside, Urgency};
use crate::ports::catalog::task::{TaskId, TaskName};
use crate::ports::catalog::{Admission, CatalogError};
use crate::ports::clock::Moment;

/// How many bytes of requests may wait: more than a publication ever leaves over, less than would fill a disk.
const WAITING_LIMIT: u64 = 256 * 1024 * 1024;

/// The oldest rows, when at least one of all rows is urgent.
pub(super) fn waiting(db: &Connection, max_bytes: u64) -> Result<Vec<IntakeRow>, CatalogError> {
    let urgent: bool = db
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM intake WHERE urgent)")?
        .query_row([], |row| row.get(0))?;
    if urgent { oldest(db, 0, max_bytes) } else { Ok(Vec::new()) }
}

/// The oldest rows above an id: at least one, and no more once the limit is passed.
pub(super) fn oldest(db: &Connection, after: i64, max_bytes: u64) -> Result<Vec<IntakeRow>, CatalogError> {
    let mut query =
        db.prepare_cached("SELECT id, task, name, urgent, packed FROM intake WHERE id > ?1 ORDER BY id")?;
    let mut rows = query.query([after])?;
    let mut found = Vec::new();
    let mut bytes: u64 = 0;
    while let Some(row) = rows.next()? {
        let name: String = row.get(2)?;
        let urgent: bool = row.get(3)?;
        let packed: Vec<u8> = row.get(4)?;
        bytes = bytes.saturating_add(packed.len() as u64);
        found.push(IntakeRow {
            id: row.get(0)?,
            task: TaskId::from_text(row.get::<_, String>(1)?),
            name: TaskName::from_text(&name)
                .ok_or_else(|| CatalogError::Corrupt(format!("intake of kind {name}")))?,
            urgency: if urgent { Urgency::Now } else { Urgency::Deferred },
            packed,
        });
        if bytes >= max_bytes {
            break;
        }
    }
    Ok(found)
}

/// Takes a request in. Everything is checked before anything is written.
pub(super) fn accept(db: &Connection, intake: &NewIntake) -> Result<Admission, CatalogError> {
    let state = bootstrap::state(db)?;
    if state != BootstrapState::Finished {
        return Ok(Admission::NotReady(state));
    }
    if waiting_bytes(db)?.saturating_add(intake.packed.len() as u64) > WAITING_LIMIT {
        return Ok(Admission::QueueFull);
    }
    let seen = highest_id(db)?;
    for growth in &intake.growth {
        let bytes = match growth.computed {
            Some(computed) if computed.seen == seen => computed.bytes,
            _ => size(db, growth)?.saturating_add(growth.bytes),
        };
        if bytes > intake.limit {
            return Ok(Admission::BinFull { role: growth.role.clone(), bytes, seen });
        }
    }
    for growth in &intake.growth {
        db.prepare_cached(
            "INSERT INTO sizes (role, bytes, pending) VALUES (?1, 0, ?2)
             ON CONFLICT (role) DO UPDATE SET pending = pending + excluded.pending",
        )?
        .execute(params![growth.role.as_str(), growth.bytes])?;
    }
    db.prepare_cached("INSERT INTO intake (task, name, urgent, packed) VALUES (?1, ?2, ?3, ?4)")?.execute(
        params![
            intake.task.id.as_str(),
            intake.task.name.as_str(),
            intake.urgency == Urgency::Now,
            intake.packed
        ],
    )?;
    tasks::put(db, &intake.task)?;
    access::append(db, &intake.audit)?;
    Ok(Admission::Accepted)
}

fn waiting_bytes(db: &Connection) -> Result<u64, CatalogError> {
    Ok(db.prepare_cached("SELECT bytes FROM waiting")?.query_row([], |row| row.get(0))?)
}

/// Ids are never used again, so this changes with every request that is taken in.
fn highest_id(db: &Connection) -> Result<i64, CatalogError> {
    let mut query = db.prepare_cached("SELECT seq FROM sqlite_sequence WHERE name = 'intake'")?;
    Ok(query.query_row([], |row| row.get(0)).optional()?.unwrap_or(0))
}

/// Copies a row to where it is in nobody's way.
pub(super) fn set_aside(db: &Connection, row: &SetAside) -> Result<(), CatalogError> {
    db.prepare_cached(
        "INSERT INTO set_aside (id, task, name, packed, at) SELECT id, task, name, packed, ?2 FROM intake WHERE id = ?1",
    )?
    .execute(params![row.id, row.at.micros()])?;
    Ok(())
}

/// All of those.
pub(super) fn all_set_aside(db: &Connection) -> Result<Vec<SetAside>, CatalogError> {
    let mut query = db.prepare_cached("SELECT id, task, at FROM set_aside ORDER BY id")?;
    let rows = query.query_map([], |row| {
        Ok(SetAside {
            id: row.get(0)?,
            task: TaskId::from_text(row.get::<_, String>(1)?),
            at: Moment::from_micros(row.get(2)?),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn size(db: &Connection, growth: &Growth) -> Result<u64, CatalogError> {
    let mut query = db.prepare_cached("SELECT bytes + pending FROM sizes WHERE role = ?1")?;
    Ok(query.query_row([growth.role.as_str()], |row| row.get(0)).optional()?.unwrap_or(0))
}
