//! What can go wrong with a folder, as two sentences: what happened, and what to do.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use shared::text::spelt;

/// A file could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// There is no such file.
    #[error("{path} does not exist. Check the spelling, or mount the medium and try again.", path = shown(path))]
    Missing {
        /// What was looked for.
        path: PathBuf,
    },
    /// The path is not a regular file.
    #[error("{path} is not a regular file. Name a file, not a folder, a link or a device.", path = shown(path))]
    NotAFile {
        /// What was named.
        path: PathBuf,
    },
    /// The file is larger than any document of its kind.
    #[error(
        "{path} has {found} bytes, more than the {limit} that such a document can have. Choose another file.", path = shown(path))]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its size in bytes.
        found: u64,
        /// The limit in bytes.
        limit: u64,
    },
    /// The file refuses reading.
    #[error("It is not allowed to read {path}. Look at its permissions, or name another file.", path = shown(path))]
    NotAllowed {
        /// The file.
        path: PathBuf,
    },
    /// Anything else the operating system said.
    #[error("It was not possible to read {path} ({source}). Check the medium and try again.", path = shown(path))]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

impl ReadError {
    pub(super) fn from_io(path: &Path, source: std::io::Error) -> ReadError {
        let path = path.to_owned();
        match source.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory => ReadError::Missing { path },
            ErrorKind::PermissionDenied => ReadError::NotAllowed { path },
            _ => ReadError::Io { path, source },
        }
    }
}

/// A folder or a file in it did not do what was asked. Nothing was replaced.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// A file in the folder could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// There is no such folder.
    #[error("{path} does not exist. Check the spelling, or mount the medium and try again.", path = shown(path))]
    Missing {
        /// What was looked for.
        path: PathBuf,
    },
    /// The path is not a folder.
    #[error("{path} is not a folder. Name the folder that the medium is mounted on.", path = shown(path))]
    NotAFolder {
        /// What was named.
        path: PathBuf,
    },
    /// Something else than a regular file has the document's name.
    #[error(
        "{path} exists already and is not a regular file. Move it away, or choose an empty folder.", path = shown(path))]
    NotAFile {
        /// What is there.
        path: PathBuf,
    },
    /// A file of the same name with other bytes is there.
    #[error(
        "{path} exists already with other content, and it was not touched. Move it away, or choose an empty folder.", path = shown(path))]
    OtherContent {
        /// The file that is there.
        path: PathBuf,
    },
    /// The folder holds a private key.
    #[error(
        "{folder} holds the private key file {key_file}, so nothing was written there. \
         Choose a medium that carries documents only.", folder = shown(folder), key_file = shown(key_file))]
    HoldsKeyFile {
        /// The folder that was named.
        folder: PathBuf,
        /// The key file found in it.
        key_file: PathBuf,
    },
    /// The folder has more entries than are searched.
    #[error(
        "{folder} holds more than {} files and folders, too many to be searched for private keys, so nothing was \
         written there. Choose an empty folder.", super::search::MAX_ENTRIES, folder = shown(folder))]
    TooManyFiles {
        /// The folder that was named.
        folder: PathBuf,
    },
    /// The medium is full.
    #[error(
        "There is no room left to {action} {path}. Free some space or take another medium, then export again.", path = shown(path))]
    Full {
        /// What was tried.
        action: &'static str,
        /// Where.
        path: PathBuf,
    },
    /// The medium refuses writing.
    #[error(
        "It is not allowed to {action} {path}. Mount the medium writable, look at the permissions, or choose another folder.", path = shown(path))]
    NotAllowed {
        /// What was tried.
        action: &'static str,
        /// Where.
        path: PathBuf,
    },
    /// What came back from the medium is not what was written.
    #[error(
        "{path} came back from the medium with other bytes than were written. Do not use this medium; take another one.", path = shown(path))]
    ReadBackDiffers {
        /// The file.
        path: PathBuf,
    },
    /// A document name that could leave the folder.
    #[error("{name:?} cannot be the name of a document. Use a plain file name.")]
    Name {
        /// The name.
        name: String,
    },
    /// Anything else the operating system said.
    #[error("It was not possible to {action} {path} ({source}). Check the medium and try again.", path = shown(path))]
    Io {
        /// What was tried.
        action: &'static str,
        /// Where.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

impl FolderError {
    pub(super) fn from_io(action: &'static str, path: &Path, source: std::io::Error) -> FolderError {
        let path = path.to_owned();
        match source.kind() {
            ErrorKind::NotFound => FolderError::Missing { path },
            ErrorKind::NotADirectory => FolderError::NotAFolder { path },
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => FolderError::Full { action, path },
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
                FolderError::NotAllowed { action, path }
            }
            _ => FolderError::Io { action, path, source },
        }
    }
}

/// A path as a person reads it: names on a foreign medium may steer a terminal, or hide what they are.
fn shown(path: &Path) -> String {
    spelt(&path.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_not_read_is_not_told_to_make_the_medium_writable() {
        let denied = || std::io::Error::from(ErrorKind::PermissionDenied);
        let path = Path::new("/usb/payload.json");
        let reading = ReadError::from_io(path, denied()).to_string();
        assert_eq!(
            reading,
            "It is not allowed to read /usb/payload.json. Look at its permissions, or name another file."
        );
        assert!(
            FolderError::from_io("write", path, denied()).to_string().contains("Mount the medium writable")
        );
    }
}
