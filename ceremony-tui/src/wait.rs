//! Waiting for descriptors: one of them, or all that a program has to listen to at once. Never longer than was asked.

use std::os::fd::BorrowedFd;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::io::Errno;

/// A descriptor, and what it is waited for.
#[derive(Debug, Clone, Copy)]
pub struct Watch<'a> {
    descriptor: BorrowedFd<'a>,
    flags: PollFlags,
}

impl<'a> Watch<'a> {
    /// Until something can be read, or it has ended.
    pub fn input(descriptor: BorrowedFd<'a>) -> Watch<'a> {
        Watch { descriptor, flags: PollFlags::IN }
    }

    /// Until something can be written or read.
    pub fn room(descriptor: BorrowedFd<'a>) -> Watch<'a> {
        Watch { descriptor, flags: PollFlags::IN | PollFlags::OUT }
    }
}

/// What a wait found out about one descriptor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// Nothing.
    Nothing,
    /// It can be read or written.
    Ready,
    /// Nobody is at the other end any more.
    HungUp,
}

/// Waits for any of `watches`, at most `time`; a signal ends the wait too. What was heard stands in their order.
pub fn wait<const N: usize>(watches: [Watch<'_>; N], time: Duration) -> Result<[Heard; N], Errno> {
    let mut waiting = watches.map(|watch| PollFd::from_borrowed_fd(watch.descriptor, watch.flags));
    match rustix::event::poll(&mut waiting, Some(&timeout(time))) {
        Ok(_) => Ok(waiting.map(|one| heard(one.revents()))),
        Err(Errno::INTR) => Ok([Heard::Nothing; N]),
        Err(errno) => Err(errno),
    }
}

/// The same for as many as there are; the first one is told.
pub fn wait_for_first(watches: &[Watch<'_>], time: Duration) -> Result<Heard, Errno> {
    let watches = watches.iter();
    let mut waiting: Vec<PollFd<'_>> =
        watches.map(|watch| PollFd::from_borrowed_fd(watch.descriptor, watch.flags)).collect();
    match rustix::event::poll(&mut waiting, Some(&timeout(time))) {
        Ok(_) => Ok(waiting.first().map_or(Heard::Nothing, |first| heard(first.revents()))),
        Err(Errno::INTR) => Ok(Heard::Nothing),
        Err(errno) => Err(errno),
    }
}

fn heard(events: PollFlags) -> Heard {
    match () {
        () if events.intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL) => Heard::HungUp,
        () if events.is_empty() => Heard::Nothing,
        () => Heard::Ready,
    }
}

/// Waits until `descriptor` can be read (or has ended), at most `time`. `None` waits for ever.
pub(crate) fn wait_for_input(descriptor: BorrowedFd<'_>, time: Option<Duration>) -> Result<bool, Errno> {
    let mut waiting = [PollFd::from_borrowed_fd(descriptor, PollFlags::IN)];
    match rustix::event::poll(&mut waiting, time.map(timeout).as_ref()) {
        Ok(ready) => Ok(ready > 0),
        Err(Errno::INTR) => Ok(false),
        Err(errno) => Err(errno),
    }
}

fn timeout(time: Duration) -> Timespec {
    Timespec {
        tv_sec: i64::try_from(time.as_secs()).unwrap_or(i64::MAX),
        tv_nsec: i64::from(time.subsec_nanos()),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::os::fd::AsFd;

    use super::*;

    #[test]
    fn what_is_there_what_is_not_and_what_is_gone_are_told_apart() {
        let (silent, _silent_end) = std::io::pipe().unwrap();
        let (said, mut said_end) = std::io::pipe().unwrap();
        let (gone, gone_end) = std::io::pipe().unwrap();
        said_end.write_all(b"x").unwrap();
        drop(gone_end);
        let watches = [&silent, &said, &gone].map(|end| Watch::input(end.as_fd()));
        let heard = wait(watches, Duration::from_secs(5)).unwrap();
        assert_eq!(heard, [Heard::Nothing, Heard::Ready, Heard::HungUp]);
    }

    #[test]
    fn a_wait_for_nothing_ends_with_its_time() {
        let (silent, _end) = std::io::pipe().unwrap();
        assert_eq!(wait([Watch::input(silent.as_fd())], Duration::ZERO), Ok([Heard::Nothing]));
        assert_eq!(wait_for_input(silent.as_fd(), Some(Duration::ZERO)), Ok(false));
    }
}
