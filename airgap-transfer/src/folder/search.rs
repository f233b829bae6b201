//! Looking for private keys in a folder that is about to leave the room.

use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::{FolderError, ReadError};

/// Private keys say what they are in their first bytes; more is never read.
const HEAD_BYTES: u64 = 4096;
/// More entries than this are not searched, so nothing is written among them.
pub(super) const MAX_ENTRIES: usize = 10_000;

const MARKS: [&str; 3] = ["age-encryption.org/", "BEGIN AGE ENCRYPTED FILE", "PRIVATE KEY-----"];

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
    let text = String::from_utf8_lossy(&head);
    Ok(MARKS.iter().any(|mark| text.contains(mark)))
}
