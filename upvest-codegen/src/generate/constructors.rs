//! What is implemented for structs: `new` and `Debug`.

use crate::names::words::raw;

use super::objects::{Declared, Further};
use super::printer::Printer;

impl Printer<'_> {
    /// Writes `new`, which takes what is required.
    pub(super) fn constructor(
        &mut self,
        name: &str,
        fields: &[Declared<'_>],
        further: Option<&Further<'_>>,
        is_response: bool,
    ) {
        let required: Vec<&Declared<'_>> =
            fields.iter().filter(|field| field.is_required && field.text.is_none()).collect();
        // Conversions and maps do not work in constants.
        let has_text = fields.iter().any(|field| field.text.is_some());
        let is_const =
            further.is_none() && !has_text && !required.iter().any(|field| is_string(field));
        let has_optional = fields.iter().any(Declared::is_optional);
        let (what, rest) = match required.len() {
            0 if has_optional => ("", "; optional fields are `None`"),
            0 => ("", ""),
            all if all == fields.len() => (" from all fields", ""),
            _ if has_optional => (" from the required fields", "; the others are `None`"),
            _ => (" from the required fields", ""),
        };
        let purpose = if is_response { ", for fakes and tests" } else { "" };
        self.line(&format!("impl {name} {{"));
        self.docs([format!("Creates a value{what}{purpose}{rest}.")]);
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
            .chain(further.map(|further| format!("{}: BTreeMap::new()", further.name)))
            .collect();
        self.line(&format!("Self {{ {} }}\n}}\n}}\n", values.join(", ")));
        if required.is_empty() {
            self.line(&format!("impl Default for {name} {{"));
            self.line("fn default() -> Self {\nSelf::new()\n}\n}\n");
        }
    }

    /// Writes a `Debug` that hides secrets.
    pub(super) fn debug(&mut self, name: &str, fields: &[Declared<'_>], secrets: &[&str]) {
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
}

fn is_string(field: &Declared<'_>) -> bool {
    field.rust_type == "String"
}
