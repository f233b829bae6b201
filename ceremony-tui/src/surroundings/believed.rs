//! Whether a user's own configuration is believed.
//!
//! Root may run the program with another user's HOME. What that user writes there would be loaded with root's rights,
//! and hear root's PINs: as root, only what nobody but root can change counts.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use crate::machine::User;

/// Whoever may write with the group, or with everybody.
const OTHERS_WRITE: u32 = 0o022;
const ROOT: u32 = 0;

/// A user's folder, and whose files in it count.
#[derive(Debug, Clone)]
pub(super) struct Believed {
    home: PathBuf,
    /// Only theirs; nothing for everybody's.
    owner: Option<u32>,
}

impl Believed {
    /// What counts of a folder for whoever runs the program.
    pub(super) fn of(home: &Path, user: User) -> Believed {
        let owner = match user {
            User::Root => Some(ROOT),
            User::Ordinary => None,
        };
        Believed { home: home.to_owned(), owner }
    }

    /// The user's folder.
    pub(super) fn home(&self) -> &Path {
        &self.home
    }

    /// Whether nobody else can change what lies there.
    pub(super) fn holds(&self, path: &Path) -> bool {
        let Some(owner) = self.owner else { return true };
        let is_owned = |found: std::fs::Metadata| found.uid() == owner && found.mode() & OTHERS_WRITE == 0;
        std::fs::metadata(path).is_ok_and(is_owned)
    }

    #[cfg(test)]
    pub(super) fn owned_by(home: &Path, owner: u32) -> Believed {
        Believed { home: home.to_owned(), owner: Some(owner) }
    }
}
