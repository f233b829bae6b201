//! A folder as the medium: writing a document so that a power cut leaves the old state or the new one, never half.
//!
//! The order of a write, and what each step protects from:
//! 1. the bytes go into a file with a temporary name (a cut here leaves a `.part` file that nobody reads);
//! 2. `fsync` of that file (otherwise a rename may reach the medium before the bytes);
//! 3. rename that refuses to replace (a document that somebody else put there is never lost);
//! 4. `fsync` of the folder (otherwise the rename itself may be lost);
//! 5. the page cache of the file is dropped, and the file is read back and compared.

mod error;
mod search;

use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::{Advice, CWD, Mode, OFlags, RenameFlags};
use rustix::io::Errno;
use shared::digest::FileDigest;

pub use error::{FolderError, ReadError};
pub use search::find_key_file;

/// What an export left behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Where the document lies.
    pub path: PathBuf,
    /// Digest of the file's bytes, as they were read back from the medium.
    pub digest: FileDigest,
    /// Whether this export wrote the file, or found these very bytes already there.
    pub outcome: Outcome,
}

/// Whether a file had to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The file is new.
    New,
    /// A file of this name with these bytes was there already; it was flushed and read again.
    SameBytesFound,
}

/// Writes `bytes` as `name` into `folder`, reads them back and compares.
///
/// Refuses a folder that holds a private key file, and a file of that name with other bytes.
pub fn export(folder: &Path, name: &str, bytes: &[u8]) -> Result<Written, FolderError> {
    let (path, outcome) = look(folder, name, bytes)?;
    if outcome == Outcome::New {
        write_new(folder, name, &path, bytes)?;
    }
    flush_folder(folder)?;
    let digest = read_back(&path, bytes)?;
    Ok(Written { path, digest, outcome })
}

/// Refuses what [`export`] would refuse before it writes, and writes nothing.
pub fn check(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), FolderError> {
    look(folder, name, bytes).map(|_| ())
}

/// Where the document belongs, and whether it is new there.
fn look(folder: &Path, name: &str, bytes: &[u8]) -> Result<(PathBuf, Outcome), FolderError> {
    check_name(name)?;
    check_folder(folder)?;
    if let Some(key_file) = find_key_file(folder)? {
        return Err(FolderError::HoldsKeyFile { folder: folder.to_owned(), key_file });
    }
    let path = folder.join(name);
    match existing(&path, bytes.len())? {
        Some(found) if found == bytes => Ok((path, Outcome::SameBytesFound)),
        Some(_) => Err(FolderError::OtherContent { path }),
        None => Ok((path, Outcome::New)),
    }
}

