//! `tests/data/malformed`: one folder for each malformation, with the document and the sentence that refuses it.

#[path = "../../examples/malformed/reader.rs"]
mod reader;
#[path = "../../examples/malformed/vectors.rs"]
mod vectors;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

fn folders() -> BTreeMap<String, PathBuf> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/malformed");
    let entries = std::fs::read_dir(data).unwrap().map(|entry| entry.unwrap());
    entries.map(|entry| (entry.file_name().into_string().unwrap(), entry.path())).collect()
}

/// The one document of a folder, with its name.
fn document(folder: &Path) -> (String, Vec<u8>) {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let mut documents: Vec<_> = entries.filter(|entry| entry.file_name() != "expected.txt").collect();
    assert_eq!(documents.len(), 1, "{}", folder.display());
    let entry = documents.remove(0);
    (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap())
}

#[test]
fn every_malformed_document_is_refused_with_the_sentence_beside_it() {
    let folders = folders();
    for (name, folder) in &folders {
        let (file, bytes) = document(folder);
        let expected = std::fs::read_to_string(folder.join("expected.txt")).unwrap();
        let sentence = reader::read(&file, &bytes).expect_err(name);
        assert_eq!(format!("{sentence}\n"), expected, "{name}");
        assert!(
            sentence.ends_with('.') && sentence.contains(". "),
            "{name} says no two sentences: {sentence}"
        );
        assert!(sentence.len() < 500, "{name} says too much: {sentence}");
        assert!(!sentence.chars().any(char::is_control), "{name} steers a terminal: {sentence:?}");
    }
    assert_eq!(folders.len(), vectors::all().len());
    println!("figure: bad input: {} rows in documents read by shared", folders.len());
}

#[test]
fn the_good_documents_that_they_were_made_of_are_accepted() {
    use vectors::base;
    for (file, bytes) in [
        ("root.json", base::root()),
        ("payload.json", base::payload()),
        ("online-key.json", base::online_key()),
        ("timestamp.json", base::repository().remove("timestamp.json").unwrap()),
    ] {
        assert_eq!(reader::read(file, &bytes), Ok(()), "{file}");
    }
}

#[test]
fn the_folders_are_those_that_the_example_makes() {
    let mut folders = folders();
    for vector in vectors::all() {
        let folder = folders.remove(vector.name).expect(vector.name);
        let (file, bytes) = document(&folder);
        assert!(file == vector.file && bytes == vector.bytes, "{} differs", vector.name);
    }
    assert!(
        folders.is_empty(),
        "nothing makes {:?}; run `cargo run -p shared --example malformed`",
        folders.keys()
    );
}
