//! The texts that tell objects from others.

use std::collections::HashMap;

use crate::api::types::{OneOf, Shape, TypeId, Types};
use crate::names::Chosen;

/// Returns the field that tells an object from the other alternatives, and its text. An object that
/// has different texts in different places is left out: its author has to choose.
pub(super) fn tags<'a>(
    types: &'a Types,
    chosen: &'a Chosen,
) -> HashMap<TypeId, (&'a str, &'a str)> {
    let mut tags: HashMap<TypeId, Option<(&str, &str)>> = HashMap::new();
    for owner in chosen.types.keys() {
        let Shape::OneOf(OneOf { tag: Some(tag), alternatives, .. }) = types.shape(*owner) else {
            continue;
        };
        for (alternative, text) in alternatives.iter().zip(&tag.texts) {
            let text = (tag.field.as_str(), text.as_str());
            let known = tags.entry(alternative.id).or_insert(Some(text));
            *known = known.filter(|known| *known == text);
        }
    }
    tags.into_iter().filter_map(|(id, text)| Some((id, text?))).collect()
}