/// Reads a document of at most `limit` bytes, from a regular file only. A link is followed to where it leads.
pub fn import(path: &Path, limit: u64) -> Result<Vec<u8>, ReadError> {
    let failed = |source| ReadError::from_io(path, source);
    let file = regular(path)?;
    let found = file.metadata().map_err(failed)?.len();
    if found > limit {
        return Err(ReadError::TooLarge { path: path.to_owned(), found, limit });
    }
    let mut bytes = Vec::new();
    // The size above is a promise of the medium; the limit here is what really protects.
    file.take(limit + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > limit {
        return Err(ReadError::TooLarge { path: path.to_owned(), found: bytes.len() as u64, limit });
    }
    Ok(bytes)
}

/// Opens a file to read it; `None` when it is something else than a regular file.
///
/// Opened first and looked at then, so that what is read is what was looked at. A pipe is not waited for, and a
/// terminal does not become ours. A link is followed to where it leads.
pub fn open_regular(path: &Path) -> std::io::Result<Option<std::fs::File>> {
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let file = match rustix::fs::open(path, flags, Mode::empty()) {
        // A socket.
        Err(Errno::NXIO) => return Ok(None),
        opened => std::fs::File::from(opened?),
    };
    Ok(file.metadata()?.is_file().then_some(file))
}

fn regular(path: &Path) -> Result<std::fs::File, ReadError> {
    let opened = open_regular(path).map_err(|source| ReadError::from_io(path, source))?;
    opened.ok_or_else(|| ReadError::NotAFile { path: path.to_owned() })
}

fn check_name(name: &str) -> Result<(), FolderError> {
    let plain = !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\0']);
    if plain { Ok(()) } else { Err(FolderError::Name { name: name.to_owned() }) }
}

fn check_folder(folder: &Path) -> Result<(), FolderError> {
    match std::fs::metadata(folder) {
        Ok(metadata) if metadata.is_dir() => Ok(()),
        Ok(_) => Err(FolderError::NotAFolder { path: folder.to_owned() }),
        Err(source) => Err(FolderError::from_io("open", folder, source)),
    }
}

/// The bytes of a file that is already there, read only as far as is needed to tell whether it differs.
fn existing(path: &Path, expected: usize) -> Result<Option<Vec<u8>>, FolderError> {
    match std::fs::symlink_metadata(path) {
        Err(source) if source.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(FolderError::from_io("look at", path, source)),
        Ok(metadata) if !metadata.is_file() => Err(FolderError::NotAFile { path: path.to_owned() }),
        Ok(metadata) if metadata.len() != expected as u64 => {
            Err(FolderError::OtherContent { path: path.to_owned() })
        }
        Ok(_) => Ok(Some(import(path, expected as u64)?)),
    }
}

fn write_new(folder: &Path, name: &str, path: &Path, bytes: &[u8]) -> Result<(), FolderError> {
    let part = folder.join(format!(".{name}.part"));
    remove_leftover(&part)?;
    let written = write_part(&part, bytes).and_then(|()| publish(&part, path));
    if written.is_err() {
        // The first error is the one that matters; a part file that stays is replaced by the next export.
        let _ = std::fs::remove_file(&part);
    }
    written
}

fn remove_leftover(part: &Path) -> Result<(), FolderError> {
    match std::fs::remove_file(part) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
            Err(FolderError::from_io("remove", part, source))
        }
        _ => Ok(()),
    }
}

fn write_part(part: &Path, bytes: &[u8]) -> Result<(), FolderError> {
    let failed = |source| FolderError::from_io("write", part, source);
    let mut file =
        std::fs::OpenOptions::new().write(true).create_new(true).mode(0o644).open(part).map_err(failed)?;
    file.write_all(bytes).map_err(failed)?;
    file.sync_all().map_err(failed)
}

/// Gives the part file its name without replacing anything that appeared there in the meantime.
fn publish(part: &Path, path: &Path) -> Result<(), FolderError> {
    match rustix::fs::renameat_with(CWD, part, CWD, path, RenameFlags::NOREPLACE) {
        Ok(()) => Ok(()),
        Err(Errno::EXIST) => Err(FolderError::OtherContent { path: path.to_owned() }),
        // Some file systems know no NOREPLACE. `existing` looked a moment ago.
        Err(Errno::INVAL | Errno::NOSYS) => {
            std::fs::rename(part, path).map_err(|source| FolderError::from_io("rename", path, source))
        }
        Err(errno) => Err(FolderError::from_io("rename", path, errno.into())),
    }
}

fn flush_folder(folder: &Path) -> Result<(), FolderError> {
    std::fs::File::open(folder)
        .and_then(|handle| handle.sync_all())
        .map_err(|source| FolderError::from_io("flush", folder, source))
}

fn read_back(path: &Path, bytes: &[u8]) -> Result<FileDigest, FolderError> {
    let file = std::fs::File::open(path).map_err(|source| FolderError::from_io("read back", path, source))?;
    file.sync_all().map_err(|source| FolderError::from_io("flush", path, source))?;
    // Best effort: without the cache the comparison reads the medium and not our own memory.
    let _ = rustix::fs::fadvise(&file, 0, None, Advice::DontNeed);
    let found = import(path, bytes.len() as u64)?;
    if found != bytes {
        return Err(FolderError::ReadBackDiffers { path: path.to_owned() });
    }
    Ok(FileDigest::of(&found))
}
