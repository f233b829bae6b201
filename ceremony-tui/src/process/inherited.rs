//! Descriptors that the caller of the program opened for it (`--pin-fd N`).
//!
//! The one module with `unsafe`: a bare number becomes an owned descriptor. Reviewed: the number comes from the
//! command line, is checked to be open and above standard error, is claimed once, at the start, before this program
//! opened anything of its own, and is closed on exec so that neither broker nor token host inherits it.

use std::os::fd::OwnedFd;

use rustix::io::FdFlags;

/// Takes over descriptor `number`, which the caller opened before it started this program.
pub fn claim(number: i32) -> Result<OwnedFd, InheritedError> {
    if (0..3).contains(&number) {
        return Err(InheritedError::OfTheTerminal { number });
    }
    if number < 0 || !std::path::Path::new(&format!("/proc/self/fd/{number}")).exists() {
        return Err(InheritedError::NotOpen { number });
    }
    let descriptor = adopt(number);
    rustix::io::fcntl_setfd(&descriptor, FdFlags::CLOEXEC).map_err(|_| InheritedError::NotOpen { number })?;
    Ok(descriptor)
}

#[expect(unsafe_code, reason = "an inherited descriptor exists only as a number; the checks are in `claim`")]
fn adopt(number: i32) -> OwnedFd {
    use std::os::fd::FromRawFd;
    // SAFETY: `claim` checked that the descriptor is open; it is called once, before any descriptor of our own
    // exists beyond standard error, so nothing else owns this number.
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
}
