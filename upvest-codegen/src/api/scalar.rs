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
        (None, None) if notes.is_parameter => in_words(notes),
        _ => Scalar::String,
    }
}

/// Whether only numbers match, with at most one decimal point: a version such as `1.2.3` and an
/// address have several.
fn is_of_numbers(pattern: &str) -> bool {
    let plain = pattern.replace("[0-9]", "9").replace(r"\d", "9").replace(r"\.", "P");
    let repeats_a_group = [")*", ")+", "){"].into_iter().any(|end| plain.contains(end));
    let plain = without_counts(&plain);
    let is_number = |part: &str| {
        let part = part.trim_start_matches(['^', '(']);
        let part = part.strip_prefix("-?").or_else(|| part.strip_prefix('-')).unwrap_or(part);
        let is_known = |byte: u8| byte.is_ascii_digit() || b"P^$()?*+".contains(&byte);
        part.bytes().all(is_known) && part.matches('P').count() <= 1
    };
    !repeats_a_group && plain.contains('P') && plain.split('|').all(is_number)
}

/// The pattern without `{1,9}` and the like.
fn without_counts(pattern: &str) -> String {
    let mut left = String::new();
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once('{') {
        left.push_str(before);
        rest = after.split_once('}').map_or("", |(_, rest)| rest);
    }
    left + rest
}

/// The format, where it is only in the title or the description: some of Upvest's parameters have it
/// there. Note that a wrong guess shows when the parameter is set: it changes no value.
fn in_words(notes: &Notes) -> Scalar {
    let says =
        |what: &str| notes.title.iter().chain(&notes.description).any(|words| words.contains(what));
    match () {
        () if says("YYYY-MM-DDT") => Scalar::Timestamp,
        () if says("YYYY-MM-DD") => Scalar::Date,
        () => Scalar::String,
    }
}

#[cfg(test)]
mod tests {
    use super::is_of_numbers;

    #[test]
    fn a_number_has_at_most_one_point() {
        for pattern in [
            r"^-?[0-9]{0,63}(\.[0-9]{1,27})?$",
            r"^(100|[0-9]{1,2}(\.[0-9]{1,5})?)$",
            r"^\d+\.\d{2}$",
            r"^[0-9]*\.?[0-9]*$",
        ] {
            assert!(is_of_numbers(pattern), "{pattern}");
        }
        for pattern in [
            r"^[0-9]+$",
            r"^[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}$",
            r"^[0-9]+(\.[0-9]+)*$",
            r"^([0-9]+\.){2}[0-9]+$",
            r"^[0-9]+-[0-9]+\.[0-9]+$",
            r"^[0-9]{1,3},[0-9]{3}\.[0-9]{2}$",
            r"^[0-9]+.[0-9]+$",
            r"^[0-9]+\.[0-9]+ EUR$",
            r"^[0-9]+\\\.[0-9]$",
            "",
        ] {
            assert!(!is_of_numbers(pattern), "{pattern}");
        }
    }
}
