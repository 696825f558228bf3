//! What a request has: the parameters of path and query, a header and a body.

use super::fields::PARAMETERS;
use super::objects::DescribedField;
use super::operations::at;
use super::{Comparison, Format, Site};
use crate::api::{Operation, Parameter};
use crate::check::declared::{Definition, Endpoint, Ty};
use crate::check::direction::Direction;
use crate::check::drift::DriftKind;
use crate::check::suggest::new_query;

impl<'a> Comparison<'a> {
    /// Compares the types of the placeholders, in the order of the path.
    pub(super) fn path_parameters(&mut self, endpoint: &'a Endpoint, operation: &'a Operation) {
        let names = endpoint.placeholders();
        if names.len() != operation.path_parameters.len() {
            // The operation has another path, which is a finding already.
            return;
        }
        for (name, described) in names.into_iter().zip(&operation.path_parameters) {
            if let Some(parameter) = endpoint.parameter(name) {
                let subject = format!("`{}` of `{}`", parameter.name, endpoint.name);
                let line = self.suggest().parameter(&parameter.name, described);
                let site = Site {
                    subject: &subject,
                    format: Format::Text,
                    line: Some(&line),
                    ..at(parameter.position, operation)
                };
                self.value(site, &parameter.ty, &described.value);
            }
        }
    }

    /// Compares the fields of the query with the query parameters.
    pub(super) fn query(&mut self, endpoint: &'a Endpoint, operation: &'a Operation) {
        let fields: Vec<DescribedField<'a>> = operation.query.iter().map(described).collect();
        let Some(parameter) = endpoint.parameter("query") else {
            return self.missing_query(endpoint, operation);
        };
        let subject = format!("`query` of `{}`", endpoint.name);
        let site =
            Site { subject: &subject, format: Format::Text, ..at(parameter.position, operation) };
        let declared = self.declared;
        let ty = match self.resolved(&parameter.ty, Direction::Request) {
            Ty::Option(inner) => self.resolved(inner, Direction::Request),
            ty => ty,
        };
        let why = match ty {
            Ty::Declared(index) => match declared.types.get(*index) {
                Some(found) if !found.is_written => {
                    format!("`{}` has no `#[derive(Serialize)]`", found.name)
                }
                Some(found) if matches!(found.definition, Definition::Struct(_)) => {
                    return self.fields(site, *index, &fields, PARAMETERS);
                }
                _ => format!("`{}` is not a struct", parameter.type_text),
            },
            Ty::Unknown(why) => why.clone(),
            _ => format!("`{}` is not a struct", parameter.type_text),
        };
        self.unchecked(site, &why);
    }

    fn missing_query(&mut self, endpoint: &Endpoint, operation: &'a Operation) {
        if operation.query.is_empty() {
            return;
        }
        let names: Vec<String> =
            operation.query.iter().map(|parameter| format!("`{}`", parameter.name)).collect();
        let message = format!("`{}` lacks the query with {}", endpoint.name, names.join(", "));
        let is_breaking = operation.query.iter().any(|parameter| parameter.is_required);
        let line = new_query(operation);
        let site = at(endpoint.position, operation);
        self.drift_with(site, DriftKind::ParameterAdded, is_breaking, message, Some(line));
    }

    /// Compares the header that a parameter fills. That for the type of content belongs to the
    /// response.
    pub(super) fn header(&mut self, endpoint: &'a Endpoint, operation: &'a Operation) {
        let declared = endpoint.header.as_deref().filter(|_| !endpoint.chooses_content());
        let name = &endpoint.name;
        for header in &operation.headers {
            let parameter = header.name.replace('-', "_");
            let line = self.suggest().parameter(&parameter, header);
            if declared != Some(header.name.as_str()) {
                let message = format!("`{name}` lacks the header `{}`", header.name);
                let line = format!("header = \"{}\", and {line}", header.name);
                let site = at(endpoint.position, operation);
                let is_breaking = header.is_required;
                self.drift_with(site, DriftKind::ParameterAdded, is_breaking, message, Some(line));
            } else if let Some(parameter) = endpoint.parameter(&parameter) {
                let subject = format!("`{}` of `{name}`", parameter.name);
                let site = Site {
                    subject: &subject,
                    format: Format::Text,
                    line: Some(&line),
                    ..at(parameter.position, operation)
                };
                self.value(site, &parameter.ty, &header.value);
            }
        }
        if let Some(declared) = declared
            && !operation.headers.iter().any(|header| header.name == declared)
        {
            let message = format!("the header `{declared}` of `{name}` is not described");
            let site = at(endpoint.attribute, operation);
            self.drift_with(site, DriftKind::ParameterRemoved, true, message, None);
        }
    }

    /// Compares the body.
    pub(super) fn body(&mut self, endpoint: &'a Endpoint, operation: &'a Operation) {
        let name = &endpoint.name;
        match (endpoint.parameter("body"), &operation.body) {
            (None, None) => {}
            (Some(parameter), None) => {
                let message = format!("`{name}` has a body that is not described");
                let site = at(parameter.position, operation);
                self.drift_with(site, DriftKind::BodyRemoved, true, message, None);
            }
            (None, Some(body)) => {
                let message = format!("`{name}` lacks a body");
                let line = self.suggest().body(operation, body);
                let site = at(endpoint.position, operation);
                self.drift_with(site, DriftKind::BodyAdded, true, message, Some(line));
            }
            (Some(parameter), Some(body)) => {
                let subject = format!("the body of `{name}`");
                let line = self.suggest().body(operation, body);
                let format = if body.is_form { Format::Text } else { Format::Json };
                let site = Site {
                    subject: &subject,
                    format,
                    line: Some(&line),
                    ..at(parameter.position, operation)
                };
                self.value(site, &parameter.ty, &body.value);
            }
        }
    }
}

fn described(parameter: &Parameter) -> DescribedField<'_> {
    DescribedField {
        name: &parameter.name,
        is_required: parameter.is_required,
        values: vec![&parameter.value],
    }
}
