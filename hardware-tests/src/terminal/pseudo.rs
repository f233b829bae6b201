//! A pseudo-terminal, the program on it, and the emulator that reads it.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::OpenOptionsExt as _;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::OFlags;
use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcgetattr, tcsetwinsize};

use super::picture::Picture;
use super::{Key, Screen};
use crate::steady::Moment;

/// The longest that a program may take for anything: it may stretch a passphrase on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often a wait looks whether the program still runs.
const SLICE: Duration = Duration::from_millis(200);
/// The longest that a program may take to draw a picture that it has begun.
const FRAME: Duration = Duration::from_secs(2);
/// Between the pieces of one picture without marks there is less.
const QUIET: Duration = Duration::from_millis(4);

/// A program on a terminal.
#[derive(Debug)]
pub struct Terminal {
    child: Child,
    /// Our end: what is written here is typed.
    keyboard: File,
    /// The program's end, kept open so that its modes can be read after the program.
    line: Option<File>,
    before: Modes,
    received: Arc<Received>,
}

#[derive(Debug)]
struct Received {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    emulator: vt100::Parser,
    bytes: Vec<u8>,
    picture: Picture,
    last: Moment,
    ended: bool,
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

/// Modes of a terminal: echo, lines, signals, special characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Modes(String);

impl Modes {
    fn of(line: &File) -> Result<Modes, TerminalError> {
        Ok(Modes(format!("{:?}", tcgetattr(line)?)))
    }

    /// Whether what is typed is shown.
    pub fn echo(&self) -> bool {
        self.0.contains("ECHO |") || self.0.contains("| ECHO)")
    }
}

/// A program that has ended, and what it left.
#[derive(Debug)]
pub struct Ended {
    /// How it ended.
    pub status: ExitStatus,
    /// The terminal's modes before.
    pub before: Modes,
    /// The terminal's modes afterwards.
    pub modes: Modes,
    /// What is on the terminal afterwards.
    pub screen: Screen,
    /// Every byte that the terminal ever received.
    pub received: Vec<u8>,
}

impl Ended {
    /// What is not as it was before the program: nothing, for a program that gave its terminal back.
    pub fn left_over(&self) -> Vec<&'static str> {
        left_over(&self.before, &self.modes, &self.screen)
    }
}

fn left_over(before: &Modes, modes: &Modes, screen: &Screen) -> Vec<&'static str> {
    let found = [
        (modes != before, "the modes of the line are others"),
        (screen.is_alternate, "the alternate screen is still on"),
        (!screen.shows_cursor, "the cursor is hidden"),
        (screen.marks_paste, "pasted text is still marked"),
    ];
    found.into_iter().filter(|(is_so, _)| *is_so).map(|(_, what)| what).collect()
}

