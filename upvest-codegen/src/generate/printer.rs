//! What all parts of a generated file share: the types of values and the names to import.

use std::collections::{BTreeSet, HashMap};

use indexmap::IndexMap;

use super::facts;
use crate::api::scalar::{Scalar, scalar};
use crate::api::types::{Shape, TypeId, Types, Use};
use crate::names::{ACCOUNT_GROUP_ID, Chosen};

/// The longest line of docs, without its indent.
pub(super) const LONGEST_DOC: usize = 92;

/// Writes the items of one module.
#[derive(Debug)]
pub(super) struct Printer<'a> {
    pub(super) types: &'a Types,
    pub(super) chosen: &'a Chosen,
    /// The field that tells an object from others, and its text.
    pub(super) tags: &'a HashMap<TypeId, (&'a str, &'a str)>,
    /// Whether sentences of the description are copied.
    pub(super) has_descriptions: bool,
    /// The module that is written.
    pub(super) module: usize,
    pub(super) out: String,
    /// Names of `upvest-core` that are used.
    pub(super) core: BTreeSet<&'static str>,
    /// Other paths that are used.
    pub(super) paths: BTreeSet<&'static str>,
    /// Types of other modules that are used, with the module.
    pub(super) foreign: BTreeSet<(usize, String)>,
    /// The id types, each with the module that uses it first and so declares it.
    pub(super) ids: IndexMap<String, usize>,
    /// What became any JSON, by name, with the reason.
    pub(super) unexpressed: Vec<String>,
}

