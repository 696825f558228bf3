//! From the operations of a document to those of the API.

use super::request::Parameters;
use super::rules::{self, METHODS, TOKEN_PATH};
use super::schema::Schemas;
use super::types::{Object, Shape, Types, Use};
use super::{Operation, Place, Webhook};
use crate::error::Error;
use crate::openapi::{self, References};

/// Reads the parts of one operation.
pub(super) struct Reader<'r, 'd> {
    pub(super) id: &'r str,
    pub(super) line: u64,
    pub(super) references: References<'d>,
    pub(super) schemas: &'r mut Schemas<'d>,
    skipped: &'r mut Vec<String>,
}

impl Reader<'_, '_> {
    /// Notes what cannot be declared.
    pub(super) fn skip(&mut self, what: &str) {
        self.skipped.push(format!("{}: {what}", self.id));
    }
}

/// Returns `None` if no endpoint can be this operation.
pub(super) fn read_operation<'d>(
    place: &Place<'d>,
    id: String,
    schemas: &mut Schemas<'d>,
    skipped: &mut Vec<String>,
) -> Result<Option<Operation>, Error> {
    let Place { document, path, item, method, operation } = *place;
    let (line, operation) = (operation.referenced.line(), &operation.value);
    let references = References::of(document);
    let mut reader = Reader { id: &id, line, references, schemas, skipped };
    if !METHODS.contains(&method) {
        reader.skip(&format!("no endpoint can have the method {method}"));
        return Ok(None);
    }
    if let Some(fault) = rules::fault_of_path(path) {
        reader.skip(&fault);
        return Ok(None);
    }
    let Parameters { in_path, query, mut headers, is_idempotent, is_signed } =
        reader.parameters(path, item, operation)?;
    // Without an effect, there is nothing to do only once.
    let is_idempotent = is_idempotent && method != "GET";
    // A record of the call contains no header.
    let most_headers = usize::from(!is_idempotent);
    for header in headers.iter().skip(most_headers) {
        let why = if is_idempotent { "it is idempotent" } else { "it has another one" };
        reader.skip(&format!("the header `{}`, because {why}", header.name));
    }
    headers.truncate(most_headers);

    let security = operation.security.as_ref().unwrap_or(&document.security);
    let mut scopes: Vec<String> = Vec::new();
    for scope in security.iter().flat_map(|way| way.values().flatten()) {
        if !rules::is_scope(scope) {
            reader.skip(&format!("the scope `{scope}`"));
        } else if !scopes.contains(scope) {
            scopes.push(scope.clone());
        }
    }
    let is_anonymous = security.is_empty() && path == TOKEN_PATH && !is_idempotent;
    let body = match &operation.request_body {
        Some(body) if !references.body(body)?.content.is_empty() => {
            match reader.body(body, method, is_anonymous)? {
                Some(body) => Some(body),
                None => return Ok(None),
            }
        }
        _ => None,
    };
    let Some((status, responses)) = reader.responses(operation, is_idempotent)? else {
        return Ok(None);
    };
    Ok(Some(Operation {
        method,
        path: path.to_owned(),
        tag: tag(operation),
        line,
        description: operation.description.clone().or_else(|| operation.summary.clone()),
        is_deprecated: operation.deprecated,
        is_idempotent,
        // The macro requires it.
        is_signed: is_signed || method != "GET",
        is_anonymous,
        scopes,
        path_parameters: in_path,
        query,
        headers,
        body,
        status,
        responses,
        id,
    }))
}

/// Returns `None` if `events!` cannot declare any of the events.
pub(super) fn read_webhook<'d>(
    place: &Place<'d>,
    id: String,
    schemas: &mut Schemas<'d>,
    skipped: &mut Vec<String>,
) -> Result<Option<Webhook>, Error> {
    let Place { document, operation, .. } = *place;
    let (line, operation) = (operation.referenced.line(), &operation.value);
    let references = References::of(document);
    let mut reader = Reader { id: &id, line, references, schemas, skipped };
    let Some(body) = &operation.request_body else {
        reader.skip("a webhook without a body");
        return Ok(None);
    };
    let json = openapi::json(&references.body(body)?.content);
    let Some(schema) = json.and_then(|media| media.schema.as_ref()) else {
        reader.skip("a webhook without JSON");
        return Ok(None);
    };
    let event = reader.schemas.read(schema)?;
    let types = &reader.schemas.types;
    let fields = field(types, &event, "type").zip(field(types, &event, "object"));
    let Some((event_type, object)) = fields else {
        reader.skip("an event without the fields `type` and `object`");
        return Ok(None);
    };
    let Shape::Enum(all) = types.shape(event_type.id) else {
        reader.skip("an event whose types are not listed");
        return Ok(None);
    };
    let (all, object) = (all.clone(), object.clone());
    let (event_types, others): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|text| rules::is_event_type(text));
    for other in others {
        reader.skip(&format!("the event type `{other}`, which has no category and event"));
    }
    Ok(Some(Webhook { id, tag: tag(operation), line, event_types, object }))
}

fn tag(operation: &openapi::Operation) -> String {
    let tag = operation.tags.first().filter(|tag| !tag.trim().is_empty());
    tag.cloned().unwrap_or_else(|| "Default".to_owned())
}

pub(super) fn field<'t>(types: &'t Types, value: &Use, name: &str) -> Option<&'t Use> {
    match types.shape(value.id) {
        Shape::Object(Object { fields, .. }) => {
            fields.iter().find(|field| field.name == name).map(|field| &field.value)
        }
        _ => None,
    }
}
