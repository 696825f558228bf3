//! The values that requests and answers are made of.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A text that is not a value of its type; says which, and what it must look like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidValue(String);

impl InvalidValue {
    /// `what` is the type in words ("an amount"), `given` the text, `why` what it must look like.
    #[must_use]
    pub fn new(what: &str, given: &str, why: &str) -> Self {
        const LONGEST: usize = 64;
        let cut: String = given.chars().take(LONGEST).collect();
        let dots = if cut.len() < given.len() { "…" } else { "" };
        Self(format!("{cut:?}{dots} is not {what}: {why}"))
    }
}

impl fmt::Display for InvalidValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for InvalidValue {}

/// An amount of money, from `0.00` to `999999999.99`, in steps of `0.01`.
///
/// The API writes it as text, `^[0-9]{1,9}(\.[0-9]{2})?$`, and so does this type: always with two
/// decimals on the way out. A JSON number is refused, for it may have been rounded. There is no
/// conversion from or to a float.
///
/// ```
/// use upvest_core::Amount;
///
/// let amount: Amount = "200".parse()?;
/// assert_eq!(amount.to_string(), "200.00");
/// assert_eq!(Amount::from_minor_units(20_000)?, amount);
/// assert!("1.5".parse::<Amount>().is_err());
/// assert!(serde_json::from_str::<Amount>("200.00").is_err(), "a JSON number");
/// # Ok::<(), upvest_core::InvalidValue>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Amount(Decimal);

impl Amount {
    const LARGEST_IN_MINOR_UNITS: u64 = 99_999_999_999;
    const WHY: &str = "write 1 to 9 digits, then nothing or a point and two digits, as in 200.00";

    /// From cents or pence.
    ///
    /// # Errors
    /// If it is more than 999999999.99.
    pub fn from_minor_units(units: u64) -> Result<Self, InvalidValue> {
        match i64::try_from(units) {
            Ok(signed) if units <= Self::LARGEST_IN_MINOR_UNITS => {
                Ok(Self(Decimal::new(signed, 2)))
            }
            _ => Err(InvalidValue::new(
                "an amount",
                &units.to_string(),
                "the largest is 999999999.99",
            )),
        }
    }

    /// In cents or pence.
    #[must_use]
    pub fn minor_units(self) -> u64 {
        // The scale is 2 and the value at most eleven digits, by construction.
        u64::try_from(self.0.mantissa()).unwrap_or_default()
    }

    /// As a decimal number, for calculating.
    #[must_use]
    pub fn as_decimal(self) -> Decimal {
        self.0
    }
}

impl TryFrom<Decimal> for Amount {
    type Error = InvalidValue;

    fn try_from(number: Decimal) -> Result<Self, InvalidValue> {
        let mut exact = number.normalize();
        if exact.scale() > 2 || exact.is_sign_negative() {
            return Err(InvalidValue::new("an amount", &number.to_string(), Self::WHY));
        }
        exact.rescale(2);
        match u64::try_from(exact.mantissa()) {
            Ok(units) if exact.scale() == 2 => Self::from_minor_units(units),
            _ => Err(InvalidValue::new("an amount", &number.to_string(), Self::WHY)),
        }
    }
}

impl From<Amount> for Decimal {
    fn from(amount: Amount) -> Self {
        amount.0
    }
}

impl FromStr for Amount {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let invalid = || InvalidValue::new("an amount", text, Self::WHY);
        let (whole, cents) = text.split_once('.').map_or((text, None), |(w, c)| (w, Some(c)));
        let are_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if !(1..=9).contains(&whole.len())
            || !are_digits(whole)
            || cents.is_some_and(|cents| cents.len() != 2 || !are_digits(cents))
        {
            return Err(invalid());
        }
        let units: u64 =
            format!("{whole}{}", cents.unwrap_or("00")).parse().map_err(|_| invalid())?;
        Self::from_minor_units(units)
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl de::Visitor<'_> for Text {
            type Value = Amount;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an amount as a JSON string, such as \"200.00\"")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Amount, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Text)
    }
}

/// A point in time, in UTC; RFC 3339 as text.
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
    /// The system's clock.
    #[must_use]
    pub fn now() -> Self {
        Self(jiff::Timestamp::now())
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    /// If it is outside the years -9999 to 9999.
    pub fn from_unix_seconds(seconds: i64) -> Result<Self, InvalidValue> {
        jiff::Timestamp::from_second(seconds).map(Self).map_err(|_| {
            InvalidValue::new(
                "a timestamp",
                &seconds.to_string(),
                "it must lie in the years -9999 to 9999",
            )
        })
    }

    /// Whole seconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn unix_seconds(self) -> i64 {
        self.0.as_second()
    }
}

impl FromStr for Timestamp {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        text.parse().map(Self).map_err(|_| {
            InvalidValue::new("a timestamp", text, "write RFC 3339, as in 2020-08-24T14:15:22Z")
        })
    }
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
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

