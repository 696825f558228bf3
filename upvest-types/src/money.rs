//! Money: amounts without floating point, and currencies.

use std::fmt;
use std::iter::Sum;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::invalid::InvalidValue;

/// An amount of money, from `0.00` to `999999999.99`, in steps of `0.01`.
///
/// The API writes it as a string, `^[0-9]{1,9}(\.[0-9]{2})?$`, and so does this type, always with
/// two decimals. A JSON number is rejected, because it may have been rounded. There is no
/// conversion from or to a float. Arithmetic is exact, and returns `None` where the result is not
/// an amount. It converts from and to [`Decimal`](super::Decimal) and `rust_decimal::Decimal`
/// (version 1), which fails if the number is not an amount.
///
/// # Examples
///
/// ```
/// # extern crate upvest_types as upvest_core;
/// use upvest_core::Amount;
///
/// let amount: Amount = "200".parse()?;
/// assert_eq!(amount.to_string(), "200.00");
/// assert_eq!(Amount::from_minor(20_000)?, amount);
/// assert!("1.5".parse::<Amount>().is_err());
/// assert!(serde_json::from_str::<Amount>("200.00").is_err(), "a JSON number");
///
/// let fees = ["0.99", "1.50"].map(str::parse::<Amount>).into_iter().collect::<Result<Vec<_>, _>>()?;
/// let fees: Option<Amount> = fees.iter().sum();
/// assert_eq!(fees.and_then(|fees| amount.checked_sub(fees)), Some("197.51".parse()?));
/// assert_eq!(Amount::ZERO.checked_sub(amount), None, "amounts are not negative");
/// # Ok::<(), upvest_core::InvalidValue>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Amount {
    minor: u64,
}

impl Amount {
    /// No money: `0.00`.
    pub const ZERO: Self = Self { minor: 0 };
    /// The largest amount: `999999999.99`.
    pub const MAX: Self = Self { minor: 99_999_999_999 };

    const WHY: &str =
        "expected 1 to 9 digits, then nothing or a point and two digits, as in `200.00`";

    /// Creates an amount from minor units: cents or pence.
    ///
    /// # Errors
    /// Fails if it is more than 999999999.99.
    pub fn from_minor(minor: u64) -> Result<Self, InvalidValue> {
        Self::of(minor).ok_or_else(|| {
            InvalidValue::new("amount", &minor.to_string(), "the maximum is 999999999.99")
        })
    }

    fn of(minor: u64) -> Option<Self> {
        (minor <= Self::MAX.minor).then_some(Self { minor })
    }

    /// Returns the amount in minor units: cents or pence.
    #[must_use]
    pub const fn minor(self) -> u64 {
        self.minor
    }

    /// Returns whether it is `0.00`.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.minor == 0
    }

    /// Adds two amounts; `None` if the sum is more than [`MAX`](Self::MAX).
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.minor.checked_add(other.minor).and_then(Self::of)
    }

    /// Subtracts an amount; `None` if `other` is more.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.minor.checked_sub(other.minor).and_then(Self::of)
    }

    /// Multiplies the amount; `None` if the product is more than [`MAX`](Self::MAX).
    #[must_use]
    pub fn checked_mul(self, factor: u64) -> Option<Self> {
        self.minor.checked_mul(factor).and_then(Self::of)
    }
}

/// The sum; `None` if it is more than [`Amount::MAX`].
impl Sum<Amount> for Option<Amount> {
    fn sum<I: Iterator<Item = Amount>>(mut amounts: I) -> Self {
        amounts.try_fold(Amount::ZERO, Amount::checked_add)
    }
}

/// The sum; `None` if it is more than [`Amount::MAX`].
impl<'a> Sum<&'a Amount> for Option<Amount> {
    fn sum<I: Iterator<Item = &'a Amount>>(amounts: I) -> Self {
        amounts.copied().sum()
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
            Ok(minor) if exact.scale() == 2 => Self::from_minor(minor),
            _ => Err(InvalidValue::new("amount", &number.to_string(), Self::WHY)),
        }
    }
}

impl From<Amount> for Decimal {
    fn from(amount: Amount) -> Self {
        Self::from_i128_with_scale(amount.minor.into(), 2)
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
        let number = |digits: &str| digits.parse::<u64>().map_err(|_| invalid());
        // Nine digits and two: this cannot overflow.
        Self::from_minor(number(whole)? * 100 + number(cents.unwrap_or("0"))?)
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.minor / 100, self.minor % 100);
        if f.width().is_none() && !f.sign_plus() {
            write!(f, "{whole}.{rest:02}")
        } else {
            // Not `pad`: a precision would cut it, and it always has two decimals.
            f.pad_integral(true, "", &format!("{whole}.{rest:02}"))
        }
    }
}

