//! What a description says, as values: operations, webhooks and the types of their data.

mod combine;
mod operation;
pub(crate) mod scalar;
mod schema;
pub(crate) mod types;

use std::collections::HashSet;

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
}

#[derive(Debug)]
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
    /// In the order of the path.
    pub(crate) path_parameters: Vec<Parameter>,
    pub(crate) query: Vec<Parameter>,
    /// Headers that the client does not set.
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
        let mut operations = Vec::new();
        for (path, item) in &document.paths {
            if item.reference.is_some() {
                skipped.push(format!("{path}: it is a reference to another path"));
            }
            for (method, operation) in item.operations() {
                let place = Place { document: &document, path, item, method, operation };
                if let Some(operation) = read_operation(&place, &mut schemas, &mut skipped)? {
                    operations.push(operation);
                }
            }
        }
        let mut webhooks = Vec::new();
        for (name, item) in document.x_webhooks.iter().chain(&document.webhooks) {
            for (method, operation) in item.operations() {
                let place = Place { document: &document, path: name, item, method, operation };
                webhooks.extend(read_webhook(&place, &mut schemas, &mut skipped)?);
            }
        }
        let mut ids = HashSet::new();
        let all = operations.iter().map(|it| &it.id).chain(webhooks.iter().map(|it| &it.id));
        if let Some(id) = all.into_iter().find(|id| !ids.insert(id.as_str())) {
            return Err(Error::new(format!(
                "cannot read the description: two operations have the id `{id}`"
            )));
        }
        let openapi::Info { title, version } = document.info.clone();
        Ok(Self { title, version, operations, webhooks, types: schemas.types, skipped })
    }

    /// Returns the tags that have operations or webhooks, in the order of the operations.
    pub(crate) fn tags(&self) -> Vec<&str> {
        let mut tags: Vec<&str> = Vec::new();
        let operations = self.operations.iter().map(|operation| operation.tag.as_str());
        for tag in operations.chain(self.webhooks.iter().map(|webhook| webhook.tag.as_str())) {
            if !tags.contains(&tag) {
                tags.push(tag);
            }
        }
        tags
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
