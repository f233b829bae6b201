//! Tokens and the audit log.

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::ports::catalog::CatalogError;
use crate::ports::catalog::access::{AuditEntry, AuditRow, TokenRecord};
use crate::ports::clock::Moment;

const TOKEN: &str = "SELECT id, name, digest, scopes, created, expires, revoked FROM tokens";

fn read_token(row: &Row<'_>) -> rusqlite::Result<TokenRecord> {
    let scopes: String = row.get(3)?;
    Ok(TokenRecord {
        id: row.get(0)?,
        name: row.get(1)?,
        digest: row.get(2)?,
        // A scope never holds a line break: `Scope::parse` refuses it.
        scopes: scopes.lines().map(str::to_owned).collect(),
        created: Moment::from_micros(row.get(4)?),
        expires: row.get::<_, Option<i64>>(5)?.map(Moment::from_micros),
        revoked: row.get::<_, Option<i64>>(6)?.map(Moment::from_micros),
    })
}

/// The token whose secret has that digest.
pub(super) fn token(db: &Connection, digest: &[u8; 32]) -> Result<Option<TokenRecord>, CatalogError> {
    let mut query = db.prepare_cached(&format!("{TOKEN} WHERE digest = ?1"))?;
    Ok(query.query_row([digest.as_slice()], read_token).optional()?)
}

/// All tokens, oldest first.
pub(super) fn tokens(db: &Connection) -> Result<Vec<TokenRecord>, CatalogError> {
    let mut query = db.prepare_cached(&format!("{TOKEN} ORDER BY created, id"))?;
    let rows = query.query_map([], read_token)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Stores a token.
pub(super) fn add_token(
    db: &Connection,
    token: &TokenRecord,
    entry: &AuditEntry,
) -> Result<(), CatalogError> {
    db.prepare_cached(
        "INSERT INTO tokens (id, name, digest, scopes, created, expires, revoked) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![
        token.id,
        token.name,
        token.digest.as_slice(),
        token.scopes.join("\n"),
        token.created.micros(),
        token.expires.map(Moment::micros),
        token.revoked.map(Moment::micros)
    ])?;
    append(db, entry)
}

/// Revokes a token; `false` when there is none, and then nothing is logged.
pub(super) fn revoke(
    db: &Connection,
    id: &str,
    at: Moment,
    entry: &AuditEntry,
) -> Result<bool, CatalogError> {
    let changed = db
        .prepare_cached("UPDATE tokens SET revoked = coalesce(revoked, ?2) WHERE id = ?1")?
        .execute(params![id, at.micros()])?;
    if changed == 0 {
        return Ok(false);
    }
    append(db, entry)?;
    Ok(true)
}

fn read_audit(row: &Row<'_>) -> rusqlite::Result<AuditRow> {
    Ok(AuditRow { number: row.get(0)?, line: row.get(1)?, hash: row.get(2)? })
}

/// The whole log.
pub(super) fn audit(db: &Connection) -> Result<Vec<AuditRow>, CatalogError> {
    let mut query = db.prepare_cached("SELECT number, line, hash FROM audit ORDER BY number")?;
    let rows = query.query_map([], read_audit)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Appends a line. The write transaction is exclusive, so the chain cannot fork.
pub(super) fn append(db: &Connection, entry: &AuditEntry) -> Result<(), CatalogError> {
    let last = db
        .prepare_cached("SELECT number, line, hash FROM audit ORDER BY number DESC LIMIT 1")?
        .query_row([], read_audit)
        .optional()?;
    let row = AuditRow::after(last.as_ref(), entry);
    db.prepare_cached("INSERT INTO audit (number, line, hash) VALUES (?1, ?2, ?3)")?.execute(params![
        row.number,
        row.line,
        row.hash.as_slice()
    ])?;
    Ok(())
}
