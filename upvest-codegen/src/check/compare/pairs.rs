//! Which declared alternative is which described object.

use super::{Comparison, Site};
use crate::api::types::{Object, OneOf as DescribedOneOf, Shape, Use};
use crate::check::declared::{OneOf, Ty};

/// A described object, and the declared alternative for it.
#[derive(Debug)]
pub(super) struct Pair {
    /// The text that selects the object, where the declaration selects by a text.
    pub(super) text: Option<String>,
    /// The index of the alternative.
    pub(super) declared: Option<usize>,
}

/// How near a declared alternative is to a described object.
#[derive(Debug, Clone, Copy)]
struct Distance {
    object: usize,
    alternative: usize,
    /// The number of fields that both have.
    shared: usize,
    /// The number of fields that only one of them has.
    different: usize,
}

impl<'a> Comparison<'a> {
    /// Finds the alternative for each object: by its text, or else by its fields.
    pub(super) fn pairs(
        &mut self,
        site: Site<'_>,
        one_of: &'a OneOf,
        described: &Use,
        objects: &[&Use],
    ) -> Vec<Pair> {
        let texts = self.texts_of(one_of, described, objects);
        let with_text = |text: &String| {
            one_of.alternatives.iter().position(|it| it.text.as_ref() == Some(text))
        };
        let mut pairs: Vec<Pair> = texts
            .into_iter()
            .map(|text| Pair { declared: text.as_ref().and_then(with_text), text })
            .collect();
        let mut distances = self.distances(site, one_of, objects);
        distances.sort_by_key(|it| (it.different, it.object, it.alternative));
        for distance in &distances {
            let is_used = pairs.iter().any(|pair| pair.declared == Some(distance.alternative));
            join(&mut pairs, *distance, !is_used && distance.shared > 0);
        }
        // What is left may be read as an alternative that is taken, if it is much the same.
        for distance in &distances {
            join(&mut pairs, *distance, distance.shared > distance.different);
        }
        pairs
    }

    /// The text that selects each object.
    fn texts_of(&self, one_of: &OneOf, described: &Use, objects: &[&Use]) -> Vec<Option<String>> {
        let Some(field) = &one_of.field else { return vec![None; objects.len()] };
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
            let Shape::Enum(texts) = self.api.types.shape(field.value.id) else { return None };
            let is_declared = |text: &&String| {
                one_of.alternatives.iter().any(|it| it.text.as_ref() == Some(text))
            };
            texts.iter().find(is_declared).or_else(|| texts.first()).cloned()
        };
        objects.iter().map(only_text).collect()
    }

    fn distances(&mut self, site: Site<'_>, one_of: &'a OneOf, objects: &[&Use]) -> Vec<Distance> {
        let mut distances = Vec::new();
        for (alternative, declared) in one_of.alternatives.iter().enumerate() {
            let Ty::Declared(index) = self.resolved(&declared.payload, site.direction) else {
                continue;
            };
            let entries = self.entries(site, *index).all;
            for (object, described) in objects.iter().enumerate() {
                let Some(fields) = self.described_fields(described) else { continue };
                let is_declared =
                    |name: &str| entries.iter().any(|it| it.has_name(name, site.direction));
                let shared = fields.iter().filter(|field| is_declared(field.name)).count();
                let different = (entries.len() + fields.len()).saturating_sub(2 * shared);
                distances.push(Distance { object, alternative, shared, different });
            }
        }
        distances
    }
}

/// Gives the object this alternative, unless a text or a nearer one was found.
fn join(pairs: &mut [Pair], distance: Distance, is_right: bool) {
    if let Some(pair) = pairs.get_mut(distance.object)
        && is_right
        && pair.declared.is_none()
        && pair.text.is_none()
    {
        pair.declared = Some(distance.alternative);
    }
}
