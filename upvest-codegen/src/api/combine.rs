//! `oneOf`, `anyOf` and `allOf`.

use std::collections::{HashMap, HashSet};

use indexmap::{IndexMap, IndexSet};
use serde_json::Value;

use super::scalar::{Scalar, scalar};
use super::schema::UNDESCRIBED;
use super::types::{Counts, Field, Object, OneOf, Shape, Tag, Text, Types, Use};
use crate::openapi::Discriminator;

/// A value that fits one of the alternatives.
pub(super) fn one_of(
    types: &mut Types,
    alternatives: Vec<Use>,
    title: Option<String>,
    discriminator: Option<&Discriminator>,
) -> Use {
    let is_nullable = alternatives.iter().any(|alternative| alternative.is_nullable);
    if alternatives.iter().all(|alternative| only_requires(types, alternative)) {
        return Use::plain(types.add(Shape::Any(None)));
    }
    let mut different = IndexSet::new();
    for mut alternative in flat(types, alternatives) {
        // One for `null` alone. Without `null`, any value fits.
        let is_null = alternative.is_nullable && says_nothing(types, &alternative);
        alternative.is_nullable = false;
        if !is_null {
            different.insert(alternative);
        }
    }
    let mut different: Vec<Use> = different.into_iter().collect();
    // Alternatives with the same fields may still have different texts in the discriminator.
    if discriminator.is_none() {
        different = without_absorbed(types, different);
    }
    let mut value = match <[Use; 1]>::try_from(different) {
        Ok([only]) => only,
        Err(different) => {
            let shape = choice(types, different, title, discriminator);
            Use::plain(types.add(shape))
        }
    };
    value.is_nullable |= is_nullable;
    value
}

/// The alternatives, with those of alternatives that are themselves a choice.
fn flat(types: &Types, alternatives: Vec<Use>) -> Vec<Use> {
    alternatives
        .into_iter()
        .flat_map(|alternative| match types.shape(alternative.id) {
            Shape::OneOf(OneOf { tag: None, alternatives, .. }) => alternatives.clone(),
            _ => vec![alternative],
        })
        .collect()
}

/// The alternatives without those of which another one has all fields and requires no more: that one
/// reads and writes all values of both.
fn without_absorbed(types: &Types, alternatives: Vec<Use>) -> Vec<Use> {
    let fields = |alternative: &Use| match types.shape(alternative.id) {
        Shape::Object(object) => {
            Some(object.fields.iter().map(|it| (it.name.as_str(), it)).collect())
        }
        _ => None,
    };
    let fields: Vec<Option<HashMap<&str, &Field>>> = alternatives.iter().map(fields).collect();
    let further = |at: usize| match alternatives.get(at).map(|it| types.shape(it.id)) {
        Some(Shape::Object(object)) => object.further.as_ref(),
        _ => None,
    };
    let mut is_left = vec![true; alternatives.len()];
    for (at, part) in fields.iter().enumerate() {
        let Some(part) = part else { continue };
        let is_absorbed = fields.iter().zip(&is_left).enumerate().any(|(other, (all, is_left))| {
            let has_further = further(at).is_none() || further(at) == further(other);
            let absorbs = || all.as_ref().is_some_and(|all| absorbs(all, part));
            other != at && *is_left && has_further && absorbs()
        });
        if let Some(is_left) = is_left.get_mut(at) {
            *is_left = !is_absorbed;
        }
    }
    let left = alternatives.into_iter().zip(is_left).filter(|(_, is_left)| *is_left);
    left.map(|(alternative, _)| alternative).collect()
}

fn absorbs(all: &HashMap<&str, &Field>, part: &HashMap<&str, &Field>) -> bool {
    let has_all = part.iter().all(|(name, field)| {
        all.get(name).is_some_and(|it| {
            // Another default is another text of a tag.
            let is_same =
                it.value == field.value && it.value.notes.default == field.value.notes.default;
            is_same && (!it.is_required || field.is_required)
        })
    });
    has_all && all.iter().all(|(name, field)| !field.is_required || part.contains_key(name))
}

/// Whether any value fits. A part such as `nullable: true` alone says nothing of the type.
fn says_nothing(types: &Types, value: &Use) -> bool {
    matches!(types.shape(value.id), Shape::Any(None)) && value.notes.component.is_none()
}

