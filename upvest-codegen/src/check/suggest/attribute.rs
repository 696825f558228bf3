//! `#[endpoint(…)]`.

use crate::api::rules::{placeholder, placeholders};
use crate::api::{Operation, Response};
use crate::check::declared::Endpoint;
use crate::check::matching::Match;
use crate::names::words::snake;

/// The longest attribute on one line, within a trait.
const LONGEST_LINE: usize = 96;

/// Returns the attribute of a declared endpoint, as the description has it.
pub(in crate::check) fn attribute_of(found: &Match<'_>, operation: &Operation) -> String {
    let endpoint = found.endpoint;
    let path = with_placeholders(&operation.path, &endpoint.placeholders());
    let accept = operation.responses.iter().find(|it| {
        let is_bytes = matches!(it, Response::Bytes(_));
        is_bytes && endpoint.accept.is_some() && !endpoint.chooses_content()
    });
    let response = accept.or(operation.responses.first());
    attribute(operation, &path, response, &found.api.scopes, Some(endpoint))
}

/// Returns the attribute of a new endpoint, in a trait with these scopes.
pub(super) fn new_attribute(
    operation: &Operation,
    response: &Response,
    scopes: &[String],
) -> String {
    let names: Vec<String> = placeholders(&operation.path).map(snake).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let path = with_placeholders(&operation.path, &names);
    attribute(operation, &path, Some(response), scopes, None)
}

/// The path with these names of placeholders, if there are as many.
fn with_placeholders(path: &str, names: &[&str]) -> String {
    if placeholders(path).count() != names.len() {
        return path.to_owned();
    }
    let mut names = names.iter();
    let segments: Vec<String> = path
        .split('/')
        .map(|segment| match placeholder(segment) {
            Some(described) => format!("{{{}}}", names.next().unwrap_or(&described)),
            None => segment.to_owned(),
        })
        .collect();
    segments.join("/")
}

fn attribute(
    operation: &Operation,
    path: &str,
    response: Option<&Response>,
    scopes_of_trait: &[String],
    declared: Option<&Endpoint>,
) -> String {
    let mut options = vec![operation.method.to_owned(), format!("\"{path}\"")];
    let is_form = operation.body.as_ref().is_some_and(|body| body.is_form);
    let flags = [
        (operation.is_idempotent, "idempotent"),
        (is_form, "form"),
        (operation.is_anonymous, "anonymous"),
        (operation.is_signed, "signed"),
        (matches!(response, Some(Response::Redirect)), "redirect"),
    ];
    options.extend(flags.iter().filter(|(is_set, _)| *is_set).map(|(_, flag)| (*flag).to_owned()));
    let header = declared.and_then(|endpoint| endpoint.header.as_deref());
    let header = header.or(operation.headers.first().map(|header| header.name.as_str()));
    if let Some(header) = header {
        options.push(format!("header = \"{header}\""));
    }
    if let (Some(Response::Bytes(media_type)), true) = (response, header != Some("accept")) {
        options.push(format!("accept = \"{media_type}\""));
    }
    if let Some(endpoint) = declared.filter(|endpoint| !endpoint.echoes.is_empty()) {
        options.push(format!("echoes = {}", list(&endpoint.echoes)));
    }
    let scopes = &operation.scopes;
    let is_default = scopes.len() == scopes_of_trait.len()
        && scopes.iter().all(|scope| scopes_of_trait.contains(scope));
    if !is_default {
        options.push(match scopes.as_slice() {
            [only] => format!("scope = \"{only}\""),
            scopes => format!("scope = {}", list(scopes)),
        });
    }
    let line = format!("#[endpoint({})]", options.join(", "));
    if line.len() <= LONGEST_LINE {
        return line;
    }
    format!("#[endpoint(\n    {},\n)]", options.join(",\n    "))
}

fn list(texts: &[String]) -> String {
    let quoted: Vec<String> = texts.iter().map(|text| format!("\"{text}\"")).collect();
    format!("[{}]", quoted.join(", "))
}
