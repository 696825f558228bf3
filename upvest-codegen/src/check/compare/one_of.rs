//! One of several objects.

use super::fields::FIELDS;
use super::{Comparison, Format, Site};
use crate::api::types::{Object, OneOf as DescribedOneOf, Shape, Use};
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
        let texts = self.selecting_texts(one_of, described, &alternatives);
        let mut is_used = vec![false; one_of.alternatives.len()];
        for (object, text) in alternatives.into_iter().zip(texts) {
            let found = match &text {
                Some(text) => {
                    one_of.alternatives.iter().position(|it| it.text.as_ref() == Some(text))
                }
                None => self.closest(one_of, object, &is_used, site),
            };
            match found.and_then(|at| Some((one_of.alternatives.get(at)?, is_used.get_mut(at)?))) {
                Some((alternative, is_used)) => {
                    *is_used = true;
                    self.alternative(site, one_of, alternative, object);
                }
                None => self.missing_alternative(site, index, one_of, object, text.as_deref()),
            }
        }
        for (alternative, _) in
            one_of.alternatives.iter().zip(is_used).filter(|(_, is_used)| !is_used)
        {
            self.extra_alternative(site, index, alternative);
        }
    }

    /// The text that selects each described object, where the declaration selects by a text.
    fn selecting_texts(
        &self,
        one_of: &OneOf,
        described: &Use,
        alternatives: &[&Use],
    ) -> Vec<Option<String>> {
        let Some(field) = &one_of.field else { return vec![None; alternatives.len()] };
        if let Shape::OneOf(DescribedOneOf { tag: Some(tag), .. }) =
            self.api.types.shape(described.id)
            && tag.field == *field
        {
            return tag.texts.iter().cloned().map(Some).collect();
        }
        let only_text = |object: &&Use| {
            let Shape::Object(Object { fields, .. }) = self.api.types.shape(object.id) else {
                return None;
            };
            let field = fields.iter().find(|it| it.name == *field)?;
            match self.api.types.shape(field.value.id) {
                Shape::Enum(texts) => texts
                    .iter()
                    .find(|text| {
                        one_of.alternatives.iter().any(|it| it.text.as_ref() == Some(text))
                    })
                    .or_else(|| texts.first())
                    .cloned(),
                _ => None,
            }
        };
        alternatives.iter().map(only_text).collect()
    }

    /// The unused alternative that shares the most fields with an object.
    fn closest(
        &mut self,
        one_of: &'a OneOf,
        object: &Use,
        is_used: &[bool],
        site: Site<'_>,
    ) -> Option<usize> {
        let described = self.described_fields(object)?;
        let mut closest: Option<(usize, usize)> = None;
        for (at, alternative) in one_of.alternatives.iter().enumerate() {
            let Ty::Declared(index) = self.resolved(&alternative.payload, site.direction) else {
                continue;
            };
            let entries = self.entries(site, *index).all;
            let shared = described
                .iter()
                .filter(|field| entries.iter().any(|it| it.has_name(field.name, site.direction)))
                .count();
            let different = entries.len() + described.len() - 2 * shared.min(entries.len());
            let is_free = is_used.get(at) == Some(&false);
            if is_free && shared > 0 && closest.is_none_or(|(_, least)| different < least) {
                closest = Some((at, different));
            }
        }
        closest.map(|(at, _)| at)
    }

    fn alternative(
        &mut self,
        site: Site<'_>,
        one_of: &'a OneOf,
        alternative: &'a Alternative,
        object: &'a Use,
    ) {
        let subject = format!("`{}`", alternative.name);
        let site = Site { position: alternative.position, line: None, ..site.part(&subject) };
        let payload = self.resolved(&alternative.payload, site.direction);
        let fields = self.described_fields(object);
        // Serde's derives add the field that selects, and take it away.
        let (Some(field), Ty::Declared(index), Some(mut fields)) = (&one_of.field, payload, fields)
        else {
            return self.shape(site, payload, object);
        };
        if one_of.contains_field {
            return self.shape(site, payload, object);
        }
        fields.retain(|it| it.name != field);
        self.name(*index, object);
        self.fields(site, *index, &fields, FIELDS);
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
        // With a field that selects, an unknown object is read as `Other`.
        let has_other = one_of.field.is_some() && one_of.contains_field;
        let is_breaking = !site.is_request() && !has_other;
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
