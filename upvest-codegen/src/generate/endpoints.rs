//! Traits and their methods.

use std::collections::BTreeMap;

use crate::api::rules::placeholder;
use crate::api::types::Use;
use crate::api::{Operation, Parameter, Response};
use crate::names::taken::Taken;
use crate::names::words::{raw, snake};
use crate::names::{Module, Names};

use super::printer::Printer;
use super::{facts, markdown};

/// The longest attribute on one line, with its indent.
const LONGEST_LINE: usize = 100;

impl Printer<'_> {
    /// Writes the trait of a module.
    pub(super) fn api_trait(&mut self, name: &str, module: &Module<'_>, names: &Names) {
        let scopes = most_frequent(&module.operations);
        self.core.insert("api");
        self.core.insert("Call");
        self.docs([
            format!("The endpoints of {}.", facts::code(module.tag)),
            String::new(),
            "# Errors".to_owned(),
            "Fails as any [`Call`] does.".to_owned(),
        ]);
        self.line(&format!("#[api(scope = {})]", list(scopes)));
        self.line(&format!("pub trait {name}: Send + Sync {{"));
        for operation in &module.operations {
            let methods = self.chosen.methods(operation);
            for (name, response) in methods.iter().zip(&operation.responses) {
                self.method(name, operation, response, scopes, names);
            }
        }
        self.line("}\n");
    }

    fn method(
        &mut self,
        name: &str,
        operation: &Operation,
        body: &Response,
        scopes: &[String],
        names: &Names,
    ) {
        let Operation { id, status, .. } = operation;
        let id_in_docs = facts::code(id);
        let facts =
            format!("Calls the operation {id_in_docs}. The status of a success is {status}.");
        let lines = operation.description.as_ref().map(|text| markdown::lines(text));
        self.described(0, lines.filter(|lines| !lines.is_empty()), &facts);
        if operation.is_deprecated {
            self.line("#[deprecated = \"the API declares it deprecated\"]");
        }
        self.endpoint(&options(operation, body, scopes, names));
        let parameters = self.parameters(operation);
        if parameters.len() > 7 {
            self.line(
                "#[allow(clippy::too_many_arguments, reason = \"the API has these parameters\")]",
            );
        }
        let response = self.response(id, body);
        let call = if operation.is_idempotent { "IdempotentCall" } else { "Call" };
        self.core.insert(call);
        let name = raw(name);
        let parameters = parameters.join(", ");
        self.line(&format!("fn {name}({parameters}) -> {call}<{response}>;\n"));
    }

    fn endpoint(&mut self, options: &[String]) {
        let line = format!("    #[endpoint({})]", options.join(", "));
        if line.len() <= LONGEST_LINE {
            self.line(&line);
            return;
        }
        self.line("    #[endpoint(");
        for option in options {
            self.line(&format!("        {option},"));
        }
        self.line("    )]");
    }

    fn parameters(&mut self, operation: &Operation) -> Vec<String> {
        let id = &operation.id;
        let mut parameters = vec!["&self".to_owned()];
        for (parameter, name) in operation.path_parameters.iter().zip(placeholders(operation)) {
            let rust_type = self.rust_type(&parameter.value, id, &parameter.name);
            let rust_type = self.by_reference(&parameter.value, rust_type);
            parameters.push(format!("{}: {rust_type}", raw(&name)));
        }
        for header in &operation.headers {
            parameters.push(format!("{}: &str", raw(&parameter_of(header))));
        }
        if !operation.query.is_empty() {
            parameters.push(format!("query: &{}", self.chosen.query(operation)));
        }
        if let Some(body) = &operation.body {
            let rust_type = self.rust_type(&body.value, id, "body");
            parameters.push(format!("body: {}", self.by_reference(&body.value, rust_type)));
        }
        parameters
    }

    /// The type of a parameter for a value: as clippy expects it.
    fn by_reference(&self, value: &Use, rust_type: String) -> String {
        match rust_type.strip_prefix("Vec<") {
            _ if self.is_string(value) => "&str".to_owned(),
            _ if self.is_copied(value) => rust_type,
            Some(items) => format!("&[{}]", items.strip_suffix('>').unwrap_or(items)),
            None => format!("&{rust_type}"),
        }
    }

    fn response(&mut self, id: &str, response: &Response) -> String {
        match response {
            Response::Nothing => "()".to_owned(),
            Response::Json(value) => {
                let rust_type = self.rust_type(value, id, "response");
                if value.is_nullable { format!("Option<{rust_type}>") } else { rust_type }
            }
            Response::Page(items) => {
                let items = self.item_type(items, id, "response");
                format!("{}<{items}>", self.core("Page"))
            }
            Response::Bytes(_) => self.core("Bytes"),
            Response::Redirect => self.core("Redirect"),
        }
    }
}

