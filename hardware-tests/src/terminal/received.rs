//! What a program has written, and the emulator that reads it.

use std::fmt;
use std::fs::File;
use std::io::Read as _;
use std::os::fd::OwnedFd;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Duration;

use super::picture::Picture;
use super::{Screen, TerminalError};
use crate::steady::Moment;

/// The longest that a program may take to draw a picture that it has begun.
const FRAME: Duration = Duration::from_secs(2);

/// Everything that came so far, and the emulator that reads it on a thread of its own.
#[derive(Debug)]
pub(super) struct Received {
    state: Mutex<State>,
    changed: Condvar,
}

/// What is there now.
pub(super) struct State {
    pub(super) emulator: vt100::Parser,
    pub(super) bytes: Vec<u8>,
    pub(super) picture: Picture,
    pub(super) last: Moment,
    pub(super) ended: bool,
}

impl State {
    fn take(&mut self, bytes: &[u8]) {
        self.emulator.process(bytes);
        self.bytes.extend_from_slice(bytes);
        self.picture = self.picture.after(&self.bytes, bytes.len());
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.bytes.len())
    }
}

impl Received {
    pub(super) fn of(line: OwnedFd, columns: u16, rows: u16) -> Result<Arc<Received>, TerminalError> {
        let state = State {
            emulator: vt100::Parser::new(rows, columns, 0),
            bytes: Vec::new(),
            picture: Picture::Whole,
            last: Moment::now(),
            ended: false,
        };
        let received = Arc::new(Received { state: Mutex::new(state), changed: Condvar::new() });
        let own = Arc::clone(&received);
        std::thread::Builder::new().name("emulator".to_owned()).spawn(move || own.read(File::from(line)))?;
        Ok(received)
    }

    fn read(&self, mut line: File) {
        let mut room = [0; 65536];
        // A line that nobody holds any more ends with an error.
        while let Ok(read @ 1..) = line.read(&mut room) {
            let arrived = Moment::now();
            let mut state = self.lock();
            state.take(&room[..read]);
            state.last = arrived;
            drop(state);
            self.changed.notify_all();
        }
        self.lock().ended = true;
        self.changed.notify_all();
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    pub(super) fn wait<'s>(&self, state: MutexGuard<'s, State>, time: Duration) -> MutexGuard<'s, State> {
        match self.changed.wait_timeout(state, time) {
            Ok((state, _)) => state,
            Err(poisoned) => poisoned.into_inner().0,
        }
    }

    /// What is there now, once the picture that is being drawn is whole. A program that died in it never finishes it.
    pub(super) fn screen(&self) -> Screen {
        let since = Moment::now();
        let mut state = self.lock();
        while let Some(left) = since.left_of(FRAME).filter(|_| state.picture == Picture::Begun) {
            state = self.wait(state, left);
        }
        Screen::of(state.emulator.screen())
    }
}
