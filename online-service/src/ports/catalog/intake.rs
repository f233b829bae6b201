//! Requests between the door and the publisher.

use super::access::AuditEntry;
use super::names::RoleLabel;
use super::task::{Task, TaskId, TaskName};
use crate::ports::clock::Moment;

/// When a request wants to be published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Urgency {
    /// As soon as possible.
    Now,
    /// When somebody publishes.
    Deferred,
}

/// A request that waits for the publisher.
#[derive(Clone, Debug)]
pub(crate) struct IntakeRow {
    /// Position in the order of intake.
    pub(crate) id: i64,
    /// The task to end, for requests that were not deferred.
    pub(crate) task: TaskId,
    /// What the task is.
    pub(crate) name: TaskName,
    /// Whether it waits for a publish.
    pub(crate) urgency: Urgency,
    /// The packed request.
    pub(crate) packed: Vec<u8>,
}

/// A request to take in.
#[derive(Clone, Debug)]
pub(crate) struct NewIntake {
    /// Its task, as it is after the request was taken in: ended when deferred.
    pub(crate) task: Task,
    /// Whether it waits for a publish.
    pub(crate) urgency: Urgency,
    /// The packed request.
    pub(crate) packed: Vec<u8>,
    /// Bytes that it adds to bins.
    pub(crate) growth: Vec<Growth>,
    /// The largest number of bytes that a role may have.
    pub(crate) limit: u64,
    /// The audit entry.
    pub(crate) audit: AuditEntry,
}

/// Bytes that a request adds to a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Growth {
    /// The role.
    pub(crate) role: RoleLabel,
    /// How many bytes, whatever stands there already.
    pub(crate) bytes: u64,
    /// The size that was computed instead of being estimated.
    pub(crate) computed: Option<Computed>,
}

/// What a role will have with everything that waits. It holds as long as nothing else was taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Computed {
    /// How many bytes.
    pub(crate) bytes: u64,
    /// The highest id that a request ever had.
    pub(crate) seen: i64,
}

/// A request that was accepted and cannot be read again: the publisher takes it out of the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SetAside {
    /// Its row.
    pub(crate) id: i64,
    /// Its task.
    pub(crate) task: TaskId,
    /// When it was set aside.
    pub(crate) at: Moment,
}
