//! Following `$ref`.

use indexmap::IndexMap;
use serde_saphyr::Spanned;

use super::document::{Components, Document, Parameter, RequestBody, Response, Schema};
use crate::error::Error;

/// The most references that may lead from one to the next.
const LONGEST_CHAIN: usize = 32;

/// Finds what the references of a document point to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct References<'d> {
    components: &'d Components,
}

impl<'d> References<'d> {
    pub(crate) fn of(document: &'d Document) -> Self {
        Self { components: &document.components }
    }

    pub(crate) fn parameter(self, parameter: &'d Parameter) -> Result<&'d Parameter, Error> {
        follow(parameter, |it| it.reference.as_ref(), "parameters", &self.components.parameters)
    }

    pub(crate) fn response(self, response: &'d Response) -> Result<&'d Response, Error> {
        follow(response, |it| it.reference.as_ref(), "responses", &self.components.responses)
    }

    pub(crate) fn body(self, body: &'d RequestBody) -> Result<&'d RequestBody, Error> {
        let bodies = &self.components.request_bodies;
        follow(body, |it| it.reference.as_ref(), "requestBodies", bodies)
    }

    /// Returns the name of the schema, and the schema; not followed further.
    pub(crate) fn schema(
        self,
        reference: &Spanned<String>,
    ) -> Result<(&'d str, &'d Schema), Error> {
        find(reference, "schemas", &self.components.schemas)
    }
}

fn follow<'d, T>(
    start: &'d T,
    reference: impl Fn(&'d T) -> Option<&'d Spanned<String>>,
    section: &str,
    all: &'d IndexMap<String, T>,
) -> Result<&'d T, Error> {
    let mut found = start;
    for _ in 0..LONGEST_CHAIN {
        match reference(found) {
            None => return Ok(found),
            Some(next) => (_, found) = find(next, section, all)?,
        }
    }
    match reference(start) {
        Some(reference) => Err(broken(reference, "it leads back to itself")),
        None => Ok(start),
    }
}

fn find<'d, T>(
    reference: &Spanned<String>,
    section: &str,
    all: &'d IndexMap<String, T>,
) -> Result<(&'d str, &'d T), Error> {
    let Some(name) = reference.value.strip_prefix(&format!("#/components/{section}/")) else {
        let why = format!("expected `#/components/{section}/` and a name");
        return Err(broken(reference, &why));
    };
    // The escapes of JSON pointers (RFC 6901).
    let name = name.replace("~1", "/").replace("~0", "~");
    all.get_key_value(&name)
        .map(|(name, found)| (name.as_str(), found))
        .ok_or_else(|| broken(reference, "it points to nothing"))
}

fn broken(reference: &Spanned<String>, why: &str) -> Error {
    Error::new(format!(
        "cannot read the description: invalid `$ref` `{}` at line {}, column {}: {why}",
        reference.value,
        reference.referenced.line(),
        reference.referenced.column(),
    ))
}
