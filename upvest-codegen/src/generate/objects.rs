//! Structs: queries, bodies, responses and what is in them.

use crate::api::scalar::{Scalar, scalar};
use crate::api::types::{Field, Notes, Object, Shape, TypeId, Use};
use crate::api::{Operation, Parameter};
use crate::names::taken::Taken;
use crate::names::words::{raw, snake};
use crate::names::{Origin, Role, TypeName};

use super::lints::has_similar_names;
use super::printer::Printer;
use super::{facts, secrets};

/// A field as it is declared.
pub(super) struct Declared<'a> {
    /// Without `r#`.
    pub(super) name: String,
    pub(super) json: &'a str,
    value: &'a Use,
    pub(super) is_required: bool,
    /// `Option` for what may be absent or `null`.
    pub(super) rust_type: String,
    /// The only text that it may have: that which tells the object from others.
    pub(super) text: Option<&'a str>,
}

/// The field for further fields.
pub(super) struct Further<'a> {
    pub(super) name: String,
    value: &'a Use,
}

impl Declared<'_> {
    /// Whether `null` and an absent field may mean different things.
    fn clears(&self, role: Role) -> bool {
        role.in_request && !self.is_required && self.value.is_nullable
    }

    /// Whether it may be left out when the value is created.
    pub(super) fn is_optional(&self) -> bool {
        !self.is_required
    }
}

