//! After a refusal nothing has changed: not one row of any table, and not one published byte.

use std::fmt::Write as _;

use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags};

use crate::service::{Service, sha256_hex};

/// Everything that a service keeps and shows.
#[derive(PartialEq, Eq)]
pub(crate) struct Snapshot(String);

impl Snapshot {
    /// Takes it.
    pub(crate) fn of(service: &Service) -> Self {
        let mut text = tables(service);
        let listing = service.get("/metadata/").text();
        let names = listing.split('"').filter_map(|part| part.strip_prefix("/metadata/"));
        for name in names.filter(|name| !name.is_empty()) {
            let bytes = service.get(&format!("/metadata/{name}")).text();
            writeln!(text, "published {name} {}", sha256_hex(&bytes)).unwrap();
        }
        writeln!(text, "bootstrap {}", service.get("/api/v1/bootstrap").text()).unwrap();
        Self(text)
    }
}

fn tables(service: &Service) -> String {
    let path = service.path("data/catalog.sqlite");
    let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let mut names = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").unwrap();
    let names: Vec<String> = names.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert!(names.len() >= 10, "{names:?}");
    let mut text = String::new();
    for name in names {
        let mut query = db.prepare(&format!("SELECT * FROM {name}")).unwrap();
        let columns = query.column_count();
        let mut rows = query.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            write!(text, "{name}").unwrap();
            for column in 0..columns {
                match row.get(column).unwrap() {
                    Value::Blob(bytes) if bytes.len() > 200 => {
                        write!(text, " blob {}", hex::encode(shared::digest::sha256(&bytes))).unwrap();
                    }
                    Value::Blob(bytes) => write!(text, " {}", String::from_utf8_lossy(&bytes)).unwrap(),
                    value => write!(text, " {value:?}").unwrap(),
                }
            }
            text.push('\n');
        }
    }
    text
}

/// Runs something that must be refused, and asserts that nothing has changed.
pub(crate) fn assert_unchanged<T>(service: &Service, what: &str, refused: impl FnOnce() -> T) -> T {
    let before = Snapshot::of(service);
    let answer = refused();
    let after = Snapshot::of(service);
    let differing = before.0.lines().zip(after.0.lines()).find(|(old, new)| old != new);
    assert!(before == after, "{what} changed something, first: {differing:?}");
    answer
}
