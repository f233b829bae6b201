//! Another time for one program, by the library behind `faketime`. The program `faketime` would stand between a test
//! and the process that it has to end.

use std::path::Path;
use std::process::Command;

const LIBRARIES: [&str; 2] = [
    "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1",
    "/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1",
];

/// Moves the clock of a command, as `+26h` or `@2026-11-21 19:25:30`.
///
/// # Errors
/// The library is not installed.
pub fn moved(command: &mut Command, offset: &str) -> Result<(), ClockError> {
    preload(command, offset)?;
    // Condition variables wait for a moment of the real monotonic clock.
    command.env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    Ok(())
}

/// Lets every clock of a command go so many times as fast, so that a test need not wait for a time limit.
///
/// # Errors
/// The library is not installed.
pub fn faster(command: &mut Command, times: u32) -> Result<(), ClockError> {
    preload(command, &format!("+0 x{times}"))
}

/// The library, for whoever makes an environment without a command.
///
/// # Errors
/// It is not installed.
pub fn library() -> Result<&'static str, ClockError> {
    LIBRARIES.into_iter().find(|path| Path::new(path).exists()).ok_or(ClockError)
}

fn preload(command: &mut Command, time: &str) -> Result<(), ClockError> {
    command.env("LD_PRELOAD", library()?).env("FAKETIME", time);
    Ok(())
}

/// The clock cannot be moved.
#[derive(Debug, thiserror::Error)]
#[error("libfaketime is missing. Install it with `apt-get install faketime`.")]
pub struct ClockError;
