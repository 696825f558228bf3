//! Reading a JSON object of which a few members matter, whatever else is in it.
//!
//! No tree is built of the rest: 64 KiB of `[0],[0],…` would make one of many times the size.

use std::collections::HashMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// A value, as far as it is of interest here.
enum Value {
    Object(HashMap<String, Value>),
    Text(String),
    Number(i64),
    Other,
}

/// The members of an object that were asked for.
pub(crate) struct Members(HashMap<String, Value>);

impl Members {
    /// Reads whatever comes. Of an object it keeps the members with these names, of one that is there
    /// twice the last; what is no object is `None`.
    pub(crate) fn read<'de, D: Deserializer<'de>>(
        deserializer: D,
        names: &[&str],
    ) -> Result<Option<Self>, D::Error> {
        match deserializer.deserialize_any(Reader { names })? {
            Value::Object(members) => Ok(Some(Self(members))),
            Value::Text(_) | Value::Number(_) | Value::Other => Ok(None),
        }
    }

    /// Takes out a member, if it is a text.
    pub(crate) fn text(&mut self, name: &str) -> Option<String> {
        match self.0.remove(name)? {
            Value::Text(text) => Some(text),
            Value::Object(_) | Value::Number(_) | Value::Other => None,
        }
    }

    /// Takes out a member, if it is a whole number.
    pub(crate) fn number(&mut self, name: &str) -> Option<i64> {
        match self.0.remove(name)? {
            Value::Number(number) => Some(number),
            Value::Object(_) | Value::Text(_) | Value::Other => None,
        }
    }
}

/// A member: an object in there is of no interest.
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
        let mut members = HashMap::new();
        while let Some(name) = map.next_key::<String>()? {
            if self.names.contains(&name.as_str()) {
                members.insert(name, map.next_value()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(Value::Object(members))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Value::Other)
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.to_owned()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Number(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(i64::try_from(number).map_or(Value::Other, Value::Number))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Value, E> {
        Ok(Value::Other)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Value, E> {
        Ok(Value::Other)
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Other)
    }
}
