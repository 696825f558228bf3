//! Timestamps and dates from and to the types of other crates.

use super::date::Date;
use super::invalid::InvalidValue;
use super::timestamp::Timestamp;

/// Fails if it is outside the years -9999 to 9999.
#[cfg(feature = "chrono")]
impl TryFrom<chrono::DateTime<chrono::Utc>> for Timestamp {
    type Error = InvalidValue;

    fn try_from(at: chrono::DateTime<chrono::Utc>) -> Result<Self, InvalidValue> {
        let nanos = i128::from(at.timestamp()) * 1_000_000_000;
        // A leap second has more than 999,999,999 nanoseconds: it is the second before.
        Self::from_unix_nanos(nanos + i128::from(at.timestamp_subsec_nanos().min(999_999_999)))
    }
}

#[cfg(feature = "chrono")]
impl From<Timestamp> for chrono::DateTime<chrono::Utc> {
    fn from(at: Timestamp) -> Self {
        // Its range is larger.
        Self::from_timestamp(at.unix_seconds(), at.subsec_nanos()).unwrap_or_default()
    }
}

/// Fails if it is outside the years -9999 to 9999.
#[cfg(feature = "time")]
impl TryFrom<time::OffsetDateTime> for Timestamp {
    type Error = InvalidValue;

    fn try_from(at: time::OffsetDateTime) -> Result<Self, InvalidValue> {
        Self::from_unix_nanos(at.unix_timestamp_nanos())
    }
}

#[cfg(feature = "time")]
impl From<Timestamp> for time::OffsetDateTime {
    fn from(at: Timestamp) -> Self {
        // Its range is the same years in UTC, so it holds every timestamp.
        Self::from_unix_timestamp_nanos(at.unix_nanos()).unwrap_or(Self::UNIX_EPOCH)
    }
}

/// Fails if the year is not from 0 to 9999.
#[cfg(feature = "chrono")]
impl TryFrom<chrono::NaiveDate> for Date {
    type Error = InvalidValue;

    fn try_from(date: chrono::NaiveDate) -> Result<Self, InvalidValue> {
        date.to_string().parse()
    }
}

#[cfg(feature = "chrono")]
impl From<Date> for chrono::NaiveDate {
    fn from(date: Date) -> Self {
        // Its range is larger.
        Self::from_ymd_opt(date.year().into(), date.month().into(), date.day().into())
            .unwrap_or_default()
    }
}

/// Fails if the year is not from 0 to 9999.
#[cfg(feature = "time")]
impl TryFrom<time::Date> for Date {
    type Error = InvalidValue;

    fn try_from(date: time::Date) -> Result<Self, InvalidValue> {
        let year = u16::try_from(date.year()).map_err(|_| {
            InvalidValue::new("date", &date.to_string(), "the year must be from 0 to 9999")
        })?;
        Self::new(year, date.month().into(), date.day())
    }
}

#[cfg(feature = "time")]
impl From<Date> for time::Date {
    fn from(date: Date) -> Self {
        // The months and the days of a valid date are those of this calendar too.
        time::Month::try_from(date.month())
            .and_then(|month| Self::from_calendar_date(date.year().into(), month, date.day()))
            .unwrap_or(Self::MIN)
    }
}

#[cfg(test)]
mod tests {
    use super::{Date, Timestamp};

    /// The last moment that a timestamp can represent.
    const LAST: &str = "9999-12-30T22:00:00.999999999Z";

    #[cfg(feature = "chrono")]
    #[test]
    fn chrono_converts_both_ways() {
        for text in
            ["2020-08-24T14:15:22.25Z", "1969-12-31T23:59:58.5Z", "0000-01-01T00:00:00Z", LAST]
        {
            let at: Timestamp = text.parse().unwrap();
            let other = chrono::DateTime::<chrono::Utc>::from(at);
            assert_eq!(other.timestamp_millis(), at.unix_millis(), "{text}");
            assert_eq!(Timestamp::try_from(other), Ok(at));
        }
        assert!(Timestamp::try_from(chrono::DateTime::<chrono::Utc>::MAX_UTC).is_err());
        for day in
            ["0000-01-01", "2024-02-29", "9999-12-31"].map(|day| day.parse::<Date>().unwrap())
        {
            let other = chrono::NaiveDate::from(day);
            assert_eq!((other.to_string(), Date::try_from(other)), (day.to_string(), Ok(day)));
        }
        assert!(Date::try_from(chrono::NaiveDate::MAX).is_err());
        assert!(Date::try_from(chrono::NaiveDate::MIN).is_err());
    }

    #[cfg(feature = "time")]
    #[test]
    fn time_converts_both_ways() {
        for text in
            ["2020-08-24T14:15:22.25Z", "1969-12-31T23:59:58.5Z", "0000-01-01T00:00:00Z", LAST]
        {
            let at: Timestamp = text.parse().unwrap();
            let other = time::OffsetDateTime::from(at);
            assert_eq!(other.unix_timestamp_nanos(), at.unix_nanos(), "{text}");
            assert_eq!(Timestamp::try_from(other), Ok(at));
        }
        for end in [jiff::Timestamp::MIN, jiff::Timestamp::MAX].map(Timestamp::from) {
            assert_eq!(Timestamp::try_from(time::OffsetDateTime::from(end)), Ok(end));
        }
        for day in
            ["0000-01-01", "2024-02-29", "9999-12-31"].map(|day| day.parse::<Date>().unwrap())
        {
            let other = time::Date::from(day);
            assert_eq!(Date::try_from(other), Ok(day));
        }
        assert!(Date::try_from(time::Date::MIN).is_err());
    }
}
