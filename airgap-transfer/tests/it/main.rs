//! Exporting to and importing from real folders.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

mod hostile;

use std::fs;
use std::path::Path;

use airgap_transfer::folder::{FolderError, Outcome, ReadError, check, export, find_key_file, import};
use shared::digest::FileDigest;

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn an_export_leaves_exactly_the_document_and_tells_its_digest() {
    let folder = tempfile::tempdir().unwrap();
    let written = export(folder.path(), "payload.json", b"{}").unwrap();
    assert_eq!(written.outcome, Outcome::New);
    assert_eq!(written.digest, FileDigest::of(b"{}"));
    assert_eq!(names(folder.path()), ["payload.json"]);
    assert_eq!(fs::read(&written.path).unwrap(), b"{}");
}

#[test]
fn the_same_document_again_is_no_error_and_another_one_is_never_replaced() {
    let folder = tempfile::tempdir().unwrap();
    export(folder.path(), "payload.json", b"{}").unwrap();
    let again = export(folder.path(), "payload.json", b"{}").unwrap();
    assert_eq!(again.outcome, Outcome::SameBytesFound);
    for other in [&b"[]"[..], b"longer than before"] {
        let refused = export(folder.path(), "payload.json", other);
        assert!(matches!(refused, Err(FolderError::OtherContent { .. })), "{refused:?}");
        assert_eq!(fs::read(folder.path().join("payload.json")).unwrap(), b"{}");
    }
    assert_eq!(names(folder.path()), ["payload.json"]);
}

#[test]
fn what_could_not_be_written_is_told_before_anything_is() {
    let folder = tempfile::tempdir().unwrap();
    check(folder.path(), "payload.json", b"{}").unwrap();
    assert!(names(folder.path()).is_empty());
    export(folder.path(), "payload.json", b"{}").unwrap();
    check(folder.path(), "payload.json", b"{}").unwrap();
    let refused = check(folder.path(), "payload.json", b"[]");
    assert!(matches!(refused, Err(FolderError::OtherContent { .. })), "{refused:?}");
}

#[test]
fn a_part_that_a_power_cut_left_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(".payload.json.part"), "half").unwrap();
    export(folder.path(), "payload.json", b"{}").unwrap();
    assert_eq!(names(folder.path()), ["payload.json"]);
}

#[test]
fn a_folder_with_a_private_key_is_refused_however_deep_it_lies() {
    let marks = [
        "age-encryption.org/v1\n",
        "-----BEGIN AGE ENCRYPTED FILE-----\n",
        "-----BEGIN EC PRIVATE KEY-----\n",
    ];
    for mark in marks {
        let folder = tempfile::tempdir().unwrap();
        let deep = folder.path().join("a/b/c/d/e/f/g");
        fs::create_dir_all(&deep).unwrap();
        fs::write(deep.join("holiday.jpg"), mark).unwrap();
        let refused = export(folder.path(), "payload.json", b"{}");
        assert!(matches!(refused, Err(FolderError::HoldsKeyFile { .. })), "{refused:?}");
        assert_eq!(names(folder.path()), ["a"]);
    }
    let public = tempfile::tempdir().unwrap();
    fs::write(public.path().join("online.pem"), "-----BEGIN PUBLIC KEY-----\n").unwrap();
    assert_eq!(find_key_file(public.path()).unwrap(), None);
}

#[test]
fn what_is_no_folder_and_names_that_leave_it_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let missing = export(&folder.path().join("missing"), "payload.json", b"{}");
    assert!(matches!(missing, Err(FolderError::Missing { .. })), "{missing:?}");
    fs::write(folder.path().join("file"), "").unwrap();
    let file = export(&folder.path().join("file"), "payload.json", b"{}");
    assert!(matches!(file, Err(FolderError::NotAFolder { .. })), "{file:?}");
    for name in ["", "../payload.json", ".hidden", "a/b"] {
        assert!(matches!(export(folder.path(), name, b"{}"), Err(FolderError::Name { .. })));
    }
}

#[test]
fn a_link_in_the_place_of_the_document_is_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    let elsewhere = folder.path().join("elsewhere");
    fs::write(&elsewhere, "precious").unwrap();
    std::os::unix::fs::symlink(&elsewhere, folder.path().join("payload.json")).unwrap();
    let refused = export(folder.path(), "payload.json", b"{}");
    assert!(matches!(refused, Err(FolderError::NotAFile { .. })), "{refused:?}");
    assert_eq!(fs::read(&elsewhere).unwrap(), b"precious");
}

#[test]
fn an_import_stops_at_its_limit_and_at_what_is_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.json");
    fs::write(&file, "12345").unwrap();
    assert_eq!(import(&file, 5).unwrap(), b"12345");
    assert!(matches!(import(&file, 4), Err(ReadError::TooLarge { found: 5, limit: 4, .. })));
    assert!(matches!(import(folder.path(), 5), Err(ReadError::NotAFile { .. })));
    // A device promises no size and never ends.
    assert!(matches!(import(Path::new("/dev/zero"), 5), Err(ReadError::NotAFile { .. })));
}

#[test]
fn a_pipe_is_refused_and_not_waited_for_and_a_link_leads_where_it_leads() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe.json");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    assert!(matches!(import(&pipe, 5), Err(ReadError::NotAFile { .. })));
    fs::write(folder.path().join("a.json"), "12345").unwrap();
    let link = folder.path().join("link.json");
    std::os::unix::fs::symlink("a.json", &link).unwrap();
    assert_eq!(import(&link, 5).unwrap(), b"12345");
}

#[test]
fn a_folder_with_more_entries_than_are_searched_is_refused_with_the_number() {
    let folder = tempfile::tempdir().unwrap();
    for number in 0..10_001 {
        fs::write(folder.path().join(number.to_string()), "").unwrap();
    }
    let refused = export(folder.path(), "payload.json", b"{}").unwrap_err();
    assert!(refused.to_string().contains("more than 10000 files"), "{refused}");
}
