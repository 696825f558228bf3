//! Where in the request each parameter goes.

use proc_macro2::Ident;
use syn::ext::IdentExt as _;
use syn::{FnArg, LitStr, Pat, PatType, Signature, Type};

use super::options::refused_header;
use crate::errors::{Errors, closest};
use crate::grammar::{EndpointOptions, Flag, Method};
use crate::model::{Param, Position};
use crate::path;

/// Returns the parameters that have a position. The others are mistakes.
pub(super) fn positions(
    signature: &Signature,
    options: &EndpointOptions,
    errors: &mut Errors,
) -> Vec<Param> {
    // Without a path, it is unknown which parameters belong to it.
    let Some(path) = &options.path else { return Vec::new() };
    let placeholders = match path::placeholders(&path.value()) {
        Ok(placeholders) => placeholders.into_iter().map(str::to_owned).collect::<Vec<_>>(),
        Err(message) => {
            errors.at(path.span(), message);
            return Vec::new();
        }
    };
    let header = options.header.as_ref().map(|header| parameter_of(&header.value));
    let (mut params, mut others) = (Vec::new(), Vec::new());
    for (ident, ty) in named(signature) {
        match position(&ident, &placeholders, header.as_deref()) {
            Some(position) => params.push(Param { ident, ty, position }),
            None => others.push((ident, ty)),
        }
    }
    let mut lacks_header =
        options.is_header_broken || header_is_unfilled(signature, options, &params, errors);
    let is_unfilled = |name: &&String| !params.iter().any(|param| param.ident.unraw() == **name);
    let mut unfilled: Vec<&String> = placeholders.iter().filter(is_unfilled).collect();
    for (ident, ty) in others {
        let name = ident.unraw().to_string();
        // A parameter and a placeholder (or header) with different names are one mistake.
        if let Some(placeholder) = take_counterpart(&name, &mut unfilled) {
            errors.at(path.span(), without_parameter(placeholder, signature, Some(&name)));
            continue;
        }
        if std::mem::take(&mut lacks_header) {
            continue;
        }
        let meant = closest(&name, &["body", "query"]);
        errors.at(ident.span(), unused(&name, meant));
        let position = match meant {
            Some("body") => Position::Body,
            Some(_) => Position::Query,
            None => continue,
        };
        params.push(Param { ident, ty, position });
    }
    for name in unfilled {
        errors.at(path.span(), without_parameter(name, signature, None));
    }
    params
}

fn without_parameter(placeholder: &str, signature: &Signature, other: Option<&str>) -> String {
    let method = &signature.ident;
    match other {
        Some(other) => format!(
            "the path names `{{{placeholder}}}`, but the parameter of `{method}` is `{other}`: \
             rename one of the two"
        ),
        None => format!(
            "the path names `{{{placeholder}}}`, but `{method}` has no parameter `{placeholder}`: add it"
        ),
    }
}

/// Whether the endpoint names a header that no parameter fills.
fn header_is_unfilled(
    signature: &Signature,
    options: &EndpointOptions,
    params: &[Param],
    errors: &mut Errors,
) -> bool {
    let Some(header) = options.header.as_ref().map(|header| &header.value) else { return false };
    if params.iter().any(|param| param.position == Position::Header) {
        return false;
    }
    // An invalid name is reported elsewhere.
    if refused_header(&header.value()).is_none() {
        let name = parameter_of(header);
        let message = if params.iter().any(|param| param.ident.unraw() == name) {
            format!("`{name}` already fills a placeholder: it cannot fill a header too")
        } else {
            format!(
                "`{}` has no parameter `{name}` that fills this header: add it",
                signature.ident
            )
        };
        errors.at(header.span(), message);
    }
    true
}

fn named(signature: &Signature) -> Vec<(Ident, Type)> {
    let named = signature.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(PatType { pat, ty, .. }) => match &**pat {
            Pat::Ident(name) => Some((name.ident.clone(), (**ty).clone())),
            // Already reported.
            _ => None,
        },
        FnArg::Receiver(_) => None,
    });
    named.collect()
}

fn position(ident: &Ident, placeholders: &[String], header: Option<&str>) -> Option<Position> {
    let name = ident.unraw().to_string();
    match name.as_str() {
        _ if placeholders.contains(&name) => Some(Position::Path),
        _ if header == Some(&name) => Some(Position::Header),
        "body" => Some(Position::Body),
        "query" => Some(Position::Query),
        _ => None,
    }
}

/// `upvest-client-id` is filled by `upvest_client_id`.
fn parameter_of(header: &LitStr) -> String {
    header.value().to_lowercase().replace(|letter: char| !letter.is_alphanumeric(), "_")
}

/// The placeholder that this parameter was probably meant to fill; removes it from the list.
fn take_counterpart<'n>(name: &str, unfilled: &mut Vec<&'n String>) -> Option<&'n String> {
    if closest(name, &["body", "query"]).is_some() {
        return None;
    }
    let names: Vec<&str> = unfilled.iter().map(|name| name.as_str()).collect();
    let counterpart = closest(name, &names).or_else(|| names.first().copied())?;
    let position = unfilled.iter().position(|name| *name == counterpart)?;
    Some(unfilled.remove(position))
}

fn unused(name: &str, meant: Option<&str>) -> String {
    match meant {
        Some(meant) => format!("unused parameter `{name}`: did you mean `{meant}`?"),
        None => format!(
            "unused parameter `{name}`: write `{{{name}}}` in the path, or name it \
             `body` (sent as JSON) or `query` (sent as the query string)"
        ),
    }
}

pub(super) fn body_fits_the_method(
    options: &EndpointOptions,
    params: &[Param],
    errors: &mut Errors,
) {
    let body = params.iter().find(|param| param.position == Position::Body);
    if let (Some(method), Some(body)) = (options.method, body)
        && matches!(method.value, Method::Get | Method::Delete)
    {
        let method = method.value.as_str();
        errors.at(
            body.ident.span(),
            format!("a `{method}` has no body: send the data as `query`, or change the method"),
        );
    }
    if let (Some(form), None) = (options.flag(Flag::Form), body)
        && options.path.is_some()
    {
        errors.at(
            form,
            "`form` says how the body is sent, but there is no parameter `body`: add it, or remove \
             `form`",
        );
    }
}

/// `None` would be sent as `null` in a body, and cannot be written in a path.
pub(super) fn are_never_left_out(params: &[Param], errors: &mut Errors) {
    for Param { ident, ty, position: _ } in params {
        let Type::Path(path) = bare(ty) else { continue };
        if path.path.segments.last().is_some_and(|last| last.ident == "Option") {
            let instead = match ident.unraw().to_string().as_str() {
                "query" => "make fields of the query optional instead",
                "body" => "make fields of the body optional instead",
                _ => "declare a second method without it instead",
            };
            errors.on(
                ty,
                format!("`{ident}` is always sent, so it cannot be an `Option`: {instead}"),
            );
        }
    }
}

/// Without references, brackets, and what a `macro_rules` macro puts around a type.
fn bare(ty: &Type) -> &Type {
    match ty {
        Type::Reference(reference) => bare(&reference.elem),
        Type::Paren(paren) => bare(&paren.elem),
        Type::Group(group) => bare(&group.elem),
        other => other,
    }
}
