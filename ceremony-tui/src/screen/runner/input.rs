//! What the terminal has to be read.

use std::os::fd::BorrowedFd;
use std::time::Duration;

use rustix::io::Errno;
use rustix::stdio::stdin;

use crate::wait::wait_for_input;

/// Whether anything was typed.
pub(super) fn is_input_there() -> std::io::Result<bool> {
    Ok(wait_for_input(stdin(), Some(Duration::ZERO))?)
}

/// Reads what is there. Nothing when the terminal has ended.
pub(super) fn read<'r>(terminal: BorrowedFd<'_>, room: &'r mut [u8]) -> std::io::Result<Option<&'r [u8]>> {
    match rustix::io::read(terminal, &mut *room) {
        Ok(0) | Err(Errno::IO) => Ok(None),
        Ok(read) => Ok(Some(&room[..read])),
        Err(Errno::INTR | Errno::AGAIN) => Ok(Some(&[])),
        Err(errno) => Err(errno.into()),
    }
}
