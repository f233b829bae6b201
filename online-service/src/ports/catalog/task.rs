//! Tasks: what became of a request.

use shared::json::Json;

use crate::ports::clock::Moment;

/// Thirty-two lower-case hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TaskId(String);

impl TaskId {
    /// An id of sixteen random bytes.
    pub(crate) fn from_random(bytes: [u8; 16]) -> Self {
        Self(hex::encode(bytes))
    }

    /// An id as a client or the catalog spells it.
    pub(crate) fn from_text(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The digits.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a task does. The words are RSTUF's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TaskName {
    /// Publishes version 1 of everything.
    Bootstrap,
    /// Adds or replaces artifacts.
    AddArtifacts,
    /// Removes artifacts.
    RemoveArtifacts,
    /// Publishes what was deferred.
    PublishArtifacts,
    /// Adds a root signature.
    SignMetadata,
    /// Throws away a root that waits for signatures.
    DeleteSignMetadata,
}

impl TaskName {
    const ALL: [Self; 6] = [
        Self::Bootstrap,
        Self::AddArtifacts,
        Self::RemoveArtifacts,
        Self::PublishArtifacts,
        Self::SignMetadata,
        Self::DeleteSignMetadata,
    ];

    /// The word in a task's result.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Bootstrap => "bootstrap",
            Self::AddArtifacts => "add_artifacts",
            Self::RemoveArtifacts => "remove_artifacts",
            Self::PublishArtifacts => "publish_artifacts",
            Self::SignMetadata => "sign_metadata",
            Self::DeleteSignMetadata => "delete_sign_metadata",
        }
    }

    /// Reads what [`TaskName::as_str`] wrote.
    pub(crate) fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|name| name.as_str() == text)
    }

    /// The message of a task that did what it was asked.
    const fn done(self) -> &'static str {
        match self {
            Self::Bootstrap => "Bootstrap Processed",
            Self::AddArtifacts => "Artifact(s) Added",
            Self::RemoveArtifacts => "Artifact(s) removed",
            Self::PublishArtifacts => "Publish Artifacts Processed",
            Self::SignMetadata => "Signature Processed",
            Self::DeleteSignMetadata => "Deletion of root metadata successful, signing process stopped",
        }
    }
}

/// How far a task is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TaskState {
    /// Durable, and waiting for the publisher.
    Started,
    /// Done.
    Success,
    /// It could not be read again. What cannot be done is refused before it becomes a task, so this means that the
    /// catalog was changed by somebody else, or that there is a defect.
    Failure,
}

impl TaskState {
    /// The word in the API.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Started => "STARTED",
            Self::Success => "SUCCESS",
            Self::Failure => "FAILURE",
        }
    }

    /// Reads what [`TaskState::as_str`] wrote.
    pub(crate) fn from_text(text: &str) -> Option<Self> {
        [Self::Started, Self::Success, Self::Failure].into_iter().find(|state| state.as_str() == text)
    }
}

/// A task with its result, an empty object while there is none.
#[derive(Clone, Debug)]
pub(crate) struct Task {
    /// Its id.
    pub(crate) id: TaskId,
    /// What it does.
    pub(crate) name: TaskName,
    /// How far it is.
    pub(crate) state: TaskState,
    /// The `result` object of the API.
    pub(crate) result: Json,
    /// When it was written or changed last.
    pub(crate) updated: Moment,
}

impl Task {
    /// A task that waits for the publisher.
    pub(crate) fn started(id: TaskId, name: TaskName, at: Moment) -> Self {
        Self { id, name, state: TaskState::Started, result: Json::object([]), updated: at }
    }

    /// A task that came to nothing. As in RSTUF, its result is only a message.
    pub(crate) fn failed(id: TaskId, name: TaskName, at: Moment, sentence: &str) -> Self {
        let result = Json::object([("message", Json::from(sentence))]);
        Self { id, name, state: TaskState::Failure, result, updated: at }
    }

    /// A task that did what it was asked.
    pub(crate) fn succeeded(id: TaskId, name: TaskName, at: Moment, details: Json) -> Self {
        let result = Json::object([
            ("message", Json::from(name.done())),
            ("status", Json::from(true)),
            ("task", Json::from(name.as_str())),
            ("last_update", Json::from(at.rfc3339())),
            ("details", details),
        ]);
        Self { id, name, state: TaskState::Success, result, updated: at }
    }
}
