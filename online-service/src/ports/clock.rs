//! The time of day.
//!
//! To add a clock: implement [`Clock`] in `adapters/` and name it in `composition`. Nothing else may read the time;
//! rules take a [`Moment`] or a `UnixTime` as a parameter.

use shared::time::UnixTime;

/// A point in time with microseconds, as the API shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment {
    micros: i64,
}

impl Moment {
    /// Microseconds since 1970.
    pub(crate) const fn from_micros(micros: i64) -> Self {
        Self { micros }
    }

    /// Microseconds since 1970.
    pub(crate) const fn micros(self) -> i64 {
        self.micros
    }

    /// Whole seconds, rounded down: what expiries are compared with.
    pub(crate) const fn unix(self) -> UnixTime {
        UnixTime(self.micros.div_euclid(1_000_000))
    }

    /// The same time of day, so many days later.
    pub(crate) const fn plus_days(self, days: u32) -> Self {
        Self { micros: self.micros.saturating_add((days as i64).saturating_mul(86_400_000_000)) }
    }

    /// `2026-11-21T19:18:11.338621Z`, the spelling of every time in the API.
    pub(crate) fn rfc3339(self) -> String {
        let time = jiff::Timestamp::from_microsecond(self.micros).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        time.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string()
    }
}

/// A source of the current time.
pub(crate) trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Moment;
}

#[cfg(test)]
mod tests {
    use super::Moment;

    #[test]
    fn times_always_carry_six_digits_and_a_z() {
        assert_eq!(Moment::from_micros(1_795_288_691_048_340).rfc3339(), "2026-11-21T19:18:11.048340Z");
        assert_eq!(Moment::from_micros(0).rfc3339(), "1970-01-01T00:00:00.000000Z");
    }
}
