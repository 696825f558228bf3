//! From the schemas of a document to types.

use std::collections::{HashMap, HashSet};

use indexmap::IndexSet;
use serde_json::Value;
use serde_saphyr::Spanned;

use super::combine::{all_of, one_of};
use super::types::{Counts, Field, Limits, Notes, Object, Shape, Text, Types, Use};
use crate::error::Error;
use crate::openapi::{References, Schema, SchemaObject};

/// The deepest nesting of schemas. Upvest's are at most ten deep.
const DEEPEST: usize = 100;

/// Reads schemas, each shared one once.
#[derive(Debug)]
pub(super) struct Schemas<'d> {
    references: References<'d>,
    pub(super) types: Types,
    /// The shared schemas that were read; `None` while one is being read.
    shared: HashMap<&'d str, Option<Use>>,
    depth: usize,
}

impl<'d> Schemas<'d> {
    pub(super) fn new(references: References<'d>) -> Self {
        Self { references, types: Types::default(), shared: HashMap::new(), depth: 0 }
    }

    pub(super) fn read(&mut self, schema: &'d Schema) -> Result<Use, Error> {
        self.named(schema, None)
    }

    /// Reads a schema that may have a name, which is its title if it has none.
    fn named(&mut self, schema: &'d Schema, name: Option<&str>) -> Result<Use, Error> {
        if self.depth == DEEPEST {
            return Err(too_deep(match schema {
                Schema::Object(object) => object.reference.as_ref(),
                Schema::Bool(_) => None,
            }));
        }
        self.depth += 1;
        let read = match schema {
            Schema::Bool(true) => Ok(self.any(None)),
            Schema::Bool(false) => Ok(self.any(Some("no value is valid"))),
            Schema::Object(object) => match &object.reference {
                Some(_) => self.shared(object),
                None => self.inline(object, name),
            },
        };
        self.depth -= 1;
        read
    }

    pub(super) fn any(&mut self, why: Option<&'static str>) -> Use {
        Use::plain(self.types.add(Shape::Any(why)))
    }

    /// A `$ref`, and what is next to it.
    fn shared(&mut self, object: &'d SchemaObject) -> Result<Use, Error> {
        let Some(reference) = &object.reference else { return self.inline(object, None) };
        let (name, schema) = self.references.schema(reference)?;
        let mut found = match self.shared.get(name) {
            Some(Some(found)) => found.clone(),
            Some(None) => self.any(Some("it contains itself")),
            None => {
                self.shared.insert(name, None);
                let mut found = self.named(schema, Some(name))?;
                found.notes.component = Some(name.to_owned());
                self.shared.insert(name, Some(found.clone()));
                found
            }
        };
        // Its parts may have been read before, each without the others.
        if self.types.depth(found.id) > DEEPEST {
            return Err(too_deep(Some(reference)));
        }
        // What OpenAPI 3.1 allows next to a reference.
        if says_more(object) {
            let own = self.inline(object, None)?;
            found = all_of(&mut self.types, vec![found, own], title(object));
        }
        let notes = notes(object);
        found.is_nullable |= object.nullable || object.types.0.iter().any(|name| name == "null");
        found.notes.description = notes.description.or(found.notes.description);
        found.notes.is_deprecated |= notes.is_deprecated;
        Ok(found)
    }

    fn inline(&mut self, object: &'d SchemaObject, name: Option<&str>) -> Result<Use, Error> {
        let title = title(object).or_else(|| name.map(str::to_owned));
        let mut parts = Vec::new();
        if let Some(base) = self.base(object, title.as_ref())? {
            parts.push(base);
        }
        let alternatives = object.one_of.iter().chain(&object.any_of);
        let alternatives: Vec<Use> =
            alternatives.map(|schema| self.read(schema)).collect::<Result<_, _>>()?;
        if !alternatives.is_empty() {
            let discriminator = object.discriminator.as_ref();
            parts.push(one_of(&mut self.types, alternatives, title.clone(), discriminator));
        }
        for schema in &object.all_of {
            parts.push(self.read(schema)?);
        }
        let mut value = all_of(&mut self.types, parts, title);
        value.is_nullable |= object.nullable || object.types.0.iter().any(|name| name == "null");
        let own = notes(object);
        // What a single part of `oneOf` or `allOf` says counts where the whole says nothing.
        value.notes = Notes {
            component: value.notes.component,
            title: own.title.or(value.notes.title),
            description: own.description.or(value.notes.description),
            example: own.example.or(value.notes.example),
            default: own.default.or(value.notes.default),
            is_deprecated: own.is_deprecated || value.notes.is_deprecated,
            is_parameter: false,
        };
        Ok(value)
    }

    /// What the schema says itself, without `oneOf` and its like; `None` if nothing.
    fn base(
        &mut self,
        object: &'d SchemaObject,
        title: Option<&String>,
    ) -> Result<Option<Use>, Error> {
        let mut is_nullable = false;
        let types: Vec<&str> =
            object.types.0.iter().map(String::as_str).filter(|name| *name != "null").collect();
        let values: Vec<&Value> = object.values.iter().flatten().chain(&object.constant).collect();
        // Without quotes, YAML reads `2024` as a number.
        let texts: Vec<Value> = values.iter().map(|value| as_text(value)).collect();
        let is_string = types.as_slice() == ["string"];
        let values = if is_string { texts.iter().collect() } else { values };
        let shape = match types.as_slice() {
            _ if !values.is_empty() => {
                is_nullable = values.iter().any(|value| value.is_null());
                match enumeration(&values) {
                    Shape::Enum(texts) if is_currency(object) => Shape::Currency(texts),
                    shape => shape,
                }
            }
            [] if !object.properties.is_empty()
                || !object.required.is_empty()
                || object.additional_properties.is_some() =>
            {
                self.object(object, title)?
            }
            [] if object.items.is_some() => self.list(object)?,
            [] if object.pattern.is_some() || object.format.is_some() => text(object),
            [] => return Ok(None),
            ["object"] => self.object(object, title)?,
            ["array"] => self.list(object)?,
            ["string"] => text(object),
            ["integer"] => Shape::Integer(limits(object)),
            ["number"] => Shape::Number(limits(object)),
            ["boolean"] => Shape::Boolean,
            [_] => Shape::Any(Some("its type is unknown")),
            _ => Shape::Any(Some("it may have several types")),
        };
        let mut value = Use::plain(self.types.add(shape));
        value.is_nullable = is_nullable;
        Ok(Some(value))
    }

