//! What the operating system tells the full screen: each signal wakes the loop, and is looked at there.

use std::io::{self, PipeReader};
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::fs::OFlags;
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGWINCH};
use signal_hook::{flag, low_level::pipe};

/// What a signal said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum News {
    /// The terminal has another size.
    Resized,
    /// The program is to stop until it is continued.
    Suspend,
    /// The program was stopped and goes on.
    Continued,
}

const SIGNALS: [(i32, News); 3] =
    [(SIGWINCH, News::Resized), (SIGTSTP, News::Suspend), (SIGCONT, News::Continued)];

/// Signals that end the program: [`Interrupt`](crate::interrupt::Interrupt) holds them, here they only wake.
const ENDING: [i32; 4] = [SIGHUP, SIGINT, SIGQUIT, SIGTERM];

/// The signals that came, and a descriptor to wait for them.
#[derive(Debug)]
pub(super) struct Signals {
    wake: PipeReader,
    came: [(Arc<AtomicBool>, News); 3],
}

impl Signals {
    /// Listens from now on. To be called after the flags of the ending signals are set up: first the flag, then the wake.
    pub(super) fn install() -> io::Result<Signals> {
        let (wake, end) = io::pipe()?;
        rustix::fs::fcntl_setfl(&wake, OFlags::NONBLOCK)?;
        let came = SIGNALS.map(|(_, news)| (Arc::new(AtomicBool::new(false)), news));
        for ((signal, _), (flag, _)) in SIGNALS.iter().zip(&came) {
            flag::register(*signal, Arc::clone(flag))?;
            pipe::register(*signal, end.try_clone()?)?;
        }
        for signal in ENDING {
            pipe::register(signal, end.try_clone()?)?;
        }
        Ok(Signals { wake, came })
    }

    /// Can be read when a signal came.
    pub(super) fn as_descriptor(&self) -> BorrowedFd<'_> {
        self.wake.as_fd()
    }

    /// What came since the last look, each once.
    pub(super) fn take(&self) -> Vec<News> {
        let mut room = [0; 64];
        // First the pipe, then the flags: a signal in between wakes once more, for nothing.
        while rustix::io::read(&self.wake, &mut room).is_ok_and(|read| read == room.len()) {}
        self.came
            .iter()
            .filter(|(flag, _)| flag.swap(false, Ordering::SeqCst))
            .map(|(_, news)| *news)
            .collect()
    }
}
