//! Points in time.

use std::borrow::Cow;
use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use jiff::fmt::temporal::Pieces;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::invalid::InvalidValue;
use crate::__private::read_text;

/// The years -9999 to 9999, in Unix seconds.
const YEARS: RangeInclusive<i64> = -377_705_116_800..=253_402_300_799;

/// A point in time in UTC, written as RFC 3339.
///
/// It ranges from the year -9999 to 9999-12-30T22:00:00.999999999Z, in nanoseconds. A later time in
/// the year 9999, which often means "forever", is read as that last moment. Likewise, a time in the
/// first hours of the year -9999 is read as the first moment. Further digits of a fraction are cut
/// off, and a leap second is read as the second before it.
///
/// It converts from and to `SystemTime` and `jiff::Timestamp` (jiff 0.2), and with the features
/// `chrono` and `time` from and to `chrono::DateTime<Utc>` (chrono 0.4) and `time::OffsetDateTime`
/// (time 0.3).
///
/// # Examples
///
/// ```
/// # extern crate upvest_types as upvest_core;
/// use std::time::Duration;
/// use upvest_core::Timestamp;
///
/// let at: Timestamp = "2020-08-24T14:15:22.5Z".parse()?;
/// assert_eq!(at.unix_seconds(), 1_598_278_522);
/// assert_eq!(at.unix_millis(), 1_598_278_522_500);
/// assert_eq!(at.to_string(), "2020-08-24T14:15:22.5Z");
///
/// let later = at.checked_add(Duration::from_secs(90)).expect("a time before the year 9999");
/// assert_eq!(later.duration_since(at), Some(Duration::from_secs(90)));
/// assert_eq!(at.duration_since(later), None);
/// # Ok::<(), upvest_core::InvalidValue>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp(jiff::Timestamp);

impl Timestamp {
    /// Returns the time of the system clock.
    #[must_use]
    pub fn now() -> Self {
        Self(jiff::Timestamp::now())
    }

    /// Creates a timestamp from seconds since 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    /// Fails if it is outside the years -9999 to 9999.
    pub fn from_unix_seconds(seconds: i64) -> Result<Self, InvalidValue> {
        match jiff::Timestamp::from_second(seconds) {
            Ok(at) => Ok(Self(at)),
            Err(_) if YEARS.contains(&seconds) => Ok(Self::end(seconds > 0)),
            Err(_) => Err(out_of_range(&seconds.to_string())),
        }
    }

    /// Returns the last moment, or the first one.
    fn end(is_last: bool) -> Self {
        Self(if is_last { jiff::Timestamp::MAX } else { jiff::Timestamp::MIN })
    }

    /// Creates a timestamp from milliseconds since 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    /// Fails if it is outside the years -9999 to 9999.
    pub fn from_unix_millis(milliseconds: i64) -> Result<Self, InvalidValue> {
        Self::from_unix_nanos(i128::from(milliseconds) * 1_000_000)
    }

    /// Creates a timestamp from nanoseconds since 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    /// Fails if it is outside the years -9999 to 9999.
    pub fn from_unix_nanos(nanoseconds: i128) -> Result<Self, InvalidValue> {
        jiff::Timestamp::from_nanosecond(nanoseconds).map(Self).or_else(|_| {
            // In the first or last hours of the range, or outside it.
            let seconds = nanoseconds.div_euclid(1_000_000_000);
            Self::from_unix_seconds(seconds.try_into().unwrap_or(i64::MAX))
        })
    }

    /// Returns the whole seconds since 1970-01-01T00:00:00Z; before that, they are negative.
    ///
    /// A fraction is rounded down, so that this second has begun and has not ended.
    #[must_use]
    pub fn unix_seconds(self) -> i64 {
        self.0.as_second() - i64::from(self.0.subsec_nanosecond() < 0)
    }

    /// Returns the milliseconds since 1970-01-01T00:00:00Z, rounded down.
    #[must_use]
    pub fn unix_millis(self) -> i64 {
        self.unix_seconds() * 1_000 + i64::from(self.subsec_nanos() / 1_000_000)
    }

