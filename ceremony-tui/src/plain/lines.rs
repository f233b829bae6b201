//! Answers from standard input, one line each, without blocking signals out.

use std::io::{IsTerminal, Write};
use std::time::Duration;

use rustix::io::Errno;

use crate::interrupt::Interrupt;
use crate::secrets::terminal;
use crate::wait::wait_for_input;

const SLICE: Duration = Duration::from_millis(200);
const LONGEST: usize = 4096;

/// Standard input, line by line.
#[derive(Debug)]
pub struct Lines {
    waiting: Vec<u8>,
    terminal: bool,
}

/// What came from standard input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// A line, without its end.
    Typed(String),
    /// Standard input has ended.
    Ended,
    /// A signal asks to stop.
    Interrupted,
}

impl Lines {
    /// Reads from standard input.
    pub fn from_standard_input() -> Lines {
        Lines { waiting: Vec::new(), terminal: std::io::stdin().is_terminal() }
    }

    /// The next line. A last line without an end is not an answer: it may be cut off.
    pub fn next(&mut self, interrupt: &Interrupt) -> std::io::Result<Line> {
        loop {
            if let Some(end) = self.waiting.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.waiting.drain(..=end).collect();
                return Ok(Line::Typed(
                    String::from_utf8_lossy(&line[..end]).trim_end_matches('\r').to_owned(),
                ));
            }
            if interrupt.is_raised() {
                return Ok(Line::Interrupted);
            }
            if !wait_for_input(rustix::stdio::stdin(), Some(SLICE))? {
                continue;
            }
            if !self.fill()? {
                return Ok(Line::Ended);
            }
        }
    }

    fn fill(&mut self) -> std::io::Result<bool> {
        let mut room = [0; 512];
        match rustix::io::read(rustix::stdio::stdin(), &mut room) {
            Ok(0) => Ok(false),
            Ok(_) if self.waiting.len() > LONGEST => Ok(false),
            Ok(read) => {
                self.waiting.extend_from_slice(&room[..read]);
                Ok(true)
            }
            Err(Errno::INTR) => Ok(true),
            // A terminal that hung up.
            Err(Errno::IO) => Ok(false),
            Err(errno) => Err(errno.into()),
        }
    }

    /// Whether a person types on a terminal.
    pub fn is_terminal(&self) -> bool {
        self.terminal
    }

    /// Forgets what a person typed before the next question; a script's answers stay.
    pub fn forget_type_ahead(&mut self) {
        if self.terminal {
            terminal::forget_type_ahead();
            self.waiting.clear();
        }
    }

    /// A terminal shows what is typed; in a transcript of a script the answer is written behind its question.
    pub fn echo(&self, out: &mut dyn Write, line: &str) -> std::io::Result<()> {
        if self.terminal { Ok(()) } else { writeln!(out, "{}", crate::text::printable(line)) }
    }
}
