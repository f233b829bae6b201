//! A pseudo-terminal and the program on it.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::os::fd::AsFd as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::OFlags;
use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use super::modes::left_over;
use super::picture::Picture;
use super::received::Received;
use super::{Ended, Key, Modes, Screen, TerminalError};
use crate::steady::Moment;

/// The longest that a program may take for anything: it may stretch a passphrase on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often a wait looks whether the program still runs.
const SLICE: Duration = Duration::from_millis(200);
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
