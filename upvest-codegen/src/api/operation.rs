//! From the operations of a document to those of the API.

use indexmap::IndexMap;

use super::schema::Schemas;
use super::types::{Object, Shape, Types, Use};
use super::{Body, Operation, Parameter, Place, Response, Webhook};
use crate::error::Error;
use crate::openapi::{self, MediaType, References};

/// The methods that `#[endpoint]` has.
const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/// The headers that the client sets.
const OF_THE_CLIENT: [&str; 10] = [
    "accept",
    "authorization",
    "content-digest",
    "content-length",
    "content-type",
    "idempotency-key",
    "signature",
    "signature-input",
    "upvest-api-version",
    "upvest-client-id",
];

pub(super) fn read_operation<'d>(
    place: &Place<'d>,
    schemas: &mut Schemas<'d>,
    skipped: &mut Vec<String>,
) -> Result<Option<Operation>, Error> {
    let Place { document, path, item, method, operation } = *place;
    let (line, operation) = (operation.referenced.line(), &operation.value);
    let id = operation.operation_id.clone().unwrap_or_else(|| id_of(method, path));
    if !METHODS.contains(&method) {
        skipped.push(format!("{id}: no endpoint can have the method {method}"));
        return Ok(None);
    }
    let references = References::of(document);
    let mut parameters = IndexMap::new();
    for parameter in item.parameters.iter().chain(&operation.parameters) {
        let parameter = references.parameter(parameter)?;
        let (Some(name), Some(place)) = (&parameter.name, &parameter.place) else {
            return Err(Error::new(format!(
                "cannot read the description: a parameter of `{id}` (line {line}) lacks `name` or `in`"
            )));
        };
        // One of the operation replaces one of the path.
        parameters.insert((place.as_str(), name.as_str()), parameter);
    }
    let (mut in_path, mut query, mut headers) = (Vec::new(), Vec::new(), Vec::new());
    let (mut is_idempotent, mut is_signed) = (false, false);
    for ((place, name), parameter) in parameters {
        let lower = name.to_ascii_lowercase();
        match place {
            "path" => in_path.push(read_parameter(parameter, name, schemas)?),
            "query" => {
                let read = read_parameter(parameter, name, schemas)?;
                let is_list = matches!(schemas.types.shape(read.value.id), Shape::List(..));
                if is_list && parameter.explode != Some(false) {
                    skipped.push(format!("{id}: the query parameter `{name}` is repeated"));
                } else {
                    query.push(read);
                }
            }
            "header" => {
                is_idempotent |= lower == "idempotency-key";
                is_signed |= lower == "signature";
                if !OF_THE_CLIENT.contains(&lower.as_str()) {
                    headers.push(read_parameter(parameter, &lower, schemas)?);
                }
            }
            _ => skipped.push(format!("{id}: the parameter `{name}` is in `{place}`")),
        }
    }
    for header in headers.iter().skip(1) {
        skipped.push(format!("{id}: the header `{}`, because it has another one", header.name));
    }
    headers.truncate(1);
    in_path.sort_by_key(|parameter| path.find(&format!("{{{}}}", parameter.name)));

    let security = operation.security.as_ref().unwrap_or(&document.security);
    let mut scopes: Vec<String> = Vec::new();
    for scope in security.iter().flat_map(|way| way.values().flatten()) {
        if !scopes.contains(scope) {
            scopes.push(scope.clone());
        }
    }
    let body = match &operation.request_body {
        Some(body) => read_body(&id, &references.body(body)?.content, schemas, skipped)?,
        None => None,
    };
    let (status, responses) = read_responses(&id, operation, references, schemas, skipped)?;
    Ok(Some(Operation {
        method,
        path: path.to_owned(),
        tag: tag(operation),
        line,
        description: operation.description.clone().or_else(|| operation.summary.clone()),
        is_deprecated: operation.deprecated,
        is_idempotent: is_idempotent && method != "GET",
        is_signed,
        is_anonymous: security.is_empty(),
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

pub(super) fn read_webhook<'d>(
    place: &Place<'d>,
    schemas: &mut Schemas<'d>,
    skipped: &mut Vec<String>,
) -> Result<Option<Webhook>, Error> {
    let Place { document, path: name, operation, .. } = *place;
    let (line, operation) = (operation.referenced.line(), &operation.value);
    let id = operation.operation_id.clone().unwrap_or_else(|| name.to_owned());
    let Some(body) = &operation.request_body else { return Ok(None) };
    let body = References::of(document).body(body)?;
    let Some(schema) = json(&body.content).and_then(|media| media.schema.as_ref()) else {
        skipped.push(format!("{id}: a webhook without JSON"));
        return Ok(None);
    };
    let event = schemas.read(schema)?;
    let types = &schemas.types;
    let field = |name| field(types, &event, name);
    let Some((event_types, object)) = field("type").zip(field("object")) else {
        skipped.push(format!("{id}: an event without the fields `type` and `object`"));
        return Ok(None);
    };
    let Shape::Enum(event_types) = types.shape(event_types.id) else {
        skipped.push(format!("{id}: an event whose types are not listed"));
        return Ok(None);
    };
    let (event_types, object) = (event_types.clone(), object.clone());
    Ok(Some(Webhook { id, tag: tag(operation), line, event_types, object }))
}

fn tag(operation: &openapi::Operation) -> String {
    operation.tags.first().cloned().unwrap_or_else(|| "Default".to_owned())
}

/// A name for an operation that has none: `get_users_user_id`.
fn id_of(method: &str, path: &str) -> String {
    let words: Vec<String> = [method]
        .into_iter()
        .chain(path.split(|letter: char| !letter.is_ascii_alphanumeric()))
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    words.join("_")
}

fn read_parameter<'d>(
    parameter: &'d openapi::Parameter,
    name: &str,
    schemas: &mut Schemas<'d>,
) -> Result<Parameter, Error> {
    let mut value = match &parameter.schema {
        Some(schema) => schemas.read(schema)?,
        None => schemas.any(None),
    };
    let notes = &mut value.notes;
    notes.description = parameter.description.clone().or(notes.description.take());
    notes.example = parameter.example.clone().or(notes.example.take());
    Ok(Parameter { name: name.to_owned(), is_required: parameter.required, value })
}

fn is_json(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    essence == "application/json" || essence.ends_with("+json")
}

fn json(content: &IndexMap<String, MediaType>) -> Option<&MediaType> {
    content.iter().find(|(media_type, _)| is_json(media_type)).map(|(_, media)| media)
}

fn read_body<'d>(
    id: &str,
    content: &'d IndexMap<String, MediaType>,
    schemas: &mut Schemas<'d>,
    skipped: &mut Vec<String>,
) -> Result<Option<Body>, Error> {
    let form = content.get("application/x-www-form-urlencoded");
    let (media, is_form) = match (json(content), form) {
        (Some(media), _) => (media, false),
        (None, Some(media)) => (media, true),
        (None, None) => {
            let types: Vec<&str> = content.keys().map(String::as_str).collect();
            skipped.push(format!("{id}: a body of {}", types.join(" or ")));
            return Ok(None);
        }
    };
    let value = match &media.schema {
        Some(schema) => schemas.read(schema)?,
        None => schemas.any(None),
    };
    Ok(Some(Body { is_form, value }))
}

fn read_responses<'d>(
    id: &str,
    operation: &'d openapi::Operation,
    references: References<'d>,
    schemas: &mut Schemas<'d>,
    skipped: &mut Vec<String>,
) -> Result<(String, Vec<Response>), Error> {
    let mut statuses: Vec<&String> = operation.responses.keys().collect();
    statuses.sort();
    let successes: Vec<&String> =
        statuses.iter().copied().filter(|status| status.starts_with('2')).collect();
    for status in successes.iter().skip(1) {
        skipped.push(format!("{id}: the response {status}, because it has another success"));
    }
    let is_redirect = |status: &&&String| {
        let response = operation.responses.get(**status);
        let response = response.and_then(|response| references.response(response).ok());
        status.starts_with('3')
            && response.is_some_and(|response| {
                response.headers.keys().any(|name| name.eq_ignore_ascii_case("location"))
            })
    };
    let Some(status) = successes.first().copied() else {
        let redirect = statuses.iter().find(is_redirect);
        return Ok(match redirect {
            Some(status) => ((*status).clone(), vec![Response::Redirect]),
            None => ("2xx".to_owned(), vec![Response::Nothing]),
        });
    };
    let Some(response) = operation.responses.get(status) else {
        return Ok((status.clone(), vec![Response::Nothing]));
    };
    let mut responses = Vec::new();
    for (media_type, media) in &references.response(response)?.content {
        responses.push(match &media.schema {
            Some(schema) if is_json(media_type) => {
                let value = schemas.read(schema)?;
                match items_of_page(&schemas.types, &value) {
                    Some(items) => Response::Page(items),
                    None => Response::Json(value),
                }
            }
            None if is_json(media_type) => Response::Json(schemas.any(None)),
            _ => Response::Bytes(media_type.clone()),
        });
    }
    if responses.is_empty() {
        responses.push(Response::Nothing);
    }
    Ok((status.clone(), responses))
}

/// The type of the items, if this is what `Page` reads.
fn items_of_page(types: &Types, value: &Use) -> Option<Use> {
    let Shape::Object(Object { fields, .. }) = types.shape(value.id) else { return None };
    let meta = field(types, value, "meta")?;
    let counts = ["offset", "limit", "count", "total_count"];
    let has_counts = counts.into_iter().all(|name| {
        field(types, meta, name)
            .is_some_and(|count| matches!(types.shape(count.id), Shape::Integer(_)))
    });
    match types.shape(field(types, value, "data")?.id) {
        Shape::List(items, _) if has_counts && fields.len() == 2 => Some(items.clone()),
        _ => None,
    }
}

fn field<'t>(types: &'t Types, value: &Use, name: &str) -> Option<&'t Use> {
    match types.shape(value.id) {
        Shape::Object(Object { fields, .. }) => {
            fields.iter().find(|field| field.name == name).map(|field| &field.value)
        }
        _ => None,
    }
}
