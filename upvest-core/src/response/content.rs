//! The declared type and encoding of a body: `content-type` and `content-encoding`.

use std::borrow::Cow;

use http::HeaderValue;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap};
use serde::de::IgnoredAny;
use upvest_types::__private::printable;

use crate::call::prepared::PreparedRequest;
use crate::endpoint::ResponseKind;

/// Returns the content type without its parameters, if there is one.
pub(crate) fn content_type(headers: &HeaderMap) -> Option<Cow<'_, str>> {
    let content_type = match String::from_utf8_lossy(headers.get(CONTENT_TYPE)?.as_bytes()) {
        Cow::Borrowed(value) => essence(value),
        Cow::Owned(value) => essence(&value).into_owned().into(),
    };
    Some(content_type).filter(|content_type| !content_type.is_empty())
}

/// Whether a body without a declared type is the JSON that was requested, and complete.
pub(crate) fn is_json(prepared: &PreparedRequest, body: &[u8]) -> bool {
    prepared.response == ResponseKind::Json && serde_json::from_slice::<IgnoredAny>(body).is_ok()
}

/// A `content-encoding` that the client did not request.
pub(crate) struct Encoding(String);

impl Encoding {
    pub(crate) fn of(headers: &HeaderMap) -> Option<Self> {
        const LONGEST: usize = 64;
        let values = headers.get_all(CONTENT_ENCODING).iter().map(HeaderValue::as_bytes);
        let values: Vec<_> = values.map(String::from_utf8_lossy).collect();
        let is_identity =
            |coding: &str| coding.is_empty() || coding.eq_ignore_ascii_case("identity");
        let is_encoded =
            !values.iter().flat_map(|value| value.split(',')).map(str::trim).all(is_identity);
        is_encoded.then(|| Self(printable(&values.join(", "), LONGEST)))
    }

    pub(crate) fn why(&self) -> Cow<'static, str> {
        format!("its body cannot be read: {}", self.remark()).into()
    }

    /// Returns what an error message says about it.
    pub(crate) fn remark(&self) -> String {
        let Self(coding) = self;
        format!(
            "`content-encoding: {coding}`, but the client requests none (turn off compression in \
             the proxy that adds it)"
        )
    }
}

/// Whether a content type is among those that are accepted.
pub(crate) fn is_asked_for(accepted: &str, content_type: &str) -> bool {
    accepted.split(',').map(essence).any(|accepted| match accepted.split_once("/*") {
        Some((kind, "")) => kind == "*" || content_type.starts_with(&format!("{kind}/")),
        _ => accepted == content_type,
    })
}

/// Returns a content type without its parameters.
pub(crate) fn essence(content_type: &str) -> Cow<'_, str> {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    if essence.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return essence.to_ascii_lowercase().into();
    }
    essence.into()
}

#[cfg(test)]
mod tests {
    use super::{essence, is_asked_for};

    #[test]
    fn what_is_asked_for_may_be_any_of_a_kind() {
        for (accepted, content_type, expected) in [
            ("application/pdf", "application/pdf", true),
            ("application/pdf", "application/json", false),
            ("text/csv, application/pdf;q=0.5", "application/pdf", true),
            ("*/*", "application/pdf", true),
            ("text/*", "text/csv", true),
            ("text/*", "application/pdf", false),
            ("text/*", "textual/csv", false),
            ("", "application/pdf", false),
        ] {
            assert_eq!(is_asked_for(accepted, content_type), expected, "{accepted} {content_type}");
        }
    }

    #[test]
    fn parameters_of_a_content_type_say_nothing() {
        for (content_type, expected) in [
            ("application/json", "application/json"),
            ("Application/JSON; charset=utf-8", "application/json"),
            ("application/problem+json ;x", "application/problem+json"),
            ("", ""),
        ] {
            assert_eq!(essence(content_type), expected);
        }
    }
}
