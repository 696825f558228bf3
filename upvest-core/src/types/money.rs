//! Money: amounts without floating point, and currencies.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::invalid::InvalidValue;
use crate::open_enum;

/// An amount of money, from `0.00` to `999999999.99`, in steps of `0.01`.
///
/// The API writes it as a string, `^[0-9]{1,9}(\.[0-9]{2})?$`, and so does this type, always with
/// two decimals. A JSON number is rejected, because it may have been rounded. There is no
/// conversion from or to a float.
///
/// # Examples
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
    const WHY: &str =
        "expected 1 to 9 digits, then nothing or a point and two digits, as in `200.00`";

    /// Creates an amount from cents or pence.
    ///
    /// # Errors
    /// Fails if it is more than 999999999.99.
    pub fn from_minor_units(units: u64) -> Result<Self, InvalidValue> {
        match i64::try_from(units) {
            Ok(signed) if units <= Self::LARGEST_IN_MINOR_UNITS => {
                Ok(Self(Decimal::new(signed, 2)))
            }
            _ => {
                Err(InvalidValue::new("amount", &units.to_string(), "the maximum is 999999999.99"))
            }
        }
    }

    /// Returns the amount in cents or pence.
    #[must_use]
    pub fn minor_units(self) -> u64 {
        // The scale is 2 and the value at most eleven digits, by construction.
        u64::try_from(self.0.mantissa()).unwrap_or_default()
    }
}

impl TryFrom<Decimal> for Amount {
    type Error = InvalidValue;

    fn try_from(number: Decimal) -> Result<Self, InvalidValue> {
        let mut exact = number.normalize();
        if exact.scale() > 2 || exact.is_sign_negative() {
            return Err(InvalidValue::new("amount", &number.to_string(), Self::WHY));
        }
        exact.rescale(2);
        match u64::try_from(exact.mantissa()) {
            Ok(units) if exact.scale() == 2 => Self::from_minor_units(units),
            _ => Err(InvalidValue::new("amount", &number.to_string(), Self::WHY)),
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
        let invalid = || InvalidValue::new("amount", text, Self::WHY);
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

#[cfg(test)]
mod tests {
    use super::{Amount, Currency, Decimal, InvalidValue};

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
    fn an_invalid_amount_is_refused_in_one_sentence() {
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
            assert_eq!(error, InvalidValue::new("amount", text, Amount::WHY));
            assert!(serde_json::from_value::<Amount>(text.into()).is_err(), "{text}");
        }
        for json in ["200.00", "200", "1e2", "null", "true", "[]"] {
            assert!(serde_json::from_str::<Amount>(json).is_err(), "{json}");
        }
    }

    #[test]
    fn a_decimal_is_accepted_if_it_is_exact() {
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
}
