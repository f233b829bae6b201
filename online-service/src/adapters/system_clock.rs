//! The machine's clock.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::ports::clock::{Clock, Moment};

/// Reads the machine's clock.
#[derive(Debug)]
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place of this program that reads the clock")]
    fn now(&self) -> Moment {
        let now = SystemTime::now();
        // A clock before 1970 is broken; zero makes everything look unexpired and every renewal due, never a panic.
        let micros = now.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_micros());
        Moment::from_micros(i64::try_from(micros).unwrap_or(i64::MAX))
    }
}
