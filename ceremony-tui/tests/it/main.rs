//! The real binaries, driven through `--plain` and on the full screen: real processes, real key files, real SoftHSM tokens.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests fail by panicking"
)]

mod absent;
mod attestation;
mod bad_input;
mod cards;
mod ceremony;
mod desk;
mod full_screen;
mod hanging;
mod holders;
mod inspect;
mod kept;
mod live;
mod material;
mod memory;
mod processes;
mod room;
mod secrecy;
mod softhsm;
mod terminal;
mod tokens;
mod yubikey;