/// The options of `#[endpoint]`.
fn options(
    operation: &Operation,
    body: &Response,
    scopes: &[String],
    names: &Names,
) -> Vec<String> {
    let Operation { method, headers, .. } = operation;
    let mut options = vec![(*method).to_owned(), format!("{:?}", in_rust(operation))];
    let is_form = operation.body.as_ref().is_some_and(|body| body.is_form);
    for (flag, is_set) in [
        ("anonymous", operation.is_anonymous),
        ("form", is_form),
        ("idempotent", operation.is_idempotent),
        ("signed", operation.is_signed),
        ("redirect", matches!(body, Response::Redirect)),
    ] {
        options.extend(is_set.then(|| flag.to_owned()));
    }
    if let Response::Bytes(media_type) = body {
        options.push(format!("accept = {media_type:?}"));
    }
    options.extend(headers.iter().map(|header| format!("header = {:?}", header.name)));
    if let Some(fields) = names.echoes.get(&operation.id).filter(|fields| !fields.is_empty()) {
        let fields: Vec<&String> = fields.iter().collect();
        options.push(format!("echoes = {fields:?}"));
    }
    let is_other = operation.scopes.as_slice() != scopes && !operation.is_anonymous;
    options.extend(is_other.then(|| format!("scope = {}", list(&operation.scopes))));
    options
}

/// The path, with placeholders that are identifiers.
fn in_rust(operation: &Operation) -> String {
    let mut names = placeholders(operation).into_iter();
    let segments = operation.path.split('/').map(|segment| match placeholder(segment) {
        Some(name) => format!("{{{}}}", names.next().unwrap_or_else(|| name.to_owned())),
        None => segment.to_owned(),
    });
    let segments: Vec<String> = segments.collect();
    segments.join("/")
}

/// The names of the placeholders, which no other parameter has.
fn placeholders(operation: &Operation) -> Vec<String> {
    let header = operation.headers.first().map(parameter_of).unwrap_or_default();
    let mut taken = Taken::of(&["body", "query", &header]);
    operation.path_parameters.iter().map(|it| taken.take(snake(&it.name))).collect()
}

/// The name of the parameter for a header.
fn parameter_of(header: &Parameter) -> String {
    header.name.replace('-', "_")
}

/// One scope, or several in brackets.
fn list(texts: &[String]) -> String {
    match texts {
        [only] => format!("{only:?}"),
        texts => format!("{texts:?}"),
    }
}

/// The scopes that most operations have, those of the first ones if there are several.
fn most_frequent<'a>(operations: &[&'a Operation]) -> &'a [String] {
    let mut counts: BTreeMap<&[String], usize> = BTreeMap::new();
    let with_token = operations.iter().filter(|operation| !operation.is_anonymous);
    for operation in with_token.clone() {
        *counts.entry(operation.scopes.as_slice()).or_default() += 1;
    }
    let most = counts.values().max().copied().unwrap_or_default();
    with_token
        .map(|operation| operation.scopes.as_slice())
        .find(|scopes| counts.get(scopes) == Some(&most))
        .unwrap_or_default()
}
