//! A request while it is described: path and header filled, query and body encoded. No I/O.

use std::fmt;
use std::str::FromStr as _;

use bytes::Bytes;
use http::header::{ACCEPT, HeaderName, HeaderValue};
use url::form_urlencoded;

use crate::__private::{Decoder, WriteError};
use crate::client::Client;
use crate::endpoint::{BodyKind, Endpoint, Method, ResponseKind};
use crate::error::{Error, ErrorKind, Result};
use crate::outcome::Outcome;

/// The request of one call. `#[api]` writes the code that fills it.
///
/// The first thing that goes wrong is kept and becomes the call's error: nothing is sent then.
#[must_use]
pub struct Request<'c> {
    pub(crate) client: &'c Client,
    endpoint: Endpoint,
    prepared: Result<PreparedRequest>,
}

/// All that sending needs: it stands for itself, with no declaration behind it.
#[derive(Clone)]
pub(crate) struct PreparedRequest {
    pub(crate) method: Method,
    /// The path with its placeholders, to speak of it without the ids.
    pub(crate) template: &'static str,
    /// The path, and the query if there is one.
    pub(crate) path: String,
    /// What the caller says in a header.
    pub(crate) header: Option<Box<(HeaderName, HeaderValue)>>,
    pub(crate) body: Bytes,
    pub(crate) content_type: Option<&'static str>,
    /// The type of answer to ask for, unless the caller says another one.
    pub(crate) accept: &'static str,
    pub(crate) answer: ResponseKind,
    /// The fields of the body that the response repeats.
    pub(crate) echoes: &'static [&'static str],
    pub(crate) is_signed: bool,
    pub(crate) is_anonymous: bool,
}

impl PreparedRequest {
    /// A request to `endpoint`, nothing filled in yet.
    pub(crate) fn of(endpoint: Endpoint) -> Self {
        Self {
            method: endpoint.method(),
            template: endpoint.path(),
            path: endpoint.path().to_owned(),
            header: None,
            body: Bytes::new(),
            content_type: endpoint.body().content_type(),
            accept: endpoint.accepts(),
            answer: endpoint.answer(),
            echoes: endpoint.echoes(),
            is_signed: endpoint.is_signed(),
            is_anonymous: endpoint.is_anonymous(),
        }
    }

    /// Whether this is a request for a token: nothing else is sent as a form, and by nobody.
    pub(crate) fn asks_for_token(&self) -> bool {
        self.is_anonymous && self.content_type == BodyKind::Form.content_type()
    }

    /// The types of answer that it asks for.
    pub(crate) fn accepted(&self) -> &str {
        match self.header.as_deref() {
            Some((name, value)) if *name == ACCEPT => value.to_str().unwrap_or_default(),
            _ => self.accept,
        }
    }

    /// Asks for the page of a list that begins there.
    pub(crate) fn set_offset(&mut self, offset: u64) {
        let (path, query) = self.path.split_once('?').unwrap_or((&self.path, ""));
        let others = form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name != "offset");
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(others)
            .append_pair("offset", &offset.to_string())
            .finish();
        self.path = format!("{path}?{query}");
    }
}

impl fmt::Display for PreparedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.template)
    }
}

impl<'c> Request<'c> {
    /// A request to `endpoint`, nothing filled in yet.
    pub fn new(client: &'c Client, endpoint: Endpoint) -> Self {
        Self { client, endpoint, prepared: Ok(PreparedRequest::of(endpoint)) }
    }

    /// Fills the placeholder `{name}`.
    pub fn path<T: ?Sized>(self, name: &str, value: &T, text: fn(&T) -> String) -> Self {
        self.change(|prepared| {
            let value = text(value);
            check_segment(&value).map_err(|why| format!("the path value `{name}` {why}"))?;
            prepared.path = prepared.path.replacen(&format!("{{{name}}}"), &value, 1);
            Ok(())
        })
    }

    /// Adds `query` behind the path, unless it comes out empty.
    pub fn query<T: ?Sized>(
        self,
        query: &T,
        write: fn(&T) -> std::result::Result<String, WriteError>,
    ) -> Self {
        self.change(|prepared| {
            let query = write(query).map_err(|error| {
                let error = error.to_string();
                let hint = match error.as_str() {
                    "unsupported value" => {
                        " (a member is one value, or an `Option` of one; several values are a \
                         `CommaSeparated`)"
                    }
                    _ => "",
                };
                format!("the query cannot be written: {error}{hint}")
            })?;
            if !query.is_empty() {
                prepared.path.push('?');
                prepared.path.push_str(&query);
            }
            Ok(())
        })
    }

    /// Fills the header that the endpoint names.
    pub fn header<T: ?Sized>(self, value: &T, text: fn(&T) -> String) -> Self {
        let name = self.endpoint.header_name().unwrap_or_default();
        self.change(|prepared| {
            let value = text(value);
            check_header(&value).map_err(|why| format!("the header `{name}` {why}"))?;
            let pair = HeaderName::from_str(name).ok().zip(HeaderValue::from_str(&value).ok());
            let (name, value) = pair.ok_or_else(|| format!("the header `{name}` is none"))?;
            prepared.header = Some(Box::new((name, value)));
            Ok(())
        })
    }

