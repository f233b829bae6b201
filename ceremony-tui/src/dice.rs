//! The one module that draws random numbers: which groups of a digest are read aloud.

use crate::clock;
use crate::machine::Moment;

/// The wall clock and fresh randomness, for the next event.
#[expect(clippy::disallowed_methods, reason = "this is the edge for randomness; elsewhere it is a parameter")]
pub fn moment() -> Result<Moment, DiceError> {
    let dice = getrandom::u64().map_err(|_| DiceError)?;
    Ok(Moment { now: clock::now(), dice })
}

/// The system gave no randomness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("The system gave no randomness. Start the program again on a machine that does.")]
pub struct DiceError;
