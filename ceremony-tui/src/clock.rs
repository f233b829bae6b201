//! The one module that reads a clock: the wall clock for dates in documents, the steady clock for deadlines.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use shared::time::UnixTime;

/// The wall clock of this machine, in seconds since 1970.
#[expect(clippy::disallowed_methods, reason = "this is the clock edge; everywhere else time is a parameter")]
pub fn now() -> UnixTime {
    let seconds = match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_secs()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_secs()).map_or(i64::MIN, |seconds| -seconds),
    };
    UnixTime(seconds)
}

/// When this program was built, as far as the build said it (the commit's time, never the build clock).
pub fn build_date() -> Option<UnixTime> {
    option_env!("VESTRY_BUILD_DATE").and_then(|seconds| seconds.parse().ok()).map(UnixTime)
}

/// A moment after which waiting ends. It runs on the steady clock, so a changed wall clock cannot stretch it.
#[derive(Debug, Clone, Copy)]
pub struct Deadline(Instant);

impl Deadline {
    /// A deadline that many seconds from now.
    pub fn after_seconds(seconds: u64) -> Deadline {
        Deadline::after(Duration::from_secs(seconds))
    }

    /// A deadline so long from now.
    #[expect(clippy::disallowed_methods, reason = "this is the clock edge")]
    pub fn after(time: Duration) -> Deadline {
        Deadline(Instant::now() + time)
    }

    /// What is left, or nothing once it has passed.
    #[expect(clippy::disallowed_methods, reason = "this is the clock edge")]
    pub fn left(self) -> Option<Duration> {
        self.0.checked_duration_since(Instant::now()).filter(|left| !left.is_zero())
    }
}
