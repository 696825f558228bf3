//! A request that is complete except for the client, the token and the signature.

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;
use http::header::{ACCEPT, HeaderName, HeaderValue};
use url::form_urlencoded;

use crate::endpoint::{BodyKind, Endpoint, Method, ResponseKind};

/// All that is needed to send it; the declaration that it was made from is not used again.
#[derive(Clone)]
pub(crate) struct PreparedRequest {
    pub(crate) method: Method,
    /// The path with its placeholders, to show it without the ids.
    pub(crate) template: &'static str,
    /// The path, and the query if there is one.
    pub(crate) path: Cow<'static, str>,
    /// The header that the caller sets.
    pub(crate) header: Option<Box<(HeaderName, HeaderValue)>>,
    pub(crate) body: Bytes,
    pub(crate) content_type: Option<&'static str>,
    /// The response type to request, unless the caller sets another one.
    pub(crate) accept: &'static str,
    pub(crate) response: ResponseKind,
    /// The fields of the body that the response repeats.
    pub(crate) echoes: &'static [&'static str],
    /// The scopes, any one of which the token must hold.
    pub(crate) scopes: &'static [&'static str],
    pub(crate) is_signed: bool,
    pub(crate) is_anonymous: bool,
}

impl PreparedRequest {
    /// Returns a request to `endpoint`, with nothing filled in yet.
    pub(crate) fn of(endpoint: Endpoint) -> Self {
        Self {
            method: endpoint.method(),
            template: endpoint.path(),
            path: endpoint.path().into(),
            header: None,
            body: Bytes::new(),
            content_type: endpoint.body().content_type(),
            accept: endpoint.accepts(),
            response: endpoint.response(),
            echoes: endpoint.echoes(),
            scopes: endpoint.scopes(),
            is_signed: endpoint.is_signed(),
            is_anonymous: endpoint.is_anonymous(),
        }
    }

    /// Whether this is a request for a token: only that is sent as a form, and without a token.
    pub(crate) fn asks_for_token(&self) -> bool {
        self.is_anonymous && self.content_type == BodyKind::Form.content_type()
    }

    /// Returns the response types that it requests.
    pub(crate) fn accepted(&self) -> &str {
        match self.header.as_deref() {
            Some((name, value)) if *name == ACCEPT => value.to_str().unwrap_or_default(),
            _ => self.accept,
        }
    }

    /// Requests the page of a list that begins at `offset`.
    pub(crate) fn set_offset(&mut self, offset: u64) {
        let (path, query) = self.path.split_once('?').unwrap_or((&self.path, ""));
        let others = form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name != "offset");
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(others)
            .append_pair("offset", &offset.to_string())
            .finish();
        self.path = format!("{path}?{query}").into();
    }
}

impl fmt::Display for PreparedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.template)
    }
}

/// Checks that a value stays inside its segment, and means the same encoded and decoded.
///
/// Upvest's own signers disagree on which of the two is signed, so a value that would need encoding
/// is rejected. The URL library would also turn `/a/../b` into another route.
pub(super) fn check_segment(value: &str) -> Result<(), &'static str> {
    match value {
        "" => Err("is empty"),
        "." | ".." => Err("is `.` or `..`, which would lead to another route"),
        _ if value.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~:".contains(&b)) => Ok(()),
        _ => Err("contains more than letters, digits and `-._~:`"),
    }
}

/// Checks that `path` is one that a request to `endpoint` can have, segment by segment.
pub(crate) fn check_path(endpoint: Endpoint, path: &str) -> Result<(), Cow<'static, str>> {
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
        return Err("its query is not one that the client sends".into());
    }
    if path.split('/').count() != endpoint.path().split('/').count() {
        return Err("its path has a different number of segments".into());
    }
    for (segment, value) in endpoint.path().split('/').zip(path.split('/')) {
        match segment.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            Some(name) => {
                check_segment(value).map_err(|why| format!("its path value `{name}` {why}"))?;
            }
            None if segment == value => {}
            None => return Err("its path differs".into()),
        }
    }
    Ok(())
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
    fn a_path_must_match_its_endpoint() {
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
