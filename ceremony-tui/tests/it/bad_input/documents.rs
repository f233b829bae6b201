//! Every malformed document, as `inspect` tells it and as the ceremony takes it.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::holders::SECRETS;
use crate::room::{BINARY, Room, Setup};

/// The folders of `shared/tests/data/malformed`, with document and sentence.
fn vectors() -> Vec<(String, PathBuf, String)> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/tests/data/malformed");
    let mut found = Vec::new();
    for folder in std::fs::read_dir(data).unwrap() {
        let folder = folder.unwrap().path();
        let expected = std::fs::read_to_string(folder.join("expected.txt")).unwrap();
        let mut files = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
        let document = files.find(|path| !path.ends_with("expected.txt")).unwrap();
        let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
        found.push((name, document, expected.trim_end().to_owned()));
    }
    found.sort();
    found
}

/// What `inspect` cannot tell without the root before it.
const NEED_THE_CURRENT_ROOT: [&str; 2] = ["update-that-skips-a-version", "version-2-as-the-first"];

/// What `inspect` knows too little of to use the same words.
const IN_ITS_OWN_WORDS: [&str; 2] = ["payload-without-settings", "update-to-the-same-version"];

/// What `inspect` has no eyes for: files that are published and never cross the gap, and the proof of a root key.
fn crosses(document: &Path) -> bool {
    let name = document.file_name().unwrap().to_str().unwrap();
    [
        "root.json",
        "payload.json",
        "update-payload.json",
        "sign-request.json",
        "sign-payload.json",
        "online-key.json",
    ]
    .contains(&name)
}

#[test]
fn inspect_says_of_every_malformed_document_what_is_wrong_with_it() {
    let mut rows = 0;
    for (name, document, expected) in vectors() {
        let before = std::fs::read(&document).unwrap();
        let output = Command::new(BINARY).arg("inspect").arg(&document).output().unwrap();
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert!(output.status.code().is_some_and(|code| code < 2), "{name}: {}", output.status);
        let steers = said.chars().any(|c| c.is_control() && c != '\n');
        assert!(!steers && !said.contains("panicked"), "{name}: {said:?}");
        if NEED_THE_CURRENT_ROOT.contains(&name.as_str()) {
            assert!(output.status.success() && said.contains("It is root version "), "{name}: {said}");
        } else if IN_ITS_OWN_WORDS.contains(&name.as_str()) {
            assert!(said.contains("Warning: a metadata update never carries version 1."), "{name}: {said}");
        } else if crosses(&document) {
            let warned = output.status.success() && said.contains("Warning: ");
            assert!(warned || !output.status.success(), "{name} is told as if nothing were wrong: {said}");
            let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
            let unknown = said.contains("no document that crosses the gap");
            assert!(
                unknown || words(&said).contains(&words(&expected)),
                "{name} should say \"{expected}\": {said}"
            );
        } else {
            assert!(!output.status.success(), "{name}: {said}");
        }
        assert_eq!(std::fs::read(&document).unwrap(), before);
        rows += 1;
    }
    assert!(rows >= 60, "only {rows} documents");
    println!("figure: bad input: {rows} rows in documents told by inspect");
}

#[test]
fn the_ceremony_takes_no_malformed_document_for_an_online_key() {
    let folder = tempfile::tempdir().unwrap();
    let mut room = Room::enter(folder.path(), &Setup::with_secrets(SECRETS));
    room.pass_until("online-key.file");
    let mut rows = 0;
    for (name, document, expected) in vectors() {
        room.answer("online-key.file", document.to_str().unwrap());
        let said = room.said();
        assert!(said.contains("Refused: "), "{name}: {said}");
        assert!(!said.chars().any(|c| c.is_control() && c != '\n'), "{name}: {said:?}");
        if document.ends_with("online-key.json") {
            let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(words(&said).contains(&words(&expected)), "{name} should say \"{expected}\": {said}");
        }
        assert_eq!(room.prompt(), "online-key.file", "{name}");
        rows += 1;
    }
    println!("figure: bad input: {rows} rows in documents offered as an online key");
}
