//! Whether a single value of Rust fits the description.

use crate::api::scalar::Scalar;
use crate::api::types::{Limits, Shape};
use crate::check::declared::Integer;
use crate::check::direction::Direction;

/// A declared type of single values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Single {
    Scalar(Scalar),
    Integer(Integer),
}

/// Whether the declared type fits a described one. In a request it may be narrower, in a response
/// wider; a string is taken to have the right form in both.
pub(super) fn fits(
    declared: Single,
    described: Scalar,
    shape: &Shape,
    direction: Direction,
) -> bool {
    let is_always_right = match (declared, described) {
        (Single::Scalar(Scalar::Decimal), Scalar::Amount) => true,
        (Single::Scalar(Scalar::String), described) => is_text(described),
        (Single::Scalar(declared), described) => declared == described,
        (Single::Integer(_), _) => false,
    };
    let is_in_direction = match direction {
        Direction::Request => is_narrower(declared, described),
        Direction::Response => is_wider(declared, described, shape),
    };
    is_always_right || is_in_direction
}

/// Whether all that a request sends is described.
fn is_narrower(declared: Single, described: Scalar) -> bool {
    match (declared, described) {
        // An integer is taken to be within the limits.
        (Single::Integer(_), described) => is_integer(described) || described == Scalar::Number,
        (Single::Scalar(declared), Scalar::String) => is_text(declared),
        (Single::Scalar(Scalar::Amount), described) => described == Scalar::Decimal,
        _ => false,
    }
}

/// Whether all that is described in a response can be read.
fn is_wider(declared: Single, described: Scalar, shape: &Shape) -> bool {
    match (declared, shape) {
        (Single::Integer(integer), Shape::Integer(limits)) => holds(integer, limits),
        (Single::Scalar(Scalar::Number), _) => is_integer(described),
        _ => false,
    }
}

fn is_integer(scalar: Scalar) -> bool {
    matches!(scalar, Scalar::U32 | Scalar::U64 | Scalar::I64)
}

/// Whether the declared type fits one of these texts.
pub(super) fn fits_texts(declared: Single, texts: &[String]) -> bool {
    let are_capitals = |length: usize| {
        texts
            .iter()
            .all(|text| text.len() == length && text.bytes().all(|byte| byte.is_ascii_uppercase()))
    };
    match declared {
        Single::Scalar(Scalar::String) => true,
        Single::Scalar(Scalar::Currency) => are_capitals(3),
        Single::Scalar(Scalar::CountryCode) => are_capitals(2),
        _ => false,
    }
}

/// Whether it is written as a JSON string.
fn is_text(scalar: Scalar) -> bool {
    !is_integer(scalar) && !matches!(scalar, Scalar::Boolean | Scalar::Number)
}

/// Whether every value within the limits is one of the type. What has no limit may be any number
/// that 32 bits hold.
fn holds(integer: Integer, limits: &Limits) -> bool {
    let number = |text: &Option<String>| text.as_ref().and_then(|text| text.parse::<i128>().ok());
    let (least, most) = match limits.format.as_deref() {
        Some("int32") => (Some(i32::MIN.into()), i32::MAX.into()),
        Some("int64") => (Some(i64::MIN.into()), i64::MAX.into()),
        _ => (None, i32::MAX.into()),
    };
    let least = number(&limits.minimum).or(least);
    let most = number(&limits.maximum).unwrap_or(most);
    least.is_none_or(|least| integer.least <= least) && most <= integer.most
}

#[cfg(test)]
mod tests {
    use super::{Single, fits, holds};
    use crate::api::scalar::Scalar;
    use crate::api::types::{Limits, Shape, Text};
    use crate::check::declared::Integer;
    use crate::check::direction::Direction;

    const U8: Integer = Integer { least: 0, most: 255 };
    const U32: Integer = Integer { least: 0, most: u32::MAX as i128 };
    const I64: Integer = Integer { least: i64::MIN as i128, most: i64::MAX as i128 };

    #[test]
    fn an_integer_holds_the_limits() {
        let limits = |format: &str, minimum: &str, maximum: &str| {
            let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            Limits { format: text(format), minimum: text(minimum), maximum: text(maximum) }
        };
        for (format, minimum, maximum, fitting) in [
            ("", "", "", [false, true, true]),
            ("", "0", "100", [true, true, true]),
            ("", "-1", "100", [false, false, true]),
            ("int32", "", "", [false, false, true]),
            ("int32", "0", "", [false, true, true]),
            ("int64", "0", "", [false, false, true]),
            ("", "0", "5000000000", [false, false, true]),
            ("", "0", "1e30", [false, true, true]),
        ] {
            let limits = limits(format, minimum, maximum);
            let held = [U8, U32, I64].map(|integer| holds(integer, &limits));
            assert_eq!(held, fitting, "{limits:?}");
        }
    }

    #[test]
    fn a_request_may_be_narrower_and_a_response_wider() {
        let text = Shape::Text(Text::default());
        for (declared, described, in_request, in_response) in [
            (Scalar::String, Scalar::Uuid, true, true),
            (Scalar::Uuid, Scalar::String, true, false),
            (Scalar::Decimal, Scalar::Amount, true, true),
            (Scalar::Amount, Scalar::Decimal, true, false),
            (Scalar::Date, Scalar::Timestamp, false, false),
            (Scalar::String, Scalar::Boolean, false, false),
            (Scalar::Boolean, Scalar::String, false, false),
            (Scalar::Number, Scalar::U32, false, true),
            (Scalar::Decimal, Scalar::Number, false, false),
        ] {
            let fits = |direction| fits(Single::Scalar(declared), described, &text, direction);
            assert_eq!(fits(Direction::Request), in_request, "{declared:?} {described:?}");
            assert_eq!(fits(Direction::Response), in_response, "{declared:?} {described:?}");
        }
    }
}