impl Printer<'_> {
    pub(super) fn line(&mut self, line: &str) {
        self.out.push_str(line);
        self.out.push('\n');
    }

    /// Writes a line in a macro, where `rustfmt` does not indent.
    pub(super) fn inner(&mut self, depth: usize, line: &str) {
        self.line(&format!("{:indent$}{line}", "", indent = 4 * depth));
    }

    /// Writes doc lines; long ones become several.
    pub(super) fn docs<I: IntoIterator<Item = S>, S: AsRef<str>>(&mut self, lines: I) {
        self.inner_docs(0, lines);
    }

    /// Writes doc lines in a macro.
    pub(super) fn inner_docs<I, S>(&mut self, depth: usize, lines: I)
    where
        I: IntoIterator<Item = S>,
        S: AsRef<str>,
    {
        for line in lines {
            let mut written = String::from("///");
            let is_space = |letter: char| facts::is_invisible(letter) || letter == ' ';
            for word in line.as_ref().split(is_space).filter(|word| !word.is_empty()) {
                if written.len() > 3 && written.len() + 1 + word.len() > LONGEST_DOC {
                    self.inner(depth, &written);
                    written.truncate(3);
                }
                written.push(' ');
                written.push_str(word);
            }
            self.inner(depth, &written);
        }
    }

    /// Writes what the description says, if it is copied, and a fact.
    pub(super) fn described(&mut self, depth: usize, lines: Option<Vec<String>>, fact: &str) {
        if let Some(lines) = lines.filter(|_| self.has_descriptions) {
            for line in lines {
                self.inner(depth, format!("/// {line}").trim_end());
            }
            self.inner(depth, "///");
        }
        self.inner_docs(depth, [fact]);
    }

    /// Writes the docs of a field or a parameter: its facts, or what the description says.
    pub(super) fn value_docs(&mut self, value: &Use) {
        let name = self.inner_name(value);
        let facts = facts::sentences(self.types, value, &name).join(" ");
        self.described(0, facts::description(&value.notes), &facts);
    }

    /// The name of the struct or enum in lists and maps.
    fn inner_name(&self, value: &Use) -> String {
        match self.types.shape(value.id) {
            Shape::List(inner, _) | Shape::Map(inner) => self.inner_name(inner),
            _ => self.chosen.types.get(&value.id).map_or_else(String::new, |it| it.name.clone()),
        }
    }

    pub(super) fn core(&mut self, name: &'static str) -> String {
        self.core.insert(name);
        name.to_owned()
    }

    /// Returns the Rust type of a value in a field or parameter; the owner is a struct or an
    /// operation. `Option` for what may be `null` in a list, but not for the value itself.
    pub(super) fn rust_type(&mut self, value: &Use, owner: &str, field: &str) -> String {
        self.type_of(value, owner, field, false)
    }

    /// Returns the Rust type of an item or value in a field.
    pub(super) fn item_type(&mut self, value: &Use, owner: &str, field: &str) -> String {
        self.type_of(value, owner, field, true)
    }

    fn type_of(&mut self, value: &Use, owner: &str, field: &str, is_item: bool) -> String {
        let shape = self.types.shape(value.id);
        let name = match scalar(shape, &value.notes) {
            Some(scalar) => self.scalar_type(scalar, owner, field, is_item),
            None => match shape {
                Shape::List(items, _) => {
                    format!("Vec<{}>", self.type_of(items, owner, field, true))
                }
                Shape::Map(values) => {
                    self.paths.insert("std::collections::BTreeMap");
                    format!("BTreeMap<String, {}>", self.type_of(values, owner, field, true))
                }
                Shape::Any(why) => {
                    if let Some(why) = why {
                        self.unexpressed.push(format!("{owner}.{field}: {why}"));
                    }
                    self.paths.insert("serde_json::Value");
                    "Value".to_owned()
                }
                _ => self.named(value),
            },
        };
        if is_item && value.is_nullable { format!("Option<{name}>") } else { name }
    }

    /// The name of a declared type, which is imported if another module declares it.
    pub(super) fn named(&mut self, value: &Use) -> String {
        let Some(found) = self.chosen.types.get(&value.id) else {
            self.paths.insert("serde_json::Value");
            return "Value".to_owned();
        };
        if found.module != self.module {
            self.foreign.insert((found.module, found.name.clone()));
        }
        found.name.clone()
    }

    fn scalar_type(&mut self, scalar: Scalar, owner: &str, field: &str, is_item: bool) -> String {
        match scalar {
            Scalar::Boolean => "bool".to_owned(),
            Scalar::U32 => "u32".to_owned(),
            Scalar::U64 => "u64".to_owned(),
            Scalar::I64 => "i64".to_owned(),
            Scalar::Number => {
                self.paths.insert("serde_json::Number");
                "Number".to_owned()
            }
            Scalar::Amount => self.core("Amount"),
            Scalar::Decimal => self.core("Decimal"),
            Scalar::Timestamp => self.core("Timestamp"),
            Scalar::Date => self.core("Date"),
            Scalar::Isin => self.core("Isin"),
            Scalar::CountryCode => self.core("CountryCode"),
            Scalar::Currency => self.core("Currency"),
            Scalar::String => "String".to_owned(),
            Scalar::Uuid => match self.chosen.id(owner, field, is_item) {
                None => self.core("Uuid"),
                Some(name) if name == ACCOUNT_GROUP_ID => self.core(ACCOUNT_GROUP_ID),
                Some(name) => {
                    let module = *self.ids.entry(name.clone()).or_insert(self.module);
                    if module != self.module {
                        self.foreign.insert((module, name.clone()));
                    }
                    name
                }
            },
        }
    }

    /// Whether a value is one that is copied, not cloned.
    pub(super) fn is_copied(&self, value: &Use) -> bool {
        let scalar = scalar(self.types.shape(value.id), &value.notes);
        scalar.is_some_and(|scalar| match scalar {
            Scalar::Number | Scalar::Decimal | Scalar::String | Scalar::Currency => false,
            Scalar::Boolean
            | Scalar::U32
            | Scalar::U64
            | Scalar::I64
            | Scalar::Amount
            | Scalar::Timestamp
            | Scalar::Date
            | Scalar::Uuid
            | Scalar::Isin
            | Scalar::CountryCode => true,
        })
    }

    pub(super) fn is_string(&self, value: &Use) -> bool {
        scalar(self.types.shape(value.id), &value.notes) == Some(Scalar::String)
    }
}

/// The docs of a variant that stands for a text.
pub(super) fn variant_docs(text: &str) -> String {
    format!("{}.", facts::code(text))
}
