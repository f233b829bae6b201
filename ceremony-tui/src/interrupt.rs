//! SIGINT, SIGQUIT, SIGTERM and SIGHUP as a flag that every wait looks at, so that the terminal is always restored.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::flag;

/// Ctrl-C.
const INTERRUPT: usize = 2;

/// What a second signal does that comes before the first was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Second {
    /// It ends the program at once, whatever it hangs in: numbered lines leave nothing to restore.
    Ends,
    /// It waits like the first: the full screen never hangs, and has a terminal to give back.
    Waits,
}

/// Whether a signal asked the program to stop, and which.
#[derive(Debug, Clone, Default)]
pub struct Interrupt {
    signal: Arc<AtomicUsize>,
    /// Whether the next signal ends the program.
    armed: Arc<AtomicBool>,
}

impl Interrupt {
    /// Registers the four signals.
    pub fn install(second: Second) -> std::io::Result<Interrupt> {
        let interrupt = Interrupt::default();
        for (signal, number) in [(SIGHUP, 1), (SIGINT, INTERRUPT), (SIGQUIT, 3), (SIGTERM, 15)] {
            if second == Second::Ends {
                // In this order: the signal that arms is not the one that ends.
                flag::register_conditional_shutdown(signal, 128 + signal, Arc::clone(&interrupt.armed))?;
                flag::register(signal, Arc::clone(&interrupt.armed))?;
            }
            flag::register_usize(signal, Arc::clone(&interrupt.signal), number)?;
        }
        Ok(interrupt)
    }

    /// Takes a Ctrl-C back that ended only what was under way. Other signals stay: they mean the whole program.
    pub fn take_ctrl_c(&self) -> bool {
        let taken = self.signal.compare_exchange(INTERRUPT, 0, Ordering::SeqCst, Ordering::SeqCst).is_ok();
        if taken {
            self.armed.store(false, Ordering::SeqCst);
        }
        taken
    }

    /// A flag that no signal raises.
    pub fn never() -> Interrupt {
        Interrupt::default()
    }

    /// Whether one of the signals came.
    pub fn is_raised(&self) -> bool {
        self.signal.load(Ordering::SeqCst) != 0
    }

    /// The exit code that the shell expects after the signal, if one came.
    pub fn exit_code(&self) -> Option<u8> {
        match self.signal.load(Ordering::SeqCst) {
            0 => None,
            signal => u8::try_from(signal).ok().map(|signal| 128 + signal),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ctrl_c_can_be_taken_back_and_other_signals_cannot() {
        let interrupt = Interrupt::default();
        for (signal, taken) in [(INTERRUPT, true), (15, false)] {
            interrupt.signal.store(signal, Ordering::SeqCst);
            interrupt.armed.store(true, Ordering::SeqCst);
            assert_eq!(interrupt.take_ctrl_c(), taken);
            assert_eq!(interrupt.is_raised(), !taken);
            assert_eq!(interrupt.armed.load(Ordering::SeqCst), !taken);
        }
    }
}
