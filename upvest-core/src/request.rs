//! A request while it is described: path filled, query and body encoded. No I/O.

use std::borrow::Cow;
use std::fmt::{self, Display};

use bytes::Bytes;
use serde::Serialize;

use crate::client::Client;
use crate::endpoint::{BodyKind, Endpoint, Verb};
use crate::error::{Error, ErrorKind, Result};
use crate::outcome::Outcome;

/// The request of one call. `#[api]` writes the code that fills it.
///
/// The first thing that goes wrong is kept and becomes the call's error: nothing is sent then.
#[must_use]
pub struct Request<'c> {
    pub(crate) client: &'c Client,
    endpoint: &'static Endpoint,
    target: Result<Target>,
}

/// All that sending needs: it stands for itself, with no declaration behind it.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) verb: Verb,
    /// The path with its placeholders, to speak of it without the ids.
    pub(crate) template: Cow<'static, str>,
    /// The path, and the query if there is one.
    pub(crate) path: String,
    pub(crate) body: Bytes,
    pub(crate) content_type: Option<&'static str>,
    pub(crate) is_signed: bool,
    pub(crate) is_anonymous: bool,
}

impl Target {
    /// Whether this is a request for a token: nothing else is sent as a form.
    pub(crate) fn is_form(&self) -> bool {
        self.content_type == BodyKind::Form.content_type()
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.verb, self.template)
    }
}

impl<'c> Request<'c> {
    /// A request to `endpoint`, nothing filled in yet.
    pub fn new(client: &'c Client, endpoint: &'static Endpoint) -> Self {
        let target = Target {
            verb: endpoint.verb(),
            template: endpoint.path().into(),
            path: endpoint.path().to_owned(),
            body: Bytes::new(),
            content_type: endpoint.body().content_type(),
            is_signed: endpoint.is_signed(),
            is_anonymous: endpoint.is_anonymous(),
        };
        Self { client, endpoint, target: Ok(target) }
    }

    /// Fills the placeholder `{name}`.
    pub fn path(self, name: &str, value: &(impl Display + ?Sized)) -> Self {
        let (endpoint, value) = (self.endpoint, value.to_string());
        self.change(|mut target| {
            check_segment(&value)
                .map_err(|why| refused(endpoint, &format!("the path value `{name}` {why}")))?;
            target.path = target.path.replacen(&format!("{{{name}}}"), &value, 1);
            Ok(target)
        })
    }

    /// Adds `query` behind the path, unless it comes out empty.
    pub fn query(self, query: &(impl Serialize + ?Sized)) -> Self {
        let endpoint = self.endpoint;
        self.change(|mut target| {
            let query = serde_urlencoded::to_string(query)
                .map_err(|error| refused(endpoint, "the query cannot be written").because(error))?;
            if !query.is_empty() {
                target.path.push('?');
                target.path.push_str(&query);
            }
            Ok(target)
        })
    }

    /// Encodes `body` as the endpoint wants it.
    pub fn body(self, body: &(impl Serialize + ?Sized)) -> Self {
        let endpoint = self.endpoint;
        self.change(|mut target| {
            target.body = match endpoint.body() {
                BodyKind::None => return Err(refused(endpoint, "it takes no body")),
                BodyKind::Json => serde_json::to_vec(body).map(Bytes::from).map_err(|error| {
                    refused(endpoint, "the body cannot be written as JSON").because(error)
                })?,
                BodyKind::Form => {
                    serde_urlencoded::to_string(body).map(Bytes::from).map_err(|error| {
                        refused(endpoint, "the body cannot be written as a form").because(error)
                    })?
                }
            };
            Ok(target)
        })
    }

    pub(crate) fn finish(self) -> Result<Target> {
        self.target
    }

    fn change(mut self, change: impl FnOnce(Target) -> Result<Target>) -> Self {
        self.target = self.target.and_then(change);
        self
    }
}

fn refused(endpoint: &Endpoint, why: &str) -> Error {
    Error::new(ErrorKind::Request, Outcome::NotSent, format!("{endpoint} was not sent: {why}"))
}

/// Whether a value stays inside its segment, and means the same encoded and decoded.
///
/// Upvest's own signers disagree on which of the two is signed, so nothing that would need encoding
/// is let through; and the URL library would turn `/a/../b` into another route.
fn check_segment(value: &str) -> std::result::Result<(), &'static str> {
    match value {
        "" => Err("is empty"),
        "." | ".." => Err("is `.` or `..`, which would lead to another route"),
        _ if value.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~:".contains(&b)) => Ok(()),
        _ => Err("holds more than letters, digits and `-._~:`"),
    }
}

#[cfg(test)]
mod tests {
    use super::check_segment;

    #[test]
    fn a_value_cannot_leave_its_segment() {
        for value in [
            "", ".", "..", "a/b", "a?b", "a#b", "/", "%2e%2e", "%2F", "a b", "ü", "a\\b", "a;b",
            "a\nb", "{id}", "a@b", "a&b=c", "\0",
        ] {
            assert!(check_segment(value).is_err(), "{value:?}");
        }
    }

    #[test]
    fn every_id_of_the_api_passes() {
        for value in [
            "6ffa6b16-2380-4e7a-88b2-ae625c8eef99",
            "urn:isin:US0378331005",
            "EUR",
            "mifir_report-2026.11_~1.zip.gpg",
            "...",
        ] {
            assert!(check_segment(value).is_ok(), "{value:?}");
        }
    }
}
