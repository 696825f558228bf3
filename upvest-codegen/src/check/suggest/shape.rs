//! Described types in words.

use crate::api::scalar::{Scalar, scalar};
use crate::api::types::{Limits, Shape, Types, Use};

/// Returns what the description says of a type.
pub(in crate::check) fn words_of(types: &Types, described: &Use) -> String {
    match types.shape(described.id) {
        Shape::Any(_) => "any JSON".to_owned(),
        Shape::Boolean => "a boolean".to_owned(),
        Shape::Integer(limits) => format!("an integer{}", words_of_limits(limits)),
        Shape::Number(limits) => format!("a number{}", words_of_limits(limits)),
        Shape::Enum(texts) => format!("one of {}", list(texts)),
        Shape::List(items, _) => format!("a list, each item {}", words_of(types, items)),
        Shape::Map(_) => "an object with any fields".to_owned(),
        Shape::Object(_) => "an object".to_owned(),
        Shape::OneOf(_) => "one of several objects".to_owned(),
        shape @ (Shape::Text(_) | Shape::Currency(_)) => match scalar(shape, &described.notes) {
            Some(Scalar::Amount) => "an amount",
            Some(Scalar::Decimal) => "a decimal number in a string",
            Some(Scalar::Timestamp) => "a timestamp",
            Some(Scalar::Date) => "a date",
            Some(Scalar::Uuid) => "a UUID",
            Some(Scalar::Isin) => "an ISIN",
            Some(Scalar::CountryCode) => "a country code",
            Some(Scalar::Currency) => "a currency",
            _ => "a string",
        }
        .to_owned(),
    }
}

fn words_of_limits(limits: &Limits) -> String {
    let format = limits.format.iter().map(|format| format!(" ({format})"));
    let minimum = limits.minimum.iter().map(|minimum| format!(" from {minimum}"));
    let maximum = limits.maximum.iter().map(|maximum| format!(" to {maximum}"));
    format.chain(minimum).chain(maximum).collect()
}

/// The first of the texts: there may be hundreds.
fn list(texts: &[String]) -> String {
    let mut listed: Vec<String> = texts.iter().take(5).map(|text| format!("`{text}`")).collect();
    if texts.len() > listed.len() {
        listed.push("…".to_owned());
    }
    listed.join(", ")
}
