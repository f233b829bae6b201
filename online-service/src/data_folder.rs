//! The data folder on disk: who may read it, and who works on it.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};

/// Why the folder could not be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DataFolderError {
    /// Something stands where a new file should go.
    #[error(
        "{0} exists already. Nothing was overwritten; choose another folder, or remove it if it is really not needed."
    )]
    Exists(PathBuf),
    /// The system refused.
    #[error("{path} could not be written: {reason}.")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// Another process holds the lock.
    #[error(
        "Another online-service works on {0}. Stop it first, or let this command talk to it with --token-file."
    )]
    Locked(PathBuf),
}

fn io(path: &Path) -> impl Fn(std::io::Error) -> DataFolderError + '_ {
    |error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => DataFolderError::Exists(path.to_owned()),
        _ => DataFolderError::Io { path: path.to_owned(), reason: error.to_string() },
    }
}

/// Creates a folder that its owner alone can enter, with the folders above it.
pub(crate) fn create_private(path: &Path) -> Result<(), DataFolderError> {
    DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(io(path))
}

/// Refuses a folder in which there is something already: it may be somebody else's, or another service.
pub(crate) fn check_vacant(path: &Path) -> Result<(), DataFolderError> {
    let entries = match std::fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(io(path)(error)),
    };
    for entry in entries {
        let entry = entry.map_err(io(path))?;
        // The lock of an `init` that was refused.
        if entry.file_name() != "lock" {
            return Err(DataFolderError::Exists(entry.path()));
        }
    }
    Ok(())
}

/// Writes a new file that its owner alone can read, and makes it durable. An existing file is never overwritten.
pub(crate) fn write_private(path: &Path, content: &[u8]) -> Result<(), DataFolderError> {
    write_new(path, content, 0o600)
}

/// Writes a new file that everybody can read, and makes it durable. An existing file is never overwritten.
pub(crate) fn write_public(path: &Path, content: &[u8]) -> Result<(), DataFolderError> {
    write_new(path, content, 0o644)
}

fn write_new(path: &Path, content: &[u8], mode: u32) -> Result<(), DataFolderError> {
    NewFile::create(path, mode)?.write(content)
}

/// A file that was not there before. Unless it is written it goes away again.
#[derive(Debug)]
pub(crate) struct NewFile {
    path: PathBuf,
    file: File,
    written: Written,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Written {
    NotYet,
    Done,
}

impl NewFile {
    /// Takes the name, for a file that its owner alone can read.
    pub(crate) fn private(path: &Path) -> Result<Self, DataFolderError> {
        Self::create(path, 0o600)
    }

    fn create(path: &Path, mode: u32) -> Result<Self, DataFolderError> {
        let file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path).map_err(io(path))?;
        Ok(Self { path: path.to_owned(), file, written: Written::NotYet })
    }

    /// Writes it and makes it durable.
    pub(crate) fn write(mut self, content: &[u8]) -> Result<(), DataFolderError> {
        self.file.write_all(content).and_then(|()| self.file.sync_all()).map_err(io(&self.path))?;
        self.written = Written::Done;
        sync_folder(&self.path)
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        if self.written == Written::NotYet {
            // Whoever fails to write it fails to remove it too, perhaps; the error that counts is the first one.
            drop(std::fs::remove_file(&self.path));
        }
    }
}

/// The folder too: without this a power cut can lose the name of a file whose content was kept.
fn sync_folder(file: &Path) -> Result<(), DataFolderError> {
    let folder = match file.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(io(folder))
}

/// The right to work on the data folder. It ends with the process, whatever ends the process.
#[derive(Debug)]
pub(crate) struct FolderLock {
    _file: File,
}

impl FolderLock {
    /// Takes the lock, or says that somebody has it.
    pub(crate) fn take(data: &Path) -> Result<Self, DataFolderError> {
        let path = data.join("lock");
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .map_err(io(&path))?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Self { _file: file }),
            Err(rustix::io::Errno::WOULDBLOCK) => Err(DataFolderError::Locked(data.to_owned())),
            Err(error) => Err(io(&path)(error.into())),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::{DataFolderError, FolderLock, create_private, write_private};

    #[test]
    fn an_existing_file_is_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        write_private(&path, b"one").unwrap();
        assert!(matches!(write_private(&path, b"two"), Err(DataFolderError::Exists(_))));
        assert_eq!(std::fs::read(&path).unwrap(), b"one");
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn only_one_process_works_on_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        create_private(&data).unwrap();
        let lock = FolderLock::take(&data).unwrap();
        assert!(matches!(FolderLock::take(&data), Err(DataFolderError::Locked(_))));
        drop(lock);
        FolderLock::take(&data).unwrap();
    }
}
