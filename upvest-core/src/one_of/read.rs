//! What the expansion of `one_of!` calls: choosing the alternative that is read.

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use upvest_types::__private::{LONGEST_TEXT, printable};

use crate::endpoint::are_equal;

/// The payload of a variant.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an alternative of `one_of!`",
    label = "add `#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]` to it"
)]
pub trait Alternative: Sized {
    /// Reads the value.
    ///
    /// # Errors
    /// Fails if the JSON does not fit the type.
    fn read(json: &Value) -> serde_json::Result<Self>;

    /// Writes the value.
    ///
    /// # Errors
    /// Fails if the serializer does.
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error>;
}

#[diagnostic::do_not_recommend]
impl<T: Serialize + DeserializeOwned> Alternative for T {
    fn read(json: &Value) -> serde_json::Result<Self> {
        Self::deserialize(json)
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.serialize(serializer)
    }
}

/// Reads JSON as the variant `T::…` that this alternative belongs to.
type Read<T> = fn(&Value) -> serde_json::Result<T>;

/// An alternative of the enum `T`.
pub struct Untagged<T> {
    payload: &'static str,
    read: Read<T>,
}

impl<T> Untagged<T> {
    /// Describes the variant whose payload has the type named `payload`.
    #[must_use]
    pub fn new(payload: &'static str, read: Read<T>) -> Self {
        Self { payload, read }
    }
}

/// An alternative of the enum `T`, which a field selects.
pub struct Tagged<T> {
    text: &'static str,
    alternative: Untagged<T>,
}

impl<T> Tagged<T> {
    /// Describes the variant that `text` selects.
    #[must_use]
    pub fn new(text: &'static str, payload: &'static str, read: Read<T>) -> Self {
        Self { text, alternative: Untagged::new(payload, read) }
    }
}

/// Reads the alternative that the text in `field` selects, or else `other`.
///
/// # Errors
/// Fails if the value is not an object, has no text in `field`, or does not fit the alternative.
pub fn read_tagged<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    name: &str,
    field: &str,
    alternatives: &[Tagged<T>],
    other: fn(Value) -> T,
) -> Result<T, D::Error> {
    let json = Value::deserialize(deserializer)?;
    let Value::Object(fields) = &json else {
        return Err(D::Error::custom(format!("invalid `{name}`: not an object")));
    };
    let text = match fields.get(field) {
        Some(Value::String(text)) => text,
        Some(_) => {
            return Err(D::Error::custom(format!("invalid `{name}`: `{field}` is not a string")));
        }
        None => return Err(D::Error::custom(format!("missing field `{field}` in `{name}`"))),
    };
    let Some(tagged) = alternatives.iter().find(|tagged| tagged.text == text) else {
        return Ok(other(json));
    };
    let Untagged { payload, read } = tagged.alternative;
    read(&json).map_err(|cause| {
        // `EventError` and others keep a message that begins with the missing field.
        D::Error::custom(match missing_field(&cause) {
            Some(missing) => format!("{missing} in `{payload}`"),
            None => format!("invalid `{payload}`: {MISFIT}"),
        })
    })
}

/// Reads the alternative that keeps the most fields of those that fit, the first of several.
///
/// # Errors
/// Fails if none fits.
pub fn read_untagged<'de, D: Deserializer<'de>, T: Serialize>(
    deserializer: D,
    alternatives: &[Untagged<T>],
) -> Result<T, D::Error> {
    let json = Value::deserialize(deserializer)?;
    let mut misfits = Vec::new();
    let mut best: Option<(usize, T)> = None;
    for Untagged { payload, read } in alternatives {
        match read(&json) {
            Ok(value) => {
                let kept = kept(&json, &value);
                if best.as_ref().is_none_or(|(most, _)| kept > *most) {
                    best = Some((kept, value));
                }
            }
            Err(cause) => {
                let why = missing_field(&cause).unwrap_or_else(|| MISFIT.to_owned());
                misfits.push(format!("{payload}: {why}"));
            }
        }
    }
    let none = || D::Error::custom(format!("no alternative fits: {}", misfits.join("; ")));
    best.map(|(_, value)| value).ok_or_else(none)
}

/// How many fields of an object, and of what is in it, are in what was read from it.
fn kept<T: Serialize>(json: &Value, value: &T) -> usize {
    fn common(json: &Value, written: &Value) -> usize {
        match (json, written) {
            (Value::Object(fields), Value::Object(written)) => fields
                .iter()
                .filter_map(|(name, value)| Some(1 + common(value, written.get(name)?)))
                .sum(),
            (Value::Array(items), Value::Array(written)) => {
                items.iter().zip(written).map(|(item, written)| common(item, written)).sum()
            }
            _ => 0,
        }
    }
    common(json, &serde_json::to_value(value).unwrap_or_default())
}

/// Why a value does not fit, other than by a missing field. Serde's own message may contain the
/// value, which may be personal data.
const MISFIT: &str = "invalid value, or unknown field";

/// Returns the part of the message that names a missing field, if that is the cause.
fn missing_field(cause: &serde_json::Error) -> Option<String> {
    let message = cause.to_string();
    // The name comes from the Rust type, not from the JSON.
    let (name, _) = message.strip_prefix("missing field `")?.split_once('`')?;
    Some(format!("missing field `{}`", printable(name, LONGEST_TEXT)))
}

/// Checks that each text selects one variant. For constants, where a panic is a compile error.
///
/// # Panics
/// Panics if two texts are equal.
pub const fn check_texts(mut texts: &[&str]) {
    while let [text, others @ ..] = texts {
        let mut rest = others;
        while let [other, after @ ..] = rest {
            assert!(!are_equal(text, other), "two variants of `one_of!` have the same text");
            rest = after;
        }
        texts = others;
    }
}
