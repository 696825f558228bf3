//! What a JSON body under `/_sandbox/` must look like, so that an error can say what is wrong with
//! a body. The errors of serde would name Rust types.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use upvest_core::Timestamp;
use uuid::Uuid;

/// How much of a received name an error repeats, in characters.
const LONGEST_NAME: usize = 40;

/// One field of an object.
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) is_required: bool,
    /// An example value, in JSON.
    pub(crate) example: &'static str,
}

/// The type of a field.
pub(crate) enum Kind {
    OneOf(&'static [&'static str]),
    Number {
        least: u64,
        most: u64,
    },
    Text,
    Truth,
    Time,
    Id,
    /// One of these effects, by its name, with its fields if it has any.
    Effect(&'static [(&'static str, &'static [Field])]),
}

/// An optional field.
pub(crate) const fn optional(name: &'static str, kind: Kind, example: &'static str) -> Field {
    Field { name, kind, is_required: false, example }
}

/// A required field.
pub(crate) const fn required(name: &'static str, kind: Kind, example: &'static str) -> Field {
    Field { name, kind, is_required: true, example }
}

/// Parses a body, or says what is wrong with it. `example` is a complete body.
pub(crate) fn read<T: DeserializeOwned>(
    body: &[u8],
    fields: &[Field],
    example: &str,
) -> Result<T, String> {
    serde_json::from_slice(body).map_err(|error| {
        let wrong = wrong(body, fields, &error);
        let example = wrong.example.as_deref().unwrap_or(example);
        format!("{} (for example `{example}`)", wrong.what)
    })
}

/// What is wrong, and a body with a correct value in that position.
struct Wrong {
    what: String,
    example: Option<String>,
    /// The field that is wrong, if it is a known one.
    field: Option<&'static str>,
}

