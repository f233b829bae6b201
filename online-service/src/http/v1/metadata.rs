//! Metadata that people sign.

pub(crate) mod sign;
