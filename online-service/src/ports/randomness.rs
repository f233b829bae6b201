//! Unpredictable bytes: tokens, task ids, generated passphrases.
//!
//! To add a source: implement [`Randomness`] in `adapters/` and name it in `composition`. Tests pass a counter.

/// The source could not deliver.
#[derive(Debug, thiserror::Error)]
#[error(
    "The operating system gave no random bytes ({0}). Nothing was created; check that /dev/urandom works and try again."
)]
pub(crate) struct RandomnessError(pub(crate) String);

/// A source of unpredictable bytes.
pub(crate) trait Randomness: Send + Sync {
    /// Fills the whole slice, or fails without a promise about its content.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomnessError>;
}
