//! What the service does, as plain functions over the ports.
//!
//! Nothing here knows HTTP, a database, an adapter or the command line.

pub(crate) mod abandon;
pub(crate) mod access;
pub(crate) mod artifacts;
pub(crate) mod audit;
pub(crate) mod bootstrap;
pub(crate) mod files;
pub(crate) mod settings;
pub(crate) mod sign;
pub(crate) mod status;
pub(crate) mod tasks;
