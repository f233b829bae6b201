//! Media that are full, write-protected or prepared by somebody: refused with a sentence, and nothing on them changes.

use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Command;

use airgap_transfer::folder::{Outcome, export, import};
use hardware_tests::medium::{Medium, with_media};

/// Everything in a folder: names, kinds, and the bytes of files.
fn everything(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(current) = waiting.pop() {
        for entry in fs::read_dir(&current).unwrap() {
            let path = entry.unwrap().path();
            let metadata = fs::symlink_metadata(&path).unwrap();
            let (kind, length) = (metadata.file_type(), metadata.len());
            // A sparse file may promise a terabyte.
            let small = kind.is_file() && length < 1 << 20;
            let bytes = if small { fs::read(&path).unwrap() } else { Vec::new() };
            let digest = shared::digest::FileDigest::of(&bytes);
            found.push(format!("{} {kind:?} {length} {digest}", path.display()));
            if kind.is_dir() {
                waiting.push(path);
            }
        }
    }
    found.sort();
    found
}

/// Counts what was refused.
struct Rows {
    place: &'static str,
    count: u32,
}

impl Rows {
    /// Asserts that an export is refused with this sentence in it, and that nothing in the folder changed.
    fn refused(&mut self, what: &str, folder: &Path, bytes: &[u8], says: &str) {
        let before = everything(folder);
        let error = export(folder, "payload.json", bytes).unwrap_err().to_string();
        assert!(error.contains(says), "{what} should say \"{says}\": {error}");
        assert!(error.contains(". ") && error.ends_with('.'), "{what} says no two sentences: {error}");
        assert!(!error.chars().any(char::is_control), "{what} steers a terminal: {error:?}");
        assert_eq!(everything(folder), before, "{what} changed something");
        self.count += 1;
    }
}

impl Drop for Rows {
    #[expect(clippy::print_stdout, reason = "the number of rows is a figure of the tests")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        println!("figure: bad input: {} rows in {}", self.count, self.place);
    }
}

#[test]
fn a_medium_that_is_full_or_write_protected() {
    with_media("hostile::a_medium_that_is_full_or_write_protected", || {
        let folder = tempfile::tempdir().unwrap();
        let medium = Medium::mount(folder.path()).unwrap();
        let usb = medium.folder();
        let mut rows = Rows { place: "full and protected media", count: 0 };
        rows.refused(
            "a document larger than the medium",
            usb,
            &[b' '; 100_000],
            "There is no room left to write",
        );
        medium.fill().unwrap();
        rows.refused("a full medium", usb, b"{}", "There is no room left to write");
        medium.make_room().unwrap();
        medium.protect().unwrap();
        rows.refused("a write-protected medium", usb, b"{}", "Mount the medium writable");
        medium.unprotect().unwrap();
        assert_eq!(export(usb, "payload.json", b"{}").unwrap().outcome, Outcome::New);
        medium.protect().unwrap();
        let again = export(usb, "payload.json", b"{}").unwrap();
        assert_eq!(again.outcome, Outcome::SameBytesFound, "it is there already, so nothing needs writing");
        rows.refused(
            "another document on a protected medium",
            usb,
            b"[]",
            "exists already with other content",
        );
    })
    .unwrap();
}

#[test]
fn folders_that_somebody_prepared() {
    let root = tempfile::tempdir().unwrap();
    let precious = root.path().join("precious");
    fs::write(&precious, "precious").unwrap();
    let mut rows = Rows { place: "folders that somebody prepared", count: 0 };
    let mut with = |what: &str, says: &str, prepare: &dyn Fn(&Path)| {
        let folder = tempfile::tempdir().unwrap();
        prepare(folder.path());
        rows.refused(what, folder.path(), b"{}", says);
        assert_eq!(fs::read(&precious).unwrap(), b"precious", "{what}");
    };
    let document = |folder: &Path| folder.join("payload.json");
    let part = |folder: &Path| folder.join(".payload.json.part");
    with("another document", "exists already with other content", &|f| fs::write(document(f), "[]").unwrap());
    with("an empty document", "exists already with other content", &|f| fs::write(document(f), "").unwrap());
    with("a longer document", "exists already with other content", &|f| {
        fs::write(document(f), "{} ").unwrap();
    });
    with("a sparse document", "exists already with other content", &|f| {
        fs::File::create(document(f)).unwrap().set_len(1 << 40).unwrap();
    });
    with("a link to a file", "is not a regular file", &|f| symlink(&precious, document(f)).unwrap());
    with("a link to nothing", "is not a regular file", &|f| symlink("nowhere", document(f)).unwrap());
    with("a link to itself", "is not a regular file", &|f| symlink("payload.json", document(f)).unwrap());
    with("a link to a device", "is not a regular file", &|f| symlink("/dev/null", document(f)).unwrap());
    with("a folder", "is not a regular file", &|f| fs::create_dir(document(f)).unwrap());
    with("a pipe", "is not a regular file", &|f| {
        assert!(Command::new("mkfifo").arg(document(f)).status().unwrap().success());
    });
    with("a socket", "is not a regular file", &|f| drop(UnixListener::bind(document(f)).unwrap()));
    with("a folder where the part is written", "to remove", &|f| fs::create_dir(part(f)).unwrap());
    with("a private key", "holds the private key file", &|f| {
        fs::write(f.join("a.txt"), "-----BEGIN OPENSSH PRIVATE KEY-----").unwrap();
    });
    with("a private key after a kilobyte", "holds the private key file", &|f| {
        fs::write(f.join("a.txt"), format!("{}\n-----BEGIN PRIVATE KEY-----", "x".repeat(1000))).unwrap();
    });
    with("a private key whose name steers a terminal", "holds the private key file", &|f| {
        fs::write(f.join("a\u{1b}[2J\n\u{202e}.age"), "age-encryption.org/v1\n").unwrap();
    });
}

#[test]
fn a_part_that_is_a_link_is_removed_and_never_written_through() {
    let folder = tempfile::tempdir().unwrap();
    let precious = folder.path().join("precious");
    fs::write(&precious, "precious").unwrap();
    symlink(&precious, folder.path().join(".payload.json.part")).unwrap();
    export(folder.path(), "payload.json", b"{}").unwrap();
    assert_eq!(fs::read(&precious).unwrap(), b"precious");
    assert!(!folder.path().join(".payload.json.part").exists());
}

#[test]
fn a_medium_that_was_pulled_out() {
    let root = tempfile::tempdir().unwrap();
    let gone = root.path().join("usb");
    let dangling = root.path().join("link");
    let circle = root.path().join("circle");
    symlink(&gone, &dangling).unwrap();
    symlink(&circle, &circle).unwrap();
    let cases = [
        (gone, "does not exist"),
        (dangling, "does not exist"),
        (circle, "It was not possible to open"),
        (root.path().join("x".repeat(300)), "It was not possible to open"),
    ];
    for (folder, says) in &cases {
        let error = export(folder, "payload.json", b"{}").unwrap_err().to_string();
        assert!(error.contains(says), "{error}");
        let error = import(&folder.join("payload.json"), 10).unwrap_err().to_string();
        assert!(error.contains("exist") || error.contains("possible"), "{error}");
    }
    assert_eq!(everything(root.path()).len(), 2, "only the links are there");
}
