//! The publish.

use rusqlite::{Connection, OptionalExtension, params};

use shared::digest::sha256;

use super::{access, artifacts, bootstrap, intake, tasks};
use crate::ports::catalog::CatalogError;
use crate::ports::catalog::bootstrap::BootstrapState;
use crate::ports::catalog::publication::{Basis, NewFile, Publication, RoleSize};

/// Applies a whole publication inside the caller's transaction.
pub(super) fn commit(db: &Connection, change: &Publication) -> Result<(), CatalogError> {
    match change.basis {
        Basis::Bootstrap => bootstrap::finish(db)?,
        Basis::Root(version) => check_root(db, version)?,
    }
    for file in &change.files {
        publish(db, file, change.at.micros())?;
    }
    for artifact in &change.artifacts {
        artifacts::apply(db, artifact)?;
    }
    for size in &change.sizes {
        resize(db, size)?;
    }
    for id in &change.done {
        finish_intake(db, *id)?;
    }
    for row in &change.set_aside {
        intake::set_aside(db, row)?;
        finish_intake(db, row.id)?;
    }
    for task in &change.tasks {
        tasks::put(db, task)?;
    }
    access::append(db, &change.audit)
}

fn check_root(db: &Connection, expected: u64) -> Result<(), CatalogError> {
    let found: Option<u64> = db
        .prepare_cached("SELECT version FROM pointers WHERE role = 'root'")?
        .query_row([], |row| row.get(0))
        .optional()?;
    let state = bootstrap::state(db)?;
    if state == BootstrapState::Finished && found == Some(expected) {
        return Ok(());
    }
    Err(CatalogError::Fenced(format!("it was signed under root {expected}, the current root is {found:?}")))
}

/// The floor first: it is what keeps a version from ever being given out twice.
fn publish(db: &Connection, file: &NewFile, at: i64) -> Result<(), CatalogError> {
    let role = file.role.as_str();
    let raised = db
        .prepare_cached(
            "INSERT INTO floors (role, version) SELECT ?1, ?2 WHERE ?2 = 1 OR EXISTS (SELECT 1 FROM floors WHERE role = ?1)
             ON CONFLICT (role) DO UPDATE SET version = excluded.version WHERE floors.version = excluded.version - 1",
        )?
        .execute(params![role, file.version])?;
    if raised != 1 {
        return Err(CatalogError::Fenced(format!(
            "version {} of {role} does not follow its floor",
            file.version
        )));
    }
    db.prepare_cached(
        "INSERT INTO versions (role, version, bytes, published, sha256) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![role, file.version, file.bytes, at, sha256(&file.bytes)])?;
    db.prepare_cached("INSERT OR REPLACE INTO pointers (role, version, expires) VALUES (?1, ?2, ?3)")?
        .execute(params![role, file.version, file.expires])?;
    Ok(())
}

fn resize(db: &Connection, size: &RoleSize) -> Result<(), CatalogError> {
    db.prepare_cached(
        "INSERT INTO sizes (role, bytes, pending) VALUES (?1, ?2, 0)
         ON CONFLICT (role) DO UPDATE SET bytes = excluded.bytes, pending = max(0, pending - ?3)",
    )?
    .execute(params![size.role.as_str(), size.bytes, size.settled])?;
    Ok(())
}

fn finish_intake(db: &Connection, id: i64) -> Result<(), CatalogError> {
    let removed = db.prepare_cached("DELETE FROM intake WHERE id = ?1")?.execute([id])?;
    if removed == 1 {
        return Ok(());
    }
    Err(CatalogError::Fenced(format!("request {id} was published by somebody else")))
}
