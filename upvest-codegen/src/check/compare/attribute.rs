//! The options of `#[endpoint]`.

use super::Comparison;
use super::operations::at;
use crate::api::echoes::missing_echo;
use crate::api::{Operation, Response};
use crate::check::declared::Endpoint;
use crate::check::drift::DriftKind;
use crate::check::matching::Match;
use crate::check::suggest::attribute_of;

impl<'a> Comparison<'a> {
    /// Compares flags and scopes.
    pub(super) fn options(&mut self, found: &Match<'a>, operation: &'a Operation) {
        let endpoint = found.endpoint;
        let is_form = operation.body.as_ref().map(|body| body.is_form);
        let name = &endpoint.name;
        let flags = [
            (
                endpoint.has("idempotent"),
                operation.is_idempotent,
                true,
                "requires an idempotency key",
                "takes no idempotency key: a retry may act twice",
            ),
            (
                endpoint.has("signed"),
                operation.is_signed,
                !endpoint.has("signed"),
                "requires a signature",
                "does not require a signature",
            ),
            (
                endpoint.has("anonymous"),
                operation.is_anonymous,
                endpoint.has("anonymous"),
                "requires no access token",
                "requires an access token",
            ),
            (
                endpoint.has("form"),
                is_form.unwrap_or(endpoint.has("form")),
                true,
                "has a body that is a form",
                "has a body that is JSON",
            ),
        ];
        for (is_declared, is_described, is_breaking, described, not_described) in flags {
            if is_declared != is_described {
                let what = if is_described { described } else { not_described };
                self.flag(found, operation, is_breaking, format!("`{name}` {what}"));
            }
        }
        if endpoint.has("anonymous") == operation.is_anonymous {
            self.scopes(found, operation);
        }
        if let Some((field, place)) = missing_echo(&self.api.types, operation, &endpoint.echoes) {
            let message =
                format!("`{name}` compares `{field}`, but that is not a field of the {place}");
            let site = at(endpoint.attribute, operation);
            self.drift_with(site, DriftKind::EchoRemoved, true, message, None);
        }
    }

    fn scopes(&mut self, found: &Match<'a>, operation: &'a Operation) {
        let endpoint = found.endpoint;
        let is_described = |scope: &String| operation.scopes.contains(scope);
        let is_declared = |scope: &String| endpoint.scopes.contains(scope);
        let all_described = endpoint.scopes.iter().all(is_described);
        if all_described && operation.scopes.iter().all(is_declared) {
            return;
        }
        let list = |scopes: &[String]| match scopes {
            [] => "no scope".to_owned(),
            scopes => {
                let quoted: Vec<String> = scopes.iter().map(|scope| format!("`{scope}`")).collect();
                quoted.join(" or ")
            }
        };
        let message = format!(
            "`{}` is declared with {}, but described with {}",
            endpoint.name,
            list(&endpoint.scopes),
            list(&operation.scopes)
        );
        // A token for a declared scope is enough if the description accepts more, or needs none.
        let is_enough = operation.scopes.is_empty() || all_described && !endpoint.scopes.is_empty();
        let is_breaking = !is_enough;
        let line = attribute_of(found, operation);
        let site = at(endpoint.attribute, operation);
        self.drift_with(site, DriftKind::ScopeChanged, is_breaking, message, Some(line));
    }

    /// A difference in the attribute, with the new one.
    pub(super) fn flag(
        &mut self,
        found: &Match<'a>,
        operation: &'a Operation,
        is_breaking: bool,
        message: String,
    ) {
        let line = attribute_of(found, operation);
        let site = at(found.endpoint.attribute, operation);
        self.drift_with(site, DriftKind::FlagChanged, is_breaking, message, Some(line));
    }
}

impl Endpoint {
    /// Whether the method returns this one of several responses.
    pub(super) fn returns(&self, response: &Response) -> bool {
        match (response, &self.accept) {
            (Response::Bytes(_) | Response::Json(_) | Response::Page(_), _)
                if self.chooses_content() =>
            {
                true
            }
            (Response::Bytes(media_type), Some(accept)) => essence(media_type) == essence(accept),
            (Response::Bytes(_), None) | (_, Some(_)) => false,
            (Response::Redirect, None) => self.has("redirect"),
            (_, None) => !self.has("redirect"),
        }
    }
}

/// The media type without parameters.
pub(super) fn essence(media_type: &str) -> String {
    media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}