impl Printer<'_> {
    /// Writes the struct for the query of an operation.
    pub(super) fn query(&mut self, operation: &Operation) {
        let name = self.chosen.query(operation).to_owned();
        let fields = operation.query.iter();
        let fields = fields
            .map(|Parameter { name, is_required, value }| (name.as_str(), *is_required, value));
        let mut fields = self.declared(fields, &operation.id, &mut Taken::default());
        for field in &mut fields {
            // Several values in one parameter.
            if let Shape::List(items, _) = self.types.shape(field.value.id) {
                let items = self.item_type(items, &operation.id, field.json);
                let list = format!("{}<{items}>", self.core("CommaSeparated"));
                let is_option = field.rust_type.starts_with("Option<");
                field.rust_type = if is_option { format!("Option<{list}>") } else { list };
            }
        }
        self.docs([format!("The query of {}.", facts::code(&operation.id))]);
        let secrets = self.secrets(&fields);
        let is_default = fields.iter().all(Declared::is_optional);
        self.derive(&secrets, is_default, &["Serialize"]);
        self.structure(&name, &fields, None, &[]);
        if !is_default {
            self.constructor(&name, &fields, None, false);
        }
        if !secrets.is_empty() {
            self.debug(&name, &fields, &secrets);
        }
    }

    /// Writes the struct for an object.
    pub(super) fn object(&mut self, id: TypeId, object: &Object) {
        let chosen = self.chosen;
        let Some(TypeName { name, role, notes, .. }) = chosen.types.get(&id) else { return };
        let fields = object.fields.iter();
        let fields =
            fields.map(|Field { name, is_required, value }| (name.as_str(), *is_required, value));
        let mut taken = Taken::default();
        let mut fields = self.declared(fields, name, &mut taken);
        for field in fields.iter_mut().filter(|field| field.clears(*role)) {
            // `None` is absent, `Some(None)` is `null`.
            field.rust_type = format!("Option<{}>", field.rust_type);
        }
        if let Some((tag, text)) = self.tags.get(&id) {
            fields
                .iter_mut()
                .filter(|field| field.json == *tag)
                .for_each(|it| it.text = Some(text));
        }
        let further = object.further.as_ref();
        let further = further.map(|value| Further { name: taken.take(FURTHER.to_owned()), value });
        self.described(0, facts::description(notes), &self.origin(id));
        let secrets = self.secrets(&fields);
        let is_default = fields.iter().all(Declared::is_optional);
        self.derive(&secrets, is_default, &["Serialize", "Deserialize"]);
        if !role.in_request {
            self.line("#[non_exhaustive]");
        }
        self.structure(name, &fields, further.as_ref(), &self.attributes(&fields, *role));
        if !is_default {
            self.constructor(name, &fields, further.as_ref(), !role.in_request);
        }
        if !secrets.is_empty() {
            self.debug(name, &fields, &secrets);
        }
    }

    fn declared<'f>(
        &mut self,
        fields: impl Iterator<Item = (&'f str, bool, &'f Use)>,
        owner: &str,
        taken: &mut Taken,
    ) -> Vec<Declared<'f>> {
        let mut declared: Vec<Declared<'f>> = Vec::new();
        for (json, is_required, value) in fields {
            let name = taken.take(snake(json));
            let rust_type = self.rust_type(value, owner, json);
            let is_option = !is_required || value.is_nullable;
            let rust_type = if is_option { format!("Option<{rust_type}>") } else { rust_type };
            declared.push(Declared { name, json, value, is_required, rust_type, text: None });
        }
        declared
    }

    /// Returns the fields that `Debug` hides.
    fn secrets<'f>(&self, fields: &[Declared<'f>]) -> Vec<&'f str> {
        let is_secret = |field: &&Declared<'f>| {
            secrets::is_secret(&field.name) && self.may_be_secret(field.value)
        };
        fields.iter().filter(is_secret).map(|field| field.json).collect()
    }

    /// Whether a value, or each one in it, is not one of few, and its parts are not hidden themselves.
    fn may_be_secret(&self, value: &Use) -> bool {
        match self.types.shape(value.id) {
            Shape::List(items, _) => self.may_be_secret(items),
            Shape::Map(values) => self.may_be_secret(values),
            Shape::Boolean
            | Shape::Enum(_)
            | Shape::Currency(_)
            | Shape::Object(_)
            | Shape::OneOf(_) => false,
            shape => {
                let scalar = scalar(shape, &value.notes);
                !matches!(scalar, Some(Scalar::Timestamp | Scalar::Date | Scalar::CountryCode))
            }
        }
    }

    fn derive(&mut self, secrets: &[&str], is_default: bool, serde: &[&'static str]) {
        let debug = secrets.is_empty().then_some("Debug");
        let default = is_default.then_some("Default");
        let derived: Vec<&str> = debug
            .into_iter()
            .chain(["Clone"])
            .chain(default)
            .chain(["PartialEq", "Eq"])
            .chain(serde.iter().copied())
            .collect();
        for name in serde {
            self.paths.insert(if *name == "Serialize" {
                "serde::Serialize"
            } else {
                "serde::Deserialize"
            });
        }
        self.line(&format!("#[derive({})]", derived.join(", ")));
    }

    /// The options of `#[serde]` for each field.
    fn attributes(&self, fields: &[Declared<'_>], role: Role) -> Vec<String> {
        let is_list = |field: &Declared<'_>| {
            field.rust_type.starts_with("Vec<") || field.rust_type.starts_with("BTreeMap<")
        };
        let attribute = |field: &Declared<'_>| match field {
            Declared { is_required: false, value, .. } => {
                let is_empty = admits_empty(self.types.shape(value.id));
                let reader = match () {
                    () if field.clears(role) => "deserialize_with = \"null_as_some\", ",
                    () if is_empty => "deserialize_with = \"empty_as_none\", ",
                    () => "",
                };
                format!("default, {reader}skip_serializing_if = \"Option::is_none\"")
            }
            // Servers write `null` for an empty list or object.
            field if is_list(field) && role.in_response => {
                "deserialize_with = \"null_as_default\"".to_owned()
            }
            _ => String::new(),
        };
        fields.iter().map(attribute).collect()
    }

    fn structure(
        &mut self,
        name: &str,
        fields: &[Declared<'_>],
        further: Option<&Further<'_>>,
        attributes: &[String],
    ) {
        let flags = fields.iter().filter(|field| field.rust_type == "bool").count();
        if flags > 3 {
            self.line(
                "#[allow(clippy::struct_excessive_bools, reason = \"the API has these fields\")]",
            );
        }
        if fields.iter().any(|field| field.rust_type.starts_with("Option<Option<")) {
            self.line(
                "#[allow(clippy::option_option, reason = \"`Some(None)` is sent as `null`\")]",
            );
        }
        if has_similar_names(name, fields.iter().map(|field| field.name.as_str())) {
            self.line("#[allow(clippy::struct_field_names, reason = \"the API has these names\")]");
        }
        self.line(&format!("pub struct {name} {{"));
        for (index, field) in fields.iter().enumerate() {
            let name = raw(&field.name);
            self.unexpressed_comment(field.value);
            self.value_docs(field.value);
            if field.rust_type.starts_with("Option<Option<") {
                self.docs(["`Some(None)` is sent as `null`."]);
            }
            let rename = (field.name != field.json).then(|| format!("rename = {:?}", field.json));
            let more = attributes.get(index).filter(|more| !more.is_empty()).cloned();
            for function in ["empty_as_none", "null_as_default", "null_as_some"] {
                if more.as_ref().is_some_and(|more| more.contains(function)) {
                    self.core.insert(function);
                }
            }
            let options: Vec<String> = rename.into_iter().chain(more).collect();
            if !options.is_empty() {
                self.line(&format!("#[serde({})]", options.join(", ")));
            }
            self.line(&format!("pub {name}: {},", field.rust_type));
        }
        if let Some(Further { name: field, value }) = further {
            let value = self.item_type(value, name, field);
            self.paths.insert("std::collections::BTreeMap");
            self.docs(["Fields that the API does not name."]);
            self.line("#[serde(flatten)]");
            self.line(&format!("pub {field}: BTreeMap<String, {value}>,"));
        }
        self.line("}\n");
    }

    fn unexpressed_comment(&mut self, value: &Use) {
        if let Shape::Any(Some(why)) = self.types.shape(value.id) {
            self.line(&format!("// No type, because {why}."));
        }
    }

    /// Says where a type is used first.
    pub(super) fn origin(&self, id: TypeId) -> String {
        let chosen = self.chosen;
        let Some(TypeName { origin, .. }) = chosen.types.get(&id) else { return String::new() };
        let link = |owner: &TypeId| match chosen.types.get(owner) {
            Some(it) if it.module == self.module => format!("[`{}`]", it.name),
            // The type is declared before its owner, which this file does not import.
            Some(it) => facts::code(&it.name),
            None => String::new(),
        };
        let code = |text: &str| facts::code(text);
        match origin {
            Origin::Request(operation) => format!("The request body of {}.", code(operation)),
            Origin::Response { operation, is_item: false } => {
                format!("A response of {}.", code(operation))
            }
            Origin::Response { operation, is_item: true } => {
                format!("An item of a response of {}.", code(operation))
            }
            Origin::Event(webhook) => format!("The object of {}.", code(webhook)),
            Origin::Query { operation, parameter } => {
                format!("The parameter {} of {}.", code(parameter), code(operation))
            }
            Origin::Field { owner, field, is_item: false } => {
                format!("The field {} of {}.", code(field), link(owner))
            }
            Origin::Field { owner, field, is_item: true } => {
                format!("An item of the field {} of {}.", code(field), link(owner))
            }
            Origin::Alternative(owner) => format!("An alternative of {}.", link(owner)),
        }
    }
}

/// Whether the pattern of a number allows an empty text too.
fn admits_empty(shape: &Shape) -> bool {
    match shape {
        Shape::Text(text) => {
            let is_number = scalar(shape, &Notes::default()) == Some(Scalar::Decimal);
            is_number && text.pattern.as_ref().is_some_and(|pattern| pattern.contains("{0,"))
        }
        _ => false,
    }
}

/// The name of the field for further fields.
const FURTHER: &str = "further_fields";
