//! Traits and their methods.

use std::collections::BTreeMap;

use crate::api::types::Use;
use crate::api::{Operation, Response};
use crate::names::words::{raw, snake};
use crate::names::{Module, Names};

use super::facts;
use super::printer::Printer;

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
            for response in &operation.responses {
                self.method(operation, response, scopes, names);
            }
        }
        self.line("}\n");
    }

    fn method(&mut self, operation: &Operation, body: &Response, scopes: &[String], names: &Names) {
        let Operation { id, status, .. } = operation;
        let facts = format!("Calls the operation `{id}`. The status of a success is {status}.");
        match operation.description.as_ref().filter(|_| self.has_descriptions) {
            Some(description) => {
                self.docs(facts::lines(description));
                self.docs(["", &facts]);
            }
            None => self.docs([facts]),
        }
        if operation.is_deprecated {
            self.line("#[deprecated = \"the API declares it deprecated\"]");
        }
        self.endpoint(&options(operation, body, scopes, names));
        let parameters = self.parameters(operation).join(", ");
        let response = self.response(id, body);
        let call = if operation.is_idempotent { "IdempotentCall" } else { "Call" };
        self.core.insert(call);
        let name = raw(&self.chosen.method(operation, body));
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
        for parameter in &operation.path_parameters {
            let rust_type = self.by_reference(&parameter.value, id, &parameter.name);
            // The name is that of the placeholder, which must be an identifier.
            parameters.push(format!("{}: {rust_type}", raw(&snake(&parameter.name))));
        }
        for header in &operation.headers {
            parameters.push(format!("{}: &str", raw(&snake(&header.name))));
        }
        if !operation.query.is_empty() {
            parameters.push(format!("query: &{}", self.chosen.query(operation)));
        }
        if let Some(body) = &operation.body {
            let rust_type = self.rust_type(&body.value, id, "body");
            parameters.push(format!("body: &{rust_type}"));
        }
        parameters
    }

    fn by_reference(&mut self, value: &Use, owner: &str, name: &str) -> String {
        match self.rust_type(value, owner, name) {
            _ if self.is_string(value) => "&str".to_owned(),
            rust_type if self.is_copied(value) => rust_type,
            rust_type => format!("&{rust_type}"),
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
                let items = self.rust_type(items, id, "response");
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
    let Operation { method, path, headers, .. } = operation;
    let path = in_rust(path, operation);
    let mut options = vec![(*method).to_owned(), format!("{path:?}")];
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
    if let Some(fields) = names.echoes.get(&operation.id) {
        let fields: Vec<String> = fields.iter().cloned().collect();
        options.push(format!("echoes = {}", list(&fields)));
    }
    let is_other = operation.scopes.as_slice() != scopes && !operation.is_anonymous;
    options.extend(is_other.then(|| format!("scope = {}", list(&operation.scopes))));
    options
}

/// The path, with placeholders that are identifiers.
fn in_rust(path: &str, operation: &Operation) -> String {
    operation.path_parameters.iter().fold(path.to_owned(), |path, parameter| {
        let name = &parameter.name;
        path.replace(&format!("{{{name}}}"), &format!("{{{}}}", snake(name)))
    })
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
