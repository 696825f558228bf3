//! Which operations are declared, and at which method and path.

use super::{Comparison, Finding, Format, Origin, Site};
use crate::api::rules::route;
use crate::api::{Operation, Response, Undeclarable};
use crate::check::declared::{Endpoint, Position, Trait};
use crate::check::direction::Direction;
use crate::check::drift::DriftKind;
use crate::check::matching::{Match, matches};
use crate::check::suggest::attribute_of;

impl<'a> Comparison<'a> {
    pub(super) fn operations(&mut self) {
        let matches = matches(self.api, self.declared);
        for found in &matches {
            match found.operation {
                Some(operation) => self.operation(found, operation),
                None => self.removed(found),
            }
        }
        // After the others: by then it is known what the types are called.
        for operation in &self.api.operations {
            let declared: Vec<&Match<'a>> =
                matches.iter().filter(|it| it.is_of(operation)).collect();
            match declared.first() {
                Some(first) => self.further_responses(operation, first, &declared),
                None => self.added(operation, &matches),
            }
        }
        self.not_read(&matches);
    }

    /// What no declaration can express is not read from the description.
    fn not_read(&mut self, matches: &[Match<'a>]) {
        for skipped in &self.api.skipped {
            let Some((id, what)) = skipped.split_once(": ") else { continue };
            for found in matches {
                if let Some(operation) = found.operation.filter(|operation| operation.id == id) {
                    let subject = format!("`{}`", found.endpoint.name);
                    let site = at(found.endpoint.position, operation).part(&subject);
                    self.unchecked(site, &format!("in the description, {what}"));
                }
            }
        }
    }

    fn operation(&mut self, found: &Match<'a>, operation: &'a Operation) {
        if found.is_moved {
            self.moved(found, operation);
        } else {
            self.options(found, operation);
        }
        self.path_parameters(found.endpoint, operation);
        self.query(found.endpoint, operation);
        self.header(found.endpoint, operation);
        self.body(found.endpoint, operation);
        self.response(found, operation);
    }

    fn moved(&mut self, found: &Match<'a>, operation: &'a Operation) {
        let endpoint = found.endpoint;
        let message =
            format!("`{}` is described as {} {}", endpoint.name, operation.method, operation.path);
        let line = attribute_of(found, operation);
        let site = at(endpoint.attribute, operation);
        self.drift_with(site, DriftKind::OperationMoved, true, message, Some(line));
    }

    fn removed(&mut self, found: &Match<'a>) {
        let endpoint = found.endpoint;
        let Endpoint { method, path, .. } = endpoint;
        let is_it = |it: &&Undeclarable| it.method == *method && route(&it.path) == route(path);
        let undeclarable = self.api.undeclarable.iter().find(is_it);
        let (message, description) = if let Some(Undeclarable { line, why, .. }) = undeclarable {
            let (id, why) = why.split_once(": ").unwrap_or((path, why));
            (format!("{method} {path} is described, but {why}"), format!("{id}, line {line}"))
        } else {
            // No line of the description says it.
            let description = format!("{} {}", self.api.title, self.api.version);
            (format!("{method} {path} is not described"), description.trim().to_owned())
        };
        self.findings.add(Finding {
            position: endpoint.attribute,
            message,
            kind: DriftKind::OperationRemoved,
            is_breaking: true,
            description,
            suggestion: None,
        });
    }

    fn added(&mut self, operation: &'a Operation, matches: &[Match<'a>]) {
        // The trait with the most operations of the tag.
        let mut homes: Vec<(&'a Trait, usize)> = Vec::new();
        for found in matches.iter().filter(|it| it.has_tag(&operation.tag)) {
            match homes.iter_mut().find(|(home, _)| std::ptr::eq(*home, found.api)) {
                Some((_, count)) => *count += 1,
                None => homes.push((found.api, 1)),
            }
        }
        let most = homes.iter().map(|(_, count)| *count).max();
        let Some((home, _)) = homes.into_iter().find(|(_, count)| Some(*count) == most) else {
            return;
        };
        let Operation { id, method, path, .. } = operation;
        let message = format!("`{id}` ({method} {path}) is not declared");
        let lines = operation
            .responses
            .first()
            .map(|response| self.suggest().method(operation, response, &home.scopes));
        let site = at(home.position, operation);
        self.drift_with(site, DriftKind::OperationAdded, false, message, lines);
    }

    /// The types of content that no declared method returns.
    fn further_responses(
        &mut self,
        operation: &'a Operation,
        first: &Match<'a>,
        declared: &[&Match<'a>],
    ) {
        if operation.responses.len() < 2 {
            return;
        }
        for response in &operation.responses {
            if declared.iter().any(|found| found.endpoint.returns(response)) {
                continue;
            }
            let media_type = match response {
                Response::Bytes(media_type) => media_type.as_str(),
                _ => "JSON",
            };
            let message = format!("`{}` does not return {media_type}", first.endpoint.name);
            let lines = self.suggest().method(operation, response, &first.api.scopes);
            let site = at(first.endpoint.position, operation);
            self.drift_with(site, DriftKind::ResponseAdded, false, message, Some(lines));
        }
    }
}

/// A site for what is compared with an operation itself.
pub(super) fn at(position: Position, operation: &Operation) -> Site<'_> {
    Site {
        position,
        subject: &operation.id,
        origin: Origin { id: &operation.id, line: operation.line },
        direction: Direction::Request,
        format: Format::Json,
        line: None,
    }
}

impl Match<'_> {
    fn is_of(&self, operation: &Operation) -> bool {
        self.operation.is_some_and(|it| std::ptr::eq(it, operation))
    }

    fn has_tag(&self, tag: &str) -> bool {
        self.operation.is_some_and(|operation| operation.tag == tag)
    }
}
