//! Which fields `echoes` may name, and which endpoints can have it.

use syn::Type;

use crate::errors::Errors;
use crate::grammar::{EndpointOptions, Flag};
use crate::model::{Param, Position, response_of};
use crate::path;

/// The body and the response are JSON objects, and each field is named once.
pub(super) fn are_comparable(
    options: &EndpointOptions,
    params: &[Param],
    returns: Option<&Type>,
    errors: &mut Errors,
) {
    let Some(echoes) = &options.echoes else { return };
    for (index, field) in echoes.value.iter().enumerate() {
        let value = field.value();
        if value.is_empty() || value.contains(|c: char| c.is_whitespace() || c.is_control()) {
            errors.at(field.span(), "a field is one word such as \"amount\"");
        } else if echoes.value.iter().take(index).any(|earlier| earlier.value() == value) {
            errors.at(field.span(), format!("the field \"{value}\" is named twice: remove one"));
        }
    }

    let name = &echoes.name;
    let chooses_accept =
        options.header.as_ref().is_some_and(|header| header.value.value() == "accept");
    let other = [
        (options.flag(Flag::Form).is_some(), "form"),
        (options.flag(Flag::Redirect).is_some(), "redirect"),
        (options.accept.is_some() || chooses_accept, "accept"),
    ];
    if let Some((_, other)) = other.iter().find(|(is_given, _)| *is_given) {
        errors.at(
            name.span(),
            format!(
                "`echoes` compares a JSON body with a JSON response, and with `{other}` one of them \
                 is not: remove `echoes` or `{other}`"
            ),
        );
        return;
    }
    // Without a valid path, nothing is known about the parameters.
    let has_path =
        options.path.as_ref().is_some_and(|path| path::placeholders(&path.value()).is_ok());
    if has_path && !params.iter().any(|param| param.position == Position::Body) {
        errors.at(
            name.span(),
            "`echoes` names fields of the body, but there is no parameter `body`: add it, or remove \
             `echoes`",
        );
    } else if returns.and_then(response_of).is_some_and(is_nothing) {
        errors.at(
            name.span(),
            "`echoes` compares the body with the response, but `()` reads no response: return a type \
             with these fields, or remove `echoes`",
        );
    }
}

fn is_nothing(ty: &Type) -> bool {
    matches!(ty, Type::Tuple(tuple) if tuple.elems.is_empty())
}
