//! The file of names.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::error::Error;

/// What generated items are called, by their place in the description.
///
/// The generator adds the name of each new type, and keeps those that are there: a newer description
/// renames nothing. Change a name in the file to choose another one, or add one for a trait or a
/// method.
///
/// | section | key | value |
/// | --- | --- | --- |
/// | `traits` | a tag | the trait |
/// | `methods` | an operation id | the method |
/// | `types` | a place, such as `create_user/request` | the struct or enum |
/// | `also` | a second place of a type | its name; the generator keeps it equal to the first one |
/// | `ids` | a field or parameter, such as `create_user/response.id` or `get_order.order_id` | the id type; `Uuid` for none |
/// | `echoes` | an operation id | the fields that the response repeats; see `echoes` of `#[endpoint]` |
///
/// The generator adds types, the ids of fields called `id`, and a trait or method only if its name does
/// not follow from the description. The rest is for what only a person can know.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Names {
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) traits: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) methods: BTreeMap<String, String>,
    pub(crate) types: BTreeMap<String, String>,
    /// A second place of each type that several operations use, where its name is found if the first
    /// one disappears.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) also: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) ids: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) echoes: BTreeMap<String, BTreeSet<String>>,
}

impl Names {
    /// Reads a file of names.
    ///
    /// # Errors
    /// Fails if it is not TOML, has an unknown section, or a name that is not an identifier.
    pub fn read(text: &str) -> Result<Self, Error> {
        let names: Self = toml::from_str(text).map_err(|cause| {
            let line = cause.span().map_or(1, |span| 1 + newlines(text, span.start));
            Error::new(format!("cannot read the names: {} at line {line}", cause.message()))
        })?;
        let Self { traits, methods, types, also, ids, echoes: _ } = &names;
        // `syn` skips spaces and comments.
        let is_word = |name: &str| name.chars().all(|it| it.is_alphanumeric() || "_#".contains(it));
        let is_name = |name: &str| is_word(name) && syn::parse_str::<syn::Ident>(name).is_ok();
        // A method may be called `type`, which is written as `r#type`.
        let is_method = |name: &str| is_name(name) || is_name(&format!("r#{name}"));
        let invalid = [traits, types, also, ids].into_iter().flatten();
        let invalid = invalid.filter(|(_, name)| !is_name(name) || name.starts_with("r#"));
        let invalid = invalid.chain(methods.iter().filter(|(_, name)| !is_method(name))).next();
        match invalid {
            None => Ok(names),
            Some((key, name)) => Err(Error::new(format!(
                "cannot read the names: `{name}` of `{key}` is not an identifier"
            ))),
        }
    }

    /// Returns the name of an operation's method, without `r#`.
    pub(crate) fn method(&self, id: &str) -> Option<&str> {
        let name = self.methods.get(id)?;
        Some(name.strip_prefix("r#").unwrap_or(name))
    }

    /// Returns the text of the file.
    #[must_use]
    pub fn to_toml(&self) -> String {
        // A struct of maps of strings always has a form in TOML.
        let sections = toml::to_string_pretty(self).unwrap_or_default();
        format!("{HEADER}\n{sections}")
    }
}

const HEADER: &str = "\
# The names of generated items, by their place in the description. upvest-codegen adds new types and
# keeps these names. Change one on the right side to choose another. Comments are not kept.
";

fn newlines(text: &str, before: usize) -> usize {
    text.bytes().take(before).filter(|byte| *byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::Names;

    #[test]
    fn what_is_written_is_read_again() {
        let text = "[traits]\n\"Virtual Cash Balances\" = \"VirtualCash\"\n[methods]\n[types]\n\
                    \"a/request\" = \"A\"\n[ids]\n\"A.id\" = \"AId\"\n[echoes]\nb = [\"amount\"]\n";
        let names = Names::read(text).unwrap();
        assert_eq!(Names::read(&names.to_toml()), Ok(names));
    }

    #[test]
    fn a_mistake_is_named() {
        for (text, why) in [
            (
                "[types]\na = 1",
                "cannot read the names: invalid type: integer `1`, expected a string at line 2",
            ),
            ("[type]\n", "unknown field `type`"),
            ("[types]\na = \"b c\"", "cannot read the names: `b c` of `a` is not an identifier"),
            ("[types", "line 1"),
        ] {
            let error = Names::read(text).unwrap_err().to_string();
            assert!(error.contains(why) && !error.contains('\n'), "{error}");
        }
    }
}
