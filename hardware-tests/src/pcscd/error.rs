//! What can be wrong with the bench.

use std::io;
use std::path::PathBuf;

/// The bench could not do it.
#[derive(Debug, thiserror::Error)]
pub enum PcscdError {
    /// Something is missing.
    #[error("{0} is not installed. Run `cargo xtask install`, or `apt-get install pcscd vsmartcard-vpcd`.")]
    NotInstalled(&'static str),
    /// A file, a program or a socket.
    #[error(
        "{0} could not be used ({1}). Look at the folder's permissions, and whether user namespaces are allowed."
    )]
    Io(PathBuf, io::Error),
    /// The folder.
    #[error("{0} is too long for the name of a socket. Take a folder with a shorter name.")]
    LongName(PathBuf),
    /// It did not start.
    #[error("pcscd did not start. Run as root, or allow user namespaces. Its log: {0}")]
    NotStarted(String),
    /// It does not answer.
    #[error("pcscd did not show within {0} s what was waited for. Its log may say why.")]
    NotShown(u64),
    /// No ports.
    #[error("No two free ports below 32768 were found for virtual readers. End other test runs.")]
    NoPorts,
    /// Somebody else was faster.
    #[error("A port of the virtual readers was taken meanwhile. Try again.")]
    PortTaken,
    /// Too many cards.
    #[error("Both readers hold a card. Remove one first.")]
    NoFreeReader,
    /// It is there already.
    #[error("The card is in a reader of this bench already. Remove it first.")]
    AlreadyInserted,
    /// No such card.
    #[error("The card is in no reader of this bench. Insert it first.")]
    NotInserted,
}
