//! Upvest's description of version 1.9.0, if it is there, and values drawn from its schemas.
//!
//! It is not part of this repository. `UPVEST_OPENAPI` is its path; without it, the file is looked
//! for next to the repository.

use std::path::PathBuf;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::string::string_regex;
use serde_json::{Map, Value, json};
use upvest_core::Timestamp;

/// The JSON that an operation sends and receives.
pub struct Operation {
    pub id: String,
    pub body: Option<Content>,
    /// The first success.
    pub response: Option<Content>,
}

/// A schema and the examples next to it.
pub struct Content {
    pub schema: Value,
    pub examples: Vec<Value>,
}

/// How a value is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Draw {
    /// Only required fields, and one item in each list.
    Minimal,
    /// All fields.
    Full,
    /// Any valid value.
    Any,
    /// As `Any`, with values of enums that the description does not have.
    Unknown,
}

pub fn path() -> PathBuf {
    std::env::var_os("UPVEST_OPENAPI").map_or_else(
        || {
            PathBuf::from(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/../../shared/facts/upvest-openapi-1.9.0.yaml"
            ))
        },
        PathBuf::from,
    )
}

/// Returns the text of the description, or `None` with a message if it is not there.
pub fn text() -> Option<String> {
    let text = std::fs::read_to_string(path());
    text.map_err(|_| eprintln!("There is no {}: skipped.", path().display())).ok()
}

pub fn description() -> Option<Value> {
    Some(serde_saphyr::from_str(&text()?).unwrap())
}

/// Returns the operations, in the order of the document.
pub fn operations(description: &Value) -> Vec<Operation> {
    let methods = |item: &Value| item.as_object().unwrap().clone();
    let all = description["paths"].as_object().unwrap().values();
    all.flat_map(methods)
        .filter(|(method, _)| method != "parameters")
        .map(|(_, operation)| {
            let responses = operation["responses"].as_object().unwrap();
            let success = responses.iter().find(|(status, _)| status.starts_with('2')).unwrap().1;
            Operation {
                id: operation["operationId"].as_str().unwrap().to_owned(),
                body: content(&operation["requestBody"]),
                response: content(success),
            }
        })
        .collect()
}

/// Returns the events of each webhook: its id and the JSON of an event.
pub fn webhooks(description: &Value) -> Vec<Operation> {
    let all = description["x-webhooks"].as_object().unwrap().values();
    all.map(|item| Operation {
        id: item["post"]["operationId"].as_str().unwrap().to_owned(),
        body: content(&item["post"]["requestBody"]),
        response: None,
    })
    .collect()
}

fn content(holder: &Value) -> Option<Content> {
    let contents = holder["content"].as_object()?;
    let (_, media) = contents.iter().find(|(kind, _)| *kind != "application/pdf")?;
    let examples = media["examples"].as_object().into_iter().flatten();
    let examples = examples.map(|(_, example)| example["value"].clone());
    let examples = examples.chain(media.get("example").cloned()).collect();
    Some(Content { schema: media["schema"].clone(), examples })
}

/// Returns values of a schema. All of them are written as the types of `upvest-core` write them: an
/// amount with two decimals, a time in UTC.
pub fn values(schema: &Value, draw: Draw) -> BoxedStrategy<Value> {
    let alternatives = schema["oneOf"].as_array().or_else(|| schema["anyOf"].as_array());
    if let Some(alternatives) = alternatives {
        // A list of at most 0 items is one of the values of the other lists.
        let alternatives = alternatives.iter().filter(|it| it["maxItems"] != 0);
        let alternatives: Vec<_> = alternatives.map(|schema| values(schema, draw)).collect();
        return proptest::strategy::Union::new(alternatives).boxed();
    }
    if let Some(parts) = schema["allOf"].as_array() {
        // Upvest's parts are one type and notes.
        let part = parts.iter().find(|part| part.get("type").is_some()).unwrap();
        return values(part, draw);
    }
    if let Some(known) = schema["enum"].as_array() {
        let is_currency = schema["format"] == "ISO4217";
        return match draw {
            Draw::Unknown if is_currency => Just(json!("XTS")).boxed(),
            Draw::Unknown => Just(json!("SOMETHING_NEW")).boxed(),
            _ => select(known.clone()).boxed(),
        };
    }
    let drawn = match schema["type"].as_str().unwrap_or("object") {
        "string" => texts(schema, draw),
        "integer" => {
            let least = schema["minimum"].as_i64().unwrap_or(0);
            let most = schema["maximum"].as_i64().unwrap_or(i64::from(i32::MAX));
            (least..=most).prop_map(|number| json!(number)).boxed()
        }
        "boolean" => any::<bool>().prop_map(|flag| json!(flag)).boxed(),
        "array" => {
            let least = usize::try_from(schema["minItems"].as_u64().unwrap_or(0)).unwrap();
            let count = match draw {
                Draw::Minimal | Draw::Full => least.max(1)..=least.max(1),
                Draw::Any | Draw::Unknown => least..=least.max(3),
            };
            vec(values(&schema["items"], draw), count).prop_map(|items| json!(items)).boxed()
        }
        "object" => objects(schema, draw),
        other => panic!("unknown type {other}"),
    };
    match draw {
        Draw::Any if schema["nullable"] == true => {
            prop_oneof![4 => drawn, 1 => Just(Value::Null)].boxed()
        }
        _ => drawn,
    }
}

