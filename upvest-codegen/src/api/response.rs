//! What the success of an operation has.

use super::Response;
use super::operation::{Reader, field};
use super::rules;
use super::types::{Object, Shape, Types, Use};
use crate::error::Error;
use crate::openapi::{self, MediaType};

/// The fields of `PageMeta`.
const COUNTS: [&str; 4] = ["offset", "limit", "count", "total_count"];
const SORTING: [&str; 2] = ["sort", "order"];

impl<'d> Reader<'_, 'd> {
    /// Returns the status and what it has; `None` if no endpoint can have it.
    pub(super) fn responses(
        &mut self,
        operation: &'d openapi::Operation,
        is_idempotent: bool,
    ) -> Result<Option<(String, Vec<Response>)>, Error> {
        let mut all: Vec<_> = operation.responses.iter().collect();
        all.sort_by_key(|(status, _)| *status);
        let is_success = |status: &str| status.len() == 3 && status.starts_with('2');
        let mut successes = all.iter().filter(|(status, _)| is_success(status));
        let Some((status, response)) = successes.next() else {
            for (status, response) in all.iter().filter(|(status, _)| status.starts_with('3')) {
                let headers = &self.references.response(response)?.headers;
                if !headers.keys().any(|name| name.eq_ignore_ascii_case("location")) {
                    continue;
                }
                if is_idempotent {
                    self.skip("no idempotent endpoint can be redirected");
                    return Ok(None);
                }
                return Ok(Some(((*status).clone(), vec![Response::Redirect])));
            }
            if !all.is_empty() {
                self.skip("its response, because no success is described");
            }
            return Ok(Some(("2xx".to_owned(), vec![Response::Nothing])));
        };
        for (status, _) in successes {
            self.skip(&format!("the response {status}, because it has another success"));
        }
        let content = &self.references.response(response)?.content;
        let has_content = !["204", "205"].contains(&status.as_str()) && !content.is_empty();
        let mut responses = Vec::new();
        for (media_type, media) in content.iter().filter(|_| has_content) {
            let response = self.content(media_type, media)?;
            match response {
                Some(Response::Json(_) | Response::Page(_))
                    if responses.iter().any(|it| !matches!(it, Response::Bytes(_))) =>
                {
                    self.skip(&format!("the content `{media_type}`, because it has another JSON"));
                }
                Some(Response::Bytes(_)) if is_idempotent => {
                    self.skip(&format!("the content `{media_type}`, because it is idempotent"));
                }
                Some(Response::Bytes(kind))
                    if responses
                        .iter()
                        .any(|it| matches!(it, Response::Bytes(other) if *other == kind)) => {}
                Some(response) => responses.push(response),
                None => self.skip(&format!("the content `{media_type}`")),
            }
        }
        // JSON first: its method has the plain name.
        responses.sort_by_key(|response| matches!(response, Response::Bytes(_)));
        match (responses.is_empty(), has_content) {
            (true, true) => Ok(None),
            (true, false) => Ok(Some(((*status).clone(), vec![Response::Nothing]))),
            (false, _) => Ok(Some(((*status).clone(), responses))),
        }
    }

    /// Returns `None` if no endpoint can accept it.
    fn content(
        &mut self,
        media_type: &str,
        media: &'d MediaType,
    ) -> Result<Option<Response>, Error> {
        if !openapi::is_json(media_type) {
            return Ok(rules::media_type(media_type).map(Response::Bytes));
        }
        let value = match &media.schema {
            Some(schema) => self.schemas.read(schema)?,
            None => self.schemas.any(None),
        };
        Ok(Some(match items_of_page(&self.schemas.types, &value) {
            Some(items) => Response::Page(items),
            None => Response::Json(value),
        }))
    }
}

/// The type of the items, if this is what `Page` reads.
fn items_of_page(types: &Types, value: &Use) -> Option<Use> {
    let Shape::Object(Object { fields, .. }) = types.shape(value.id) else { return None };
    let meta = field(types, value, "meta")?;
    let Shape::Object(Object { fields: parts, .. }) = types.shape(meta.id) else { return None };
    let has_counts = COUNTS.into_iter().all(|name| {
        field(types, meta, name)
            .is_some_and(|count| matches!(types.shape(count.id), Shape::Integer(_)))
    });
    let has_more = !parts
        .iter()
        .all(|part| COUNTS.contains(&part.name.as_str()) || SORTING.contains(&part.name.as_str()));
    match types.shape(field(types, value, "data")?.id) {
        Shape::List(items, _)
            if has_counts && !has_more && fields.len() == 2 && !value.is_nullable =>
        {
            Some(items.clone())
        }
        _ => None,
    }
}
