//! Signatures that are still missing.

pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod post;
