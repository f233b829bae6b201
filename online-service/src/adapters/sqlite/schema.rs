//! The tables, and how an older file becomes a newer one.

use rusqlite::{Connection, TransactionBehavior};

use crate::ports::catalog::CatalogError;

/// Each step brings the schema from its index to the next number.
const STEPS: [&str; 1] = [INITIAL];

const INITIAL: &str = "
-- Single values: the bootstrap state, the pending root, the settings that people signed.
CREATE TABLE state (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;

-- Append-only queue between the door and the publisher: one packed row for each request, removed when published.
-- AUTOINCREMENT: an id is never used again, so the order of intake is the order of ids.
CREATE TABLE intake (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    task TEXT NOT NULL,
    name TEXT NOT NULL,
    urgent INTEGER NOT NULL,
    packed BLOB NOT NULL
);

-- Published artifacts, clustered by bin: a publish reads whole bins in order.
CREATE TABLE artifacts (
    bin INTEGER NOT NULL,
    path TEXT NOT NULL,
    info BLOB NOT NULL,
    PRIMARY KEY (bin, path)
) WITHOUT ROWID;

-- Every signed file. What is above the role's pointer is staged and invisible.
CREATE TABLE versions (
    role TEXT NOT NULL,
    version INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    published INTEGER NOT NULL,
    PRIMARY KEY (role, version)
);

-- The current version of each role. The commit that moves these rows is the publish.
CREATE TABLE pointers (
    role TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    expires INTEGER NOT NULL
) WITHOUT ROWID;

-- The highest version that was ever given out for a role. It only grows, also when a version is removed.
CREATE TABLE floors (role TEXT PRIMARY KEY, version INTEGER NOT NULL) WITHOUT ROWID;

-- Bytes of each bin as published, and announced by requests that still wait.
CREATE TABLE sizes (
    role TEXT PRIMARY KEY,
    bytes INTEGER NOT NULL,
    pending INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE tasks (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    result BLOB NOT NULL,
    updated INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE tokens (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    digest BLOB NOT NULL UNIQUE,
    scopes TEXT NOT NULL,
    created INTEGER NOT NULL,
    expires INTEGER,
    revoked INTEGER
) WITHOUT ROWID;

-- Hash chain: each hash covers the one before it.
CREATE TABLE audit (number INTEGER PRIMARY KEY, line BLOB NOT NULL, hash BLOB NOT NULL);
";

/// Creates or updates the tables.
pub(super) fn prepare(db: &mut Connection) -> Result<(), CatalogError> {
    let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found: usize = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found > STEPS.len() {
        return Err(CatalogError::Corrupt(format!(
            "its schema has version {found}, this program knows versions up to {}; use the newer program",
            STEPS.len()
        )));
    }
    for step in STEPS.iter().skip(found) {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "user_version", STEPS.len())?;
    transaction.commit()?;
    Ok(())
}
