//! The one place of this crate that reads a clock.

use std::time::{Duration, Instant};

/// A moment on the steady clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(Instant);

impl Moment {
    #[expect(clippy::disallowed_methods, reason = "deadlines and latencies are measured here")]
    pub(crate) fn now() -> Moment {
        Moment(Instant::now())
    }

    pub(crate) fn since(self, earlier: Moment) -> Duration {
        self.0.saturating_duration_since(earlier.0)
    }

    /// What is left of `time` after this moment; nothing once it is over.
    pub(crate) fn left_of(self, time: Duration) -> Option<Duration> {
        time.checked_sub(Moment::now().since(self)).filter(|left| !left.is_zero())
    }
}