    /// Encodes `body` as the endpoint wants it.
    pub fn body<T: ?Sized>(
        self,
        body: &T,
        write: fn(&T, BodyKind) -> std::result::Result<Bytes, WriteError>,
    ) -> Self {
        let kind = self.endpoint.body();
        let how = if kind == BodyKind::Form { "a form" } else { "JSON" };
        self.change(|prepared| {
            prepared.body = write(body, kind)
                .map_err(|error| format!("the body cannot be written as {how}: {error}"))?;
            Ok(())
        })
    }

    /// The call that sends this.
    pub fn call<R, T>(self, new: fn(Self, Decoder<T>) -> R, decoder: Decoder<T>) -> R {
        new(self, decoder)
    }

    pub(crate) fn finish(self) -> Result<PreparedRequest> {
        // What is filled in has no braces, and neither has the template.
        let is_unfilled = self.prepared.as_ref().is_ok_and(|prepared| prepared.path.contains('{'));
        if is_unfilled {
            return self.change(|_| Err("a placeholder is not filled".to_owned())).prepared;
        }
        self.prepared
    }

    /// `change` says why it cannot be.
    fn change(
        mut self,
        change: impl FnOnce(&mut PreparedRequest) -> std::result::Result<(), String>,
    ) -> Self {
        if let Ok(prepared) = &mut self.prepared
            && let Err(why) = change(prepared)
        {
            let message = format!("{} was not sent: {why}", self.endpoint);
            self.prepared = Err(Error::new(ErrorKind::Request, Outcome::NotSent, message));
        }
        self
    }
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

/// Whether `path` is one that a request to `endpoint` can have, segment by segment.
pub(crate) fn check_path(
    endpoint: Endpoint,
    path: &str,
) -> std::result::Result<(), std::borrow::Cow<'static, str>> {
    let (path, query) = match path.split_once('?') {
        Some((path, query)) if endpoint.takes_query() => (path, Some(query)),
        _ => (path, None),
    };
    // As `serde_urlencoded` writes it.
    let is_query = |query: &str| {
        !query.is_empty()
            && query.bytes().all(|b| b.is_ascii_alphanumeric() || b"*-._+%=&".contains(&b))
    };
    if !query.is_none_or(is_query) {
        return Err("its query is not one that is sent".into());
    }
    if path.split('/').count() != endpoint.path().split('/').count() {
        return Err("its path has more or fewer segments".into());
    }
    for (segment, value) in endpoint.path().split('/').zip(path.split('/')) {
        match segment.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            Some(name) => {
                check_segment(value).map_err(|why| format!("its path value `{name}` {why}"))?;
            }
            None if segment == value => {}
            None => return Err("its path is another one".into()),
        }
    }
    Ok(())
}

/// Whether a header arrives as it is: spaces around it get lost on the way, and the signature covers
/// what arrives.
fn check_header(value: &str) -> std::result::Result<(), &'static str> {
    match value {
        "" => Err("is empty"),
        _ if value.trim() != value => Err("begins or ends with a space"),
        _ if value.bytes().all(|byte| matches!(byte, b' '..=b'~')) => Ok(()),
        _ => Err("holds more than printable ASCII"),
    }
}

#[cfg(test)]
mod tests {
    use super::{check_path, check_segment};
    use crate::endpoint::{Endpoint, Method};

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

    #[test]
    fn a_path_is_that_of_its_endpoint_or_it_is_not() {
        let things = Endpoint::new("", Method::Post, "/things/{id}/notes");
        for (path, is_its) in [
            ("/things/7/notes", true),
            ("/things/urn:isin:US0378331005/notes", true),
            ("/things/.../notes", true),
            ("/things/{id}/notes", false),
            ("/things//notes", false),
            ("/things/./notes", false),
            ("/things/../notes", false),
            ("/things/%2e%2e/notes", false),
            ("/things/7%2F8/notes", false),
            ("/things/7/notes/", false),
            ("/things/7/notes/8", false),
            ("/things/7/8/notes", false),
            ("/things/7", false),
            ("//things/7/notes", false),
            ("things/7/notes", false),
            ("@evil.example/things/7/notes", false),
            ("http://evil.example/things/7/notes", false),
            ("/Things/7/notes", false),
            ("/things/7/notes?x=1", false),
            ("/things/7/notes?", false),
            ("/things/7?x=/notes", false),
            ("/things/7#x/notes", false),
            ("/things/7 8/notes", false),
            ("/things/7\n/notes", false),
            ("/things/\u{fc}/notes", false),
            ("/users/7/notes", false),
            ("", false),
            ("/", false),
        ] {
            assert_eq!(check_path(things, path).is_ok(), is_its, "{path:?}");
        }
        for (path, is_its) in [
            ("/things/7/notes", true),
            ("/things/7/notes?limit=1&note=a+b%C3%BC%2Cc", true),
            ("/things/7/notes?", false),
            ("/things/7/notes?a?b", false),
            ("/things/7/notes?a#b", false),
            ("/things/7/notes?a b", false),
            ("/things/7/notes?a,b", false),
            ("/things/7/notes?a/b", false),
            ("/things/7/other?a=b", false),
        ] {
            assert_eq!(check_path(things.query(), path).is_ok(), is_its, "{path:?}");
        }
    }
}
