//! What a success holds: from its bytes to a value, or to what can be said of the money without it.

use std::any::{Any, TypeId};
use std::borrow::Cow;

use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap};
use http::{HeaderValue, StatusCode};
use serde::de::{DeserializeOwned, IgnoredAny};

use crate::auth::AccessToken;
use crate::echo;
use crate::endpoint::ResponseKind;
use crate::error::{Error, ErrorKind, Result};
use crate::null::from_json;
use crate::outcome::Outcome;
use crate::redirect::Redirect;
use crate::request::PreparedRequest;
use crate::text::printable;
use crate::transport::BodyError;

/// Unless the client says otherwise: 1000 items, the largest page of the API, of 8 KiB each.
pub(crate) const LONGEST_JSON: usize = 8 * 1024 * 1024;
/// A document may have pictures in it.
const LONGEST_DOCUMENT: usize = 32 * 1024 * 1024;
pub(crate) const LONGEST_ERROR_BODY: usize = 64 * 1024;

/// How long the body of a success may be, if JSON may have `longest` bytes; as
/// [`ClientBuilder::max_response_bytes`](crate::ClientBuilder::max_response_bytes) promises.
pub(crate) fn longest_body(prepared: &PreparedRequest, longest: usize) -> usize {
    match prepared.answer {
        ResponseKind::Bytes => longest.max(LONGEST_DOCUMENT),
        ResponseKind::Json if prepared.asks_for_token() => LONGEST_ERROR_BODY,
        ResponseKind::Json => longest.max(LONGEST_ERROR_BODY),
        ResponseKind::Redirect => LONGEST_ERROR_BODY,
    }
}

/// How an answer becomes a `T`.
pub(crate) type Decode<T> = fn(&PreparedRequest, &mut Answer) -> Result<T>;

/// A success, not yet decoded.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) request_id: Option<String>,
    /// Whether the body is of the type that was asked for.
    pub(crate) is_as_asked: bool,
    /// Whether it says of which type it is.
    pub(crate) has_type: bool,
    /// How the body is encoded, if it is.
    pub(crate) encoding: Option<Encoding>,
    /// Where a redirect leads.
    pub(crate) location: Option<String>,
    /// As much as came of the body.
    pub(crate) body: Bytes,
    /// Why that is not all of it.
    pub(crate) broken: Option<BodyError>,
}

impl Answer {
    /// What is known of the effect, should the answer turn out unreadable: without its marks a 200
    /// may come from a portal or proxy in between.
    pub(crate) fn outcome(&self) -> Outcome {
        let is_marked = self.request_id.is_some() && self.is_as_asked;
        if is_marked { Outcome::Applied } else { Outcome::Unknown }
    }

    fn unreadable(&self, kind: ErrorKind, prepared: &PreparedRequest, why: &str) -> Error {
        let message = format!("{prepared} answered {}, but {why}", self.status.as_u16());
        Error::new(kind, self.outcome(), message)
    }
}

/// A value, and what came with it.
#[derive(Debug, Clone)]
pub struct Response<T> {
    pub(crate) value: T,
    pub(crate) status: StatusCode,
    pub(crate) request_id: Option<String>,
    pub(crate) attempts: u32,
}

impl<T> Response<T> {
    /// The value.
    #[must_use]
    pub fn value(&self) -> &T {
        &self.value
    }

    /// The value alone.
    #[must_use]
    pub fn into_value(self) -> T {
        self.value
    }

    /// The status: any of the 2xx, or of the 3xx for a [`Redirect`](crate::Redirect).
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The request id in the answer: at most 256 characters of it, then `…`; controls are escaped.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// How many requests it took.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.attempts
    }
}

/// Reads an answer. `()` reads no body: an endpoint without an answer may still send one some day.
pub(crate) fn decode<T: DeserializeOwned + 'static>(
    prepared: &PreparedRequest,
    answer: &mut Answer,
) -> Result<T> {
    let mut nothing: Option<T> = None;
    if let Some(nothing) = (&mut nothing as &mut dyn Any).downcast_mut::<Option<()>>() {
        *nothing = Some(());
    }
    if let Some(nothing) = nothing {
        // No body tells that this is Upvest's answer; the request id does.
        let unmarked = "without a request id, so it may not come from Upvest";
        return match answer.request_id {
            Some(_) => Ok(nothing),
            None => Err(answer.unreadable(ErrorKind::Decode, prepared, unmarked).torn()),
        };
    }
    let body = whole(prepared, answer)?;
    if let Some(contradiction) = echo::contradiction(&prepared.body, &body, prepared.echoes) {
        let status = answer.status.as_u16();
        let message = format!("{prepared} answered {status}, but {contradiction}");
        let error = Error::new(ErrorKind::Decode, Outcome::Unknown, message);
        return Err(keeping_body(error, prepared, answer));
    }
    from_json(&body).map_err(|cause| {
        let is_torn = !cause.is_data();
        let encoding = answer.encoding.as_ref().filter(|_| is_torn);
        let why = match encoding {
            Some(encoding) => encoding.why(),
            None => misfit::<T>(&cause),
        };
        let error = answer.unreadable(ErrorKind::Decode, prepared, &why).because(cause);
        keeping_body(if is_torn { error.torn() } else { error }, prepared, answer)
    })
}

