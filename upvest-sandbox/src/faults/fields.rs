//! The JSON form of a rule.

use super::rule::{Fault, InvalidFault, LONGEST_DELAY, MOST_BYTES};
use crate::shape::Kind::{Effect, Number, OneOf, Text};
use crate::shape::{Field, optional, read, required};

const COUNT: crate::shape::Kind = Number { least: 1, most: u64::MAX };
const BYTES: &[Field] =
    &[required("bytes", Number { least: 0, most: MOST_BYTES as u64 }, "1048576")];

const EFFECTS: &[(&str, &[Field])] = &[
    ("reset", &[]),
    ("hang", &[]),
    ("truncate", &[]),
    ("garbage", &[]),
    ("html", &[]),
    (
        "status",
        &[
            required("status", Number { least: 400, most: 599 }, "503"),
            optional("retry_after", Text, r#""2""#),
        ],
    ),
    ("delay", &[required("milliseconds", Number { least: 0, most: LONGEST_DELAY }, "2000")]),
    ("redirect", &[required("location", Text, r#""https://example.com/""#)]),
    ("slow", &[required("bytes_per_second", Number { least: 1, most: u32::MAX as u64 }, "20")]),
    ("huge", BYTES),
    ("gzip_bomb", BYTES),
    ("duplicate", &[]),
    ("overtake", &[]),
];

const RULE: &[Field] = &[
    required("do", Effect(EFFECTS), r#""reset""#),
    optional("of", OneOf(&["requests", "webhooks"]), r#""webhooks""#),
    optional("method", Text, r#""POST""#),
    optional("path", Text, r#""/virtual_cash_balances/*""#),
    optional("nth", COUNT, "2"),
    optional("percent", Number { least: 0, most: 100 }, "20"),
    optional("times", COUNT, "1"),
    optional("when", OneOf(&["before_commit", "after_commit"]), r#""after_commit""#),
    optional("at", OneOf(&["header", "body"]), r#""body""#),
];

impl Fault {
    /// Parses a rule from JSON.
    pub(crate) fn from_json(body: &[u8]) -> Result<Self, InvalidFault> {
        read(body, RULE, r#"{"do": "reset"}"#).map_err(InvalidFault::new)
    }
}
