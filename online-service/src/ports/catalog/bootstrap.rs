//! The bootstrap: from nothing to a published repository.

use super::access::AuditEntry;
use super::task::{Task, TaskId, TaskName};

/// Where the bootstrap stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BootstrapState {
    /// Nothing was accepted yet.
    None,
    /// A root with all its signatures waits for the publisher.
    Pre,
    /// A root waits for signatures.
    Signing,
    /// The repository is published.
    Finished,
}

impl BootstrapState {
    /// The word that RSTUF's messages use.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::None => "None",
            Self::Pre => "pre",
            Self::Signing => "signing",
            Self::Finished => "finished",
        }
    }

    /// Reads what [`BootstrapState::as_str`] wrote.
    pub(crate) fn from_text(text: &str) -> Option<Self> {
        [Self::None, Self::Pre, Self::Signing, Self::Finished]
            .into_iter()
            .find(|state| state.as_str() == text)
    }
}

/// The bootstrap state and the task that led to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BootstrapRecord {
    /// The state.
    pub(crate) state: BootstrapState,
    /// The bootstrap's task; `None` in the state `None`.
    pub(crate) task: Option<TaskId>,
}

/// A root version 1 that is not published yet.
#[derive(Clone, Debug)]
pub(crate) struct PendingRoot {
    /// The document, with the signatures it has so far.
    pub(crate) root: Vec<u8>,
    /// The settings object of the payload.
    pub(crate) settings: Vec<u8>,
    /// The task that ends when the publisher is done.
    pub(crate) task: TaskId,
    /// What kind of task that is: `Bootstrap`, or `SignMetadata` when a later signature completed the root.
    pub(crate) task_name: TaskName,
}

/// The start of a bootstrap.
#[derive(Clone, Debug)]
pub(crate) struct BootstrapOpening {
    /// `Pre` or `Signing`.
    pub(crate) state: BootstrapState,
    /// The task: started when `Pre`, ended when `Signing`.
    pub(crate) task: Task,
    /// The root document.
    pub(crate) root: Vec<u8>,
    /// The settings object of the payload.
    pub(crate) settings: Vec<u8>,
    /// The audit entry.
    pub(crate) audit: AuditEntry,
}

/// One more signature on the pending root.
#[derive(Clone, Debug)]
pub(crate) struct RootExtension {
    /// The bytes that were read before; another value means that somebody else was faster.
    pub(crate) previous: Vec<u8>,
    /// The bytes with the signature.
    pub(crate) root: Vec<u8>,
    /// `Signing`, or `Pre` when the threshold is met.
    pub(crate) state: BootstrapState,
    /// The task of this request.
    pub(crate) task: Task,
    /// The audit entry.
    pub(crate) audit: AuditEntry,
}

/// The end of a bootstrap that waits for signatures.
#[derive(Clone, Debug)]
pub(crate) struct Abandonment {
    /// The bytes that were read before; another value means that a signature came meanwhile.
    pub(crate) root: Vec<u8>,
    /// The task of this request.
    pub(crate) task: Task,
    /// The audit entry.
    pub(crate) audit: AuditEntry,
}
