//! The types of other crates whose JSON is known.

use super::ty::{Integer, Ty};
use crate::api::scalar::Scalar;

/// The crates whose types are known, and that re-export them.
pub(super) const CRATES: [&str; 9] = [
    "alloc",
    "bytes",
    "core",
    "indexmap",
    "serde_json",
    "std",
    "upvest_core",
    "upvest_types",
    "uuid",
];

/// Returns the type of this name, with the types in its angle brackets.
pub(super) fn known(name: &str, arguments: Vec<Ty>) -> Option<Ty> {
    let mut arguments = arguments.into_iter();
    let mut boxed = || arguments.next().map(Box::new);
    Some(match name {
        "Option" => Ty::Option(boxed()?),
        "Vec" | "VecDeque" | "LinkedList" | "HashSet" | "BTreeSet" | "IndexSet" => {
            Ty::List(boxed()?)
        }
        "Box" | "Arc" | "Rc" | "Cow" => *boxed()?,
        "HashMap" | "BTreeMap" | "IndexMap" => {
            boxed()?;
            Ty::Map(boxed()?)
        }
        // That of serde_json, whose arguments are fixed.
        "Map" => {
            boxed();
            Ty::Map(boxed().unwrap_or_else(|| Box::new(Ty::Any)))
        }
        "Value" | "RawValue" => Ty::Any,
        "CommaSeparated" => Ty::CommaSeparated(boxed()?),
        "Page" => Ty::Page(boxed()?),
        "PageMeta" => Ty::Object,
        "Call" | "IdempotentCall" => Ty::Call(boxed()?),
        "Bytes" => Ty::Bytes,
        "Redirect" => Ty::Redirect,
        _ => return scalar(name).map(Ty::Scalar).or_else(|| integer(name).map(Ty::Integer)),
    })
}

fn scalar(name: &str) -> Option<Scalar> {
    Some(match name {
        "bool" => Scalar::Boolean,
        "f32" | "f64" | "Number" => Scalar::Number,
        "String" | "str" | "char" => Scalar::String,
        "Amount" => Scalar::Amount,
        "Decimal" => Scalar::Decimal,
        "Timestamp" => Scalar::Timestamp,
        "Date" => Scalar::Date,
        "Uuid" | "AccountGroupId" | "IdempotencyKey" | "WebhookId" | "EventId" => Scalar::Uuid,
        "Isin" => Scalar::Isin,
        "CountryCode" => Scalar::CountryCode,
        "Currency" => Scalar::Currency,
        _ => return None,
    })
}

fn integer(name: &str) -> Option<Integer> {
    let name = name.strip_prefix("NonZero").map_or_else(|| name.to_owned(), str::to_lowercase);
    let (least, most) = match name.as_str() {
        "u8" => (0, u8::MAX.into()),
        "u16" => (0, u16::MAX.into()),
        "u32" => (0, u32::MAX.into()),
        "u64" | "usize" => (0, u64::MAX.into()),
        "u128" => (0, i128::MAX),
        "i8" => (i8::MIN.into(), i8::MAX.into()),
        "i16" => (i16::MIN.into(), i16::MAX.into()),
        "i32" => (i32::MIN.into(), i32::MAX.into()),
        "i64" | "isize" => (i64::MIN.into(), i64::MAX.into()),
        "i128" => (i128::MIN, i128::MAX),
        _ => return None,
    };
    Some(Integer { least, most })
}

/// Whether a type of this name is known.
pub(super) fn is_known(name: &str) -> bool {
    known(name, vec![Ty::Any, Ty::Any]).is_some()
}
