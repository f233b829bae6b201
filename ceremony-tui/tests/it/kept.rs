//! After a refusal every file is as it was, and none is new.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use shared::digest::FileDigest;

/// Everything below a folder, as it was when this was made.
pub(crate) struct Kept {
    folder: PathBuf,
    files: BTreeMap<PathBuf, String>,
}

impl Kept {
    /// Looks at it now.
    pub(crate) fn below(folder: &Path) -> Kept {
        Kept { folder: folder.to_owned(), files: everything(folder) }
    }

    /// Asserts that nothing has changed since.
    pub(crate) fn check(&self, what: &str) {
        assert_eq!(everything(&self.folder), self.files, "{what} changed something");
    }

    /// The same at the end of a test with this many refusals.
    #[expect(clippy::print_stdout, reason = "the number of rows is a figure of the tests")]
    pub(crate) fn rows(&self, count: usize, place: &str) {
        self.check(place);
        println!("figure: bad input: {count} rows in {place}");
    }
}

/// Every file with its kind and digest. The pipe that hands secrets over belongs to the test.
fn everything(folder: &Path) -> BTreeMap<PathBuf, String> {
    let mut found = BTreeMap::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(current) = waiting.pop() {
        for entry in std::fs::read_dir(&current).unwrap() {
            let path = entry.unwrap().path();
            let kind = std::fs::symlink_metadata(&path).unwrap().file_type();
            if kind.is_dir() {
                waiting.push(path.clone());
            }
            let bytes = if kind.is_file() { std::fs::read(&path).unwrap() } else { Vec::new() };
            if !path.ends_with("secrets.pipe") {
                found.insert(path, format!("{kind:?} {}", FileDigest::of(&bytes)));
            }
        }
    }
    found
}
