//! A token host, as the screen process has it.

use crate::channel::Channel;

/// A host that runs.
#[derive(Debug)]
pub(super) struct Host {
    /// Its process number, by which the broker ends it.
    pub(super) pid: u32,
    /// Where it is asked.
    pub(super) channel: Channel,
    /// Whether it has ever answered: one that has not may lack a library that it needs to start.
    pub(super) has_answered: bool,
}
