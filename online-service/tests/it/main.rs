//! The real binary, a real catalog, real HTTP. Modules follow the URLs and the commands.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

mod artifacts;
mod bad_input;
mod bootstrap;
mod ceremony;
mod cli;
mod client;
mod content;
mod crash;
mod http;
mod judges;
mod limits;
mod metadata;
mod metadata_sign;
mod metadata_sign_delete;
mod rstuf;
mod secrecy;
mod service;
mod tampering;
mod time;
mod unchanged;
