//! Timestamps and dates.

use std::borrow::Cow;
use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use jiff::fmt::temporal::Pieces;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::invalid::InvalidValue;

/// The years -9999 to 9999, in Unix seconds.
const YEARS: RangeInclusive<i64> = -377_705_116_800..=253_402_300_799;

/// A point in time in UTC, written as RFC 3339.
///
/// It ranges from the year -9999 to 9999-12-30T22:00:00.999999999Z, in nanoseconds. A later time in
/// the year 9999, which often means "forever", is read as that last moment. Likewise, a time in the
/// first hours of the year -9999 is read as the first moment. Further digits of a fraction are cut
/// off, and a leap second is read as the second before it.
///
/// # Examples
///
/// ```
/// use upvest_core::Timestamp;
///
/// let at: Timestamp = "2020-08-24T14:15:22Z".parse()?;
/// assert_eq!(at.unix_seconds(), 1_598_278_522);
/// assert_eq!(at.to_string(), "2020-08-24T14:15:22Z");
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
            Err(_) => Err(InvalidValue::new(
                "timestamp",
                &seconds.to_string(),
                "it must be in the years -9999 to 9999",
            )),
        }
    }

    /// Returns the last moment, or the first one.
    fn end(is_last: bool) -> Self {
        Self(if is_last { jiff::Timestamp::MAX } else { jiff::Timestamp::MIN })
    }

    /// Returns the whole seconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn unix_seconds(self) -> i64 {
        self.0.as_second()
    }
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
        let text = Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

/// A day, as in `2020-08-24`. Each operation of the API defines the time zone of the day.
///
/// # Examples
///
/// ```
/// use upvest_core::Date;
///
/// let day: Date = "2020-08-24".parse()?;
/// assert_eq!(day.to_string(), "2020-08-24");
/// assert!("2020-02-30".parse::<Date>().is_err());
/// # Ok::<(), upvest_core::InvalidValue>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Date(jiff::civil::Date);

impl FromStr for Date {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let invalid =
            || InvalidValue::new("date", text, "expected year, month and day, as in `2020-08-24`");
        let date: jiff::civil::Date = text.parse().map_err(|_| invalid())?;
        // The parser accepts more forms than the API does.
        if date.to_string() == text { Ok(Self(date)) } else { Err(invalid()) }
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::{Date, Timestamp};

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
    fn a_date_reaches_from_0000_to_9999() {
        for text in ["0000-01-01", "0000-02-29", "0001-01-01", "9999-12-31"] {
            assert_eq!(text.parse::<Date>().unwrap().to_string(), text);
            assert!(serde_json::from_value::<Date>(text.into()).is_ok(), "{text}");
        }
        for text in ["10000-01-01", "9999-12-32", "0001-02-29"] {
            assert!(text.parse::<Date>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_date_has_one_form() {
        assert!("2024-02-29".parse::<Date>().is_ok());
        for text in ["2023-02-29", "20240229", "2024-02-29T00:00:00", "2024-2-9", "24-02-29", ""] {
            assert!(text.parse::<Date>().is_err(), "{text}");
        }
    }
}
