//! What the targets share.

pub mod members;
