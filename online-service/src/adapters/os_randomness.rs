//! The operating system's randomness.

use crate::ports::randomness::{Randomness, RandomnessError};

/// Asks the operating system.
#[derive(Debug)]
pub(crate) struct OsRandomness;

impl Randomness for OsRandomness {
    #[expect(clippy::disallowed_methods, reason = "the one place of this program that asks for randomness")]
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomnessError> {
        getrandom::fill(bytes).map_err(|error| RandomnessError(error.to_string()))
    }
}
