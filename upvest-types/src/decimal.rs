//! Numbers of any precision that the API uses: prices and quantities.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::invalid::InvalidValue;
use super::money::Amount;

/// A decimal number as the API writes it: a price, a quantity or a balance.
///
/// It has at most 63 digits before the point and 27 after it, and may be negative:
/// `^-?[0-9]{0,63}(\.[0-9]{1,27})?$`, with at least one digit. Its scale is kept: `1.50` is written
/// as `1.50`. Two numbers are equal if their values are, whatever their scale.
///
/// It is read from a JSON string only, because a JSON number may have been rounded. There is no
/// conversion from or to a float, and no arithmetic: convert it to an [`Amount`] or to
/// [`rust_decimal::Decimal`], which fails if that cannot hold the number exactly.
///
/// # Examples
///
/// ```
/// # extern crate upvest_types as upvest_core;
/// use upvest_core::{Amount, Decimal};
///
/// let price: Decimal = "103.1250".parse()?;
/// assert_eq!((price.to_string(), price.scale()), ("103.1250".to_owned(), 4));
/// assert_eq!(price, "103.125".parse()?);
/// assert!(Amount::try_from(&price).is_err(), "not a whole number of cents");
/// assert!("1e3".parse::<Decimal>().is_err());
/// # Ok::<(), upvest_core::InvalidValue>(())
/// ```
#[derive(Clone)]
pub struct Decimal(Box<str>);

impl Decimal {
    const LONGEST_WHOLE: usize = 63;
    const LONGEST_FRACTION: usize = 27;
    const WHY: &str =
        "expected up to 63 digits, then nothing or a point and up to 27 digits, as in `1.25`";

    /// Returns the number as the API writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the number of digits after the point.
    #[must_use]
    pub fn scale(&self) -> usize {
        self.0.split_once('.').map_or(0, |(_, fraction)| fraction.len())
    }

    /// Returns whether its value is 0.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.0.bytes().all(|byte| matches!(byte, b'-' | b'0' | b'.'))
    }

    /// Returns whether it is less than 0.
    #[must_use]
    pub fn is_negative(&self) -> bool {
        self.0.starts_with('-') && !self.is_zero()
    }

    /// The digits before and after the point, without zeros that do not count.
    fn digits(&self) -> (&str, &str) {
        let digits = self.0.strip_prefix('-').unwrap_or(&self.0);
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        (whole.trim_start_matches('0'), fraction.trim_end_matches('0'))
    }
}

impl FromStr for Decimal {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let (whole, fraction) = match digits.split_once('.') {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (digits, None),
        };
        let are_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let is_fraction =
            |part: &str| (1..=Self::LONGEST_FRACTION).contains(&part.len()) && are_digits(part);
        let is_whole = whole.len() <= Self::LONGEST_WHOLE
            && are_digits(whole)
            && !(whole.is_empty() && fraction.is_none());
        if is_whole && fraction.is_none_or(is_fraction) {
            Ok(Self(text.into()))
        } else {
            Err(InvalidValue::new("decimal number", text, Self::WHY))
        }
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not `pad`: a precision would cut it.
        let digits = self.0.strip_prefix('-').unwrap_or(&self.0);
        f.pad_integral(digits.len() == self.0.len(), "", digits)
    }
}

impl fmt::Debug for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Decimal({})", self.0)
    }
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Decimal {}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let size = |number: &Self, other: &Self| {
            let ((whole, fraction), (other, other_fraction)) = (number.digits(), other.digits());
            let whole = whole.len().cmp(&other.len()).then_with(|| whole.cmp(other));
            // As texts: without zeros at the end, the longer of two equal beginnings is larger.
            whole.then_with(|| fraction.cmp(other_fraction))
        };
        match (self.is_negative(), other.is_negative()) {
            (false, false) => size(self, other),
            (true, true) => size(other, self),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        }
    }
}

impl Hash for Decimal {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.is_negative(), self.digits()).hash(state);
    }
}

impl From<Amount> for Decimal {
    fn from(amount: Amount) -> Self {
        Self(amount.to_string().into())
    }
}

/// Fails if it has 28 digits after the point, one more than the API reads.
impl TryFrom<rust_decimal::Decimal> for Decimal {
    type Error = InvalidValue;

    fn try_from(number: rust_decimal::Decimal) -> Result<Self, InvalidValue> {
        number.to_string().parse()
    }
}

impl TryFrom<&Decimal> for Amount {
    type Error = InvalidValue;

    fn try_from(number: &Decimal) -> Result<Self, InvalidValue> {
        let (whole, fraction) = number.digits();
        if number.is_negative() || fraction.len() > 2 {
            return Err(InvalidValue::new(
                "amount",
                number.as_str(),
                "expected at least 0, with at most two decimals",
            ));
        }
        let whole = if whole.is_empty() { "0" } else { whole };
        format!("{whole}.{fraction:0<2}").parse()
    }
}

