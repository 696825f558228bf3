//! Enums: texts, alternatives and events; and ids.

use crate::api::Webhook;
use crate::api::types::{Object, OneOf, Shape, TypeId, Use};
use crate::names::TypeName;
use crate::names::taken::Taken;
use crate::names::words::{camel, words};

use super::facts;
use super::lints::has_similar_names;
use super::printer::{Printer, variant_docs};

impl Printer<'_> {
    /// Writes an `open_enum!`.
    pub(super) fn texts(&mut self, id: TypeId, texts: &[String]) {
        let chosen = self.chosen;
        let Some(TypeName { name, notes, .. }) = chosen.types.get(&id) else { return };
        self.core.insert("open_enum");
        self.line("open_enum! {");
        self.described(1, facts::description(notes), &self.origin(id));
        let mut taken = Taken::of(&["Unknown"]);
        let name_of = |text: &String| taken.take(variant_of(name, &camel(text)).to_owned());
        let variants: Vec<String> = texts.iter().map(name_of).collect();
        self.similar_variants(name, variants.iter().map(String::as_str).chain(["Unknown"]));
        self.inner(1, &format!("pub enum {name} {{"));
        for (variant, text) in variants.iter().zip(texts) {
            self.inner_docs(2, [variant_docs(text)]);
            self.inner(2, &format!("{variant} = {text:?},"));
        }
        self.line("    }\n}\n");
    }

    /// Writes a `one_of!`.
    pub(super) fn alternatives(&mut self, id: TypeId, one_of: &OneOf) {
        let chosen = self.chosen;
        let Some(TypeName { name, notes, .. }) = chosen.types.get(&id) else { return };
        self.core.insert("one_of");
        self.line("one_of! {");
        self.described(1, facts::description(notes), &self.origin(id));
        self.inner(1, "#[derive(Eq)]");
        self.inner(
            1,
            "#[allow(clippy::large_enum_variant, reason = \"the API has these alternatives\")]",
        );
        let mut alternatives: Vec<(usize, &Use)> = one_of.alternatives.iter().enumerate().collect();
        if one_of.tag.is_none() {
            // The first one that fits is read, so the one that requires most must be first.
            alternatives
                .sort_by_key(|(_, alternative)| std::cmp::Reverse(self.required(alternative)));
        }
        let mut taken = Taken::of(&["Other"]);
        let mut variants: Vec<(String, String, Option<&String>)> = Vec::new();
        for (index, alternative) in alternatives {
            let payload = self.named(alternative);
            let text = one_of.tag.as_ref().and_then(|tag| tag.texts.get(index));
            let variant = text.map_or_else(|| payload.clone(), |text| camel(text));
            variants.push((taken.take(variant_of(name, &variant).to_owned()), payload, text));
        }
        let other = one_of.tag.iter().map(|_| "Other");
        let names = variants.iter().map(|(variant, ..)| variant.as_str());
        self.similar_variants(name, names.chain(other));
        let tag = one_of.tag.as_ref().map(|tag| format!(" by {:?}", tag.field)).unwrap_or_default();
        self.inner(1, &format!("pub enum {name}{tag} {{"));
        for (variant, payload, text) in variants {
            self.inner_docs(2, [format!("See [`{payload}`].")]);
            let text = text.map(|text| format!(" = {text:?}")).unwrap_or_default();
            self.inner(2, &format!("{variant}({payload}){text},"));
        }
        self.line("    }\n}\n");
    }

    /// Allows names that clippy would reject.
    fn similar_variants<'n>(&mut self, name: &str, variants: impl Iterator<Item = &'n str>) {
        if has_similar_names(name, variants) {
            self.inner(
                1,
                "#[allow(clippy::enum_variant_names, reason = \"the API has these names\")]",
            );
        }
    }

    /// How many fields an object requires.
    fn required(&self, value: &Use) -> usize {
        match self.types.shape(value.id) {
            Shape::Object(Object { fields, .. }) => {
                fields.iter().filter(|field| field.is_required).count()
            }
            _ => 0,
        }
    }

    /// Writes an `events!`.
    pub(super) fn events(&mut self, name: &str, tag: &str, webhooks: &[&Webhook]) {
        self.core.insert("events");
        self.line("events! {");
        self.inner_docs(1, [format!("The events of {}, as sent by webhook.", facts::code(tag))]);
        self.inner(1, &format!("pub enum {name} {{"));
        let categories: Vec<Vec<String>> = webhooks
            .iter()
            .flat_map(|webhook| &webhook.event_types)
            .map(|event| words(event.split_once('.').map_or("", |(category, _)| category)))
            .collect();
        let common = common(&categories);
        let mut taken = Taken::of(&["Other"]);
        for webhook in webhooks {
            let payload = self.rust_type(&webhook.object, name, "object");
            for event in &webhook.event_types {
                let (category, rest) = event.split_once('.').unwrap_or(("", event));
                let category =
                    words(category).into_iter().skip(common).collect::<Vec<_>>().join(" ");
                let variant = taken.take(camel(&format!("{category} {rest}")));
                self.inner_docs(2, [variant_docs(event)]);
                self.inner(2, &format!("{variant}({payload}) = {event:?},"));
            }
        }
        self.line("    }\n}\n");
    }

    /// Writes an `id!`.
    pub(super) fn id(&mut self, name: &str) {
        self.core.insert("id");
        let thing = name.strip_suffix("Id").unwrap_or(name);
        let thing = words(thing).join(" ");
        let article = if thing.starts_with(['a', 'e', 'i', 'o', 'u']) && !thing.starts_with("us") {
            "an"
        } else {
            "a"
        };
        self.line("id! {");
        self.inner_docs(1, [format!("Identifies {article} {thing}.")]);
        self.line(&format!("    pub struct {name};\n}}\n"));
    }
}

/// The name of a variant without that of its enum: `Numbered` for `NumberedResidency` of `Residency`.
fn variant_of<'v>(name: &str, variant: &'v str) -> &'v str {
    let rest = variant.strip_prefix(name).or_else(|| variant.strip_suffix(name));
    rest.filter(|rest| rest.starts_with(|first: char| first.is_ascii_uppercase()))
        .unwrap_or(variant)
}

/// How many words at the beginning all have in common.
fn common(all: &[Vec<String>]) -> usize {
    let Some(first) = all.first() else { return 0 };
    (0..first.len())
        .take_while(|at| all.iter().all(|words| words.get(*at) == first.get(*at)))
        .count()
}
