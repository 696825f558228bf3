//! Days.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::invalid::InvalidValue;
use crate::__private::read_text;

/// A day, as in `2020-08-24`, in the years 0 to 9999.
///
/// Each operation of the API defines the time zone of the day. It converts from and to
/// `jiff::civil::Date`, and with the features `chrono` and `time` from and to `chrono::NaiveDate`
/// and `time::Date`.
///
/// # Examples
///
/// ```
/// # extern crate upvest_types as upvest_core;
/// use upvest_core::Date;
///
/// let day: Date = "2020-08-24".parse()?;
/// assert_eq!((day.year(), day.month(), day.day()), (2020, 8, 24));
/// assert_eq!(day, Date::new(2020, 8, 24)?);
/// assert!("2020-02-30".parse::<Date>().is_err());
/// # Ok::<(), upvest_core::InvalidValue>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Date(jiff::civil::Date);

impl Date {
    /// Creates a date: a year from 0 to 9999, a month from 1 and a day from 1.
    ///
    /// # Errors
    /// Fails if there is no such day.
    pub fn new(year: u16, month: u8, day: u8) -> Result<Self, InvalidValue> {
        let date = match (i16::try_from(year), i8::try_from(month), i8::try_from(day)) {
            (Ok(year), Ok(month), Ok(day)) => jiff::civil::Date::new(year, month, day).ok(),
            _ => None,
        };
        date.map(Self).ok_or_else(|| {
            let given = format!("{year:04}-{month:02}-{day:02}");
            InvalidValue::new("date", &given, "there is no such day in the years 0 to 9999")
        })
    }

    /// Returns the year, from 0 to 9999.
    #[must_use]
    pub fn year(self) -> u16 {
        self.0.year().unsigned_abs()
    }

    /// Returns the month, from 1 to 12.
    #[must_use]
    pub fn month(self) -> u8 {
        self.0.month().unsigned_abs()
    }

    /// Returns the day of the month, from 1 to 31.
    #[must_use]
    pub fn day(self) -> u8 {
        self.0.day().unsigned_abs()
    }
}

/// Fails if the year is negative.
impl TryFrom<jiff::civil::Date> for Date {
    type Error = InvalidValue;

    fn try_from(date: jiff::civil::Date) -> Result<Self, InvalidValue> {
        if date.year() < 0 {
            let why = "the year must be from 0 to 9999";
            return Err(InvalidValue::new("date", &date.to_string(), why));
        }
        Ok(Self(date))
    }
}

impl From<Date> for jiff::civil::Date {
    fn from(date: Date) -> Self {
        date.0
    }
}

impl FromStr for Date {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let invalid =
            || InvalidValue::new("date", text, "expected year, month and day, as in `2020-08-24`");
        let date: jiff::civil::Date = text.parse().map_err(|_| invalid())?;
        // The parser accepts more forms than the API does.
        if date.to_string() != text {
            return Err(invalid());
        }
        Self::try_from(date).map_err(|_| invalid())
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
        read_text(deserializer, str::parse)?.map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::Date;

    #[test]
    fn a_date_has_year_month_and_day() {
        assert_eq!(Date::new(2024, 2, 29).unwrap().to_string(), "2024-02-29");
        assert_eq!(Date::new(0, 1, 1).unwrap().to_string(), "0000-01-01");
        for (year, month, day) in [
            (2023, 2, 29),
            (2024, 0, 1),
            (2024, 13, 1),
            (2024, 1, 0),
            (10_000, 1, 1),
            (u16::MAX, u8::MAX, u8::MAX),
        ] {
            assert!(Date::new(year, month, day).is_err(), "{year} {month} {day}");
        }
        let day = Date::new(2024, 2, 29).unwrap();
        assert_eq!(Date::try_from(jiff::civil::Date::from(day)), Ok(day));
        assert!(Date::try_from(jiff::civil::date(-1, 1, 1)).is_err());
    }

    #[test]
    fn a_date_reaches_from_0000_to_9999() {
        for text in ["0000-01-01", "0000-02-29", "0001-01-01", "9999-12-31"] {
            assert_eq!(text.parse::<Date>().unwrap().to_string(), text);
            assert!(serde_json::from_value::<Date>(text.into()).is_ok(), "{text}");
        }
        for text in ["10000-01-01", "9999-12-32", "0001-02-29", "-000044-03-15", "-0044-03-15"] {
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
