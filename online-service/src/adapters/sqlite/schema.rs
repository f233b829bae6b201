//! The tables, and how an older file becomes a newer one.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use crate::ports::catalog::CatalogError;

/// Each step brings the schema from its index to the next number.
const STEPS: [&str; 2] = [INITIAL, SET_ASIDE];

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

const SET_ASIDE: &str = "
-- Requests that were accepted and could not be read again, out of the publisher's way.
CREATE TABLE set_aside (
    id INTEGER PRIMARY KEY,
    task TEXT NOT NULL,
    name TEXT NOT NULL,
    packed BLOB NOT NULL,
    at INTEGER NOT NULL
);

-- The SHA-256 of each file, so that nobody has to hash it for every client.
ALTER TABLE versions ADD COLUMN sha256 BLOB;

-- How many bytes wait, so that the door need not add them up. One row.
CREATE TABLE waiting (bytes INTEGER NOT NULL);
INSERT INTO waiting SELECT coalesce(sum(length(packed)), 0) FROM intake;
CREATE TRIGGER intake_comes AFTER INSERT ON intake
BEGIN UPDATE waiting SET bytes = bytes + length(new.packed); END;
CREATE TRIGGER intake_goes AFTER DELETE ON intake
BEGIN UPDATE waiting SET bytes = bytes - length(old.packed); END;
";

/// Creates the tables.
pub(super) fn create(db: &mut Connection) -> Result<(), CatalogError> {
    prepare(db)
}

/// Updates the tables. A file without any is no catalog.
pub(super) fn update(db: &mut Connection, path: &Path) -> Result<(), CatalogError> {
    let found: usize = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found == 0 {
        return Err(CatalogError::Missing(path.to_owned()));
    }
    prepare(db)
}

fn prepare(db: &mut Connection) -> Result<(), CatalogError> {
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

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::{INITIAL, update};

    #[test]
    fn a_catalog_of_the_first_schema_is_brought_up_to_date_with_what_waits_in_it() {
        let mut db = Connection::open_in_memory().unwrap();
        db.execute_batch(INITIAL).unwrap();
        db.execute("INSERT INTO intake (task, name, urgent, packed) VALUES ('a', 'b', 1, x'010203')", [])
            .unwrap();
        db.pragma_update(None, "user_version", 1).unwrap();
        update(&mut db, std::path::Path::new("x")).unwrap();
        let waiting = |db: &Connection| {
            db.query_row("SELECT bytes FROM waiting", [], |row| row.get::<_, u64>(0)).unwrap()
        };
        assert_eq!(waiting(&db), 3);
        db.execute("DELETE FROM intake", []).unwrap();
        assert_eq!(waiting(&db), 0);
    }
}