/// Whether an alternative only says which fields there must be, as in "one of these two".
fn only_requires(types: &Types, value: &Use) -> bool {
    match types.shape(value.id) {
        Shape::Object(Object { fields, further: None, .. }) => fields
            .iter()
            .all(|field| matches!(types.shape(field.value.id), Shape::Any(Some(UNDESCRIBED)))),
        _ => false,
    }
}

fn choice(
    types: &mut Types,
    alternatives: Vec<Use>,
    title: Option<String>,
    discriminator: Option<&Discriminator>,
) -> Shape {
    let shapes: Vec<Shape> =
        alternatives.iter().map(|alternative| types.shape(alternative.id).clone()).collect();
    let all = |fits: fn(&Shape) -> bool| shapes.iter().all(fits);
    if all(|shape| matches!(shape, Shape::List(..))) {
        // A list of at most 0 items says nothing of its items.
        let items = shapes.into_iter().filter_map(|shape| match shape {
            Shape::List(_, Counts { most: Some(0), .. }) => None,
            Shape::List(items, _) => Some(items),
            _ => None,
        });
        let items = items.collect();
        Shape::List(one_of(types, items, title, discriminator), Counts::default())
    } else if all(|shape| matches!(shape, Shape::Enum(_))) {
        let texts = shapes.into_iter().filter_map(|shape| match shape {
            Shape::Enum(texts) => Some(texts),
            _ => None,
        });
        let different: IndexSet<String> = texts.flatten().collect();
        Shape::Enum(different.into_iter().collect())
    } else if all(|shape| matches!(shape, Shape::Enum(_) | Shape::Text(_))) {
        Shape::Text(Text::default())
    } else if all(|shape| matches!(shape, Shape::Object(_) | Shape::OneOf(_))) {
        let objects: Vec<Object> = shapes
            .into_iter()
            .filter_map(|shape| match shape {
                Shape::Object(object) => Some(object),
                _ => None,
            })
            .collect();
        let tag = tag(types, &alternatives, &objects, discriminator);
        Shape::OneOf(OneOf { title, tag, alternatives })
    } else {
        Shape::Any(Some("its alternatives have several types"))
    }
}

/// The field that tells the objects apart: that of the discriminator, or a required one with another
/// text in each object, which is its only value or its default.
fn tag(
    types: &Types,
    alternatives: &[Use],
    objects: &[Object],
    discriminator: Option<&Discriminator>,
) -> Option<Tag> {
    let first = objects.first().filter(|_| objects.len() == alternatives.len())?;
    let candidates = first.fields.iter().map(|field| field.name.as_str());
    let candidates = discriminator.iter().map(|it| it.property_name.as_str()).chain(candidates);
    for name in candidates {
        let texts: Option<Vec<String>> = objects
            .iter()
            .zip(alternatives)
            .map(|(object, alternative)| {
                let field = object.fields.iter().find(|field| field.name == name)?;
                if !is_text(types, field) {
                    return None;
                }
                let is_tag = discriminator.is_some_and(|it| it.property_name == name);
                let mapped = || mapped(alternative, discriminator.filter(|_| is_tag)?);
                only_text(types, field)
                    .or_else(|| mapped().filter(|text| may_be(types, field, text)))
            })
            .collect();
        let is_different =
            |texts: &Vec<String>| texts.iter().collect::<HashSet<_>>().len() == texts.len();
        if let Some(texts) = texts.filter(is_different) {
            return Some(Tag { field: name.to_owned(), texts });
        }
    }
    None
}

/// Whether a field always has a text.
fn is_text(types: &Types, field: &Field) -> bool {
    let shape = types.shape(field.value.id);
    let is_text = matches!(shape, Shape::Enum(_))
        || scalar(shape, &field.value.notes) == Some(Scalar::String);
    is_text && field.is_required && !field.value.is_nullable
}

fn only_text(types: &Types, field: &Field) -> Option<String> {
    match (types.shape(field.value.id), &field.value.notes.default) {
        (Shape::Enum(texts), _) => match texts.as_slice() {
            [only] => Some(only.clone()),
            _ => None,
        },
        // Upvest's way to say that it is the only one; elsewhere, a default is just that.
        (Shape::Text(_), Some(Value::String(text))) if ["type", "kind"].contains(&&*field.name) => {
            Some(text.clone())
        }
        _ => None,
    }
}

