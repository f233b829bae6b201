//! The settings of the repository.

pub(crate) mod get;
