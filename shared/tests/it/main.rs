//! The domain against the outside: recorded payloads, and another implementation.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::expect_used,
    reason = "a test stops at the first surprise"
)]

mod malformed;
mod repository;
mod rstuf_payloads;
mod schemes;
mod securesystemslib;
