//! What the request of an operation has: parameters and a body.

use indexmap::IndexMap;

use super::operation::Reader;
use super::rules;
use super::scalar::scalar;
use super::types::{Shape, Text, Use};
use super::{Body, Parameter};
use crate::error::Error;
use crate::openapi::{self, PathItem, RequestBody};

/// The parameters of an operation by where they are.
#[derive(Default)]
pub(super) struct Parameters {
    /// One for each placeholder, in the order of the path.
    pub(super) in_path: Vec<Parameter>,
    pub(super) query: Vec<Parameter>,
    /// Those that a parameter can set.
    pub(super) headers: Vec<Parameter>,
    pub(super) is_idempotent: bool,
    pub(super) is_signed: bool,
}

impl<'d> Reader<'_, 'd> {
    pub(super) fn parameters(
        &mut self,
        path: &str,
        item: &'d PathItem,
        operation: &'d openapi::Operation,
    ) -> Result<Parameters, Error> {
        let mut parameters = IndexMap::new();
        for parameter in item.parameters.iter().chain(&operation.parameters) {
            let parameter = self.references.parameter(parameter)?;
            let (Some(name), Some(place)) = (&parameter.name, &parameter.place) else {
                return Err(Error::new(format!(
                    "cannot read the description: a parameter of `{}` (line {}) lacks `name` or `in`",
                    self.id, self.line
                )));
            };
            let name = if place == "header" { name.to_ascii_lowercase() } else { name.clone() };
            // One of the operation replaces one of the path.
            parameters.insert((place.as_str(), name), parameter);
        }
        let mut found = Parameters::default();
        let mut in_path = IndexMap::new();
        for ((place, name), parameter) in parameters {
            match place {
                "path" => {
                    in_path.insert(name.clone(), self.path_parameter(name, parameter)?);
                }
                "query" => found.query.extend(self.query_parameter(name, parameter)?),
                "header" => {
                    found.is_idempotent |= name == "idempotency-key";
                    found.is_signed |= name == "signature";
                    found.headers.extend(self.header(name, parameter)?);
                }
                _ => self.skip(&format!("the parameter `{name}` is in `{place}`")),
            }
        }
        for name in rules::placeholders(path) {
            // A placeholder needs a value, even if nothing is said about it.
            found.in_path.push(in_path.shift_remove(name).unwrap_or_else(|| Parameter {
                name: name.to_owned(),
                is_required: true,
                value: self.text(),
            }));
        }
        for name in in_path.keys() {
            self.skip(&format!("the path parameter `{name}`, which is not in the path"));
        }
        Ok(found)
    }

    fn path_parameter(
        &mut self,
        name: String,
        parameter: &'d openapi::Parameter,
    ) -> Result<Parameter, Error> {
        let mut read = self.parameter(name, parameter)?;
        if !self.is_single(&read.value) {
            read.value.id = self.text().id;
        }
        read.value.is_nullable = false;
        Ok(read)
    }

    /// Returns `None` if no query can have it.
    fn query_parameter(
        &mut self,
        name: String,
        parameter: &'d openapi::Parameter,
    ) -> Result<Option<Parameter>, Error> {
        let mut read = self.parameter(name, parameter)?;
        let name = &read.name;
        match self.schemas.types.shape(read.value.id).clone() {
            Shape::List(..) if parameter.explode != Some(false) => {
                self.skip(&format!(
                    "the query parameter `{name}`, whose values are sent one by one (`explode`)"
                ));
                return Ok(None);
            }
            Shape::List(..) if parameter.style.as_ref().is_some_and(|style| style != "form") => {
                self.skip(&format!("the query parameter `{name}`, which has another style"));
                return Ok(None);
            }
            Shape::List(mut items, counts) => {
                if matches!(self.schemas.types.shape(items.id), Shape::Any(_)) {
                    items.id = self.text().id;
                } else if !self.is_single(&items) {
                    self.skip(&format!("the query parameter `{name}` has items of several parts"));
                    return Ok(None);
                }
                items.is_nullable = false;
                read.value.id = self.schemas.types.add(Shape::List(items, counts));
            }
            Shape::Any(_) => read.value.id = self.text().id,
            _ if self.is_single(&read.value) => {}
            _ => {
                self.skip(&format!("the query parameter `{name}` has several parts"));
                return Ok(None);
            }
        }
        Ok(Some(read))
    }

    /// Returns `None` if the client sends it, or no parameter can set it.
    fn header(
        &mut self,
        name: String,
        parameter: &'d openapi::Parameter,
    ) -> Result<Option<Parameter>, Error> {
        if rules::is_of_the_client(&name) {
            return Ok(None);
        }
        let why = match () {
            () if !rules::is_header(&name) => "which no endpoint can set",
            // A parameter for a header is always sent.
            () if !parameter.required => "which is optional",
            () => return self.parameter(name, parameter).map(Some),
        };
        self.skip(&format!("the header `{name}`, {why}"));
        Ok(None)
    }

    fn parameter(
        &mut self,
        name: String,
        parameter: &'d openapi::Parameter,
    ) -> Result<Parameter, Error> {
        let mut value = match &parameter.schema {
            Some(schema) => self.schemas.read(schema)?,
            None => self.schemas.any(None),
        };
        let notes = &mut value.notes;
        notes.is_parameter = true;
        notes.description = parameter.description.clone().or(notes.description.take());
        notes.example = parameter.example.clone().or(notes.example.take());
        Ok(Parameter { name, is_required: parameter.required, value })
    }

    fn text(&mut self) -> Use {
        Use::plain(self.schemas.types.add(Shape::Text(Text::default())))
    }

    /// Whether a value is written as one text.
    fn is_single(&self, value: &Use) -> bool {
        let shape = self.schemas.types.shape(value.id);
        matches!(shape, Shape::Enum(_)) || scalar(shape, &value.notes).is_some()
    }

    /// Returns `None` if no endpoint can have it.
    pub(super) fn body(
        &mut self,
        body: &'d RequestBody,
        method: &str,
        is_anonymous: bool,
    ) -> Result<Option<Body>, Error> {
        let content = &self.references.body(body)?.content;
        let form = content.get("application/x-www-form-urlencoded").filter(|_| is_anonymous);
        let json = openapi::json(content);
        let (media, is_form) = match (json, form) {
            _ if ["GET", "DELETE"].contains(&method) => {
                self.skip(&format!("no {method} can have a body"));
                return Ok(None);
            }
            (Some(media), _) => (media, false),
            (None, Some(media)) => (media, true),
            (None, None) => {
                let types: Vec<&str> = content.keys().map(String::as_str).collect();
                self.skip(&format!("a body of {}", types.join(" or ")));
                return Ok(None);
            }
        };
        let value = match &media.schema {
            Some(schema) => self.schemas.read(schema)?,
            None => self.schemas.any(None),
        };
        Ok(Some(Body { is_form, value }))
    }
}
