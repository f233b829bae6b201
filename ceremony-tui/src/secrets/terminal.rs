//! Reading a secret from the terminal without showing it. The terminal is restored whatever happens.

use std::io::IsTerminal;

use rustix::io::Errno;
use rustix::termios::{LocalModes, OptionalActions, QueueSelector, SpecialCodeIndex, Termios};

use crate::interrupt::Interrupt;
use crate::secret::Secret;
use crate::wait::wait_for_input;

use super::{Prompt, SecretsError};

const SLICE: std::time::Duration = std::time::Duration::from_millis(100);

/// Whether standard input is a terminal.
pub fn is_there() -> bool {
    std::io::stdin().is_terminal()
}

/// Throws away what was typed and not read yet: it was typed before the next question was on the screen.
pub(crate) fn forget_type_ahead() {
    // Fails only where there is no terminal, and so nothing typed.
    let _ = rustix::termios::tcflush(rustix::stdio::stdin(), QueueSelector::IFlush);
}

/// Switches echo off, writes the prompt, and reads one line straight into locked memory.
pub fn read_hidden(prompt: &mut Prompt<'_>, interrupt: &Interrupt) -> Result<Secret, SecretsError> {
    let hidden = Hidden::begin()?;
    write!(prompt.out, "{}: ", prompt.text)?;
    prompt.out.flush()?;
    let secret = read_line(&hidden, interrupt);
    drop(hidden);
    writeln!(prompt.out)?;
    secret
}

fn read_line(hidden: &Hidden, interrupt: &Interrupt) -> Result<Secret, SecretsError> {
    let mut secret = Secret::empty()?;
    loop {
        if interrupt.is_raised() {
            return Err(SecretsError::Interrupted);
        }
        let ready = wait_for_input(rustix::stdio::stdin(), Some(SLICE)).map_err(std::io::Error::from)?;
        if hidden.hide_again()? {
            // A shell that stopped and continued this program showed what was typed in between.
            secret.clear();
            continue;
        }
        if !ready {
            continue;
        }
        let mut byte = [0];
        match rustix::io::read(rustix::stdio::stdin(), &mut byte) {
            // Ctrl-D, or the end: whatever was typed before it is not an answer.
            Ok(0) | Err(Errno::IO) => return Err(SecretsError::Interrupted),
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
    hidden: Termios,
}

const ECHOES: LocalModes = LocalModes::ECHO.union(LocalModes::ECHONL);
/// _POSIX_VDISABLE: the key does nothing special.
const DISABLED: u8 = 0;

impl Hidden {
    fn begin() -> Result<Hidden, SecretsError> {
        let stdin = rustix::stdio::stdin();
        let before = rustix::termios::tcgetattr(stdin).map_err(|_| SecretsError::NoTerminal)?;
        let mut hidden = before.clone();
        hidden.local_modes &= !ECHOES;
        // A stopped program leaves the terminal to its shell, which switches echo on again.
        hidden.special_codes[SpecialCodeIndex::VSUSP] = DISABLED;
        hidden.special_codes[SpecialCodeIndex::VQUIT] = DISABLED;
        let hidden = Hidden { before, hidden };
        hidden.apply()?;
        Ok(hidden)
    }

    /// Before the prompt: what is typed after the prompt appears is never echoed, and what was typed before it is
    /// no secret.
    fn apply(&self) -> Result<(), SecretsError> {
        rustix::termios::tcsetattr(rustix::stdio::stdin(), OptionalActions::Flush, &self.hidden)
            .map_err(|errno| std::io::Error::from(errno).into())
    }

    /// Whether somebody else had switched echo on, and it is off again now.
    fn hide_again(&self) -> Result<bool, SecretsError> {
        // A terminal that is gone is found out by reading it.
        let Ok(now) = rustix::termios::tcgetattr(rustix::stdio::stdin()) else { return Ok(false) };
        if !now.local_modes.contains(LocalModes::ECHO) {
            return Ok(false);
        }
        self.apply()?;
        Ok(true)
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        // Nothing better can be done when the terminal itself is gone.
        let _ = rustix::termios::tcsetattr(rustix::stdio::stdin(), OptionalActions::Drain, &self.before);
    }
}