fn may_be(types: &Types, field: &Field, text: &str) -> bool {
    match types.shape(field.value.id) {
        Shape::Enum(texts) => texts.iter().any(|known| known == text),
        _ => true,
    }
}

/// The text that a discriminator has for a shared schema: by its mapping, else its name.
fn mapped(alternative: &Use, discriminator: &Discriminator) -> Option<String> {
    let name = alternative.notes.component.as_ref()?;
    let path = format!("#/components/schemas/{name}");
    let text = discriminator.mapping.iter().find(|(_, target)| **target == path || *target == name);
    Some(text.map_or_else(|| name.clone(), |(text, _)| text.clone()))
}

/// A value that fits all parts.
pub(super) fn all_of(types: &mut Types, parts: Vec<Use>, title: Option<String>) -> Use {
    // OpenAPI 3.0 has no way to say `nullable: true` next to a `$ref`, so descriptions say it in a
    // part.
    let is_nullable = parts.iter().any(|part| part.is_nullable);
    let parts = parts.into_iter().filter(|part| !says_nothing(types, part));
    let different: IndexSet<Use> = parts.collect();
    let different: Vec<Use> = different.into_iter().collect();
    let mut value = match <[Use; 1]>::try_from(different) {
        Ok([only]) => only,
        Err(parts) => {
            let shape = both(types, &parts, title);
            Use::plain(types.add(shape))
        }
    };
    value.is_nullable |= is_nullable;
    value
}

fn both(types: &mut Types, parts: &[Use], title: Option<String>) -> Shape {
    let mut fields: IndexMap<String, Field> = IndexMap::new();
    let mut further = None;
    let mut text: Option<Text> = None;
    let mut choice: Option<OneOf> = None;
    for part in parts {
        match types.shape(part.id).clone() {
            Shape::Object(object) => {
                further = object.further.or(further);
                merge(&mut fields, types, object.fields);
            }
            Shape::Map(values) => further = Some(values),
            Shape::Text(more) => {
                let known = text.get_or_insert_default();
                known.format = more.format.or(known.format.take());
                known.pattern = more.pattern.or(known.pattern.take());
                known.length.least = more.length.least.or(known.length.least);
                known.length.most = more.length.most.or(known.length.most);
            }
            Shape::OneOf(one_of) if choice.is_none() => choice = Some(one_of),
            Shape::Any(Some(why)) => return Shape::Any(Some(why)),
            _ => return Shape::Any(Some("its parts do not fit together")),
        }
    }
    match (text, choice) {
        (None, None) if parts.is_empty() => Shape::Any(None),
        (Some(text), None) if fields.is_empty() && further.is_none() => Shape::Text(text),
        (None, None) => {
            Shape::Object(Object { title, fields: fields.into_values().collect(), further })
        }
        (None, Some(mut choice)) => {
            let is_object = |it: &Use| matches!(types.shape(it.id), Shape::Object(_));
            if !choice.alternatives.iter().all(is_object) {
                return Shape::Any(Some("its alternatives are choices themselves"));
            }
            for alternative in &mut choice.alternatives {
                if let Shape::Object(object) = types.shape(alternative.id).clone() {
                    let mut all = fields.clone();
                    merge(&mut all, types, object.fields);
                    let fields = all.into_values().collect();
                    let further = object.further.or(further.clone());
                    alternative.id =
                        types.add(Shape::Object(Object { title: object.title, fields, further }));
                }
            }
            Shape::OneOf(OneOf { title: title.or(choice.title), ..choice })
        }
        (Some(_), _) => Shape::Any(Some("its parts do not fit together")),
    }
}

/// Adds fields. One that is required in any part is required.
fn merge(fields: &mut IndexMap<String, Field>, types: &Types, more: Vec<Field>) {
    for mut field in more {
        if let Some(known) = fields.get(&field.name) {
            field.is_required |= known.is_required;
            if matches!(types.shape(field.value.id), Shape::Any(Some(UNDESCRIBED))) {
                field.value = known.value.clone();
            }
        }
        fields.insert(field.name.clone(), field);
    }
}
