//! Looking for private keys in a folder that is about to leave the room.

use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::{FolderError, ReadError};

/// Private keys say what they are in their first bytes; more is never read.
const HEAD_BYTES: u64 = 4096;
/// More entries than this are not searched, so nothing is written among them.
pub(super) const MAX_ENTRIES: usize = 10_000;

/// How an age file begins. (<https://age-encryption.org/v1>)
const AGE: &str = "age-encryption.org/";
/// The line that begins an armored one.
const ARMORED_AGE: &str = "-----BEGIN AGE ENCRYPTED FILE-----";

/// The first file in `folder`, however deep (links not followed), that looks like a private key.
pub fn find_key_file(folder: &Path) -> Result<Option<PathBuf>, FolderError> {
    let mut waiting = vec![folder.to_owned()];
    let mut seen = 0;
    while let Some(current) = waiting.pop() {
        let failed = |source| FolderError::from_io("list", &current, source);
        let entries = match std::fs::read_dir(&current) {
            // Made by mkfs and closed to users: no person puts a key there.
            Err(error) if error.kind() == ErrorKind::PermissionDenied && current.ends_with("lost+found") => {
                continue;
            }
            entries => entries.map_err(failed)?,
        };
        for entry in entries {
            let entry = entry.map_err(failed)?;
            seen += 1;
            if seen > MAX_ENTRIES {
                return Err(FolderError::TooManyFiles { folder: folder.to_owned() });
            }
            let kind = entry.file_type().map_err(failed)?;
            if kind.is_dir() {
                waiting.push(entry.path());
            } else if kind.is_file() && looks_like_key(&entry.path())? {
                return Ok(Some(entry.path()));
            }
        }
    }
    Ok(None)
}

fn looks_like_key(path: &Path) -> Result<bool, ReadError> {
    let mut head = Vec::new();
    super::regular(path)?
        .take(HEAD_BYTES)
        .read_to_end(&mut head)
        .map_err(|source| ReadError::from_io(path, source))?;
    Ok(is_key(&String::from_utf8_lossy(&head)))
}

/// A mark counts where a key file has it, at the beginning or as a whole line: a name in a document is no key.
fn is_key(head: &str) -> bool {
    let is_mark = |line: &str| {
        line == ARMORED_AGE || line.starts_with("-----BEGIN ") && line.ends_with("PRIVATE KEY-----")
    };
    head.starts_with(AGE) || head.lines().any(|line| is_mark(line.trim()))
}

#[cfg(test)]
mod tests {
    use super::is_key;

    #[test]
    fn a_key_is_known_by_its_first_line_and_not_by_a_word_in_a_document() {
        for key in [
            "age-encryption.org/v1\n-> scrypt",
            "-----BEGIN AGE ENCRYPTED FILE-----\nYWdl",
            "-----BEGIN PRIVATE KEY-----\nMC4C",
            "Bag Attributes\r\n  -----BEGIN ENCRYPTED PRIVATE KEY-----\r\nMIG",
        ] {
            assert!(is_key(key), "{key:?}");
        }
        for document in [
            "{\"name\":\"age-encryption.org/ backup\"}",
            "{\"name\":\"-----BEGIN AGE ENCRYPTED FILE-----\"}",
            "{\"name\":\"-----BEGIN PRIVATE KEY-----\"}",
            "-----BEGIN PUBLIC KEY-----\nMC4C",
        ] {
            assert!(!is_key(document), "{document:?}");
        }
    }
}