impl Terminal {
    /// Starts a program on a terminal of this size, as the leader of a session of its own.
    ///
    /// # Errors
    /// There is no pseudo-terminal, or the program does not start.
    pub fn start(command: &Command, columns: u16, rows: u16) -> Result<Terminal, TerminalError> {
        let keyboard = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)?;
        grantpt(&keyboard)?;
        unlockpt(&keyboard)?;
        tcsetwinsize(&keyboard, size(columns, rows))?;
        let path = ptsname(&keyboard, Vec::new())?.into_string().map_err(|_| TerminalError::NoName)?;
        let not_controlling = OFlags::NOCTTY.bits().cast_signed();
        let line = OpenOptions::new().read(true).write(true).custom_flags(not_controlling).open(path)?;
        let before = Modes::of(&line)?;
        let child = in_session(command, &line)?;
        let received = Received::of(keyboard.try_clone()?, columns, rows)?;
        Ok(Terminal { child, keyboard: File::from(keyboard), line: Some(line), before, received })
    }

    /// The program's process number.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Presses a key.
    ///
    /// # Errors
    /// The terminal is gone.
    pub fn press(&mut self, key: Key) -> Result<(), TerminalError> {
        Ok(self.keyboard.write_all(&key.bytes())?)
    }

    /// Types text.
    ///
    /// # Errors
    /// The terminal is gone.
    pub fn type_text(&mut self, text: &str) -> Result<(), TerminalError> {
        Ok(self.keyboard.write_all(text.as_bytes())?)
    }

    /// Gives the terminal another size, as dragging its window does.
    ///
    /// # Errors
    /// The terminal is gone.
    pub fn resize(&mut self, columns: u16, rows: u16) -> Result<(), TerminalError> {
        // An emulator without any cell is none; what the program draws for no size is not looked at.
        self.received.lock().emulator.screen_mut().set_size(rows.max(1), columns.max(1));
        Ok(tcsetwinsize(&self.keyboard, size(columns, rows))?)
    }

    /// Sends the program a signal.
    ///
    /// # Errors
    /// The program is gone.
    pub fn signal(&self, signal: Signal) -> Result<(), TerminalError> {
        Ok(kill_process(pid(&self.child)?, signal)?)
    }

    /// What is on the screen now.
    pub fn screen(&self) -> Screen {
        self.received.screen()
    }

    /// Every byte that the terminal ever received.
    pub fn received(&self) -> Vec<u8> {
        self.received.lock().bytes.clone()
    }

    /// The terminal's modes now.
    ///
    /// # Errors
    /// The terminal is gone.
    pub fn modes(&self) -> Result<Modes, TerminalError> {
        let line = self.line.as_ref().ok_or(TerminalError::NoName)?;
        Modes::of(line)
    }

    /// What is not as it was before the program started.
    ///
    /// # Errors
    /// The terminal is gone.
    pub fn left_over(&self) -> Result<Vec<&'static str>, TerminalError> {
        Ok(left_over(&self.before, &self.modes()?, &self.screen()))
    }

    /// Waits until this text is on the screen.
    ///
    /// # Errors
    /// It never comes, or the program ends.
    pub fn wait_for(&mut self, text: &str) -> Result<Screen, TerminalError> {
        self.wait_until(text, |screen| screen.shows(text))
    }

    /// Waits until the screen looks as it should.
    ///
    /// # Errors
    /// It never does, or the program ends.
    pub fn wait_until(
        &mut self,
        what: &str,
        mut is_so: impl FnMut(&Screen) -> bool,
    ) -> Result<Screen, TerminalError> {
        let since = Moment::now();
        while let Some(left) = since.left_of(PATIENCE) {
            let state = self.received.lock();
            let screen = Screen::of(state.emulator.screen());
            let is_now = state.picture == Picture::Whole && is_so(&screen);
            let length = state.bytes.len();
            // A picture without marks comes in several pieces: it is looked at when no further piece follows.
            let state = self.received.wait(state, if is_now { QUIET } else { left.min(SLICE) });
            if is_now && state.bytes.len() == length {
                return Ok(screen);
            }
            drop(state);
            if let Some(status) = self.child.try_wait()? {
                let screen = self.screen();
                return if is_so(&screen) {
                    Ok(screen)
                } else {
                    Err(TerminalError::Ended { what: what.to_owned(), status, screen })
                };
            }
        }
        Err(TerminalError::NeverCame { what: what.to_owned(), screen: self.screen() })
    }

    /// Presses a key, and says how long it took until the bytes that make the screen look as it should were there.
    ///
    /// # Errors
    /// As [`Terminal::wait_until`].
    pub fn time(&mut self, key: Key, is_so: impl FnMut(&Screen) -> bool) -> Result<Duration, TerminalError> {
        let pressed = Moment::now();
        self.press(key)?;
        self.wait_until(&format!("what {key:?} does"), is_so)?;
        Ok(self.received.lock().last.since(pressed))
    }

    /// Waits until the program has ended by itself.
    ///
    /// # Errors
    /// It does not end.
    pub fn end(mut self) -> Result<Ended, TerminalError> {
        let ending = pidfd_open(pid(&self.child)?, PidfdFlags::empty())?;
        let time = Timespec { tv_sec: i64::try_from(PATIENCE.as_secs()).unwrap_or(i64::MAX), tv_nsec: 0 };
        if poll(&mut [PollFd::new(&ending, PollFlags::IN)], Some(&time))? == 0 {
            return Err(TerminalError::NeverCame {
                what: "the end of the program".to_owned(),
                screen: self.screen(),
            });
        }
        let status = self.child.wait()?;
        let modes = self.modes()?;
        // Now nobody holds the program's end, and what it wrote last arrives before the end of the line.
        self.line = None;
        let since = Moment::now();
        let mut state = self.received.lock();
        while let Some(left) = since.left_of(PATIENCE).filter(|_| !state.ended) {
            state = self.received.wait(state, left.min(SLICE));
        }
        let (screen, received) = (Screen::of(state.emulator.screen()), state.bytes.clone());
        drop(state);
        Ok(Ended { status, before: self.before.clone(), modes, screen, received })
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // Fails only when it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Received {
    fn of(line: OwnedFd, columns: u16, rows: u16) -> Result<Arc<Received>, TerminalError> {
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

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn wait<'s>(&self, state: MutexGuard<'s, State>, time: Duration) -> MutexGuard<'s, State> {
        match self.changed.wait_timeout(state, time) {
            Ok((state, _)) => state,
            Err(poisoned) => poisoned.into_inner().0,
        }
    }

    /// What is there now, once the picture that is being drawn is whole. A program that died in it never finishes it.
    fn screen(&self) -> Screen {
        let since = Moment::now();
        let mut state = self.lock();
        while let Some(left) = since.left_of(FRAME).filter(|_| state.picture == Picture::Begun) {
            state = self.wait(state, left);
        }
        Screen::of(state.emulator.screen())
    }
}

/// The terminal becomes the controlling one of the new session, so that signals of its line reach the program.
fn in_session(command: &Command, line: &File) -> Result<Child, TerminalError> {
    let mut session = Command::new("setsid");
    session.arg("--ctty").arg(command.get_program()).args(command.get_args());
    session.env("TERM", "xterm-256color");
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => session.env(name, value),
            None => session.env_remove(name),
        };
    }
    if let Some(folder) = command.get_current_dir() {
        session.current_dir(folder);
    }
    let end = || line.as_fd().try_clone_to_owned().map(Stdio::from);
    Ok(session.stdin(end()?).stdout(end()?).stderr(end()?).spawn()?)
}

fn size(columns: u16, rows: u16) -> Winsize {
    Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 }
}

fn pid(child: &Child) -> Result<Pid, TerminalError> {
    i32::try_from(child.id()).ok().and_then(Pid::from_raw).ok_or(TerminalError::NoName)
}

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