fn texts(schema: &Value, draw: Draw) -> BoxedStrategy<Value> {
    let texts = |regex: &str| string_regex(regex).unwrap().boxed();
    let pattern = schema["pattern"].as_str();
    let drawn = match (schema["format"].as_str(), pattern, schema["default"].as_str()) {
        // The text that tells an alternative from the others.
        (None, None, Some(text)) => Just(text.to_owned()).boxed(),
        (Some("uuid"), ..) => {
            texts("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
        }
        (Some("date-time"), ..) => (0_i64..4_000_000_000)
            .prop_map(|seconds| Timestamp::from_unix_seconds(seconds).unwrap().to_string())
            .boxed(),
        (Some("date"), ..) | (_, Some("^[0-9]{4}-[0-9]{2}-[0-9]{2}$"), _) => {
            texts("(19|20)[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])")
        }
        (_, Some(pattern @ (r"^[0-9]{1,9}(\.[0-9]{2})?$" | r"^-?[0-9]{1,9}(\.[0-9]{2})?$")), _) => {
            let sign = if pattern.starts_with("^-") { "-?" } else { "" };
            texts(&format!(r"{sign}(0|[1-9][0-9]{{0,8}})\.[0-9]{{2}}"))
        }
        (_, Some(pattern), _) => {
            // `Decimal` needs a digit, which these patterns do not.
            let pattern = pattern.replace("{0,63}", "{1,63}");
            texts(pattern.trim_start_matches('^').trim_end_matches('$'))
        }
        (_, None, _) => {
            let least = schema["minLength"].as_u64().unwrap_or(0);
            let longest = if draw == Draw::Any { 60 } else { 8 };
            let most = schema["maxLength"].as_u64().unwrap_or(longest).min(longest).max(least);
            texts(&format!("[ -~äß€]{{{least},{most}}}"))
        }
    };
    drawn.prop_map(|text| json!(text)).boxed()
}

fn objects(schema: &Value, draw: Draw) -> BoxedStrategy<Value> {
    let empty = Map::new();
    let required = schema["required"].as_array();
    let is_required = |name: &str| required.is_some_and(|it| it.iter().any(|it| it == name));
    let mut drawn = Just(Map::new()).boxed();
    for (name, field) in schema["properties"].as_object().unwrap_or(&empty) {
        let is_present = match draw {
            _ if is_required(name) => Just(true).boxed(),
            Draw::Minimal => continue,
            Draw::Full => Just(true).boxed(),
            Draw::Any | Draw::Unknown => any::<bool>().boxed(),
        };
        let name = name.clone();
        let field = values(field, draw);
        drawn = (drawn, is_present, field)
            .prop_map(move |(mut object, is_present, value)| {
                if is_present {
                    object.insert(name.clone(), value);
                }
                object
            })
            .boxed();
    }
    let has_more = schema["additionalProperties"] == true && draw != Draw::Minimal;
    drawn
        .prop_map(move |mut object| {
            if has_more {
                object.insert("an_additional_property".to_owned(), json!({ "any": ["JSON"] }));
            }
            Value::Object(object)
        })
        .boxed()
}
