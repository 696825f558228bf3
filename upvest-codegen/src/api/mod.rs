//! What a description says, as values: operations, webhooks and the types of their data.

mod combine;
pub(crate) mod echoes;
mod ids;
mod operation;
mod request;
mod response;
pub(crate) mod rules;
pub(crate) mod scalar;
mod schema;
pub(crate) mod types;

use std::collections::{HashMap, HashSet};

use indexmap::IndexSet;

use crate::error::Error;
use crate::openapi::{self, Document, PathItem, References};
use operation::{read_operation, read_webhook};
use schema::Schemas;
use types::{Types, Use};

/// A description.
#[derive(Debug)]
pub(crate) struct Api {
    pub(crate) title: String,
    pub(crate) version: String,
    /// In the order of the document.
    pub(crate) operations: Vec<Operation>,
    pub(crate) webhooks: Vec<Webhook>,
    pub(crate) types: Types,
    /// What no declaration can express, each with the name of the operation.
    pub(crate) skipped: Vec<String>,
    /// The operations that no endpoint can be.
    pub(crate) undeclarable: Vec<Undeclarable>,
}

/// An operation that no endpoint can be.
#[derive(Debug)]
pub(crate) struct Undeclarable {
    pub(crate) method: &'static str,
    pub(crate) path: String,
    /// The line of the document where it begins.
    pub(crate) line: u64,
    /// The reason, with the name of the operation.
    pub(crate) why: String,
}

#[derive(Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is an option of `#[endpoint]`")]
pub(crate) struct Operation {
    pub(crate) id: String,
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) tag: String,
    /// The line of the document where it begins.
    pub(crate) line: u64,
    pub(crate) description: Option<String>,
    pub(crate) is_deprecated: bool,
    pub(crate) is_idempotent: bool,
    pub(crate) is_signed: bool,
    /// Whether it needs no token.
    pub(crate) is_anonymous: bool,
    /// Any one of these is enough.
    pub(crate) scopes: Vec<String>,
    /// One for each placeholder, in the order of the path.
    pub(crate) path_parameters: Vec<Parameter>,
    pub(crate) query: Vec<Parameter>,
    /// Headers that the client does not set: at most one.
    pub(crate) headers: Vec<Parameter>,
    pub(crate) body: Option<Body>,
    /// The status of a success.
    pub(crate) status: String,
    /// What a success has, one for each type of content; at least one.
    pub(crate) responses: Vec<Response>,
}

#[derive(Debug)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    pub(crate) is_required: bool,
    pub(crate) value: Use,
}

#[derive(Debug)]
pub(crate) struct Body {
    pub(crate) is_form: bool,
    pub(crate) value: Use,
}

#[derive(Debug)]
pub(crate) enum Response {
    Nothing,
    Json(Use),
    /// A page of a list, with the type of its items.
    Page(Use),
    /// A content that is not JSON, with its type.
    Bytes(String),
    Redirect,
}

/// The events of one category.
#[derive(Debug)]
pub(crate) struct Webhook {
    pub(crate) id: String,
    pub(crate) tag: String,
    /// The line of the document where it begins.
    pub(crate) line: u64,
    /// Such as `USER.CREATED`.
    pub(crate) event_types: Vec<String>,
    pub(crate) object: Use,
}

impl Api {
    pub(crate) fn read(text: &str) -> Result<Self, Error> {
        let document = openapi::read(text)?;
        let mut schemas = Schemas::new(References::of(&document));
        let mut skipped = Vec::new();
        let mut undeclarable = Vec::new();
        let mut ids = ids::Ids::of(&document)?;
        let mut routes = HashMap::new();
        let mut operations = Vec::new();
        for (path, item) in &document.paths {
            if item.reference.is_some() {
                skipped.push(format!("{path}: it is a reference to another path"));
            }
            for (method, operation) in item.operations() {
                let place = Place { document: &document, path, item, method, operation };
                let id = ids.operation(&place);
                if let Some(other) = routes.get(&(method, rules::route(path))) {
                    skipped.push(format!("{id}: it has the method and the path of {other}"));
                    continue;
                }
                let read = read_operation(&place, id, &mut schemas, &mut skipped)?;
                match &read {
                    Some(operation) => {
                        routes.insert((method, rules::route(path)), operation.id.clone());
                    }
                    None => undeclarable.extend(skipped.last().map(|why| Undeclarable {
                        method,
                        path: path.clone(),
                        line: place.operation.referenced.line(),
                        why: why.clone(),
                    })),
                }
                operations.extend(read);
            }
        }
        let mut webhooks: Vec<Webhook> = Vec::new();
        let mut event_types = HashSet::new();
        for (name, item) in document.x_webhooks.iter().chain(&document.webhooks) {
            if item.reference.is_some() {
                skipped.push(format!("{name}: it is a reference to another webhook"));
            }
            for (method, operation) in item.operations() {
                let place = Place { document: &document, path: name, item, method, operation };
                let id = ids.webhook(&place);
                let read = read_webhook(&place, id, &mut schemas, &mut skipped)?;
                let Some(mut webhook) = read else { continue };
                let Webhook { id, tag, event_types: types, .. } = &mut webhook;
                types.retain(|event_type| {
                    let is_new = event_types.insert((tag.clone(), event_type.clone()));
                    if !is_new {
                        skipped.push(format!("{id}: another webhook has the event `{event_type}`"));
                    }
                    is_new
                });
                webhooks.extend(Some(webhook).filter(|it| !it.event_types.is_empty()));
            }
        }
        let openapi::Info { title, version } = document.info.clone();
        let types = schemas.types;
        Ok(Self { title, version, operations, webhooks, types, skipped, undeclarable })
    }

    /// Returns the tags that have operations or webhooks, in the order of the operations.
    pub(crate) fn tags(&self) -> Vec<&str> {
        let operations = self.operations.iter().map(|operation| operation.tag.as_str());
        let webhooks = self.webhooks.iter().map(|webhook| webhook.tag.as_str());
        operations.chain(webhooks).collect::<IndexSet<&str>>().into_iter().collect()
    }
}

/// An operation in the document.
#[derive(Clone, Copy)]
struct Place<'d> {
    document: &'d Document,
    path: &'d str,
    item: &'d PathItem,
    method: &'static str,
    operation: &'d serde_saphyr::Spanned<openapi::Operation>,
}
