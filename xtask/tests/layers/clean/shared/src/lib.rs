//! std::fs in a comment, and "std::net" in a string, are nobody's business.
mod expiry;
pub mod software;
