//! Reading a secret from the terminal without showing it. The terminal is restored whatever happens.

use std::io::IsTerminal;

use rustix::io::Errno;
use rustix::termios::{LocalModes, OptionalActions, Termios};

use crate::channel::wait_for_input;
use crate::interrupt::Interrupt;
use crate::secret::Secret;

use super::{Prompt, SecretsError};

const SLICE: std::time::Duration = std::time::Duration::from_millis(200);

/// Whether standard input is a terminal.
pub fn is_there() -> bool {
    std::io::stdin().is_terminal()
}

/// Switches echo off, writes the prompt, and reads one line straight into locked memory.
pub fn read_hidden(prompt: &mut Prompt<'_>, interrupt: &Interrupt) -> Result<Secret, SecretsError> {
    let hidden = Hidden::begin()?;
    write!(prompt.out, "{}: ", prompt.text)?;
    prompt.out.flush()?;
    let secret = read_line(interrupt);
    drop(hidden);
    writeln!(prompt.out)?;
    secret
}

fn read_line(interrupt: &Interrupt) -> Result<Secret, SecretsError> {
    let mut secret = Secret::empty()?;
    loop {
        if interrupt.is_raised() {
            return Err(SecretsError::Interrupted);
        }
        if !wait_for_input(rustix::stdio::stdin(), Some(SLICE)).map_err(std::io::Error::from)? {
            continue;
        }
        let mut byte = [0];
        match rustix::io::read(rustix::stdio::stdin(), &mut byte) {
            Ok(0) => return Ok(secret),
            Ok(_) if byte[0] == b'\n' => return Ok(secret),
            Ok(_) => secret.push(byte[0])?,
            Err(Errno::INTR) => {}
            Err(errno) => return Err(std::io::Error::from(errno).into()),
        }
    }
}

/// Echo is off while this lives.
struct Hidden {
    before: Termios,
}

impl Hidden {
    fn begin() -> Result<Hidden, SecretsError> {
        let stdin = rustix::stdio::stdin();
        let before = rustix::termios::tcgetattr(stdin).map_err(|_| SecretsError::NoTerminal)?;
        let mut hidden = before.clone();
        hidden.local_modes &= !(LocalModes::ECHO | LocalModes::ECHONL);
        // Before the prompt: what is typed after the prompt appears is never echoed.
        rustix::termios::tcsetattr(stdin, OptionalActions::Drain, &hidden).map_err(std::io::Error::from)?;
        Ok(Hidden { before })
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        // Nothing better can be done when the terminal itself is gone.
        let _ = rustix::termios::tcsetattr(rustix::stdio::stdin(), OptionalActions::Drain, &self.before);
    }
}