    /// Returns the nanoseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn unix_nanos(self) -> i128 {
        self.0.as_nanosecond()
    }

    /// Returns the fraction of the second, in nanoseconds: from 0 to 999,999,999.
    #[must_use]
    pub fn subsec_nanos(self) -> u32 {
        let nanos = self.0.subsec_nanosecond();
        // Negative before 1970.
        u32::try_from(if nanos < 0 { nanos + 1_000_000_000 } else { nanos }).unwrap_or_default()
    }

    /// Returns the time after this one by `duration`; `None` if it is after the year 9999.
    #[must_use]
    pub fn checked_add(self, duration: Duration) -> Option<Self> {
        self.0.checked_add(duration).ok().map(Self)
    }

    /// Returns the time before this one by `duration`; `None` if it is before the year -9999.
    #[must_use]
    pub fn checked_sub(self, duration: Duration) -> Option<Self> {
        self.0.checked_sub(duration).ok().map(Self)
    }

    /// Returns how much later it is than `earlier`; `None` if it is earlier.
    #[must_use]
    pub fn duration_since(self, earlier: Self) -> Option<Duration> {
        self.0.duration_since(earlier.0).try_into().ok()
    }
}

impl From<jiff::Timestamp> for Timestamp {
    fn from(at: jiff::Timestamp) -> Self {
        Self(at)
    }
}

impl From<Timestamp> for jiff::Timestamp {
    fn from(at: Timestamp) -> Self {
        at.0
    }
}

/// Fails if it is outside the years -9999 to 9999.
impl TryFrom<SystemTime> for Timestamp {
    type Error = InvalidValue;

    fn try_from(at: SystemTime) -> Result<Self, InvalidValue> {
        jiff::Timestamp::try_from(at).map(Self).map_err(|_| out_of_range("a system time"))
    }
}

/// Fails if the platform has no such time; Windows has none before the year 1601.
impl TryFrom<Timestamp> for SystemTime {
    type Error = InvalidValue;

    fn try_from(at: Timestamp) -> Result<Self, InvalidValue> {
        let whole = Duration::from_secs(at.unix_seconds().unsigned_abs());
        let time = if at.unix_seconds() < 0 {
            Self::UNIX_EPOCH.checked_sub(whole)
        } else {
            Self::UNIX_EPOCH.checked_add(whole)
        };
        let fraction = Duration::from_nanos(at.subsec_nanos().into());
        time.and_then(|time| time.checked_add(fraction)).ok_or_else(|| {
            InvalidValue::new("timestamp", &at.to_string(), "this platform has no such time")
        })
    }
}

fn out_of_range(given: &str) -> InvalidValue {
    InvalidValue::new("timestamp", given, "it must be in the years -9999 to 9999")
}

impl FromStr for Timestamp {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let short = with_nine_digits(text);
        short.parse().map(Self).or_else(|_| {
            beyond_the_ends(&short).ok_or_else(|| {
                let why = "expected RFC 3339, as in `2020-08-24T14:15:22Z`";
                InvalidValue::new("timestamp", text, why)
            })
        })
    }
}

/// Cuts a fraction to nine digits, the most that jiff reads.
fn with_nine_digits(text: &str) -> Cow<'_, str> {
    let Some((seconds, fraction)) = text.split_once('.') else { return text.into() };
    let zone = fraction.trim_start_matches(|digit: char| digit.is_ascii_digit());
    match fraction.get(..9) {
        Some(digits) if fraction.len() - zone.len() > 9 => {
            format!("{seconds}.{digits}{zone}").into()
        }
        _ => text.into(),
    }
}

