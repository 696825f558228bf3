//! The fields that a response repeats, as a person named them.

use super::types::{Object, OneOf, Shape, Types, Use};
use super::{Operation, Response};

/// Returns a named field that is not in both the request and the response, and which of the two
/// lacks it. Such a field compares nothing.
pub(crate) fn missing_echo<'e>(
    types: &Types,
    operation: &Operation,
    echoes: impl IntoIterator<Item = &'e String>,
) -> Option<(&'e str, &'static str)> {
    let body = operation.body.as_ref().filter(|body| !body.is_form).map(|body| &body.value);
    let response = operation.responses.iter().find_map(|response| match response {
        Response::Json(value) => Some(value),
        _ => None,
    });
    let has = |value: Option<&Use>, name| value.is_some_and(|value| has_field(types, value, name));
    echoes.into_iter().find_map(|name| match (has(body, name), has(response, name)) {
        (true, true) => None,
        (true, false) => Some((name.as_str(), "response")),
        (false, _) => Some((name.as_str(), "request")),
    })
}

fn has_field(types: &Types, value: &Use, name: &str) -> bool {
    match types.shape(value.id) {
        Shape::Object(Object { fields, .. }) => fields.iter().any(|field| field.name == name),
        Shape::OneOf(OneOf { alternatives, .. }) => {
            alternatives.iter().any(|alternative| has_field(types, alternative, name))
        }
        _ => false,
    }
}