/// What to say of JSON that is not a `T`.
fn misfit<T: 'static>(cause: &serde_json::Error) -> Cow<'static, str> {
    // What is wrong with a token is said in our words, which repeat nothing of it.
    if TypeId::of::<T>() == TypeId::of::<AccessToken>() && cause.is_data() {
        let cause = cause.to_string();
        return cause.split(" at line ").next().unwrap_or_default().to_owned().into();
    }
    "its body does not fit its type".into()
}

/// Takes the body as it is.
pub(crate) fn decode_bytes(prepared: &PreparedRequest, answer: &mut Answer) -> Result<Bytes> {
    whole(prepared, answer)
}

/// Reads no body, but where to go.
pub(crate) fn decode_redirect(prepared: &PreparedRequest, answer: &mut Answer) -> Result<Redirect> {
    let why = match answer.location.as_deref().map(Redirect::to) {
        Some(Ok(redirect)) => return Ok(redirect),
        Some(Err(_)) => "its `location` is no URL",
        None => "it has no `location`",
    };
    Err(answer.unreadable(ErrorKind::Decode, prepared, why).torn())
}

/// The body, if all of it is there and it is of the type that was asked for.
fn whole(prepared: &PreparedRequest, answer: &mut Answer) -> Result<Bytes> {
    // Whatever stood in the way may be gone the next time; a limit or a type stays.
    let error = if let Some(broken) = answer.broken.take() {
        let (kind, is_torn) = match broken {
            BodyError::OutOfTime => (ErrorKind::Timeout, true),
            BodyError::Broken(_) => (ErrorKind::Decode, true),
            BodyError::TooLong(_) => (ErrorKind::Decode, false),
        };
        let why: Cow<'_, str> = match broken {
            BodyError::TooLong(limit) if !prepared.asks_for_token() => format!(
                "its body is longer than {limit} bytes (raise `max_response_bytes` of the client)"
            )
            .into(),
            _ => "its body could not be read to the end".into(),
        };
        let error = answer.unreadable(kind, prepared, &why).because(broken);
        if is_torn { error.torn() } else { error }
    } else {
        let is_json = prepared.answer == ResponseKind::Json;
        let why: Cow<'_, str> = match &answer.encoding {
            _ if answer.body.is_empty() => "its body is empty".into(),
            // It may be left over from what something on the way has decoded: reading it tells.
            Some(_) if answer.is_as_asked && is_json => return Ok(answer.body.clone()),
            Some(encoding) => encoding.why(),
            None if answer.is_as_asked => return Ok(answer.body.clone()),
            None if answer.has_type && is_json => "its `content-type` is not that of JSON".into(),
            None if answer.has_type => "its body is not what was asked for".into(),
            None if !is_json => "it has no `content-type`, so nothing says what its body is".into(),
            None if answer.request_id.is_some() => {
                "it has no `content-type`, and its body is not JSON".into()
            }
            None => "it has neither `content-type` nor request id, so it may not come from Upvest"
                .into(),
        };
        answer.unreadable(ErrorKind::Decode, prepared, &why).torn()
    };
    Err(keeping_body(error, prepared, answer))
}

/// What was to be a token is kept by nobody.
fn keeping_body(error: Error, prepared: &PreparedRequest, answer: &Answer) -> Error {
    if prepared.asks_for_token() { error } else { error.with_body(excerpt(&answer.body)) }
}

/// The first bytes of a body, as an error keeps them.
fn excerpt(body: &Bytes) -> Bytes {
    if body.len() <= LONGEST_ERROR_BODY {
        return body.clone();
    }
    // A copy, so as not to keep the rest alive.
    Bytes::copy_from_slice(body.get(..LONGEST_ERROR_BODY).unwrap_or_default())
}

/// Whether a status says that the endpoint has answered as it is declared to.
pub(crate) fn is_wanted(prepared: &PreparedRequest, status: StatusCode) -> bool {
    match prepared.answer {
        ResponseKind::Redirect => matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308),
        ResponseKind::Json | ResponseKind::Bytes => status.is_success(),
    }
}

/// The type of the content without its parameters, if it is said.
pub(crate) fn content_type(headers: &HeaderMap) -> Option<String> {
    let value = String::from_utf8_lossy(headers.get(CONTENT_TYPE)?.as_bytes());
    Some(essence(&value)).filter(|content_type| !content_type.is_empty())
}

/// Whether a body that does not say what it is can be nothing else, all of it.
pub(crate) fn is_json(prepared: &PreparedRequest, body: &[u8]) -> bool {
    prepared.answer == ResponseKind::Json && serde_json::from_slice::<IgnoredAny>(body).is_ok()
}

/// A `content-encoding` that nobody has asked for.
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

    fn why(&self) -> Cow<'static, str> {
        format!("its body cannot be read: {}", self.remark()).into()
    }

    /// What to say of it.
    pub(crate) fn remark(&self) -> String {
        let Self(coding) = self;
        format!(
            "`content-encoding: {coding}`, and the client asks for none (turn off compression in the \
             proxy that adds it)"
        )
    }
}

/// Whether a type of content is among those that are accepted.
pub(crate) fn is_asked_for(accepted: &str, content_type: &str) -> bool {
    accepted.split(',').map(essence).any(|accepted| match accepted.split_once("/*") {
        Some((kind, "")) => kind == "*" || content_type.starts_with(&format!("{kind}/")),
        _ => accepted == content_type,
    })
}

/// A content type without its parameters.
pub(crate) fn essence(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
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
