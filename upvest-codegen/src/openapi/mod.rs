//! Reading an OpenAPI document: YAML or JSON, version 3.0 or 3.1.
//!
//! `serde-saphyr` reads both (JSON is YAML) and gives each error its position. The crates `openapiv3`
//! and `oas3` were not chosen: each reads one of the two versions, both lose the positions, and
//! neither reads Upvest's `x-webhooks`.

mod document;
mod reference;
mod why;

use serde::Deserialize;
use serde_saphyr::{Spanned, budget, options};

use crate::error::Error;

pub(crate) use document::{
    Discriminator, Document, Info, MediaType, Operation, Parameter, PathItem, RequestBody, Schema,
    SchemaObject, is_json, json,
};
pub(crate) use reference::References;
use why::why;

/// What tells a foreign file from a broken one.
#[derive(Deserialize)]
struct Version {
    openapi: Option<Spanned<String>>,
    swagger: Option<Spanned<String>>,
}

/// Reads a document.
pub(crate) fn read(text: &str) -> Result<Document, Error> {
    let document = parse::<Document>(text);
    if let Ok(Document { openapi: Some(version), .. }) = &document
        && is_known(&version.value)
    {
        return document;
    }
    // Another version explains the error better.
    let Version { openapi, swagger } = parse(text)?;
    match (openapi, swagger) {
        (Some(version), _) if is_known(&version.value) => document,
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
    let options = options! {
        // Without it, the country `NO` is `false`.
        strict_booleans: true,
        // Without aliases, a text has fewer nodes than bytes.
        budget: budget! {
            // Reading is recursive. Upvest's document is about 40 levels deep.
            max_depth: 200,
            max_nodes: text.len().max(250_000),
            max_events: (2 * text.len()).max(1_000_000),
            enforce_alias_anchor_ratio: false,
        },
    };
    serde_saphyr::from_str_with_options(text, options)
        .map_err(|cause| Error::new(format!("cannot read the description: {}", why(&cause))))
}
