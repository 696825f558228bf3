//! One of several objects.

use super::fields::FIELDS;
use super::{Comparison, Format, Site};
use crate::api::types::{OneOf as DescribedOneOf, Shape, Use};
use crate::check::declared::{Alternative, OneOf, Ty};
use crate::check::drift::DriftKind;

impl<'a> Comparison<'a> {
    /// Compares an enum of objects with a described choice, or with a single object.
    pub(super) fn one_of(
        &mut self,
        site: Site<'_>,
        index: usize,
        one_of: &'a OneOf,
        ty: &Ty,
        described: &'a Use,
    ) {
        let alternatives: Vec<&'a Use> = match self.api.types.shape(described.id) {
            Shape::OneOf(DescribedOneOf { alternatives, .. }) => alternatives.iter().collect(),
            Shape::Object(_) => vec![described],
            _ => return self.mismatch(site, ty, described),
        };
        self.name(index, described);
        if !self.compared.insert((index, described.id, site.direction)) {
            return;
        }
        let pairs = self.pairs(site, one_of, described, &alternatives);
        for (at, alternative) in one_of.alternatives.iter().enumerate() {
            let objects = alternatives.iter().zip(&pairs);
            let objects: Vec<&'a Use> = objects
                .filter(|(_, pair)| pair.declared == Some(at))
                .map(|(object, _)| *object)
                .collect();
            self.alternative(site, index, one_of, alternative, &objects);
        }
        for (object, pair) in alternatives.iter().zip(&pairs) {
            if pair.declared.is_none() {
                self.missing_alternative(site, index, one_of, object, pair.text.as_deref());
            }
        }
    }

    /// Compares an alternative with the objects that are read as it.
    fn alternative(
        &mut self,
        site: Site<'_>,
        index: usize,
        one_of: &'a OneOf,
        alternative: &'a Alternative,
        objects: &[&'a Use],
    ) {
        let subject = format!("`{}`", alternative.name);
        let inner = Site { position: alternative.position, line: None, ..site.part(&subject) };
        let payload = self.resolved(&alternative.payload, site.direction);
        match (objects, payload) {
            ([], _) => self.extra_alternative(site, index, alternative),
            ([object], _) if one_of.contains_field => self.shape(inner, payload, object),
            (objects, Ty::Declared(index)) => {
                for object in objects {
                    self.name(*index, object);
                }
                let mut fields = self.merged(objects.iter().copied());
                // Serde's derives add the field that selects, and take it away.
                let selects = one_of.field.as_ref().filter(|_| !one_of.contains_field);
                fields.retain(|field| selects.is_none_or(|name| field.name != name));
                self.fields(inner, *index, &fields, FIELDS);
            }
            (objects, _) => {
                for object in objects {
                    self.shape(inner, payload, object);
                }
            }
        }
    }

    fn missing_alternative(
        &mut self,
        site: Site<'_>,
        index: usize,
        one_of: &OneOf,
        object: &'a Use,
        text: Option<&str>,
    ) {
        let Some(found) = self.declared.types.get(index) else { return };
        let what = match (text, &one_of.field) {
            (Some(text), Some(field)) => format!("the alternative with the {field} `{text}`"),
            _ => "an alternative".to_owned(),
        };
        let message = format!("`{}` lacks {what}", found.name);
        let is_breaking = !site.is_request() && !one_of.is_open;
        let line = self.suggest().alternative(object, text);
        let site = Site { position: found.position, ..site };
        self.drift_with(site, DriftKind::AlternativeAdded, is_breaking, message, Some(line));
    }

    fn extra_alternative(&mut self, site: Site<'_>, index: usize, alternative: &Alternative) {
        // A response without it is read all the same.
        if site.is_request() {
            let name = self.declared.types.get(index).map_or("", |found| found.name.as_str());
            let message =
                format!("the alternative `{}` of `{name}` is not described", alternative.name);
            let site = Site { position: alternative.position, format: Format::Json, ..site };
            self.drift_with(site, DriftKind::AlternativeRemoved, true, message, None);
        }
    }
}
