//! Reading a JSON object of which a few members matter, whatever else is in it.
//!
//! No tree is built of the rest: 64 KiB of `[0],[0],…` would make one of many times the size.

use std::collections::HashMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// A value, as far as it is of interest here.
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
    /// What kind of value it is, in words that show nothing of it.
    pub(crate) fn form(&self) -> &'static str {
        match self {
            Self::Object(_) => "an object",
            Self::Text(_) => "a text",
            Self::Number(_) => "a number",
            Self::List => "a list",
            Self::Flag => "true or false",
            Self::Null => "null",
        }
    }
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
            _ => Ok(None),
        }
    }

    /// Takes out a member, whatever it is.
    pub(crate) fn value(&mut self, name: &str) -> Option<Value> {
        self.0.remove(name)
    }

    /// Takes out a member, if it is a text.
    pub(crate) fn text(&mut self, name: &str) -> Option<String> {
        match self.value(name)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Takes out a member, if it is a whole number.
    pub(crate) fn number(&mut self, name: &str) -> Option<i64> {
        match self.value(name)? {
            Value::Number(number) => number.parse().ok(),
            _ => None,
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
