//! What became of a request.

pub(crate) mod get;
