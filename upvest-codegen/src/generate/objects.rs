//! Structs: queries, bodies, responses and what is in them.

use crate::api::scalar::{Scalar, scalar};
use crate::api::types::{Field, Notes, Object, OneOf, Shape, TypeId, Types, Use};
use crate::api::{Operation, Parameter};
use crate::names::words::{free, raw, snake};
use crate::names::{Chosen, Origin, Role, TypeName};

use super::printer::{Printer, type_docs};

/// A field as it is declared.
struct Declared<'a> {
    /// Without `r#`.
    name: String,
    json: &'a str,
    value: &'a Use,
    is_required: bool,
    /// `Option` for what may be absent or `null`.
    rust_type: String,
    /// The only text that it may have: that which tells the object from others.
    text: Option<&'a str>,
}

impl Declared<'_> {
    /// Whether it may be left out when the value is created.
    fn is_optional(&self) -> bool {
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
        let mut fields = self.declared(fields, &operation.id);
        for field in &mut fields {
            // Several values in one parameter.
            if let Some(items) =
                field.rust_type.strip_prefix("Vec<").or(field.rust_type.strip_prefix("Option<Vec<"))
            {
                let is_option = field.rust_type.starts_with("Option");
                let items = items.trim_end_matches('>');
                let list = format!("CommaSeparated<{items}>");
                field.rust_type = if is_option { format!("Option<{list}>") } else { list };
                self.core.insert("CommaSeparated");
            }
        }
        self.docs([format!("The query of `{}`.", operation.id)]);
        let is_default = fields.iter().all(Declared::is_optional);
        self.derive(&[], is_default, &["Serialize"]);
        self.structure(&name, &fields, None, &[]);
        if !is_default {
            self.constructor(&name, &fields, false, false);
        }
    }

    /// Writes the struct for an object.
    pub(super) fn object(&mut self, id: TypeId, object: &Object) {
        let chosen = self.chosen;
        let Some(TypeName { name, role, notes, .. }) = chosen.types.get(&id) else { return };
        let fields = object.fields.iter();
        let fields =
            fields.map(|Field { name, is_required, value }| (name.as_str(), *is_required, value));
        let mut fields = self.declared(fields, name);
        if let Some((tag, text)) = tag(self.types, chosen, id) {
            fields.iter_mut().filter(|field| field.json == tag).for_each(|it| it.text = Some(text));
        }
        let facts = self.origin(id);
        self.docs(type_docs(notes, facts, self.has_descriptions));
        let secrets: Vec<&str> =
            fields.iter().filter(|field| self.is_secret(field)).map(|it| it.json).collect();
        let is_default = fields.iter().all(Declared::is_optional);
        self.derive(&secrets, is_default, &["Serialize", "Deserialize"]);
        if !role.in_request {
            self.line("#[non_exhaustive]");
        }
        self.structure(name, &fields, object.further.as_ref(), &self.attributes(&fields, *role));
        if !is_default {
            self.constructor(name, &fields, object.further.is_some(), !role.in_request);
        }
        if !secrets.is_empty() {
            self.debug(name, &fields, &secrets);
        }
    }

    fn declared<'f>(
        &mut self,
        fields: impl Iterator<Item = (&'f str, bool, &'f Use)>,
        owner: &str,
    ) -> Vec<Declared<'f>> {
        let mut declared: Vec<Declared<'f>> = Vec::new();
        for (json, is_required, value) in fields {
            let is_taken = |name: &str| declared.iter().any(|known| known.name == name);
            let name = free(snake(json), is_taken);
            let rust_type = self.rust_type(value, owner, json);
            let is_option = !is_required || value.is_nullable;
            let rust_type = if is_option { format!("Option<{rust_type}>") } else { rust_type };
            declared.push(Declared { name, json, value, is_required, rust_type, text: None });
        }
        declared
    }

    fn is_secret(&self, field: &Declared<'_>) -> bool {
        let is_text =
            scalar(self.types.shape(field.value.id), &field.value.notes) == Some(Scalar::String);
        let names =
            ["secret", "password", "passphrase", "access_token", "refresh_token", "private_key"];
        is_text && names.into_iter().any(|name| field.name.contains(name))
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
        let is_list = |field: &Declared<'_>| field.rust_type.starts_with("Vec<");
        let attribute = |field: &Declared<'_>| match field {
            Declared { is_required: false, value, .. } => {
                let is_empty = admits_empty(self.types.shape(value.id));
                let reader = if is_empty { "deserialize_with = \"empty_as_none\", " } else { "" };
                format!("default, {reader}skip_serializing_if = \"Option::is_none\"")
            }
            // Servers write `null` for an empty list.
            field if is_list(field) && !role.in_request => {
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
        further: Option<&Use>,
        attributes: &[String],
    ) {
        let flags = fields.iter().filter(|field| field.rust_type == "bool").count();
        if flags > 3 {
            self.line(
                "#[allow(clippy::struct_excessive_bools, reason = \"the API has these fields\")]",
            );
        }
        self.line(&format!("pub struct {name} {{"));
        for (index, field) in fields.iter().enumerate() {
            let name = raw(&field.name);
            self.unexpressed_comment(field.value);
            self.value_docs(field.value);
            let rename = (field.name != field.json).then(|| format!("rename = {:?}", field.json));
            let more = attributes.get(index).filter(|more| !more.is_empty()).cloned();
            for function in ["empty_as_none", "null_as_default"] {
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
        if let Some(further) = further {
            let value = self.rust_type(further, name, FURTHER);
            self.paths.insert("std::collections::BTreeMap");
            self.docs(["Fields that the API does not name."]);
            self.line("#[serde(flatten)]");
            self.line(&format!("pub {FURTHER}: BTreeMap<String, {value}>,"));
        }
        self.line("}\n");
    }

    fn unexpressed_comment(&mut self, value: &Use) {
        if let Shape::Any(Some(why)) = self.types.shape(value.id) {
            self.line(&format!("// No type, because {why}."));
        }
    }

    /// Writes `new`, which takes what is required.
    fn constructor(
        &mut self,
        name: &str,
        fields: &[Declared<'_>],
        has_further: bool,
        is_response: bool,
    ) {
        let is_string = |field: &Declared<'_>| field.rust_type == "String";
        let required: Vec<&Declared<'_>> =
            fields.iter().filter(|field| field.is_required && field.text.is_none()).collect();
        // Conversions and maps do not work in constants.
        let has_text = fields.iter().any(|field| field.text.is_some());
        let is_const = !has_further && !has_text && !required.iter().any(|field| is_string(field));
        let (what, rest) = if required.len() == fields.len() {
            ("all fields", "")
        } else if fields.iter().any(Declared::is_optional) {
            ("the required fields", "; the others are `None`")
        } else {
            ("the required fields", "")
        };
        let purpose = if is_response { ", for fakes and tests" } else { "" };
        self.line(&format!("impl {name} {{"));
        self.docs([format!("Creates a value from {what}{purpose}{rest}.")]);
        self.line("#[must_use]");
        let why = "reason = \"the API requires these fields\"";
        if required.len() > 7 {
            self.line(&format!("#[allow(clippy::too_many_arguments, {why})]"));
        }
        if required.iter().filter(|field| field.rust_type == "bool").count() > 3 {
            self.line(&format!("#[allow(clippy::fn_params_excessive_bools, {why})]"));
        }
        let parameters: Vec<String> = required
            .iter()
            .map(|field| {
                let rust_type =
                    if is_string(field) { "impl Into<String>" } else { &field.rust_type };
                format!("{}: {rust_type}", raw(&field.name))
            })
            .collect();
        let keyword = if is_const { "const fn" } else { "fn" };
        self.line(&format!("pub {keyword} new({}) -> Self {{", parameters.join(", ")));
        let values: Vec<String> = fields
            .iter()
            .map(|field| match (raw(&field.name), field.text) {
                (name, Some(text)) => format!("{name}: {text:?}.into()"),
                (name, None) if !field.is_required => format!("{name}: None"),
                (name, None) if is_string(field) => format!("{name}: {name}.into()"),
                (name, None) => name,
            })
            .chain(has_further.then(|| format!("{FURTHER}: BTreeMap::new()")))
            .collect();
        self.line(&format!("Self {{ {} }}\n}}\n}}\n", values.join(", ")));
    }

    /// Writes a `Debug` that hides secrets.
    fn debug(&mut self, name: &str, fields: &[Declared<'_>], secrets: &[&str]) {
        self.paths.insert("std::fmt");
        self.docs(["Hides secrets."]);
        self.line(&format!("impl fmt::Debug for {name} {{"));
        self.line("fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {");
        self.line(&format!("f.debug_struct({name:?})"));
        for Declared { name, json, .. } in fields.iter().filter(|it| !secrets.contains(&it.json)) {
            self.line(&format!(".field({json:?}, &self.{})", raw(name)));
        }
        self.line(".finish_non_exhaustive()\n}\n}\n");
    }

    /// Says where a type is used first.
    pub(super) fn origin(&self, id: TypeId) -> String {
        let chosen = self.chosen;
        let Some(TypeName { origin, .. }) = chosen.types.get(&id) else { return String::new() };
        let name = |owner: &TypeId| chosen.types.get(owner).map_or("", |it| it.name.as_str());
        match origin {
            Origin::Request(operation) => format!("The request body of `{operation}`."),
            Origin::Response { operation, is_item: false } => {
                format!("A response of `{operation}`.")
            }
            Origin::Response { operation, is_item: true } => {
                format!("An item of a response of `{operation}`.")
            }
            Origin::Event(webhook) => format!("The object of `{webhook}`."),
            Origin::Query { operation, parameter } => {
                format!("The parameter `{parameter}` of `{operation}`.")
            }
            Origin::Field { owner, field, is_item: false } => {
                format!("The field `{field}` of [`{}`].", name(owner))
            }
            Origin::Field { owner, field, is_item: true } => {
                format!("An item of the field `{field}` of [`{}`].", name(owner))
            }
            Origin::Alternative(owner) => format!("An alternative of [`{}`].", name(owner)),
        }
    }
}

/// The field that tells an object from the other alternatives, and its text.
fn tag<'a>(types: &'a Types, chosen: &Chosen, id: TypeId) -> Option<(&'a str, &'a str)> {
    chosen.types.keys().find_map(|owner| match types.shape(*owner) {
        Shape::OneOf(OneOf { tag: Some(tag), alternatives, .. }) => {
            let at = alternatives.iter().position(|alternative| alternative.id == id)?;
            Some((tag.field.as_str(), tag.texts.get(at)?.as_str()))
        }
        _ => None,
    })
}

/// Whether the pattern of a number allows an empty text, which is no number.
fn admits_empty(shape: &Shape) -> bool {
    match shape {
        Shape::Text(text) => {
            let is_number = scalar(shape, &Notes::default()) == Some(Scalar::Decimal);
            is_number && text.pattern.as_ref().is_some_and(|pattern| pattern.contains("{0,"))
        }
        _ => false,
    }
}

/// The field for further fields.
const FURTHER: &str = "further_fields";
