//! Why there is no such virtual YubiKey.

use std::io;
use std::path::PathBuf;

use super::status::Status;

/// A virtual YubiKey could not be made or kept.
#[derive(Debug, thiserror::Error)]
pub enum CardError {
    /// It refused.
    #[error(
        "The virtual YubiKey refused with the status {0:04x}. Look at the slot, the algorithm and the key."
    )]
    Refused(u16),
    /// Its file.
    #[error("The virtual YubiKey could not be kept in {0} ({1}). Look at the folder and its permissions.")]
    Io(PathBuf, io::Error),
    /// What is in the file.
    #[error(
        "{0} does not hold a virtual YubiKey ({1}). Name another file, or remove it to begin with a new device."
    )]
    Malformed(PathBuf, serde_json::Error),
    /// Whose file it is.
    #[error("{file} holds the virtual YubiKey {found}, not {wanted}. Name the file of that device.")]
    Another {
        /// The file.
        file: PathBuf,
        /// Who is in it.
        found: String,
        /// Who was asked for.
        wanted: String,
    },
}

impl From<Status> for CardError {
    fn from(status: Status) -> CardError {
        CardError::Refused(status.0)
    }
}