/// Declares an id: a UUID with a name of its own, so that ids of two things cannot be mixed up.
///
/// ```
/// upvest_core::id! {
///     /// Names a user.
///     pub struct UserId;
/// }
///
/// let id: UserId = "ac1c39e9-2101-46b8-a624-d10a9e351b6c".parse()?;
/// assert_eq!(id.to_string(), "ac1c39e9-2101-46b8-a624-d10a9e351b6c");
/// # Ok::<(), upvest_core::InvalidValue>(())
/// ```
#[macro_export]
macro_rules! id {
    ($(#[$attribute:meta])* $vis:vis struct $name:ident;) => {
        $(#[$attribute])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        $vis struct $name($crate::declare::Uuid);

        impl ::core::convert::From<$crate::declare::Uuid> for $name {
            fn from(uuid: $crate::declare::Uuid) -> Self {
                Self(uuid)
            }
        }

        impl ::core::convert::From<$name> for $crate::declare::Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl ::core::str::FromStr for $name {
            type Err = $crate::InvalidValue;

            fn from_str(text: &str) -> ::core::result::Result<Self, Self::Err> {
                $crate::declare::Uuid::try_parse(text).map(Self).map_err(|_| {
                    $crate::InvalidValue::new(::core::stringify!($name), text, "it must be a UUID")
                })
            }
        }

        impl ::core::fmt::Display for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::fmt::Display::fmt(&self.0, f)
            }
        }

        impl $crate::declare::serde::Serialize for $name {
            fn serialize<S: $crate::declare::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                $crate::declare::serde::Serialize::serialize(&self.0, serializer)
            }
        }

        impl<'de> $crate::declare::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::declare::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                $crate::declare::serde::Deserialize::deserialize(deserializer).map(Self)
            }
        }
    };
}

/// Declares an enum that survives values which the API adds later: they land in `Unknown`, with
/// their text, and are written back as they came.
///
/// ```
/// upvest_core::open_enum! {
///     /// How an order goes to market.
///     pub enum OrderType {
///         /// At the next price.
///         Market = "MARKET",
///         /// At this price or better.
///         Limit = "LIMIT",
///     }
/// }
///
/// assert_eq!(OrderType::from("LIMIT"), OrderType::Limit);
/// assert_eq!(OrderType::from("STOP"), OrderType::Unknown("STOP".into()));
/// assert_eq!(OrderType::from("STOP").as_str(), "STOP");
/// ```
#[macro_export]
macro_rules! open_enum {
    ($(#[$attribute:meta])* $vis:vis enum $name:ident {
        $($(#[$docs:meta])* $variant:ident = $text:literal),+ $(,)?
    }) => {
        $(#[$attribute])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        $vis enum $name {
            $($(#[$docs])* $variant,)+
            /// A value that this version does not know, as it was received.
            Unknown(::std::boxed::Box<str>),
        }

        impl $name {
            /// The value as the API writes it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)+
                    Self::Unknown(text) => text,
                }
            }
        }

        impl ::core::convert::From<&str> for $name {
            fn from(text: &str) -> Self {
                match text {
                    $($text => Self::$variant,)+
                    _ => Self::Unknown(text.into()),
                }
            }
        }

        impl ::core::fmt::Display for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl $crate::declare::serde::Serialize for $name {
            fn serialize<S: $crate::declare::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> $crate::declare::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::declare::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                <::std::string::String as $crate::declare::serde::Deserialize>::deserialize(deserializer)
                    .map(|text| Self::from(text.as_str()))
            }
        }
    };
}

open_enum! {
    /// An ISO 4217 currency code.
    pub enum Currency {
        /// Euro
        Eur = "EUR",
        /// Pound sterling
        Gbp = "GBP",
        /// US dollar
        Usd = "USD",
    }
}

id! {
    /// Names an account group: what holds the accounts and the cash of one user.
    pub struct AccountGroupId;
}

#[cfg(test)]
mod tests {
    use super::{Amount, Currency, Decimal, InvalidValue, Timestamp};

    #[test]
    fn an_amount_is_read_as_the_api_writes_it() {
        for (text, shown) in [
            ("200", "200.00"),
            ("200.00", "200.00"),
            ("0", "0.00"),
            ("000000001.00", "1.00"),
            ("999999999.99", "999999999.99"),
        ] {
            assert_eq!(
                text.parse::<Amount>().map(|a| a.to_string()),
                Ok(shown.to_owned()),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_amount_is_refused_in_one_sentence() {
        for text in [
            "-1.00",
            "1.5",
            "1.234",
            "1e3",
            "1,00",
            "NaN",
            "1234567890",
            "",
            ".50",
            "1.",
            "+1.00",
            " 1.00",
            "1.00 ",
            "1_000.00",
            "٣.00",
            "0x10",
            "inf",
            "1.0.0",
            "200.000",
        ] {
            let error = text.parse::<Amount>().expect_err(text);
            assert_eq!(error, InvalidValue::new("an amount", text, Amount::WHY));
            assert!(serde_json::from_value::<Amount>(text.into()).is_err(), "{text}");
        }
        for json in ["200.00", "200", "1e2", "null", "true", "[]"] {
            assert!(serde_json::from_str::<Amount>(json).is_err(), "{json}");
        }
    }

    #[test]
    fn a_decimal_is_taken_if_it_is_exact() {
        for (text, amount) in [
            ("200", Some("200.00")),
            ("1.500", Some("1.50")),
            ("0.001", None),
            ("-1", None),
            ("1000000000", None),
        ] {
            let number: Decimal = text.parse().unwrap();
            assert_eq!(
                Amount::try_from(number).ok().map(|a| a.to_string()).as_deref(),
                amount,
                "{text}"
            );
        }
        assert!(Amount::try_from(Decimal::MAX).is_err());
        assert!(Amount::from_minor_units(u64::MAX).is_err());
        assert_eq!(Amount::from_minor_units(5).unwrap().minor_units(), 5);
    }

    #[test]
    fn an_unknown_currency_survives_a_round_trip() {
        let currency: Currency = serde_json::from_str("\"CHF\"").unwrap();
        assert_eq!(currency, Currency::Unknown("CHF".into()));
        assert_eq!(serde_json::to_string(&currency).unwrap(), "\"CHF\"");
    }

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
    fn a_long_input_is_not_repeated_whole() {
        let error = "9".repeat(10_000).parse::<Amount>().expect_err("too long").to_string();
        assert!(error.len() < 250, "{error}");
    }
}
