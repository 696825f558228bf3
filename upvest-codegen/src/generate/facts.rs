//! The sentences of generated docs: facts alone.

use serde_json::Value;

use super::markdown;

use crate::api::scalar::{Scalar, scalar};
use crate::api::types::{Counts, Limits, Notes, Shape, Text, Types, Use};

/// More values of an enum are not listed: its docs do.
const MOST_VALUES: usize = 4;

/// What a field or parameter holds. `name` is the Rust type of an object or enum.
pub(super) fn sentences(types: &Types, value: &Use, name: &str) -> Vec<String> {
    let mut sentences = vec![capital(&phrase(types, value, name)) + "."];
    let Notes { example, default, is_deprecated, .. } = &value.notes;
    if value.is_nullable {
        sentences.push("May be `null`.".to_owned());
    }
    sentences.extend(default.as_ref().and_then(shown).map(|text| format!("Default: {text}.")));
    sentences.extend(example.as_ref().and_then(shown).map(|text| format!("Example: {text}.")));
    if *is_deprecated {
        sentences.push("Deprecated by the API.".to_owned());
    }
    sentences
}

/// The words of the description, as lines of Markdown that rustdoc accepts.
pub(super) fn description(notes: &Notes) -> Option<Vec<String>> {
    let lines = markdown::lines(notes.description.as_ref()?);
    (!lines.is_empty()).then_some(lines)
}

fn phrase(types: &Types, value: &Use, name: &str) -> String {
    let shape = types.shape(value.id);
    if let Some(scalar) = scalar(shape, &value.notes) {
        return match (scalar, shape) {
            (Scalar::Boolean, _) => "true or false".to_owned(),
            (Scalar::U32 | Scalar::U64 | Scalar::I64, Shape::Integer(limits)) => {
                format!("a whole number{}", range(limits))
            }
            (Scalar::Number, Shape::Number(limits)) => format!("a number{}", range(limits)),
            (Scalar::Amount, Shape::Text(text)) => format!("an amount of money{}", pattern(text)),
            (Scalar::Decimal, Shape::Text(text)) => format!("a decimal number{}", pattern(text)),
            (Scalar::Timestamp, _) => "a date and time (RFC 3339)".to_owned(),
            (Scalar::Date, _) => "a date, `YYYY-MM-DD`".to_owned(),
            (Scalar::Uuid, _) => "a UUID".to_owned(),
            (Scalar::Isin, _) => "an ISIN (ISO 6166)".to_owned(),
            (Scalar::CountryCode, _) => "a country (ISO 3166-1 alpha-2)".to_owned(),
            (Scalar::Currency, Shape::Currency(known)) if !known.is_empty() => {
                format!("a currency (ISO 4217): {}", one_of(known))
            }
            (Scalar::Currency, _) => "a currency (ISO 4217)".to_owned(),
            (_, Shape::Text(text)) => {
                let format =
                    text.format.as_ref().map(|format| format!(", format {}", code(format)));
                let (format, pattern) = (format.unwrap_or_default(), pattern(text));
                format!("a text{}{format}{pattern}", counts(&text.length, "character"))
            }
            _ => "a value".to_owned(),
        };
    }
    match shape {
        Shape::Enum(texts) if texts.len() <= MOST_VALUES => one_of(texts),
        Shape::Enum(_) => format!("one of the values of [`{name}`]"),
        Shape::List(items, count) => {
            let items = phrase(types, items, name);
            format!("a list{}; each item: {items}", counts(count, "item"))
        }
        Shape::Map(values) if matches!(types.shape(values.id), Shape::Any(_)) => {
            "an object with any fields".to_owned()
        }
        Shape::Map(values) => {
            format!(
                "an object with fields of any names; each value: {}",
                phrase(types, values, name)
            )
        }
        Shape::Object(_) | Shape::OneOf(_) => format!("see [`{name}`]"),
        _ => "any JSON".to_owned(),
    }
}

fn one_of(texts: &[String]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| code(text)).collect();
    match texts.as_slice() {
        [texts @ .., last] if !texts.is_empty() => format!("{} or {last}", texts.join(", ")),
        texts => texts.concat(),
    }
}

fn range(limits: &Limits) -> String {
    match (&limits.minimum, &limits.maximum) {
        (Some(least), Some(most)) => format!(", from {least} to {most}"),
        (Some(least), None) => format!(", at least {least}"),
        (None, Some(most)) => format!(", at most {most}"),
        (None, None) => String::new(),
    }
}

fn counts(counts: &Counts, what: &str) -> String {
    let some =
        |count: u64| if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") };
    match (counts.least.filter(|least| *least > 0), counts.most) {
        (Some(least), Some(most)) if least == most => format!(" of {}", some(most)),
        (Some(least), Some(most)) => format!(" of {least} to {}", some(most)),
        (Some(least), None) => format!(" of at least {}", some(least)),
        (None, Some(most)) => format!(" of at most {}", some(most)),
        (None, None) => String::new(),
    }
}

fn pattern(text: &Text) -> String {
    text.pattern.as_ref().map_or_else(String::new, |pattern| format!(", {}", code(pattern)))
}

/// A single value as it is shown in docs; nothing for lists and objects.
fn shown(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(code(text)),
        Value::Bool(_) | Value::Number(_) => Some(code(&value.to_string())),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Code in Markdown, on one line, whatever it contains. A text that would be shown as another one is
/// in quotes, with escapes.
pub(super) fn code(text: &str) -> String {
    if text.is_empty() || text.trim() != text || text.contains(is_invisible) {
        return in_ticks(&format!("{text:?}"));
    }
    in_ticks(text)
}

/// Code that contains these backticks.
pub(super) fn in_ticks(text: &str) -> String {
    let ticks = text.split(|letter| letter != '`').map(str::len).max().unwrap_or_default();
    match ticks {
        0 => format!("`{text}`"),
        // More than the text has.
        ticks => format!("{0} {text} {0}", "`".repeat(ticks + 1)),
    }
}

/// Whether a letter changes or ends a line of a comment.
pub(super) fn is_invisible(letter: char) -> bool {
    let is_bidirectional = matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    is_bidirectional
        || letter.is_control()
        || ['\u{2028}', '\u{2029}', '\u{feff}'].contains(&letter)
}

/// The same text with a capital letter at the beginning.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::code;

    #[test]
    fn code_stays_on_its_line() {
        assert_eq!(code("a\nb"), r#"`"a\nb"`"#);
        assert_eq!(code("a\u{202e}\u{2028}\0"), r#"`"a\u{202e}\u{2028}\0"`"#);
        assert_eq!(code(" "), r#"`" "`"#);
        assert_eq!(code(""), r#"`""`"#);
    }

    #[test]
    fn code_may_contain_backticks() {
        assert_eq!(code("`"), "`` ` ``");
        assert_eq!(code("``"), "``` `` ```");
        assert_eq!(code("a`b``c"), "``` a`b``c ```");
    }
}
