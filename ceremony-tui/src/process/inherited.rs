//! Descriptors that the caller of the program left open: the one that it opened for it (`--pin-fd N`), and all others,
//! which are closed. A socket among them would be a way out of a process that may make none.
//!
//! The one module with `unsafe`: a bare number becomes an owned descriptor. Reviewed: the number comes from the
//! command line or from the list of what is open, is checked to be open and above standard error, is taken over once,
//! at the start, before this program opened anything of its own; the claimed one is closed on exec so that neither
//! broker nor token host inherits it.

use std::os::fd::{AsRawFd, OwnedFd};

use rustix::io::FdFlags;

/// Takes over descriptor `number`, which the caller opened before it started this program.
pub fn claim(number: i32) -> Result<OwnedFd, InheritedError> {
    if (0..3).contains(&number) {
        return Err(InheritedError::OfTheTerminal { number });
    }
    if number < 0 || !is_open(number) {
        return Err(InheritedError::NotOpen { number });
    }
    let descriptor = adopt(number);
    rustix::io::fcntl_setfd(&descriptor, FdFlags::CLOEXEC).map_err(|_| InheritedError::NotOpen { number })?;
    Ok(descriptor)
}

/// Closes everything else that the caller left open, above standard error.
pub fn close_others(claimed: Option<&OwnedFd>) -> Result<(), InheritedError> {
    let claimed = claimed.map(AsRawFd::as_raw_fd);
    let listed = std::fs::read_dir(OPEN).map_err(|_| InheritedError::NotListed)?;
    let numbers: Vec<i32> =
        listed.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
    // The list was itself one of them, and is closed by now.
    let others = numbers.into_iter().filter(|number| *number > 2 && Some(*number) != claimed);
    others.filter(|number| is_open(*number)).for_each(|number| drop(adopt(number)));
    Ok(())
}

const OPEN: &str = "/proc/self/fd";

fn is_open(number: i32) -> bool {
    std::fs::symlink_metadata(format!("{OPEN}/{number}")).is_ok()
}

#[expect(
    unsafe_code,
    reason = "an inherited descriptor exists only as a number; the checks are in `claim` and `close_others`"
)]
fn adopt(number: i32) -> OwnedFd {
    use std::os::fd::FromRawFd;
    // SAFETY: both callers checked that the descriptor is open; they are called once, before any descriptor of our
    // own exists beyond standard error, and never for the same number, so nothing else owns it.
    unsafe { OwnedFd::from_raw_fd(number) }
}

/// The descriptor named on the command line is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InheritedError {
    /// Standard input, output or error.
    #[error(
        "Descriptor {number} cannot be used: 0, 1 and 2 belong to the terminal. Give --pin-fd a number of 3 or more."
    )]
    OfTheTerminal {
        /// The number on the command line.
        number: i32,
    },
    /// Not an open descriptor of the caller.
    #[error(
        "Descriptor {number} is not open. Give --pin-fd the number (3 or more) of a descriptor that the calling \
         shell opened, for example: 3< FILE."
    )]
    NotOpen {
        /// The number on the command line.
        number: i32,
    },
    /// No /proc.
    #[error("The descriptors that the caller left open cannot be listed. Mount /proc, then start again.")]
    NotListed,
}
