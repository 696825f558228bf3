//! Reading an OpenAPI document: YAML or JSON, version 3.0 or 3.1.
//!
//! `serde-saphyr` reads both (JSON is YAML) and gives each error its position. The crates `openapiv3`
//! and `oas3` were not chosen: each reads one of the two versions, both lose the positions, and
//! neither reads Upvest's `x-webhooks`.

mod document;
mod reference;

use serde::Deserialize;
use serde_saphyr::{Spanned, options};

use crate::error::Error;

pub(crate) use document::{
    Discriminator, Document, Info, MediaType, Operation, Parameter, PathItem, Schema, SchemaObject,
};
pub(crate) use reference::References;

/// What is read first, to tell a foreign file from a broken one.
#[derive(Deserialize)]
struct Version {
    openapi: Option<Spanned<String>>,
    swagger: Option<Spanned<String>>,
}

/// Reads a document.
pub(crate) fn read(text: &str) -> Result<Document, Error> {
    let Version { openapi, swagger } = parse(text)?;
    match (openapi, swagger) {
        (Some(version), _) if is_known(&version.value) => parse(text),
        (Some(version), _) | (None, Some(version)) => Err(Error::new(format!(
            "cannot read the description: OpenAPI {} at line {}, column {} (expected 3.0 or 3.1)",
            version.value,
            version.referenced.line(),
            version.referenced.column(),
        ))),
        (None, None) => Err(Error::new(
            "cannot read the description: not an OpenAPI document, it has no field `openapi`",
        )),
    }
}

fn is_known(version: &str) -> bool {
    ["3.0", "3.1"].iter().any(|known| {
        version.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    })
}

fn parse<'t, T: Deserialize<'t>>(text: &'t str) -> Result<T, Error> {
    // Without it, the country `NO` is `false`.
    let options = options! { strict_booleans: true };
    serde_saphyr::from_str_with_options(text, options).map_err(|cause| {
        Error::new(format!("cannot read the description: {}", cause.without_snippet()))
    })
}
