//! The fields of a described object, or of one of several.

use super::Comparison;
use crate::api::types::{Field, Object, Shape, Use};

/// A field of an object, or a query parameter, as described.
#[derive(Debug, Clone)]
pub(in crate::check) struct DescribedField<'a> {
    pub(in crate::check) name: &'a str,
    pub(in crate::check) is_required: bool,
    /// One, or several that differ: a value may be of any of these types.
    pub(in crate::check) values: Vec<&'a Use>,
}

impl DescribedField<'_> {
    pub(in crate::check) fn is_nullable(&self) -> bool {
        self.values.iter().any(|value| value.is_nullable)
    }
}

impl<'a> Comparison<'a> {
    /// Returns the fields of an object. Of several objects, a field is required if it is in all.
    /// `None` if it is not an object.
    pub(super) fn described_fields(&self, described: &Use) -> Option<Vec<DescribedField<'a>>> {
        match self.api.types.shape(described.id) {
            Shape::Object(object) => Some(object.fields.iter().map(DescribedField::of).collect()),
            Shape::OneOf(one_of) => Some(self.merged(&one_of.alternatives)),
            _ => None,
        }
    }

    /// Returns the fields of several objects together.
    pub(super) fn merged<'u>(
        &self,
        alternatives: impl IntoIterator<Item = &'u Use>,
    ) -> Vec<DescribedField<'a>> {
        let mut merged: Vec<DescribedField<'a>> = Vec::new();
        let mut objects: Vec<&'a Object> = Vec::new();
        for alternative in alternatives {
            if let Shape::Object(object) = self.api.types.shape(alternative.id) {
                objects.push(object);
            }
        }
        for field in objects.iter().flat_map(|object| &object.fields) {
            match merged.iter_mut().find(|known| known.name == field.name) {
                Some(known) if known.values.contains(&&field.value) => {}
                Some(known) => known.values.push(&field.value),
                None => merged.push(DescribedField::of(field)),
            }
        }
        for field in &mut merged {
            field.is_required = objects.iter().all(|object| {
                object.fields.iter().any(|it| it.name == field.name && it.is_required)
            });
        }
        merged
    }
}

impl<'a> DescribedField<'a> {
    fn of(field: &'a Field) -> Self {
        Self { name: &field.name, is_required: field.is_required, values: vec![&field.value] }
    }
}
