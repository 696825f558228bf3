//! What a success has.

use super::attribute::essence;
use super::operations::at;
use super::{Comparison, Site};
use crate::api::{Operation, Response};
use crate::check::declared::{Definition, Part, Ty};
use crate::check::direction::Direction;
use crate::check::drift::DriftKind;
use crate::check::matching::Match;

impl<'a> Comparison<'a> {
    /// Compares the response.
    pub(super) fn response(&mut self, found: &Match<'a>, operation: &'a Operation) {
        let (endpoint, responses) = (found.endpoint, &operation.responses);
        if endpoint.chooses_content() {
            if !responses.iter().any(|it| matches!(it, Response::Bytes(_))) {
                self.response_flag(found, operation, "has no content that is not JSON");
            }
        } else if let Some(accept) = &endpoint.accept {
            let is_described = responses.iter().any(
                |it| matches!(it, Response::Bytes(media_type) if essence(media_type) == essence(accept)),
            );
            if !is_described {
                self.response_flag(found, operation, &format!("does not return {accept}"));
            }
        } else if endpoint.has("redirect") {
            if !responses.iter().any(|it| matches!(it, Response::Redirect)) {
                self.response_flag(found, operation, "does not redirect");
            }
        } else {
            let described = responses.iter().find(|it| !matches!(it, Response::Bytes(_)));
            match described.or(responses.first()) {
                Some(Response::Redirect) => self.response_flag(found, operation, "redirects"),
                Some(Response::Bytes(media_type)) => {
                    self.response_flag(found, operation, &format!("returns only {media_type}"));
                }
                Some(described) => self.json(found, operation, described),
                None => {}
            }
        }
    }

    /// The response needs another attribute, which says so. That of a moved operation does already.
    fn response_flag(&mut self, found: &Match<'a>, operation: &'a Operation, what: &str) {
        if !found.is_moved {
            self.flag(found, operation, true, format!("`{}` {what}", found.endpoint.name));
        }
    }

    /// Compares a response that is JSON, or nothing.
    fn json(&mut self, found: &Match<'a>, operation: &'a Operation, described: &'a Response) {
        let endpoint = found.endpoint;
        let subject = format!("the response of `{}`", endpoint.name);
        let line = self.suggest().returns(operation, described);
        let site = Site {
            subject: &subject,
            direction: Direction::Response,
            line: Some(&line),
            ..at(endpoint.position, operation)
        };
        let ty = self.resolved(&endpoint.response, Direction::Response);
        match (ty, described) {
            (Ty::Unknown(why), _) => self.unchecked(site, why),
            (Ty::Unit, Response::Nothing) | (Ty::Any, Response::Json(_) | Response::Page(_)) => {}
            (Ty::Unit, _) => self.changed_response(site, false, "nothing", described),
            (Ty::Page(items), Response::Page(inner)) => {
                let subject = format!("an item of {subject}");
                self.value(site.part(&subject), items, inner);
            }
            (Ty::Page(_), _) => self.changed_response(site, true, "a page", described),
            (ty, Response::Page(inner)) => {
                if let Some(items) = self.items_of_envelope(ty) {
                    self.value(site, items, inner);
                } else {
                    let declared = format!("`{}`", self.suggest().declared_type(ty));
                    self.changed_response(site, true, &declared, described);
                }
            }
            (ty, Response::Json(value)) => self.value(site, ty, value),
            (ty, _) => {
                let declared = format!("`{}`", self.suggest().declared_type(ty));
                self.changed_response(site, true, &declared, described);
            }
        }
    }

    fn changed_response(
        &mut self,
        site: Site<'_>,
        is_breaking: bool,
        declared: &str,
        described: &Response,
    ) {
        let described = match described {
            Response::Nothing => "nothing",
            Response::Page(_) => "a page",
            Response::Json(_) => "JSON that is not a page",
            Response::Bytes(_) => "bytes",
            Response::Redirect => "a redirect",
        };
        let message =
            format!("{} is declared as {declared}, but described as {described}", site.subject);
        self.drift(site, DriftKind::ResponseChanged, is_breaking, message);
    }

    /// The type of the items in a struct that is declared like `Page`, with a field `data`.
    fn items_of_envelope(&self, ty: &Ty) -> Option<&'a Ty> {
        let Ty::Declared(index) = ty else { return None };
        let found = self.declared.types.get(*index)?;
        let Definition::Struct(definition) = &found.definition else { return None };
        definition.parts.iter().find_map(|part| match part {
            Part::Field(field) if found.is_read && field.read.iter().any(|it| it == "data") => {
                match self.resolved(&field.ty, Direction::Response) {
                    Ty::List(items) => Some(self.resolved(items, Direction::Response)),
                    _ => None,
                }
            }
            _ => None,
        })
    }
}
