//! Reads a JSON body field by field, so that a refusal can name the wrong one.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::Value;

use crate::problem::Refused;
use crate::settings::{Check, Settings};

/// The fields of a JSON object, including repeated ones: two readers may each use another one.
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
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(Fields(fields))
            }
        }

        deserializer.deserialize_map(OfMap)
    }
}

impl Fields {
    /// Reads an object that may have only these fields, unless that check is skipped.
    pub(crate) fn read(body: &[u8], settings: &Settings, names: &[&str]) -> Result<Self, Refused> {
        let fields: Self = serde_json::from_slice(body)
            .map_err(|_| Refused::invalid_request("(root): it must be a JSON object"))?;
        let unknown = fields.0.iter().find(|(name, _)| !names.contains(&name.as_str()));
        match unknown {
            Some((unknown, _)) if settings.checks(Check::UnknownFields) => {
                Err(Refused::invalid_request(format!(
                    "(root): additional property {unknown:?} is not allowed"
                )))
            }
            _ => Ok(fields),
        }
    }

    /// Returns a field, if it is present.
    pub(crate) fn get(&self, name: &str) -> Result<Option<&Value>, Refused> {
        let mut values = self.0.iter().filter(|(known, _)| known == name).map(|(_, value)| value);
        match (values.next(), values.next()) {
            (_, Some(_)) => {
                Err(Refused::invalid_request(format!("(root): field '{name}' appears twice")))
            }
            (value, None) => Ok(value),
        }
    }

    /// Returns a string field, if it is present.
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