impl TryFrom<&Decimal> for rust_decimal::Decimal {
    type Error = InvalidValue;

    fn try_from(number: &Decimal) -> Result<Self, InvalidValue> {
        Self::from_str_exact(number.as_str()).or_else(|_| {
            // Zeros that do not count may be too many.
            let (whole, fraction) = number.digits();
            let sign = if number.is_negative() { "-" } else { "" };
            Self::from_str_exact(&format!("{sign}0{whole}.{fraction}0")).map_err(|_| {
                let why = "too many digits for `rust_decimal::Decimal`";
                InvalidValue::new("decimal number", number.as_str(), why)
            })
        })
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl de::Visitor<'_> for Text {
            type Value = Decimal;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a decimal number as a JSON string, such as \"1.25\"")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Decimal, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Text)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{Amount, Decimal};

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn it_is_read_and_written_as_the_api_writes_it() {
        let long = format!("-{}.{}", "9".repeat(63), "9".repeat(27));
        for text in ["0", "10", "100.25", "-0.5", ".5", "-.5", "000.500", &long] {
            assert_eq!(decimal(text).to_string(), text);
            assert_eq!(serde_json::to_value(decimal(text)).unwrap(), text);
            assert_eq!(serde_json::from_value::<Decimal>(text.into()).unwrap(), decimal(text));
        }
        let (whole, fraction) = ("9".repeat(64), format!("0.{}", "9".repeat(28)));
        for text in [
            "", "-", ".", "-.", "1.", "+1", " 1", "1 ", "1e3", "1,5", "1_000", "--1", "0x1", "NaN",
            "1.2.3", "\u{663}", &whole, &fraction,
        ] {
            assert!(text.parse::<Decimal>().is_err(), "{text}");
            assert!(serde_json::from_value::<Decimal>(text.into()).is_err(), "{text}");
        }
        for json in ["1.5", "1", "null", "[]"] {
            assert!(serde_json::from_str::<Decimal>(json).is_err(), "{json}");
        }
    }

    #[test]
    fn numbers_are_compared_by_value() {
        let ascending = ["-10", "-9.5", "-0.11", "-.1", "0", "0.009", ".01", "0.1", "9.99", "10"];
        for (index, left) in ascending.iter().enumerate() {
            for (other, right) in ascending.iter().enumerate() {
                assert_eq!(decimal(left).cmp(&decimal(right)), index.cmp(&other), "{left} {right}");
            }
        }
        let same = ["1.5", "1.50", "01.500"].map(decimal);
        assert_eq!(HashSet::from(same).len(), 1);
        assert_eq!(HashSet::from(["0", "-0", "0.00", ".0", "-.00"].map(decimal)).len(), 1);
        assert!(decimal("-0.0").is_zero() && !decimal("-0.0").is_negative());
        assert!(decimal("-0.1").is_negative());
    }

    #[test]
    fn conversions_are_exact_or_fail() {
        for (text, amount) in [
            ("0", Some("0.00")),
            (".5", Some("0.50")),
            ("00012.3400", Some("12.34")),
            ("999999999.99", Some("999999999.99")),
            ("-0", Some("0.00")),
            ("-1", None),
            ("0.001", None),
            ("1000000000", None),
        ] {
            let read = Amount::try_from(&decimal(text)).ok().map(|amount| amount.to_string());
            assert_eq!(read.as_deref(), amount, "{text}");
        }
        assert_eq!(Decimal::from(Amount::MAX), decimal("999999999.99"));
        let largest = "79228162514264337593543950335";
        for (text, fits) in [("1.2500", true), ("-.5", true), (largest, true)] {
            let number = rust_decimal::Decimal::try_from(&decimal(text)).ok();
            assert_eq!(number.is_some(), fits, "{text}");
            let back = number.and_then(|number| Decimal::try_from(number).ok());
            assert_eq!(back, Some(decimal(text)));
        }
        let small = rust_decimal::Decimal::new(1, 28);
        assert!(Decimal::try_from(small).is_err());
        let zeros = decimal(&format!("-100.{}", "0".repeat(27)));
        let number = rust_decimal::Decimal::try_from(&zeros).unwrap();
        assert_eq!(number, rust_decimal::Decimal::new(-100, 0));
        assert_eq!(format!("{:.2}", decimal("103.1250")), "103.1250");
        assert_eq!(format!("{:>6}", decimal("-1.5")), "  -1.5");
        let long = decimal(&"9".repeat(30));
        assert!(rust_decimal::Decimal::try_from(&long).is_err());
    }
}
