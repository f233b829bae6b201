//! A terminal before and after a program.

use std::fs::File;
use std::process::ExitStatus;

use rustix::termios::tcgetattr;

use super::{Screen, TerminalError};

/// Modes of a terminal: echo, lines, signals, special characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Modes(String);

impl Modes {
    pub(super) fn of(line: &File) -> Result<Modes, TerminalError> {
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

pub(super) fn left_over(before: &Modes, modes: &Modes, screen: &Screen) -> Vec<&'static str> {
    let found = [
        (modes != before, "the modes of the line are others"),
        (screen.is_alternate, "the alternate screen is still on"),
        (!screen.shows_cursor, "the cursor is hidden"),
        (screen.marks_paste, "pasted text is still marked"),
    ];
    found.into_iter().filter(|(is_so, _)| *is_so).map(|(_, what)| what).collect()
}
