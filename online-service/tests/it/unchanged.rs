//! After a refusal nothing has changed: not one row of any table, not one published byte of any version, and not one
//! file in the data folder.
//!
//! A refusal writes no audit row either: strangers could fill the disk with rows. Refusals are in the log.

use std::fmt::Write as _;
use std::path::Path;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags, Row};
use shared::digest::sha256;

use crate::service::Service;

/// Everything that a service keeps and shows, one thing a line.
#[derive(PartialEq, Eq)]
pub(crate) struct Snapshot(String);

impl Snapshot {
    /// Takes it. What a service shows is looked at while it runs.
    pub(crate) fn of(service: &Service) -> Self {
        let mut text = String::new();
        let published = tables(service, &mut text);
        files(&service.path("data"), &mut text);
        if service.is_running() {
            shown(service, &published, &mut text);
        }
        Self(text)
    }

    /// The first line that is only in one of the two.
    fn difference(&self, other: &Self) -> Option<String> {
        let (mut old, mut new) = (self.0.lines(), other.0.lines());
        loop {
            match (old.next(), new.next()) {
                (None, None) => return None,
                (old, new) if old == new => {}
                (old, new) => return Some(format!("before {old:?}, after {new:?}")),
            }
        }
    }
}

/// Every row of every table; returns the names of all published files, superseded ones too.
fn tables(service: &Service, text: &mut String) -> Vec<String> {
    let path = service.path("data/catalog.sqlite");
    let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let mut names = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").unwrap();
    let names: Vec<String> = names.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert!(names.len() >= 10, "{names:?}");
    for name in names {
        let mut query = db.prepare(&format!("SELECT * FROM {name}")).unwrap();
        let columns = query.column_count();
        let mut rows = query.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            write!(text, "table {name}").unwrap();
            (0..columns).for_each(|column| write_value(row, column, text));
            text.push('\n');
        }
    }
    let mut query = db.prepare("SELECT role, version FROM versions WHERE published ORDER BY 1, 2").unwrap();
    let file = |row: &Row<'_>| {
        let (role, version): (String, u64) = (row.get(0)?, row.get(1)?);
        Ok(if role == "timestamp" { "timestamp.json".to_owned() } else { format!("{version}.{role}.json") })
    };
    let mut published: Vec<String> = query.query_map([], file).unwrap().map(Result::unwrap).collect();
    published.dedup();
    published
}

fn write_value(row: &Row<'_>, column: usize, text: &mut String) {
    match row.get_ref(column).unwrap() {
        ValueRef::Blob(bytes) | ValueRef::Text(bytes) if bytes.len() > 200 => {
            write!(text, " {}", hex::encode(sha256(bytes))).unwrap();
        }
        ValueRef::Blob(bytes) | ValueRef::Text(bytes) => write!(text, " {}", bytes.escape_ascii()).unwrap(),
        value => write!(text, " {value:?}").unwrap(),
    }
}

/// Every file below a folder but the database's own, whose content was read above.
fn files(folder: &Path, text: &mut String) {
    let mut entries: Vec<_> = std::fs::read_dir(folder).unwrap().map(Result::unwrap).collect();
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        if path.is_dir() {
            files(&path, text);
        } else if !entry.file_name().to_string_lossy().starts_with("catalog.sqlite") {
            let bytes = std::fs::read(&path).unwrap();
            writeln!(text, "file {} {}", path.display(), hex::encode(sha256(&bytes))).unwrap();
        }
    }
}

/// What clients get: every published file of any version, the listing, and where the bootstrap stands.
fn shown(service: &Service, published: &[String], text: &mut String) {
    for name in published {
        let answer = service.get(&format!("/metadata/{name}"));
        assert_eq!(answer.status, 200, "{name}");
        writeln!(text, "shown {name} {}", hex::encode(sha256(&answer.bytes))).unwrap();
    }
    for path in ["/metadata/", "/api/v1/bootstrap"] {
        writeln!(text, "shown {path} {}", service.get(path).text().escape_debug()).unwrap();
    }
}

/// Runs something that must be refused, and asserts that nothing has changed.
pub(crate) fn assert_unchanged<T>(service: &Service, what: &str, refused: impl FnOnce() -> T) -> T {
    let before = Snapshot::of(service);
    let answer = refused();
    let after = Snapshot::of(service);
    if let Some(difference) = before.difference(&after) {
        panic!("{what} changed something, first: {difference}");
    }
    answer
}

/// Things that must be refused, one after the other. What is there after one is what was there before the next.
pub(crate) struct Watch<'a> {
    service: &'a Service,
    last: Snapshot,
}

impl<'a> Watch<'a> {
    /// Looks at the service as it is now.
    pub(crate) fn over(service: &'a Service) -> Self {
        Self { service, last: Snapshot::of(service) }
    }

    /// Asserts that nothing has changed since the last look.
    pub(crate) fn check(&mut self, what: &str) {
        let now = Snapshot::of(self.service);
        if let Some(difference) = self.last.difference(&now) {
            panic!("{what} changed something, first: {difference}");
        }
        self.last = now;
    }
}
