//! Reading a JSON object of which only a few fields matter.
//!
//! No tree is built of the rest: a tree of 64 KiB of `[0],[0],…` would be many times that size.

use std::collections::HashMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// A JSON value, as far as it matters here.
pub(crate) enum Value {
    Object(HashMap<String, Value>),
    Text(String),
    /// Without an exponent, however it was written.
    Number(String),
    List,
    Flag,
    Null,
}

impl Value {
    /// Returns the kind of the value, in words that reveal nothing of the value itself.
    pub(crate) fn form(&self) -> &'static str {
        match self {
            Self::Object(_) => "an object",
            Self::Text(_) => "a string",
            Self::Number(_) => "a number",
            Self::List => "an array",
            Self::Flag => "a boolean",
            Self::Null => "null",
        }
    }
}

/// The requested fields of an object.
pub(crate) struct Fields(HashMap<String, Value>);

impl Fields {
    /// Reads any JSON. Keeps the fields of an object that have these names, and the last one of
    /// duplicates. Returns `None` if it is not an object.
    pub(crate) fn read<'de, D: Deserializer<'de>>(
        deserializer: D,
        names: &[&str],
    ) -> Result<Option<Self>, D::Error> {
        match deserializer.deserialize_any(Reader { names })? {
            Value::Object(fields) => Ok(Some(Self(fields))),
            _ => Ok(None),
        }
    }

    /// Removes and returns a field of any kind.
    pub(crate) fn value(&mut self, name: &str) -> Option<Value> {
        self.0.remove(name)
    }

    /// Removes a field, and returns it if it is a string.
    pub(crate) fn text(&mut self, name: &str) -> Option<String> {
        match self.value(name)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Removes a field, and returns it if it is a whole number.
    pub(crate) fn number(&mut self, name: &str) -> Option<i64> {
        match self.value(name)? {
            Value::Number(number) => number.parse().ok(),
            _ => None,
        }
    }
}

/// The value of a field. If it is an object, its own fields do not matter.
impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader { names: &[] })
    }
}

struct Reader<'n> {
    names: &'n [&'n str],
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut fields = HashMap::new();
        while let Some(name) = map.next_key::<String>()? {
            if self.names.contains(&name.as_str()) {
                fields.insert(name, map.next_value()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(Value::Object(fields))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Value::List)
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.to_owned()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Number(number.to_string()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Number(number.to_string()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Value::Number(number.to_string()))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Value, E> {
        Ok(Value::Flag)
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
}
