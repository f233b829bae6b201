//! Signatures that are still missing.

pub(crate) mod get;
pub(crate) mod post;
