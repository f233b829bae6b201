//! Published files.

use rusqlite::{Connection, OptionalExtension, Row, params};
use shared::digest::sha256;

use super::bootstrap::{self, REPOSITORY_SETTINGS};
use crate::ports::catalog::CatalogError;
use crate::ports::catalog::names::RoleLabel;
use crate::ports::catalog::publication::{CurrentRole, PublishedFile, RepositoryRecord};

fn read(row: &Row<'_>) -> rusqlite::Result<PublishedFile> {
    let bytes: Vec<u8> = row.get(1)?;
    // Files of an older schema have no hash beside them.
    let sha256 = row.get::<_, Option<[u8; 32]>>(2)?.unwrap_or_else(|| sha256(&bytes));
    Ok(PublishedFile { version: row.get(0)?, bytes, sha256 })
}

/// A file at or below the role's pointer.
pub(super) fn published(
    db: &Connection,
    role: &RoleLabel,
    version: u64,
) -> Result<Option<PublishedFile>, CatalogError> {
    let mut query = db.prepare_cached(
        "SELECT versions.version, bytes, sha256 FROM versions JOIN pointers USING (role)
         WHERE role = ?1 AND versions.version = ?2 AND versions.version <= pointers.version",
    )?;
    // Versions beyond 2^63-1 cannot be stored, so they cannot be found either.
    let Ok(version) = i64::try_from(version) else { return Ok(None) };
    Ok(query.query_row(params![role.as_str(), version], read).optional()?)
}

/// The file that the pointer names.
pub(super) fn current(db: &Connection, role: &RoleLabel) -> Result<Option<PublishedFile>, CatalogError> {
    let mut query = db.prepare_cached(
        "SELECT versions.version, bytes, sha256 FROM pointers JOIN versions USING (role, version) WHERE role = ?1",
    )?;
    Ok(query.query_row([role.as_str()], read).optional()?)
}

/// All pointers.
pub(super) fn current_roles(db: &Connection) -> Result<Vec<CurrentRole>, CatalogError> {
    let mut query = db.prepare_cached("SELECT role, version, expires FROM pointers ORDER BY role")?;
    let rows = query.query_map([], |row| {
        Ok(CurrentRole {
            role: RoleLabel::new(row.get::<_, String>(0)?),
            version: row.get(1)?,
            expires: row.get(2)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The versions of root, oldest first.
pub(super) fn root_versions(db: &Connection) -> Result<Vec<u64>, CatalogError> {
    let mut query = db.prepare_cached(
        "SELECT versions.version FROM versions JOIN pointers USING (role)
         WHERE role = 'root' AND versions.version <= pointers.version ORDER BY versions.version",
    )?;
    let rows = query.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// All floors.
pub(super) fn floors(db: &Connection) -> Result<Vec<(RoleLabel, u64)>, CatalogError> {
    let mut query = db.prepare_cached("SELECT role, version FROM floors ORDER BY role")?;
    let rows = query.query_map([], |row| Ok((RoleLabel::new(row.get::<_, String>(0)?), row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The settings and the current root, when there are both.
pub(super) fn repository(db: &Connection) -> Result<Option<RepositoryRecord>, CatalogError> {
    let Some(settings) = bootstrap::get(db, REPOSITORY_SETTINGS)? else { return Ok(None) };
    let root = current(db, &RoleLabel::root())?
        .ok_or_else(|| CatalogError::Corrupt("there are settings, but no root".to_owned()))?;
    Ok(Some(RepositoryRecord { settings, root: root.bytes, root_version: root.version }))
}
