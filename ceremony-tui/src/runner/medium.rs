//! The port to documents: files that are read, and folders that they are exported to.
//!
//! To add another medium (a camera, a QR screen), implement [`Medium`] over another module of `airgap-transfer`.

use std::path::Path;

use airgap_transfer::folder::{self, Outcome};

use crate::machine::Exported;

/// Where documents come from and go to. Errors are two sentences: what happened, and what to do.
pub trait Medium {
    /// Reads a document of at most `limit` bytes.
    fn read(&mut self, path: &str, limit: u64) -> Result<Vec<u8>, String>;

    /// Writes a document, reads it back and compares.
    fn export(&mut self, folder: &str, name: &str, bytes: &[u8]) -> Result<Exported, String>;
}

/// Files and folders.
#[derive(Debug, Clone, Copy)]
pub struct Folders;

impl Medium for Folders {
    fn read(&mut self, path: &str, limit: u64) -> Result<Vec<u8>, String> {
        folder::import(Path::new(path), limit).map_err(|error| error.to_string())
    }

    fn export(&mut self, folder: &str, name: &str, bytes: &[u8]) -> Result<Exported, String> {
        let written = folder::export(Path::new(folder), name, bytes).map_err(|error| error.to_string())?;
        Ok(Exported {
            path: written.path.display().to_string(),
            file_digest: written.digest.to_string(),
            was_there: written.outcome == Outcome::SameBytesFound,
        })
    }
}