impl Wrong {
    fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), example: None, field: None }
    }

    /// An error in a field.
    fn of(what: impl Into<String>, field: &Field) -> Self {
        let example = Some(field.in_object());
        Self { what: what.into(), example, field: Some(field.name) }
    }

    fn with_example(mut self, example: String) -> Self {
        self.example = Some(example);
        self
    }

    /// The same error, inside `name`.
    fn inside(mut self, name: &str) -> Self {
        self.what = format!("`{name}`: {}", self.what);
        self.example = self.example.map(|example| format!(r#"{{"{name}": {example}}}"#));
        self
    }
}

fn wrong(body: &[u8], fields: &[Field], error: &serde_json::Error) -> Wrong {
    if body.is_empty() {
        return Wrong::new("the body is empty");
    }
    let object = match serde_json::from_slice(body) {
        Ok(Value::Object(object)) => object,
        Ok(_) => return Wrong::new("the body must be an object"),
        Err(error) => {
            let (line, column) = (error.line(), error.column());
            return Wrong::new(format!("the body is not JSON, at line {line}, column {column}"));
        }
    };
    wrong_fields(&object, fields).unwrap_or_else(|| {
        // A map has only the last one.
        let is_twice = error.to_string().starts_with("duplicate field");
        let what = if is_twice { "a field appears twice" } else { "the body has an invalid form" };
        Wrong::new(what)
    })
}

fn wrong_fields(object: &Map<String, Value>, fields: &[Field]) -> Option<Wrong> {
    let known = |name: &str| fields.iter().any(|field| field.name == name);
    if let Some(name) = object.keys().find(|name| !known(name)) {
        let names: Vec<&str> = fields.iter().map(|field| field.name).collect();
        let what = format!("unknown field `{}` (expected {})", shown(name), listed(&names, ", "));
        return Some(Wrong::new(what));
    }
    let missing = fields.iter().find(|field| field.is_required && !object.contains_key(field.name));
    if let Some(field) = missing {
        let what = format!("missing field `{}`", field.name);
        return Some(Wrong::of(what, field));
    }
    let given = || fields.iter().filter_map(|field| Some((field, object.get(field.name)?)));
    // Some fields may be null, so a null is reported only if nothing else is wrong.
    let (mut values, mut nulls) = (
        given().filter(|(_, value)| !value.is_null()),
        given().filter(|(_, value)| value.is_null()),
    );
    let wrong = |(field, value): (&Field, &Value)| field.wrong(value);
    values.find_map(wrong).or_else(|| nulls.find_map(wrong))
}

impl Field {
    fn in_object(&self) -> String {
        format!(r#"{{"{}": {}}}"#, self.name, self.example)
    }

    fn wrong(&self, value: &Value) -> Option<Wrong> {
        let text = value.as_str();
        let must_be = match &self.kind {
            Kind::Effect(effects) => return self.wrong_effect(value, effects),
            Kind::OneOf(words) if !text.is_some_and(|text| words.contains(&text)) => {
                listed(words, " or ")
            }
            Kind::Number { least, most } if !is_within(value, *least, *most) => match *most {
                u64::MAX => format!("a whole number from {least}"),
                most => format!("a whole number from {least} to {most}"),
            },
            Kind::Text if text.is_none() => "a string".to_owned(),
            Kind::Truth if !value.is_boolean() => "true or false".to_owned(),
            Kind::Time if text.is_none_or(|text| text.parse::<Timestamp>().is_err()) => {
                "a time in RFC 3339 format".to_owned()
            }
            Kind::Id if text.is_none_or(|text| Uuid::try_parse(text).is_err()) => {
                "a UUID".to_owned()
            }
            _ => return None,
        };
        let what = format!("`{}` must be {must_be}", self.name);
        Some(Wrong::of(what, self))
    }

    fn wrong_effect(&self, value: &Value, effects: &[(&str, &[Field])]) -> Option<Wrong> {
        let one = || {
            let what = format!("`{}` must name one effect", self.name);
            Wrong::of(what, self)
        };
        let (name, content) = match value {
            Value::String(name) => (name, None),
            Value::Object(object) if object.len() == 1 => {
                let (name, content) = object.iter().next()?;
                (name, Some(content))
            }
            Value::Object(object) => {
                let known = effects.iter().find(|(known, _)| object.contains_key(*known));
                return Some(match known {
                    Some((name, fields)) => {
                        let example = of_effect(name, fields, None);
                        one().with_example(format!(r#"{{"{}": {example}}}"#, self.name))
                    }
                    None => one(),
                });
            }
            _ => return Some(one()),
        };
        let Some((name, fields)) = effects.iter().find(|(known, _)| known == name) else {
            let names: Vec<&str> = effects.iter().map(|(known, _)| *known).collect();
            let what =
                format!("unknown effect `{}` (expected {})", shown(name), listed(&names, ", "));
            return Some(Wrong::new(what).inside(self.name));
        };
        let wrong = match content {
            None if fields.is_empty() => return None,
            Some(_) if fields.is_empty() => {
                let what = format!("`{name}` has no fields");
                return Some(
                    Wrong::new(what).with_example(format!(r#""{name}""#)).inside(self.name),
                );
            }
            None => Wrong::new(format!("`{name}` needs the field {}", needed(fields))),
            Some(Value::Object(object)) if object.is_empty() => {
                Wrong::new(format!("`{name}` needs the field {}", needed(fields)))
            }
            Some(Value::Object(object)) => wrong_fields(object, fields)?.inside(name),
            Some(_) => Wrong::new(format!("`{name}` must be an object")),
        };
        let example = of_effect(name, fields, wrong.field);
        Some(wrong.with_example(example).inside(self.name))
    }
}

/// An example of an effect, with its required fields and the field `asked`.
fn of_effect(name: &str, fields: &[Field], asked: Option<&str>) -> String {
    let shown = fields.iter().filter(|field| field.is_required || Some(field.name) == asked);
    let written: Vec<String> =
        shown.map(|field| format!(r#""{}": {}"#, field.name, field.example)).collect();
    if written.is_empty() {
        return format!(r#""{name}""#);
    }
    format!(r#"{{"{name}": {{{}}}}}"#, written.join(", "))
}

fn needed(fields: &[Field]) -> String {
    let names: Vec<&str> =
        fields.iter().filter(|field| field.is_required).map(|field| field.name).collect();
    listed(&names, " and ")
}

fn listed(names: &[&str], between: &str) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(between)
}

fn is_within(value: &Value, least: u64, most: u64) -> bool {
    value.as_u64().is_some_and(|number| (least..=most).contains(&number))
}

/// The beginning of a name, without characters that would change how a line is displayed.
fn shown(name: &str) -> String {
    let is_plain = |c: &char| c.is_alphanumeric() || c.is_ascii_punctuation() || *c == ' ';
    let shown: String = name.chars().take(LONGEST_NAME).filter(is_plain).collect();
    if name.chars().nth(LONGEST_NAME).is_some() { shown + "…" } else { shown }
}
