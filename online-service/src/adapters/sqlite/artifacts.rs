//! Artifacts.

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::ports::catalog::CatalogError;
use crate::ports::catalog::publication::{ArtifactChange, Counts, StoredArtifact};

fn read(row: &Row<'_>) -> rusqlite::Result<StoredArtifact> {
    Ok(StoredArtifact { path: row.get(0)?, info: row.get(1)? })
}

/// One bin, ordered by path.
pub(super) fn bin(db: &Connection, bin: u32) -> Result<Vec<StoredArtifact>, CatalogError> {
    let mut query = db.prepare_cached("SELECT path, info FROM artifacts WHERE bin = ?1 ORDER BY path")?;
    let rows = query.query_map([bin], read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Which of these there are.
pub(super) fn present(db: &Connection, wanted: &[(u32, &str)]) -> Result<Vec<bool>, CatalogError> {
    let mut query =
        db.prepare_cached("SELECT EXISTS (SELECT 1 FROM artifacts WHERE bin = ?1 AND path = ?2)")?;
    let one = |(bin, path): &(u32, &str)| query.query_row(params![bin, path], |row| row.get(0));
    Ok(wanted.iter().map(one).collect::<Result<_, _>>()?)
}

/// One artifact.
pub(super) fn one(db: &Connection, bin: u32, path: &str) -> Result<Option<StoredArtifact>, CatalogError> {
    let mut query = db.prepare_cached("SELECT path, info FROM artifacts WHERE bin = ?1 AND path = ?2")?;
    Ok(query.query_row(params![bin, path], read).optional()?)
}

/// Numbers for `status`.
pub(super) fn counts(db: &Connection) -> Result<Counts, CatalogError> {
    let artifacts = db.query_row("SELECT count(*) FROM artifacts", [], |row| row.get(0))?;
    let (waiting, deferred) = db.query_row(
        "SELECT count(*) FILTER (WHERE urgent), count(*) FILTER (WHERE NOT urgent) FROM intake",
        [],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    Ok(Counts { artifacts, waiting, deferred })
}

/// Applies one change.
pub(super) fn apply(db: &Connection, change: &ArtifactChange) -> Result<(), CatalogError> {
    match &change.info {
        Some(info) => db
            .prepare_cached("INSERT OR REPLACE INTO artifacts (bin, path, info) VALUES (?1, ?2, ?3)")?
            .execute(params![change.bin, change.path, info])?,
        None => db
            .prepare_cached("DELETE FROM artifacts WHERE bin = ?1 AND path = ?2")?
            .execute(params![change.bin, change.path])?,
    };
    Ok(())
}