    fn list(&mut self, object: &'d SchemaObject) -> Result<Shape, Error> {
        let items = match &object.items {
            Some(items) => self.read(items)?,
            None => self.any(None),
        };
        Ok(Shape::List(items, Counts { least: object.min_items, most: object.max_items }))
    }

    fn object(&mut self, object: &'d SchemaObject, title: Option<&String>) -> Result<Shape, Error> {
        let further = match &object.additional_properties {
            None | Some(Schema::Bool(false)) => None,
            Some(schema) => Some(self.read(schema)?),
        };
        if object.properties.is_empty() && object.required.is_empty() {
            // An object without any fields is a free one: nothing else could be its purpose.
            let values = match further {
                Some(values) => values,
                None => self.any(None),
            };
            return Ok(Shape::Map(values));
        }
        let mut fields = Vec::new();
        let required: HashSet<&str> = object.required.iter().map(String::as_str).collect();
        for (name, schema) in &object.properties {
            let is_required = required.contains(name.as_str());
            fields.push(Field { name: name.clone(), is_required, value: self.read(schema)? });
        }
        // A field that is required and nothing else may be in another part of an `allOf`.
        for name in object.required.iter().filter(|name| !object.properties.contains_key(*name)) {
            let value = self.any(Some(UNDESCRIBED));
            fields.push(Field { name: name.clone(), is_required: true, value });
        }
        Ok(Shape::Object(Object { title: title.cloned(), fields, further }))
    }
}

fn too_deep(reference: Option<&Spanned<String>>) -> Error {
    let position = reference.map_or_else(String::new, |reference| {
        format!(
            " at line {}, column {}",
            reference.referenced.line(),
            reference.referenced.column()
        )
    });
    Error::new(format!(
        "cannot read the description: a schema is nested more than {DEEPEST} levels deep{position}"
    ))
}

/// Why nothing is known of a field that is only in a list of required ones.
pub(super) const UNDESCRIBED: &str = "it is required, but not described";

/// The title, if it names something.
fn title(object: &SchemaObject) -> Option<String> {
    let title = object.title.as_ref().map(|title| title.trim())?;
    (!["", "Request", "Response"].contains(&title)).then(|| title.to_owned())
}

fn notes(object: &SchemaObject) -> Notes {
    Notes {
        component: None,
        title: title(object),
        description: object.description.clone().filter(|text| !text.trim().is_empty()),
        example: object.example.clone(),
        default: object.default.clone(),
        is_deprecated: object.deprecated,
        is_parameter: false,
    }
}

/// Upvest writes the format as `ISO4217`.
fn is_currency(object: &SchemaObject) -> bool {
    object.format.as_ref().is_some_and(|format| format.eq_ignore_ascii_case("iso4217"))
}

fn text(object: &SchemaObject) -> Shape {
    if is_currency(object) {
        return Shape::Currency(Vec::new());
    }
    Shape::Text(Text {
        format: object.format.clone(),
        pattern: object.pattern.clone(),
        length: Counts { least: object.min_length, most: object.max_length },
    })
}

fn limits(object: &SchemaObject) -> Limits {
    Limits {
        format: object.format.clone(),
        minimum: object.minimum.as_ref().map(ToString::to_string),
        maximum: object.maximum.as_ref().map(ToString::to_string),
    }
}

/// Whether a schema with a reference has more parts.
fn says_more(object: &SchemaObject) -> bool {
    !object.properties.is_empty()
        || !object.required.is_empty()
        || object.additional_properties.is_some()
        || [&object.all_of, &object.one_of, &object.any_of].iter().any(|it| !it.is_empty())
}

fn as_text(value: &Value) -> Value {
    match value {
        Value::Bool(_) | Value::Number(_) => Value::String(value.to_string()),
        value => value.clone(),
    }
}

/// The shape of a list of values, `null` apart.
fn enumeration(values: &[&Value]) -> Shape {
    let values: Vec<&Value> = values.iter().copied().filter(|value| !value.is_null()).collect();
    let all = |is: fn(&Value) -> bool| values.iter().all(|value| is(value));
    match () {
        () if values.is_empty() => Shape::Any(None),
        () if all(Value::is_string) => {
            let texts: IndexSet<&str> = values.iter().filter_map(|value| value.as_str()).collect();
            Shape::Enum(texts.into_iter().map(str::to_owned).collect())
        }
        () if all(Value::is_boolean) => Shape::Boolean,
        () if all(|value| value.is_i64() || value.is_u64()) => Shape::Integer(Limits::default()),
        () if all(Value::is_number) => Shape::Number(Limits::default()),
        () if all(|value| value.is_object() || value.is_array()) => {
            Shape::Any(Some("its values are lists or objects"))
        }
        () => Shape::Any(Some("its values have several types")),
    }
}
