//! The fields of a struct.

use super::entries::{Entries, Entry};
use super::objects::DescribedField;
use super::{Comparison, Format, Site};
use crate::api::types::{Shape, Use};
use crate::check::declared::{Definition, Reader, Ty};
use crate::check::drift::DriftKind;

/// What differences between fields, or between query parameters, are called.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kinds {
    pub(super) what: &'static str,
    pub(super) added: DriftKind,
    pub(super) removed: DriftKind,
    pub(super) required: DriftKind,
}

pub(super) const FIELDS: Kinds = Kinds {
    what: "field",
    added: DriftKind::FieldAdded,
    removed: DriftKind::FieldRemoved,
    required: DriftKind::FieldRequired,
};

pub(super) const PARAMETERS: Kinds = Kinds {
    what: "parameter",
    added: DriftKind::ParameterAdded,
    removed: DriftKind::ParameterRemoved,
    required: DriftKind::ParameterRequired,
};

impl<'a> Comparison<'a> {
    /// Compares a struct with a value, which should be an object.
    pub(super) fn struct_value(
        &mut self,
        site: Site<'_>,
        index: usize,
        ty: &Ty,
        described: &'a Use,
    ) {
        if let Some(fields) = self.described_fields(described) {
            self.name(index, described);
            if self.compared.insert((index, described.id, site.direction)) {
                self.fields(site, index, &fields, FIELDS);
            }
            return;
        }
        // A free object: what it has, if anything, is not described.
        let is_free = match self.api.types.shape(described.id) {
            Shape::Map(values) => matches!(self.api.types.shape(values.id), Shape::Any(_)),
            _ => false,
        };
        let entries = self.entries(site, index);
        let fits = is_free
            && (site.is_request() || entries.all.iter().all(|entry| self.may_be_absent(entry)));
        if !fits {
            self.mismatch(site, ty, described);
        }
    }

    /// Remembers what the declarations call a described type.
    pub(super) fn name(&mut self, index: usize, described: &Use) {
        if let Some(found) = self.declared.types.get(index) {
            self.names.entry(described.id).or_insert(&found.name);
        }
    }

    /// Compares the fields of a struct with those that are described.
    pub(super) fn fields(
        &mut self,
        site: Site<'_>,
        index: usize,
        described: &[DescribedField<'a>],
        kinds: Kinds,
    ) {
        let Some(position) = self.position(index) else { return };
        let site = Site { position, line: None, ..site };
        let Entries { all, is_partial } = self.entries(site, index);
        for field in described {
            match all.iter().find(|entry| entry.has_name(field.name, site.direction)) {
                Some(entry) => self.field(site, *entry, field, kinds),
                None if is_partial => {}
                None => self.missing(site, index, field, kinds),
            }
        }
        for entry in &all {
            if !described.iter().any(|field| entry.has_name(field.name, site.direction)) {
                self.extra(site, entry, kinds);
            }
        }
    }

    fn missing(&mut self, site: Site<'_>, index: usize, field: &DescribedField<'a>, kinds: Kinds) {
        let Some(found) = self.declared.types.get(index) else { return };
        let Definition::Struct(definition) = &found.definition else { return };
        let is_breaking =
            if site.is_request() { field.is_required } else { definition.denies_unknown };
        let message = format!("`{}` lacks the {} `{}`", found.name, kinds.what, field.name);
        let is_json = site.format == Format::Json;
        let is_left_out = site.is_request() && is_json;
        let line = self.suggest().new_field(found, definition, field, is_left_out, site.format);
        self.drift_with(site, kinds.added, is_breaking, message, Some(line));
    }

    fn extra(&mut self, site: Site<'_>, entry: &Entry<'a>, kinds: Kinds) {
        let name = entry.name(site.direction).unwrap_or_default();
        let message = format!("`{}.{name}` is not described", entry.owner);
        let is_breaking = site.is_request() || !self.may_be_absent(entry);
        let site = Site { position: entry.field.position, ..site };
        self.drift_with(site, kinds.removed, is_breaking, message, None);
    }

    fn field(
        &mut self,
        site: Site<'_>,
        entry: Entry<'a>,
        described: &DescribedField<'a>,
        kinds: Kinds,
    ) {
        let subject = format!("`{}.{}`", entry.owner, described.name);
        let site = Site { position: entry.field.position, ..site.part(&subject) };
        self.presence(site, &entry, described, kinds);
        let mut ty = self.field_type(&entry, site.direction);
        let mut options = 0;
        while let Ty::Option(inner) = ty {
            ty = self.resolved(inner, site.direction);
            options += 1;
        }
        let has_function = if site.is_request() {
            entry.field.has_writer
        } else {
            entry.field.reader == Reader::Custom
        };
        if has_function {
            return self.unchecked(site, "its attribute names a function that reads or writes it");
        }
        let line = self.suggest().retyped_field(entry.field, described, options, site.format);
        let site = Site { line: Some(&line), ..site };
        match (ty, self.all_texts(&described.values)) {
            (Ty::Declared(index), Some(texts)) if described.values.len() > 1 => {
                self.one_of_texts(site, *index, ty, &texts, described);
            }
            _ => {
                for value in &described.values {
                    self.shape(site, ty, value);
                }
            }
        }
    }

    /// The texts of all enums; `None` if any of the types is not an enum.
    fn all_texts(&self, values: &[&Use]) -> Option<Vec<String>> {
        let mut all: Vec<String> = Vec::new();
        for value in values {
            let Shape::Enum(texts) = self.api.types.shape(value.id) else { return None };
            for text in texts {
                if !all.contains(text) {
                    all.push(text.clone());
                }
            }
        }
        Some(all)
    }

    /// A field that has another enum in each of several objects.
    fn one_of_texts(
        &mut self,
        site: Site<'_>,
        index: usize,
        ty: &'a Ty,
        texts: &[String],
        described: &DescribedField<'a>,
    ) {
        let declared = self.declared;
        match declared.types.get(index).map(|found| (found, &found.definition)) {
            Some((found, Definition::Enum(values))) if found.is_written && found.is_read => {
                self.texts(site, found, values, texts);
            }
            _ => {
                if let Some(first) = described.values.first() {
                    self.shape(site, ty, first);
                }
            }
        }
    }
}
