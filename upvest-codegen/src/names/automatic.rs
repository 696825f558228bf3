//! The names of types that an author would choose.

use indexmap::IndexMap;

use super::choose::{Origin, TypeName};
use super::titles;
use super::words::{camel, singular, snake};
use crate::api::types::{Notes, Object, OneOf, Shape, TypeId, Types};

/// The names that an author would choose, the best first.
pub(super) fn automatic(
    types: &Types,
    id: TypeId,
    origin: &Origin,
    notes: &Notes,
    chosen: &IndexMap<TypeId, TypeName>,
) -> Vec<String> {
    if let Some(component) = &notes.component {
        return vec![camel(component)];
    }
    let title = match types.shape(id) {
        Shape::Object(Object { title, .. }) | Shape::OneOf(OneOf { title, .. }) => title.as_deref(),
        _ => None,
    };
    let name = |owner: &TypeId| chosen.get(owner).map_or("", |it| it.name.as_str());
    let (best, other) = match origin {
        Origin::Request(operation) => (None, camel(operation)),
        Origin::Response { operation, is_item: false } => {
            let best = match title {
                Some(title) => titles::of_list(title).or_else(|| titles::of_response(title)),
                None => Some(camel(&object(operation))),
            };
            (best, camel(operation) + "Response")
        }
        Origin::Response { operation, is_item: true } => {
            (title.and_then(titles::of_response), camel(&singular(&object(operation))))
        }
        Origin::Event(webhook) => (title.and_then(titles::of_response), camel(webhook) + "Object"),
        Origin::Query { operation, parameter } => {
            // All lists share it.
            let is_order = is_sort_order(types.shape(id));
            let best = is_order.then(|| "SortOrder".to_owned());
            (best, camel(&format!("{operation} {parameter}")))
        }
        Origin::Field { owner, field, is_item } => {
            (title.and_then(titles::of_part), of_field(name(owner), field, *is_item))
        }
        Origin::Alternative(owner) => {
            let owner = name(owner);
            let part = title.and_then(titles::of_part);
            let (whole, part) = match part {
                Some(part) if part.starts_with(owner) => (Some(part.clone()), part),
                part => (None, part.unwrap_or_else(|| "Alternative".to_owned())),
            };
            (whole, owner.to_owned() + &part)
        }
    };
    best.into_iter().chain([other]).collect()
}

fn is_sort_order(shape: &Shape) -> bool {
    let Shape::Enum(texts) = shape else { return false };
    texts.iter().all(|text| ["ASC", "DESC"].contains(&text.as_str()))
}

/// What an operation is about: `users` of `list_users`.
fn object(operation: &str) -> String {
    let operation = snake(operation);
    operation.split_once('_').map_or(operation.clone(), |(_, object)| object.to_owned())
}

/// The name of a field's type: `OrderSide` for `side` of `Order`, `OrderType` for its `order_type`,
/// and `VerificationKey` for an item of `keys` of `VerificationKeys`.
fn of_field(owner: &str, field: &str, is_item: bool) -> String {
    let name = camel(field);
    match owner.strip_suffix(name.as_str()) {
        Some(rest) if is_item && singular(field) != field => {
            rest.to_owned() + &camel(&singular(field))
        }
        Some(_) if is_item => owner.to_owned() + "Item",
        _ if name.starts_with(owner) => name,
        _ if is_item => owner.to_owned() + &camel(&singular(field)),
        _ => owner.to_owned() + &name,
    }
}