/// Reads a time that jiff accepts as a civil time, but not as a timestamp: the range of timestamps
/// is shorter by the longest offset at either end.
fn beyond_the_ends(text: &str) -> Option<Timestamp> {
    let pieces = Pieces::parse(text).ok()?;
    let (time, offset) = (pieces.time()?, pieces.to_numeric_offset()?);
    let is_beyond = offset.to_timestamp(pieces.date().to_datetime(time)).is_err();
    is_beyond.then(|| Timestamp::end(pieces.date().year() > 0))
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read_text(deserializer, str::parse)?.map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::Timestamp;

    #[test]
    fn a_timestamp_needs_a_zone() {
        for text in ["2020-08-24T14:15:22Z", "2021-07-21T14:10:00.00Z", "2021-07-21T14:10:00+02:00"]
        {
            assert!(text.parse::<Timestamp>().is_ok(), "{text}");
        }
        for text in ["2020-08-24T14:15:22", "2020-08-24", "", "now"] {
            assert!(text.parse::<Timestamp>().is_err(), "{text}");
        }
    }

    #[test]
    fn everything_that_rfc_3339_allows_is_read() {
        for (text, shown) in [
            ("2020-08-24T14:15:22Z", "2020-08-24T14:15:22Z"),
            // Section 5.6: either case, and a space for readability.
            ("2020-08-24t14:15:22z", "2020-08-24T14:15:22Z"),
            ("2020-08-24 14:15:22Z", "2020-08-24T14:15:22Z"),
            ("2020-08-24 14:15:22.5+02:00", "2020-08-24T12:15:22.5Z"),
            // Offsets: an unknown one, and the longest.
            ("2020-08-24T14:15:22-00:00", "2020-08-24T14:15:22Z"),
            ("2020-08-24T14:15:22+00:00", "2020-08-24T14:15:22Z"),
            ("2020-08-24T14:15:22+23:59", "2020-08-23T14:16:22Z"),
            ("2020-08-24T14:15:22-23:59", "2020-08-25T14:14:22Z"),
            // Leap seconds, which the type does not have.
            ("1990-12-31T23:59:60Z", "1990-12-31T23:59:59Z"),
            ("1990-12-31T15:59:60-08:00", "1990-12-31T23:59:59Z"),
            ("2016-12-31T23:59:60.5Z", "2016-12-31T23:59:59.5Z"),
            ("2016-12-31t23:59:60.1234567890123z", "2016-12-31T23:59:59.123456789Z"),
            // A fraction may have any number of digits.
            ("2020-08-24T14:15:22.1Z", "2020-08-24T14:15:22.1Z"),
            ("2020-08-24T14:15:22.123456789Z", "2020-08-24T14:15:22.123456789Z"),
            ("2020-08-24T14:15:22.1234567899Z", "2020-08-24T14:15:22.123456789Z"),
            (
                "2020-08-24T14:15:22.999999999999999999999999+02:00",
                "2020-08-24T12:15:22.999999999Z",
            ),
            ("2020-08-24T14:15:22.0000000000z", "2020-08-24T14:15:22Z"),
            // The limits of the years with four digits.
            ("0000-01-01T00:00:00Z", "0000-01-01T00:00:00Z"),
            ("0000-02-29T00:00:00Z", "0000-02-29T00:00:00Z"),
            ("0000-01-01T00:00:00+23:59", "-000001-12-31T00:01:00Z"),
            ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
            ("9999-12-30T22:00:00Z", "9999-12-30T22:00:00Z"),
            ("9999-12-30T22:00:01Z", LAST),
            ("9999-12-31T23:59:59Z", LAST),
            ("9999-12-31t23:59:59.999z", LAST),
            ("9999-12-31 23:59:59.9999999999Z", LAST),
            ("9999-12-31T23:59:60Z", LAST),
            ("9999-12-31T23:59:59+00:00", LAST),
            ("9999-12-31T23:59:59+23:59", LAST),
            ("9999-12-31T23:59:59-23:59", LAST),
            ("9999-12-31T00:00:00+14:00", "9999-12-30T10:00:00Z"),
        ] {
            let read: Timestamp = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(read.to_string(), shown, "{text}");
            assert_eq!(serde_json::from_value::<Timestamp>(text.into()).unwrap(), read, "{text}");
            assert_eq!(shown.parse::<Timestamp>(), Ok(read), "{text}");
        }
        for text in [
            "9999-12-31T24:00:00Z",
            "9999-12-31T23:59:61Z",
            "9999-12-32T23:59:59Z",
            "9999-13-31T23:59:59Z",
            "9999-02-29T23:59:59Z",
            "9999-12-31T23:59:59",
            "9999-12-31T23:59:59.Z",
            "9999-12-31",
            "10000-01-01T00:00:00Z",
            "99999-12-31T23:59:59Z",
            "2020-08-24T14:15:22.1234567890",
            "2020-08-24T14:15:22.12345678901x",
            "2020-08-24T14:15:22.1234567890.1Z",
            "2020-08-24T14:15:22.Z",
            "2021-02-29T00:00:00Z",
        ] {
            assert!(text.parse::<Timestamp>().is_err(), "{text}");
        }
    }

    /// The last moment that the type can represent.
    const LAST: &str = "9999-12-30T22:00:00.999999999Z";

    #[test]
    fn seconds_end_with_the_year_9999() {
        for (seconds, shown) in [
            (253_402_300_799, Some(LAST)),
            (253_402_300_800, None),
            (253_402_207_200, Some("9999-12-30T22:00:00Z")),
            (-377_705_116_800, Some("-009999-01-02T01:59:59Z")),
            (-377_705_116_801, None),
            (0, Some("1970-01-01T00:00:00Z")),
            (i64::MAX, None),
            (i64::MIN, None),
        ] {
            let read = Timestamp::from_unix_seconds(seconds).ok().map(|read| read.to_string());
            assert_eq!(read.as_deref(), shown, "{seconds}");
        }
    }

    #[test]
    fn fractions_survive_and_are_rounded_down() {
        for (text, seconds, millis, nanos, fraction) in [
            ("1970-01-01T00:00:00Z", 0, 0, 0, 0),
            ("1970-01-01T00:00:01.000000001Z", 1, 1_000, 1_000_000_001, 1),
            ("1969-12-31T23:59:59.9999Z", -1, -1, -100_000, 999_900_000),
            ("1969-12-31T23:59:58.5Z", -2, -1_500, -1_500_000_000, 500_000_000),
            (
                "2020-08-24T14:15:22.25Z",
                1_598_278_522,
                1_598_278_522_250,
                1_598_278_522_250_000_000,
                250_000_000,
            ),
        ] {
            let at: Timestamp = text.parse().unwrap();
            assert_eq!((at.unix_seconds(), at.unix_millis()), (seconds, millis), "{text}");
            assert_eq!((at.unix_nanos(), at.subsec_nanos()), (nanos, fraction), "{text}");
            assert_eq!(Timestamp::from_unix_nanos(nanos), Ok(at));
            assert_eq!(Timestamp::from_unix_millis(millis).unwrap().unix_millis(), millis);
            assert_eq!(SystemTime::try_from(at).and_then(Timestamp::try_from), Ok(at));
            assert_eq!(Timestamp::from(jiff::Timestamp::from(at)), at);
        }
        for nanos in [i128::MAX, i128::MIN] {
            assert!(Timestamp::from_unix_nanos(nanos).is_err());
        }
        for millis in [i64::MAX, i64::MIN] {
            assert!(Timestamp::from_unix_millis(millis).is_err());
        }
        assert_eq!(Timestamp::from_unix_millis(253_402_300_799_999).unwrap().to_string(), LAST);
    }

    #[test]
    fn times_are_added_and_compared() {
        let at: Timestamp = "2020-08-24T14:15:22.5Z".parse().unwrap();
        let half = Duration::from_millis(500);
        assert_eq!(at.checked_add(half).unwrap().to_string(), "2020-08-24T14:15:23Z");
        assert_eq!(at.checked_sub(half).unwrap().to_string(), "2020-08-24T14:15:22Z");
        assert_eq!(at.checked_add(half).unwrap().duration_since(at), Some(half));
        assert_eq!(at.duration_since(at), Some(Duration::ZERO));
        assert_eq!(at.checked_sub(half).unwrap().duration_since(at), None);
        assert_eq!((at.checked_add(Duration::MAX), at.checked_sub(Duration::MAX)), (None, None));
    }
}
