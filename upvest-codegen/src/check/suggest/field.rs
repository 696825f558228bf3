//! Fields of structs, values of enums and variants.

use super::{Suggest, serde_attribute};
use crate::api::types::Use;
use crate::check::compare::{DescribedField, Format};
use crate::check::declared::{Alternative, Enum, EnumStyle, Field, Struct, Type};
use crate::names::words::{camel, raw, snake};

const LEFT_OUT: [&str; 2] = ["default", "skip_serializing_if = \"Option::is_none\""];

impl Suggest<'_> {
    /// Returns a field to add. One of a request that may be absent is left out if it is `None`.
    pub(in crate::check) fn new_field(
        self,
        owner: &Type,
        definition: &Struct,
        field: &DescribedField<'_>,
        is_left_out: bool,
        format: Format,
    ) -> String {
        let name = snake(field.name);
        let mut options = Vec::new();
        if definition.case.of_field(&name) != field.name {
            options.push(format!("rename = \"{}\"", field.name));
        }
        let is_optional = !field.is_required || field.is_nullable();
        if is_left_out && !field.is_required {
            options.extend(LEFT_OUT.map(str::to_owned));
        }
        // The id of a rental is a `RentalId`.
        let hint = if name == "id" { format!("{}_id", owner.name) } else { name.clone() };
        let ty = self.ty_of_field(field, &hint, format);
        let ty = if is_optional { format!("Option<{ty}>") } else { ty };
        format!("{}pub {}: {ty},", serde_attribute(&options), raw(&name))
    }

    /// Returns a declared field with the described type.
    pub(in crate::check) fn retyped_field(
        self,
        field: &Field,
        described: &DescribedField<'_>,
        options: usize,
        format: Format,
    ) -> String {
        let ty = self.ty_of_field(described, described.name, format);
        let ty = (0..options).fold(ty, |ty, _| format!("Option<{ty}>"));
        let Field { visibility, ident, attributes, .. } = field;
        let line = format!("{visibility}{ident}: {ty},");
        let lines: Vec<&str> = attributes.iter().chain([&line]).map(String::as_str).collect();
        lines.join("\n")
    }

    fn ty_of_field(self, field: &DescribedField<'_>, hint: &str, format: Format) -> String {
        match field.values.as_slice() {
            [only] => self.ty(only, hint, format == Format::Text),
            // One type for all: what each of them is depends on the object.
            values => {
                let mut types: Vec<String> =
                    values.iter().map(|it| self.ty(it, hint, format == Format::Text)).collect();
                types.dedup();
                match types.as_slice() {
                    [only] => only.clone(),
                    _ => "serde_json::Value".to_owned(),
                }
            }
        }
    }

    /// Returns an alternative to add to an enum of objects.
    pub(in crate::check) fn alternative(self, object: &Use, text: Option<&str>) -> String {
        let hint = text.unwrap_or("alternative");
        let payload = self.ty(object, hint, false);
        match text {
            Some(text) => format!("{}({payload}) = \"{text}\",", camel(text)),
            None => format!("{payload}({payload}),"),
        }
    }
}

/// Returns the type of a field in so many `Option`s.
pub(in crate::check) fn in_options(field: &Field, options: usize) -> String {
    let mut ty = field.type_text.as_str();
    while let Some(inner) = ty.strip_prefix("Option<").and_then(|ty| ty.strip_suffix('>')) {
        ty = inner;
    }
    (0..options).fold(ty.to_owned(), |ty, _| format!("Option<{ty}>"))
}

/// Returns a declared field with another type.
pub(in crate::check) fn changed_field(field: &Field, ty: &str, is_left_out: bool) -> String {
    let mut options: Vec<String> =
        field.renamed.iter().map(|name| format!("rename = \"{name}\"")).collect();
    if is_left_out {
        options.extend(LEFT_OUT.map(str::to_owned));
    }
    let Field { visibility, ident, .. } = field;
    format!("{}{visibility}{ident}: {ty},", serde_attribute(&options))
}

/// Returns a value to add to an enum.
pub(in crate::check) fn new_value(values: &Enum, text: &str) -> String {
    let mut name = camel(text);
    if name == "Unknown" && values.style == EnumStyle::Macro {
        // The macro has a variant of this name.
        name.push_str("Value");
    }
    match values.style {
        EnumStyle::Macro => format!("{name} = \"{text}\","),
        EnumStyle::Serde(case) if case.of_variant(&name) == text => format!("{name},"),
        EnumStyle::Serde(_) => format!("#[serde(rename = \"{text}\")]\n{name},"),
    }
}

/// Returns an event to add, with the object of another one.
pub(in crate::check) fn new_event(sibling: &Alternative, event_type: &str) -> String {
    let (category, event) = event_type.split_once('.').unwrap_or(("", event_type));
    let sibling_event = sibling.text.as_deref().and_then(|text| text.split_once('.'));
    // As in `IncreaseIssued`, which is called so for `VIRTUAL_CASH_INCREASE.ISSUED`.
    let prefix = sibling_event
        .and_then(|(_, event)| sibling.name.strip_suffix(&camel(event)))
        .map_or_else(|| camel(category), str::to_owned);
    format!("{prefix}{}({}) = \"{event_type}\",", camel(event), sibling.payload_text)
}
