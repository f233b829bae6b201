//! How the service is.

pub(crate) mod get;
