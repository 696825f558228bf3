//! The options of `#[endpoint]`.

use super::Comparison;
use super::operations::at;
use crate::api::{Operation, Response};
use crate::check::declared::Endpoint;
use crate::check::drift::DriftKind;
use crate::check::matching::Match;

impl<'a> Comparison<'a> {
    /// Compares flags and scopes.
    pub(super) fn options(&mut self, found: &Match<'a>, operation: &'a Operation) {
        let endpoint = found.endpoint;
        let is_form = operation.body.as_ref().map(|body| body.is_form);
        let name = &endpoint.name;
        let flags = [
            (
                endpoint.is_idempotent,
                operation.is_idempotent,
                true,
                "requires an idempotency key",
                "takes no idempotency key: a retry may act twice",
            ),
            (
                endpoint.is_signed,
                operation.is_signed,
                !endpoint.is_signed,
                "requires a signature",
                "does not require a signature",
            ),
            (
                endpoint.is_anonymous,
                operation.is_anonymous,
                endpoint.is_anonymous,
                "requires no access token",
                "requires an access token",
            ),
            (
                endpoint.is_form,
                is_form.unwrap_or(endpoint.is_form),
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
        if endpoint.is_anonymous == operation.is_anonymous {
            self.scopes(found, operation);
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
        // A token for a declared scope is still enough if the description only accepts more.
        let is_breaking = !all_described || endpoint.scopes.is_empty();
        let line = self.suggest().attribute_of(found, operation);
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
        let line = self.suggest().attribute_of(found, operation);
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
            (Response::Redirect, None) => self.is_redirect,
            (_, None) => !self.is_redirect,
        }
    }
}

/// The media type without parameters.
pub(super) fn essence(media_type: &str) -> String {
    media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}
