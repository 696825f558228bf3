//! Reading a JSON body member by member, so that a refusal can say which one is wrong.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::Value;

use crate::problem::Refused;
use crate::settings::{Check, Settings};

/// The members of a JSON object, also those that are there twice: two readers may each take another.
pub(crate) struct Fields(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfMap;

        impl<'de> Visitor<'de> for OfMap {
            type Value = Fields;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Fields(members))
            }
        }

        deserializer.deserialize_map(OfMap)
    }
}

impl Fields {
    /// Reads an object that has no other members than these, unless that is not checked.
    pub(crate) fn read(body: &[u8], settings: &Settings, names: &[&str]) -> Result<Self, Refused> {
        let members: Self = serde_json::from_slice(body)
            .map_err(|_| Refused::invalid_request("(root): it must be a JSON object"))?;
        let unknown = members.0.iter().find(|(name, _)| !names.contains(&name.as_str()));
        match unknown {
            Some((unknown, _)) if settings.checks(Check::UnknownFields) => {
                Err(Refused::invalid_request(format!(
                    "(root): additional property {unknown:?} is not allowed"
                )))
            }
            _ => Ok(members),
        }
    }

    /// A member, if it is there.
    pub(crate) fn get(&self, name: &str) -> Result<Option<&Value>, Refused> {
        let mut values = self.0.iter().filter(|(known, _)| known == name).map(|(_, value)| value);
        match (values.next(), values.next()) {
            (_, Some(_)) => {
                Err(Refused::invalid_request(format!("(root): field '{name}' is there twice")))
            }
            (value, None) => Ok(value),
        }
    }

    /// A member that is a text, if it is there.
    pub(crate) fn text(&self, name: &str) -> Result<Option<&str>, Refused> {
        match self.get(name)? {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(Refused::invalid_request(format!("{name}: it must be a string"))),
        }
    }
}

pub(crate) fn not_filled(name: &str) -> Refused {
    Refused::invalid_request(format!("(root): field '{name}' was not filled"))
}