impl fmt::Debug for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Amount({self})")
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
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

upvest_macros::open_enum! {
    crate, check = is_code,
    /// An ISO 4217 currency code.
    ///
    /// A code that this version does not know is `Unknown`, and is sent and received like any
    /// other. A text that is not a code, such as `eur`, does not parse.
    ///
    /// # Examples
    ///
    /// ```
    /// # extern crate upvest_types as upvest_core;
    /// use upvest_core::Currency;
    ///
    /// assert_eq!("EUR".parse(), Ok(Currency::Eur));
    /// assert_eq!("CHF".parse::<Currency>()?.as_str(), "CHF");
    /// assert!("Euro".parse::<Currency>().is_err());
    /// # Ok::<(), upvest_core::InvalidValue>(())
    /// ```
    pub enum Currency {
        /// Euro
        Eur = "EUR",
        /// Pound sterling
        Gbp = "GBP",
        /// US dollar
        Usd = "USD",
    }
}

fn is_code(text: &str) -> Result<(), InvalidValue> {
    if text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase()) {
        Ok(())
    } else {
        Err(InvalidValue::new("currency", text, "expected three capital letters, as in `EUR`"))
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
        assert!(Amount::from_minor(u64::MAX).is_err());
        assert_eq!(Amount::from_minor(5).unwrap().minor(), 5);
        for text in ["0.00", "0.05", "1.50", "999999999.99"] {
            let amount: Amount = text.parse().unwrap();
            assert_eq!(Decimal::from(amount).to_string(), text);
        }
    }

    #[test]
    fn arithmetic_is_exact_or_refused() {
        let amount = |text: &str| text.parse::<Amount>().unwrap();
        let (small, large) = (amount("0.01"), Amount::MAX);
        assert_eq!(large.to_string(), "999999999.99");
        assert_eq!(Amount::default(), Amount::ZERO);
        assert!(Amount::ZERO.is_zero() && !small.is_zero() && small < large);
        assert_eq!(amount("0.10").checked_add(amount("0.20")), Some(amount("0.30")));
        assert_eq!(large.checked_add(small), None);
        assert_eq!(large.checked_sub(large), Some(Amount::ZERO));
        assert_eq!(Amount::ZERO.checked_sub(small), None);
        assert_eq!(amount("19.99").checked_mul(3), Some(amount("59.97")));
        assert_eq!(small.checked_mul(0), Some(Amount::ZERO));
        for factor in [100_000_000_000, u64::MAX] {
            assert_eq!(small.checked_mul(factor), None);
        }
        let sum: Option<Amount> = [large, Amount::ZERO].iter().sum();
        assert_eq!(sum, Some(large));
        let sum: Option<Amount> = [large, small].into_iter().sum();
        assert_eq!(sum, None);
        assert_eq!(
            format!("[{:>8}] {:?}", amount("1.50"), amount("1.50")),
            "[    1.50] Amount(1.50)"
        );
    }

    #[test]
    fn a_format_never_cuts_an_amount() {
        let amount: Amount = "1.50".parse().unwrap();
        for (shown, expected) in [
            (format!("{amount:.2}"), "1.50"),
            (format!("{amount:.0}"), "1.50"),
            (format!("{amount:08.1}"), "00001.50"),
            (format!("{amount:<6}|"), "1.50  |"),
        ] {
            assert_eq!(shown, expected);
        }
    }

    #[test]
    fn an_unknown_currency_survives_a_round_trip() {
        let currency: Currency = serde_json::from_str("\"CHF\"").unwrap();
        assert_eq!(currency, "CHF".parse().unwrap());
        assert_eq!(serde_json::to_string(&currency).unwrap(), "\"CHF\"");
        // What a server sends is never lost, whatever it is.
        let odd: Currency = serde_json::from_str("\"\"").unwrap();
        assert_eq!((odd.as_str(), odd.is_known()), ("", false));
    }

    #[test]
    fn a_currency_is_a_code() {
        assert_eq!("GBP".parse(), Ok(Currency::Gbp));
        assert_eq!(Currency::try_from("USD"), Ok(Currency::Usd));
        for text in ["", "eur", "EU", "EURO", "EUR ", "E1R", "ÄÖÜ"] {
            let error = text.parse::<Currency>().unwrap_err().to_string();
            assert!(error.ends_with("expected three capital letters, as in `EUR`"), "{error}");
        }
    }
}
