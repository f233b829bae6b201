//! Exchanges as they were recorded (`tests/data/rstuf`).

use std::path::{Path, PathBuf};

use shared::json::Json;

/// One request, and what RSTUF answered.
pub(super) struct Exchange {
    /// Session and number.
    pub(super) name: String,
    /// The method.
    pub(super) method: String,
    /// The path with its query.
    pub(super) path: String,
    /// The body; empty without one.
    pub(super) body: Vec<u8>,
    /// RSTUF's status code.
    pub(super) status: u16,
    /// RSTUF's answer: JSON, or text.
    pub(super) answer: Json,
}

/// The folder of the recordings.
pub(super) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/rstuf")
}

/// The exchanges of a session, in their order.
pub(super) fn session(name: &str) -> Vec<Exchange> {
    let text = std::fs::read_to_string(folder().join(format!("{name}.jsonl"))).unwrap();
    text.lines().map(|line| exchange(&Json::parse(line.as_bytes()).unwrap())).collect()
}

fn exchange(line: &Json) -> Exchange {
    let text = |name: &str| line.get(name).and_then(Json::as_str);
    let (method, path) = text("request").unwrap().split_once(' ').unwrap();
    let body = match (line.get("body"), text("text"), text("document")) {
        (Some(body), None, None) => body.to_compact(),
        (None, Some(text), None) => text.as_bytes().to_vec(),
        (None, None, Some(name)) => document(name, line.get("changes")),
        (None, None, None) => Vec::new(),
        _ => panic!("{line:?} has several bodies"),
    };
    Exchange {
        name: text("name").unwrap().to_owned(),
        method: method.to_owned(),
        path: path.to_owned(),
        body,
        status: u16::try_from(line.get("status").unwrap().as_u64().unwrap()).unwrap(),
        answer: line.get("answer").unwrap().clone(),
    }
}

fn document(name: &str, changes: Option<&Json>) -> Vec<u8> {
    let bytes = std::fs::read(folder().join(format!("documents/{name}.json"))).unwrap();
    let mut value = Json::parse(&bytes).unwrap();
    for (pointer, change) in changes.and_then(Json::as_object).into_iter().flatten() {
        let steps: Vec<&str> = pointer.split('/').skip(1).collect();
        replace(&mut value, &steps, change.clone());
    }
    value.to_compact()
}

fn replace(value: &mut Json, steps: &[&str], change: Json) {
    match (value, steps) {
        (value, []) => *value = change,
        (Json::Object(members), [name, rest @ ..]) => {
            replace(members.entry((*name).to_owned()).or_default(), rest, change);
        }
        (Json::Array(elements), [index, rest @ ..]) => {
            replace(&mut elements[index.parse::<usize>().unwrap()], rest, change);
        }
        (other, steps) => panic!("{other:?} has no {steps:?}"),
    }
}
