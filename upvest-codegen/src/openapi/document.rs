//! The part of an OpenAPI document that is used here, in versions 3.0 and 3.1, as it is written.

use std::fmt;
use std::marker::PhantomData;

use indexmap::IndexMap;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Number, Value};
use serde_saphyr::Spanned;

/// The root. Fields that matter to nothing here are not read.
#[derive(Debug, Deserialize)]
pub(crate) struct Document {
    pub(crate) openapi: Option<Spanned<String>>,
    #[serde(default)]
    pub(crate) info: Info,
    #[serde(default, deserialize_with = "without_extensions")]
    pub(crate) paths: IndexMap<String, PathItem>,
    /// Where Upvest's 3.0 document has its webhooks.
    #[serde(default, rename = "x-webhooks", deserialize_with = "without_extensions")]
    pub(crate) x_webhooks: IndexMap<String, PathItem>,
    /// Where 3.1 has them.
    #[serde(default, deserialize_with = "without_extensions")]
    pub(crate) webhooks: IndexMap<String, PathItem>,
    #[serde(default)]
    pub(crate) security: Vec<IndexMap<String, Vec<String>>>,
    #[serde(default)]
    pub(crate) components: Components,
}

#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Info {
    #[serde(default)]
    pub(crate) title: String,
    #[serde(default)]
    pub(crate) version: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Components {
    #[serde(default)]
    pub(crate) schemas: IndexMap<String, Schema>,
    #[serde(default)]
    pub(crate) parameters: IndexMap<String, Parameter>,
    #[serde(default)]
    pub(crate) responses: IndexMap<String, Response>,
    #[serde(default)]
    pub(crate) request_bodies: IndexMap<String, RequestBody>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct PathItem {
    #[serde(rename = "$ref")]
    pub(crate) reference: Option<Spanned<String>>,
    #[serde(default)]
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) get: Option<Spanned<Operation>>,
    pub(crate) put: Option<Spanned<Operation>>,
    pub(crate) post: Option<Spanned<Operation>>,
    pub(crate) delete: Option<Spanned<Operation>>,
    pub(crate) patch: Option<Spanned<Operation>>,
    pub(crate) head: Option<Spanned<Operation>>,
    pub(crate) options: Option<Spanned<Operation>>,
    pub(crate) trace: Option<Spanned<Operation>>,
}

