//! What a key press can be meant for now. The keymap has a table for each.

/// What a key press can be meant for now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Situation {
    /// What the person does.
    pub doing: Doing,
    /// Whether there is a document to look at.
    pub document: Document,
    /// Whether there is more than the screen shows.
    pub paging: Paging,
}

/// What the person does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    /// One of several answers is chosen.
    Choosing,
    /// A line is typed, and nothing of it is there yet.
    Blank,
    /// A line is typed.
    Typing,
    /// Something over the step is read.
    Reading,
    /// The bytes are read.
    ReadingBytes,
    /// Something is under way, and it can be cancelled.
    Working,
    /// Something is under way, and it cannot be cancelled.
    Finishing,
    /// A secret is typed.
    Secret,
    /// Whether to stop.
    Stopping,
    /// The ceremony is complete.
    Ended,
}

/// Whether there is a document to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Document {
    /// Not before the review.
    None,
    /// Its bytes and its digest can be shown.
    Shown,
}

/// Whether there is more than the screen shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paging {
    /// It is all there.
    Whole,
    /// There is more below.
    More,
    /// The end is there, and there is more above.
    AtEnd,
}
