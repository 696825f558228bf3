//! Codes with a check: securities and countries.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::invalid::InvalidValue;
use crate::__private::read_text;

/// The number of a security (ISO 6166), such as `US0378331005`.
///
/// Two capital letters, nine letters or digits, and a check digit. A text whose check digit is
/// wrong does not parse, because it was mistyped. The check digit of an ISIN in a response is not
/// checked.
///
/// # Examples
///
/// ```
/// # extern crate upvest_types as upvest_core;
/// use upvest_core::Isin;
///
/// let apple: Isin = "US0378331005".parse()?;
/// assert_eq!(apple.as_str(), "US0378331005");
/// assert!("US0378331006".parse::<Isin>().is_err(), "the check digit is wrong");
/// # Ok::<(), upvest_core::InvalidValue>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Isin([u8; 12]);

/// A country (ISO 3166-1 alpha-2), such as `DE`: two capital letters.
///
/// Whether the country exists is not checked.
///
/// # Examples
///
/// ```
/// # extern crate upvest_types as upvest_core;
/// use upvest_core::CountryCode;
///
/// let germany: CountryCode = "DE".parse()?;
/// assert_eq!(germany.as_str(), "DE");
/// assert!("de".parse::<CountryCode>().is_err());
/// # Ok::<(), upvest_core::InvalidValue>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CountryCode([u8; 2]);

impl Isin {
    /// Reads it without checking the check digit.
    fn read(text: &str) -> Result<Self, InvalidValue> {
        let is_letter = |byte: &u8| byte.is_ascii_uppercase();
        match <[u8; 12]>::try_from(text.as_bytes()) {
            Ok(code @ [country @ .., _, _, _, _, _, _, _, _, _, _])
                if country.iter().all(is_letter)
                    && code.iter().all(|byte| is_letter(byte) || byte.is_ascii_digit())
                    && code.last().is_some_and(u8::is_ascii_digit) =>
            {
                Ok(Self(code))
            }
            _ => Err(InvalidValue::new(
                "ISIN",
                text,
                "expected two capital letters, nine letters or digits, and a check digit, as in \
                 `US0378331005`",
            )),
        }
    }

    /// Whether the check digit fits: the letters become numbers from 10 to 35, and every second
    /// digit from the right is doubled (ISO 6166, the Luhn formula).
    fn has_check_digit(self) -> bool {
        let digits = self.0.iter().flat_map(|&byte| match byte {
            b'A'..=b'Z' => vec![(byte - b'A' + 10) / 10, (byte - b'A' + 10) % 10],
            _ => vec![byte.saturating_sub(b'0')],
        });
        let digits: Vec<u8> = digits.collect();
        let sum: u32 = digits
            .iter()
            .rev()
            .enumerate()
            .map(|(index, &digit)| {
                let number = if index % 2 == 1 { digit * 2 } else { digit };
                u32::from(number / 10 + number % 10)
            })
            .sum();
        sum.is_multiple_of(10)
    }
}

impl FromStr for Isin {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let isin = Self::read(text)?;
        if isin.has_check_digit() {
            Ok(isin)
        } else {
            Err(InvalidValue::new("ISIN", text, "its check digit does not fit, so it is mistyped"))
        }
    }
}

impl CountryCode {
    fn read(text: &str) -> Result<Self, InvalidValue> {
        match <[u8; 2]>::try_from(text.as_bytes()) {
            Ok(code) if code.iter().all(u8::is_ascii_uppercase) => Ok(Self(code)),
            _ => {
                let why = "expected two capital letters, as in `DE`";
                Err(InvalidValue::new("country code", text, why))
            }
        }
    }
}

impl FromStr for CountryCode {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        Self::read(text)
    }
}

macro_rules! code {
    ($name:ident) => {
        impl $name {
            /// Returns the code as a text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                // Only ASCII is read.
                std::str::from_utf8(&self.0).unwrap_or_default()
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                read_text(deserializer, Self::read)?.map_err(de::Error::custom)
            }
        }
    };
}

code!(Isin);
code!(CountryCode);

#[cfg(test)]
mod tests {
    use super::{CountryCode, Isin};

    #[test]
    fn an_isin_has_a_check_digit() {
        for text in ["US0378331005", "DE0007164600", "IE00B4L5Y983", "GB0002634946", "XS0629974352"]
        {
            assert_eq!(text.parse::<Isin>().unwrap().to_string(), text);
            let digit = text.bytes().last().unwrap() - b'0';
            for other in (0..10).filter(|other| *other != digit) {
                let mistyped = format!("{}{other}", &text[..11]);
                let error = mistyped.parse::<Isin>().unwrap_err().to_string();
                assert!(error.contains("its check digit does not fit"), "{error}");
                // A response with such an ISIN is not lost.
                let read: Isin = serde_json::from_value(mistyped.clone().into()).unwrap();
                assert_eq!(serde_json::to_value(read).unwrap(), mistyped);
            }
        }
        for text in
            ["", "us0378331005", "US037833100", "US03783310055", "US037833100A", "U10378331005"]
        {
            assert!(text.parse::<Isin>().is_err(), "{text}");
            assert!(serde_json::from_value::<Isin>(text.into()).is_err(), "{text}");
        }
    }

    #[test]
    fn a_country_is_two_capital_letters() {
        assert_eq!("DE".parse::<CountryCode>().unwrap().as_str(), "DE");
        for text in ["", "de", "D", "DEU", "D1", "\u{c4}"] {
            assert!(text.parse::<CountryCode>().is_err(), "{text}");
            assert!(serde_json::from_value::<CountryCode>(text.into()).is_err(), "{text}");
        }
        assert_eq!(format!("{:?}", "DE".parse::<CountryCode>().unwrap()), "CountryCode(DE)");
    }
}