impl PathItem {
    /// Returns the operations in the order of the document.
    pub(crate) fn operations(&self) -> Vec<(&'static str, &Spanned<Operation>)> {
        let all = [
            ("GET", &self.get),
            ("PUT", &self.put),
            ("POST", &self.post),
            ("DELETE", &self.delete),
            ("PATCH", &self.patch),
            ("HEAD", &self.head),
            ("OPTIONS", &self.options),
            ("TRACE", &self.trace),
        ];
        let mut written: Vec<_> = all
            .into_iter()
            .filter_map(|(method, operation)| Some((method, operation.as_ref()?)))
            .collect();
        written.sort_by_key(|(_, operation)| {
            (operation.referenced.line(), operation.referenced.column())
        });
        written
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Operation {
    #[serde(rename = "operationId")]
    pub(crate) id: Option<String>,
    pub(crate) summary: Option<String>,
    pub(crate) description: Option<String>,
    #[serde(default)]
    pub(crate) tags: Vec<String>,
    #[serde(default)]
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) request_body: Option<RequestBody>,
    #[serde(default, deserialize_with = "without_extensions")]
    pub(crate) responses: IndexMap<String, Response>,
    pub(crate) security: Option<Vec<IndexMap<String, Vec<String>>>>,
    #[serde(default)]
    pub(crate) deprecated: bool,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Parameter {
    #[serde(rename = "$ref")]
    pub(crate) reference: Option<Spanned<String>>,
    pub(crate) name: Option<String>,
    #[serde(rename = "in")]
    pub(crate) place: Option<String>,
    pub(crate) description: Option<String>,
    #[serde(default)]
    pub(crate) required: bool,
    pub(crate) style: Option<String>,
    pub(crate) explode: Option<bool>,
    pub(crate) schema: Option<Schema>,
    pub(crate) example: Option<Value>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct RequestBody {
    #[serde(rename = "$ref")]
    pub(crate) reference: Option<Spanned<String>>,
    #[serde(default)]
    pub(crate) content: IndexMap<String, MediaType>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Response {
    #[serde(rename = "$ref")]
    pub(crate) reference: Option<Spanned<String>>,
    #[serde(default)]
    pub(crate) headers: IndexMap<String, Value>,
    #[serde(default)]
    pub(crate) content: IndexMap<String, MediaType>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct MediaType {
    pub(crate) schema: Option<Schema>,
}

/// Returns the JSON among several types of content.
pub(crate) fn json(content: &IndexMap<String, MediaType>) -> Option<&MediaType> {
    content.iter().find(|(media_type, _)| is_json(media_type)).map(|(_, media)| media)
}

pub(crate) fn is_json(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || essence.ends_with("+json")
}

/// A schema: an object, or in 3.1 `true` (anything) or `false` (nothing).
#[derive(Debug)]
pub(crate) enum Schema {
    Bool(bool),
    Object(Box<SchemaObject>),
}

/// The keywords that say something about the type of a value or its limits.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct SchemaObject {
    #[serde(rename = "$ref")]
    pub(crate) reference: Option<Spanned<String>>,
    pub(crate) title: Option<String>,
    pub(crate) description: Option<String>,
    #[serde(rename = "type")]
    pub(crate) types: Types,
    pub(crate) format: Option<String>,
    pub(crate) pattern: Option<String>,
    pub(crate) min_length: Option<u64>,
    pub(crate) max_length: Option<u64>,
    pub(crate) minimum: Option<Number>,
    pub(crate) maximum: Option<Number>,
    pub(crate) min_items: Option<u64>,
    pub(crate) max_items: Option<u64>,
    pub(crate) min_properties: Option<u64>,
    pub(crate) max_properties: Option<u64>,
    #[serde(rename = "enum")]
    pub(crate) values: Option<Vec<Value>>,
    #[serde(rename = "const")]
    pub(crate) constant: Option<Value>,
    pub(crate) default: Option<Value>,
    pub(crate) example: Option<Value>,
    pub(crate) nullable: bool,
    pub(crate) deprecated: bool,
    pub(crate) properties: IndexMap<String, Schema>,
    pub(crate) required: Vec<String>,
    pub(crate) additional_properties: Option<Schema>,
    pub(crate) items: Option<Schema>,
    pub(crate) one_of: Vec<Schema>,
    pub(crate) any_of: Vec<Schema>,
    pub(crate) all_of: Vec<Schema>,
    pub(crate) discriminator: Option<Discriminator>,
    pub(crate) not: Option<Schema>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Discriminator {
    pub(crate) property_name: String,
    #[serde(default)]
    pub(crate) mapping: IndexMap<String, String>,
}

/// The value of `type`: one name, or in 3.1 several.
#[derive(Debug, Default)]
pub(crate) struct Types(pub(crate) Vec<String>);

impl<'de> Deserialize<'de> for Schema {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = Schema;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a schema")
            }

            fn visit_bool<E>(self, anything: bool) -> Result<Schema, E> {
                Ok(Schema::Bool(anything))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Schema, A::Error> {
                let object = SchemaObject::deserialize(MapAccessDeserializer::new(map))?;
                Ok(Schema::Object(Box::new(object)))
            }
        }

        deserializer.deserialize_any(Reader)
    }
}

impl<'de> Deserialize<'de> for Types {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = Types;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a type or a list of types")
            }

            fn visit_str<E>(self, name: &str) -> Result<Types, E> {
                Ok(Types(vec![name.to_owned()]))
            }

            // `type: null` without quotes
            fn visit_unit<E>(self) -> Result<Types, E> {
                Ok(Types(vec!["null".to_owned()]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, names: A) -> Result<Types, A::Error> {
                let names: Vec<Option<String>> =
                    Vec::deserialize(SeqAccessDeserializer::new(names))?;
                let name = |name: Option<String>| name.unwrap_or_else(|| "null".to_owned());
                Ok(Types(names.into_iter().map(name).collect()))
            }
        }

        deserializer.deserialize_any(Reader)
    }
}

/// Reads a map whose keys may also be extensions, such as `x-internal`, with any values.
fn without_extensions<'de, D, T>(deserializer: D) -> Result<IndexMap<String, T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    struct Reader<T>(PhantomData<T>);

    impl<'de, T: Deserialize<'de>> Visitor<'de> for Reader<T> {
        type Value = IndexMap<String, T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut known = IndexMap::new();
            while let Some(name) = map.next_key::<String>()? {
                if name.starts_with("x-") {
                    map.next_value::<IgnoredAny>()?;
                } else {
                    known.insert(name, map.next_value()?);
                }
            }
            Ok(known)
        }
    }

    deserializer.deserialize_map(Reader(PhantomData))
}
