//! Methods, and their parameters and results.

use super::Suggest;
use super::attribute::new_attribute;
use crate::api::types::{Shape, Use};
use crate::api::{Body, Operation, Parameter, Response};
use crate::names::words::{camel, raw, singular, snake};

impl Suggest<'_> {
    /// Returns the attribute and the method of a new endpoint.
    pub(in crate::check) fn method(
        self,
        operation: &Operation,
        response: &Response,
        scopes: &[String],
    ) -> String {
        let attribute = new_attribute(operation, response, scopes);
        let mut parameters = vec!["&self".to_owned()];
        for parameter in &operation.path_parameters {
            parameters.push(self.parameter(&snake(&parameter.name), parameter));
        }
        for header in &operation.headers {
            parameters.push(self.parameter(&snake(&header.name), header));
        }
        if !operation.query.is_empty() {
            parameters.push(new_query(operation));
        }
        if let Some(body) = &operation.body {
            parameters.push(self.body(operation, body));
        }
        let mut name = raw(&snake(&operation.id));
        // The method for JSON has the plain name.
        if let (Response::Bytes(media_type), true) = (response, operation.responses.len() > 1) {
            let format = media_type.rsplit('/').next().unwrap_or_default();
            name += "_as_";
            name += &snake(format);
        }
        let returns = self.returns(operation, response);
        format!("{attribute}\nfn {name}({}) {returns};", parameters.join(", "))
    }

    /// Returns a parameter of the path or a header.
    pub(in crate::check) fn parameter(self, name: &str, described: &Parameter) -> String {
        let ty = self.ty(&described.value, name, true);
        let ty = if ty == "String" { "&str".to_owned() } else { ty };
        format!("{}: {ty}", raw(name))
    }

    /// Returns the parameter for the body.
    pub(in crate::check) fn body(self, operation: &Operation, body: &Body) -> String {
        let ty = match self.types.shape(body.value.id) {
            Shape::Object(_) | Shape::OneOf(_) if !self.names.contains_key(&body.value.id) => {
                camel(&operation.id)
            }
            _ => self.ty(&body.value, &operation.id, false),
        };
        format!("body: &{ty}")
    }

    /// Returns what a method returns, with the arrow.
    pub(in crate::check) fn returns(self, operation: &Operation, response: &Response) -> String {
        let call = if operation.is_idempotent { "IdempotentCall" } else { "Call" };
        let ty = match response {
            Response::Nothing => "()".to_owned(),
            Response::Json(value) => self.result(operation, value),
            Response::Page(items) => format!("Page<{}>", self.result(operation, items)),
            Response::Bytes(_) => "Bytes".to_owned(),
            Response::Redirect => "Redirect".to_owned(),
        };
        format!("-> {call}<{ty}>")
    }

    /// The type of a response, which is called after what the operation is about.
    fn result(self, operation: &Operation, value: &Use) -> String {
        let about = operation.id.split_once('_').map_or(operation.id.as_str(), |(_, about)| about);
        self.ty(value, &singular(about), false)
    }
}

/// Returns the parameter for the query.
pub(in crate::check) fn new_query(operation: &Operation) -> String {
    format!("query: &{}", camel(&operation.id))
}
