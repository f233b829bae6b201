//! What can go wrong with a terminal.

use std::fmt;
use std::process::ExitStatus;

use super::Screen;

/// The terminal or its program is not as expected.
#[derive(thiserror::Error)]
pub enum TerminalError {
    /// A condition was waited for in vain.
    #[error("{what:?} never came. The screen:\n{screen}")]
    NeverCame {
        /// What was waited for.
        what: String,
        /// What is there instead.
        screen: Screen,
    },
    /// The program ended first.
    #[error("the program ended ({status}) before {what:?} came. The screen:\n{screen}")]
    Ended {
        /// What was waited for.
        what: String,
        /// How it ended.
        status: ExitStatus,
        /// What is there instead.
        screen: Screen,
    },
    /// The operating system gives a pseudo-terminal without a usable name, or a process without a number.
    #[error("the pseudo-terminal or its program cannot be named")]
    NoName,
    /// Anything else that the operating system said.
    #[error("the pseudo-terminal failed ({0})")]
    Io(#[from] std::io::Error),
}

impl From<rustix::io::Errno> for TerminalError {
    fn from(errno: rustix::io::Errno) -> TerminalError {
        TerminalError::Io(errno.into())
    }
}

/// `unwrap` in a test shows the screen as it was.
impl fmt::Debug for TerminalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}
