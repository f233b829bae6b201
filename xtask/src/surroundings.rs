//! The one place where these commands read the clock and the environment, and wait.

use std::ffi::OsString;
use std::time::{Duration, Instant};

/// The value of an environment variable, `None` when it is unset or empty.
#[expect(clippy::disallowed_methods, reason = "the one place of xtask that reads the environment")]
pub(crate) fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// The environment that child processes inherit.
#[expect(clippy::disallowed_methods, reason = "the one place of xtask that reads the environment")]
pub(crate) fn variables() -> Vec<(OsString, OsString)> {
    std::env::vars_os().collect()
}

/// Lets time pass between two looks at a condition. Every caller has a deadline.
#[expect(clippy::disallowed_methods, reason = "the one place of xtask that waits")]
pub(crate) fn pause(length: Duration) {
    std::thread::sleep(length);
}

/// Measures how long a step takes.
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts now.
    #[expect(clippy::disallowed_methods, reason = "the one place of xtask that reads the clock")]
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    /// Time since the start.
    pub(crate) fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

/// Asks `look` until it answers, at most `limit` long; `None` when it never did.
pub(crate) fn wait_for<T>(
    limit: Duration,
    look: impl FnMut() -> anyhow::Result<Option<T>>,
) -> anyhow::Result<Option<T>> {
    look_every(Duration::from_millis(25), limit, look)
}

/// As [`wait_for`], for measuring: looks again at once.
pub(crate) fn wait_busily<T>(
    limit: Duration,
    look: impl FnMut() -> anyhow::Result<Option<T>>,
) -> anyhow::Result<Option<T>> {
    look_every(Duration::from_micros(200), limit, look)
}

fn look_every<T>(
    interval: Duration,
    limit: Duration,
    mut look: impl FnMut() -> anyhow::Result<Option<T>>,
) -> anyhow::Result<Option<T>> {
    let watch = Stopwatch::start();
    loop {
        if let Some(found) = look()? {
            return Ok(Some(found));
        }
        if watch.elapsed() >= limit {
            return Ok(None);
        }
        pause(interval);
    }
}
