//! Whether the publisher does its work, for `status`.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// What keeps the publisher from its work, if anything.
#[derive(Debug, Default)]
pub(crate) struct Health(Mutex<Option<String>>);

impl Health {
    /// The last step went well.
    pub(crate) fn well(&self) {
        *self.lock() = None;
    }

    /// The last step failed.
    pub(crate) fn failing(&self, sentence: String) {
        *self.lock() = Some(sentence);
    }

    /// Why the last step failed, if it did.
    pub(crate) fn trouble(&self) -> Option<String> {
        self.lock().clone()
    }

    /// The sentence is right whatever happened to the thread that held it.
    fn lock(&self) -> MutexGuard<'_, Option<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
