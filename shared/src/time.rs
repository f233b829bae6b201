//! Times as TUF writes them. Nothing here reads a clock.

use std::fmt;

use jiff::Timestamp;

use crate::text::shortened;

/// Seconds since 1970-01-01 00:00:00 UTC; what a clock said, handed in by the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixTime(pub i64);

const SECONDS_PER_DAY: i64 = 86_400;

impl UnixTime {
    /// This time, `days` later.
    #[must_use]
    pub fn plus_days(self, days: u32) -> UnixTime {
        UnixTime(self.0.saturating_add(i64::from(days) * SECONDS_PER_DAY))
    }

    /// Whole days from `earlier` to this time; negative when this time is the earlier one.
    pub fn days_since(self, earlier: UnixTime) -> i64 {
        (self.0 - earlier.0).div_euclid(SECONDS_PER_DAY)
    }

    /// Reads `YYYY-MM-DDTHH:MM:SSZ`.
    ///
    /// # Errors
    /// Any other spelling, and dates that do not exist.
    pub fn parse(text: &str) -> Result<UnixTime, TimeError> {
        let wrong = || TimeError { text: shortened(text) };
        let time: Timestamp = text.parse().map_err(|_| wrong())?;
        let parsed = UnixTime(time.as_second());
        // Fractions, offsets and lower-case letters parse too, but clients refuse them.
        if parsed.to_string() == text { Ok(parsed) } else { Err(wrong()) }
    }
}

impl fmt::Display for UnixTime {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Timestamp::from_second(self.0) {
            Ok(time) => write!(formatter, "{time}"),
            Err(_) => write!(formatter, "second {} after 1970", self.0),
        }
    }
}

/// When a document stops being valid: TUF's `expires`, exactly `YYYY-MM-DDTHH:MM:SSZ` (4.2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Expiry(UnixTime);

impl Expiry {
    /// Reads `YYYY-MM-DDTHH:MM:SSZ`.
    ///
    /// # Errors
    /// Any other spelling: python-tuf refuses fractions and offsets.
    pub fn parse(text: &str) -> Result<Expiry, TimeError> {
        UnixTime::parse(text).map(Expiry)
    }

    /// `days` after `now`.
    pub fn after_days(now: UnixTime, days: u32) -> Expiry {
        Expiry(now.plus_days(days))
    }

    /// Exactly at `time`.
    pub fn at(time: UnixTime) -> Expiry {
        Expiry(time)
    }

    /// Whether a client at `now` refuses the document (5.3.10: the expiry must be higher than now).
    pub fn is_expired_at(self, now: UnixTime) -> bool {
        self.0 <= now
    }

    /// The moment itself.
    pub fn time(self) -> UnixTime {
        self.0
    }
}

impl fmt::Display for Expiry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// A time is not spelled as TUF asks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{text}\" is not a time. Write it as YYYY-MM-DDTHH:MM:SSZ, without fraction and in UTC.")]
pub struct TimeError {
    text: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_spelling_that_every_client_reads_is_accepted() {
        assert_eq!(Expiry::parse("2027-11-21T12:00:00Z").unwrap().to_string(), "2027-11-21T12:00:00Z");
        for wrong in [
            "2027-11-21T12:00:00.5Z",
            "2027-11-21T12:00:00+00:00",
            "2027-11-21 12:00:00Z",
            "2027-02-30T12:00:00Z",
            "2027-11-21T12:00:00z",
            "",
        ] {
            assert!(Expiry::parse(wrong).is_err(), "accepted {wrong}");
        }
    }

    #[test]
    fn a_document_is_expired_at_its_expiry() {
        let now = UnixTime::parse("2026-11-21T00:00:00Z").unwrap();
        let expiry = Expiry::after_days(now, 1);
        assert_eq!(expiry.to_string(), "2026-11-22T00:00:00Z");
        assert!(!expiry.is_expired_at(UnixTime(now.0 + 86_399)));
        assert!(expiry.is_expired_at(UnixTime(now.0 + 86_400)));
    }
}
