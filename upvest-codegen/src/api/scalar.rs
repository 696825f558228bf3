//! Which type of `upvest-core` a single value has.

use super::types::{Limits, Notes, Shape, Text};

/// A value that is not a list, an object or an enum, by the Rust type that reads and writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Scalar {
    Boolean,
    U32,
    U64,
    I64,
    Number,
    Amount,
    Decimal,
    Timestamp,
    Date,
    /// A `Uuid`, or a type declared with `id!`.
    Uuid,
    Isin,
    CountryCode,
    Currency,
    String,
}

/// Returns the type, or `None` for lists, objects, enums and anything.
pub(crate) fn scalar(shape: &Shape, notes: &Notes) -> Option<Scalar> {
    match shape {
        Shape::Boolean => Some(Scalar::Boolean),
        Shape::Integer(limits) => Some(integer(limits)),
        Shape::Number(_) => Some(Scalar::Number),
        Shape::Currency(_) => Some(Scalar::Currency),
        Shape::Text(text) => Some(string(text, notes)),
        Shape::Any(_)
        | Shape::Enum(_)
        | Shape::List(..)
        | Shape::Map(_)
        | Shape::Object(_)
        | Shape::OneOf(_) => None,
    }
}

fn integer(limits: &Limits) -> Scalar {
    let is_natural = limits.minimum.as_ref().is_some_and(|minimum| !minimum.starts_with('-'));
    let is_short = limits.format.as_deref() == Some("int32")
        || limits.maximum.as_ref().is_some_and(|maximum| maximum.parse::<u32>().is_ok());
    match (is_natural, is_short) {
        (true, true) => Scalar::U32,
        (true, false) => Scalar::U64,
        (false, _) => Scalar::I64,
    }
}

fn string(text: &Text, notes: &Notes) -> Scalar {
    match (text.format.as_deref(), text.pattern.as_deref()) {
        (Some("date-time"), _) => Scalar::Timestamp,
        (Some("date"), _) | (None, Some("^[0-9]{4}-[0-9]{2}-[0-9]{2}$")) => Scalar::Date,
        (Some("uuid"), _) => Scalar::Uuid,
        (_, Some(r"^[0-9]{1,9}(\.[0-9]{2})?$")) => Scalar::Amount,
        (_, Some("^[A-Z]{2}[A-Z0-9]{9}[0-9]$")) => Scalar::Isin,
        (_, Some("^[A-Z]{2}$")) => Scalar::CountryCode,
        (_, Some(pattern)) if is_of_numbers(pattern) => Scalar::Decimal,
        (None, None) => in_words(notes),
        _ => Scalar::String,
    }
}

/// Whether only numbers match that may have a decimal point.
fn is_of_numbers(pattern: &str) -> bool {
    let rest = pattern.replace("[0-9]", "").replace(r"\d", "");
    let has_point = rest.contains(r"\.");
    has_point
        && rest.bytes().all(|byte| byte.is_ascii_digit() || b"^$(){},?*+|\\.-".contains(&byte))
}

/// The format, where it is only in the title or the description: some of Upvest's parameters have it
/// there. Note that a wrong guess does not build or does not read: it changes no value.
fn in_words(notes: &Notes) -> Scalar {
    let says =
        |what: &str| notes.title.iter().chain(&notes.description).any(|words| words.contains(what));
    match () {
        () if says("YYYY-MM-DDT") => Scalar::Timestamp,
        () if says("YYYY-MM-DD") => Scalar::Date,
        () => Scalar::String,
    }
}
