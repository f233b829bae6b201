//! The demo's folder: two machines, and the medium between them.

use anyhow::{Context as _, Result, bail};
use std::fs::File;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// A file that says that the folder is the demo's own and may be removed.
const MARKER: &str = "made-by-cargo-xtask-demo";

/// The folder and the places in it.
pub(crate) struct Folder {
    root: PathBuf,
}

impl Folder {
    /// Names the folder; nothing is made yet.
    pub(crate) fn at(path: &Path) -> Result<Self> {
        let root = std::path::absolute(path).with_context(|| format!("{} is no path", path.display()))?;
        Ok(Self { root })
    }

    /// Makes it, empty.
    pub(crate) fn make(&self) -> Result<()> {
        self.remove()?;
        for place in [self.laptop(), self.medium(), self.content(), self.downloads()] {
            std::fs::create_dir_all(&place).with_context(|| format!("{} cannot be made", place.display()))?;
        }
        std::fs::write(self.root.join(MARKER), "").context("the demo's folder cannot be written")
    }

    /// Removes it. Only what a demo made is removed.
    pub(crate) fn remove(&self) -> Result<()> {
        if !self.root.exists() {
            return Ok(());
        }
        let is_empty = self.root.read_dir().is_ok_and(|mut entries| entries.next().is_none());
        if !is_empty && !self.root.join(MARKER).exists() {
            bail!("{} was not made by this demo. Name another folder with --data.", self.root.display());
        }
        std::fs::remove_dir_all(&self.root)
            .with_context(|| format!("{} cannot be removed", self.root.display()))
    }

    /// The air-gapped machine: tokens, the key file, secrets, the transcript.
    pub(crate) fn laptop(&self) -> PathBuf {
        self.root.join("laptop")
    }

    /// The USB stick that is carried between the machines.
    pub(crate) fn medium(&self) -> PathBuf {
        self.root.join("medium")
    }

    /// The service's own data.
    pub(crate) fn service(&self) -> PathBuf {
        self.root.join("service")
    }

    /// The target files that the service serves.
    pub(crate) fn content(&self) -> PathBuf {
        self.root.join("content")
    }

    /// What the clients download.
    pub(crate) fn downloads(&self) -> PathBuf {
        self.root.join("downloads")
    }

    /// A file at the top.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }
}

/// Writes a file that only this user can read.
pub(crate) fn write_private(file: &Path, text: &str) -> Result<()> {
    let made = File::options().write(true).create(true).truncate(true).mode(0o600).open(file);
    made.and_then(|mut file| file.write_all(text.as_bytes()))
        .with_context(|| format!("{} cannot be written", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_of_somebody_else_is_left_alone() {
        let parent = tempfile::tempdir().unwrap();
        let precious = parent.path().join("precious");
        std::fs::write(&precious, "x").unwrap();
        let folder = Folder::at(parent.path()).unwrap();
        assert!(folder.make().unwrap_err().to_string().contains("was not made by this demo"));
        assert!(folder.remove().is_err() && precious.exists());
    }

    #[test]
    fn the_demos_own_folder_is_made_anew() {
        let parent = tempfile::tempdir().unwrap();
        let folder = Folder::at(&parent.path().join("demo")).unwrap();
        folder.make().unwrap();
        std::fs::write(folder.medium().join("payload.json"), "old").unwrap();
        folder.make().unwrap();
        assert!(folder.medium().is_dir() && !folder.medium().join("payload.json").exists());
        folder.remove().unwrap();
        assert!(!folder.medium().exists());
    }

    #[test]
    fn private_files_are_private() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret");
        write_private(&file, "x").unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
}
