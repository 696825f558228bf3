//! What went wrong, and what is known of the money.

use std::error::Error as StdError;
use std::fmt;

use http::StatusCode;
use serde::{Deserialize, Deserializer, Serialize};

use crate::idempotency::IdempotencyKey;

/// A `Result` whose error is [`Error`].
pub type Result<T> = std::result::Result<T, Error>;

/// Whether the request took effect.
///
/// Ordered by certainty that something happened; over several attempts the highest counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Outcome {
    /// Certainly not: no request left this machine, or none reached the server.
    NotSent,
    /// The server said no to this call. Of an earlier call with the same key it says nothing.
    Rejected,
    /// It may have: the answer was lost, or says nothing.
    Unknown,
    /// It did, though the answer could not be read.
    Applied,
}

/// Where a call failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A setting or the signing key is missing or wrong.
    Config,
    /// The request could not be built: a path value, the query or the body.
    Request,
    /// The signer did not sign.
    Sign,
    /// There is no access token: the token endpoint refused, or its answer is unusable.
    Token,
    /// No connection: DNS, refused, TLS.
    Connect,
    /// The time for the attempt or the call ran out.
    Timeout,
    /// The connection broke after the request may have left.
    Transport,
    /// The server answered 401: token or signature are wrong.
    Unauthorized,
    /// The server answered with another error status.
    Api,
    /// The server answered with a redirect, which is never followed: the signature covers the path.
    Redirect,
    /// The server answered with success, but with a body that could not be read.
    Decode,
}

/// A problem document, `application/problem+json`, as the API sends with every error.
///
/// Decide by [`code`](Problem::code), never by `title` or `detail`: they are texts for people.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Problem {
    /// `https://docs.upvest.co/errors/<code>`
    #[serde(rename = "type")]
    pub kind: String,
    /// The HTTP status once more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// A short text, the same for each problem of one type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What is wrong with this request. Some pages of the API's documentation call it `details`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Names this occurrence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// The request id, as in the header `upvest-request-id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

/// Reads any JSON object: a member of another type than it should have is left out.
impl<'de> Deserialize<'de> for Problem {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let members = serde_json::Map::deserialize(deserializer)?;
        let text = |name| members.get(name).and_then(serde_json::Value::as_str).map(str::to_owned);
        let status = members.get("status").and_then(serde_json::Value::as_u64);
        Ok(Self {
            kind: text("type").unwrap_or_default(),
            status: status.and_then(|status| status.try_into().ok()),
            title: text("title"),
            detail: text("detail").or_else(|| text("details")),
            instance: text("instance"),
            request_id: text("request_id"),
        })
    }
}

impl Problem {
    /// The problem of this type: `code` is its last part, such as `unprocessable_entity`.
    #[must_use]
    pub fn new(status: u16, code: &str) -> Self {
        Self {
            kind: format!("https://docs.upvest.co/errors/{code}"),
            status: Some(status),
            ..Self::default()
        }
    }

    /// The last part of the type, such as `invalid_request`.
    #[must_use]
    pub fn code(&self) -> &str {
        self.kind.rsplit('/').next().unwrap_or_default()
    }
}

/// Why a call failed. One sentence in `Display`; what a program needs, in the methods.
///
/// ```
/// use upvest_core::{Error, ErrorKind, Outcome};
///
/// let error = Error::problem(422, "unprocessable_entity");
/// assert_eq!(error.kind(), ErrorKind::Api);
/// assert_eq!(error.outcome(), Outcome::Rejected);
/// assert_eq!(error.problem_document().map(|problem| problem.code()), Some("unprocessable_entity"));
/// ```
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    outcome: Outcome,
    message: String,
    status: Option<StatusCode>,
    problem: Option<Problem>,
    request_id: Option<String>,
    idempotency_key: Option<IdempotencyKey>,
    signature_base: Option<String>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    /// An error as if the API had answered with this problem; for fakes in tests.
    #[must_use]
    pub fn problem(status: u16, code: &str) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self::answered("the API", status, Some(Problem::new(status.as_u16(), code)))
    }

    /// An error that the server answered with.
    pub(crate) fn answered(what: &str, status: StatusCode, problem: Option<Problem>) -> Self {
        let code = problem.as_ref().map(Problem::code).filter(|code| !code.is_empty());
        let mut message = format!("{what} answered {}", status.as_u16());
        if let Some(code) = code.or_else(|| status.canonical_reason()) {
            message.push(' ');
            message.push_str(&one_line(code));
        }
        let detail = problem.as_ref().and_then(|p| p.detail.as_deref().or(p.title.as_deref()));
        if let Some(detail) = detail {
            message.push_str(": ");
            message.push_str(&one_line(detail));
        }
        let (kind, outcome) = judge(status);
        let request_id = problem.as_ref().and_then(|problem| problem.request_id.clone());
        Self(Box::new(Inner {
            status: Some(status),
            problem,
            request_id,
            ..Inner::new(kind, outcome, message)
        }))
    }

    pub(crate) fn new(kind: ErrorKind, outcome: Outcome, message: impl Into<String>) -> Self {
        Self(Box::new(Inner::new(kind, outcome, message.into())))
    }

    pub(crate) fn config(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Config, Outcome::NotSent, message)
    }

    pub(crate) fn because<E>(mut self, source: E) -> Self
    where
        Box<dyn StdError + Send + Sync>: From<E>,
    {
        self.0.source = Some(source.into());
        self
    }

    pub(crate) fn with_status(mut self, status: StatusCode) -> Self {
        self.0.status = Some(status);
        self
    }

    pub(crate) fn with_outcome(mut self, outcome: Outcome) -> Self {
        self.0.outcome = outcome;
        self
    }

    pub(crate) fn with_request_id(mut self, id: Option<String>) -> Self {
        // The header is the server's own word; the document may have passed through other hands.
        self.0.request_id = id.or(self.0.request_id);
        self
    }

    pub(crate) fn with_idempotency_key(mut self, key: Option<IdempotencyKey>) -> Self {
        self.0.idempotency_key = key.or(self.0.idempotency_key);
        self
    }

    pub(crate) fn with_signature_base(mut self, base: Option<String>) -> Self {
        self.0.signature_base = base;
        self
    }

    /// The same failure, seen from the call that needed the token: it was never sent.
    pub(crate) fn for_want_of_a_token(mut self) -> Self {
        if self.0.kind != ErrorKind::Token {
            self.0.message = format!("no access token: {}", self.0.message);
        }
        self.0.kind = ErrorKind::Token;
        self.0.outcome = Outcome::NotSent;
        self
    }

    /// Where it failed.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Whether the request took effect.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.0.outcome
    }

    /// The status of the answer, if there was one.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.0.status
    }

    /// The problem document in the answer, if there was one.
    #[must_use]
    pub fn problem_document(&self) -> Option<&Problem> {
        self.0.problem.as_ref()
    }

    /// The request id in the answer; name it when you ask Upvest.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// The key that the request carried, or would have carried.
    #[must_use]
    pub fn idempotency_key(&self) -> Option<IdempotencyKey> {
        self.0.idempotency_key
    }

    /// After a 401: exactly what was signed, with the access token masked.
    ///
    /// A server says of a wrong signature only that it is wrong; compare this text with what it
    /// should have been.
    #[must_use]
    pub fn signature_base(&self) -> Option<&str> {
        self.0.signature_base.as_deref()
    }
}

impl Inner {
    fn new(kind: ErrorKind, outcome: Outcome, message: String) -> Self {
        Self {
            kind,
            outcome,
            message,
            status: None,
            problem: None,
            request_id: None,
            idempotency_key: None,
            signature_base: None,
            source: None,
        }
    }
}

/// What an error status says of the request.
fn judge(status: StatusCode) -> (ErrorKind, Outcome) {
    match status.as_u16() {
        401 => (ErrorKind::Unauthorized, Outcome::Rejected),
        300..=399 => (ErrorKind::Redirect, Outcome::Unknown),
        // 408 and 425 come from what stands before the API and has lost sight of the request.
        408 | 425 => (ErrorKind::Api, Outcome::Unknown),
        400..=499 => (ErrorKind::Api, Outcome::Rejected),
        _ => (ErrorKind::Api, Outcome::Unknown),
    }
}

/// A text from elsewhere, fit to stand inside our sentence.
fn one_line(text: &str) -> String {
    const LONGEST: usize = 200;
    let clean = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    clean.take(LONGEST).collect::<String>().trim().to_owned()
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &self.0;
        let mut debug = f.debug_struct("Error");
        debug
            .field("kind", &inner.kind)
            .field("outcome", &inner.outcome)
            .field("message", &inner.message)
            .field("status", &inner.status.map(|status| status.as_u16()))
            .field("problem", &inner.problem)
            .field("request_id", &inner.request_id)
            .field("idempotency_key", &inner.idempotency_key);
        if let Some(source) = &inner.source {
            debug.field("source", source);
        }
        debug.finish_non_exhaustive()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests {
    use super::{Error, ErrorKind, Outcome, Problem};

    #[test]
    fn the_status_tells_the_outcome() {
        for (status, kind, outcome) in [
            (301, ErrorKind::Redirect, Outcome::Unknown),
            (400, ErrorKind::Api, Outcome::Rejected),
            (401, ErrorKind::Unauthorized, Outcome::Rejected),
            (404, ErrorKind::Api, Outcome::Rejected),
            (408, ErrorKind::Api, Outcome::Unknown),
            (422, ErrorKind::Api, Outcome::Rejected),
            (429, ErrorKind::Api, Outcome::Rejected),
            (500, ErrorKind::Api, Outcome::Unknown),
            (503, ErrorKind::Api, Outcome::Unknown),
        ] {
            let error = Error::problem(status, "x");
            assert_eq!((error.kind(), error.outcome()), (kind, outcome), "{status}");
        }
    }

    #[test]
    fn both_spellings_of_detail_are_read_and_unknown_members_are_ignored() {
        for name in ["detail", "details"] {
            let json = format!(r#"{{"type":"bad_request","{name}":"text","extra":[1]}}"#);
            let problem: Problem = serde_json::from_str(&json).unwrap();
            assert_eq!(problem.detail.as_deref(), Some("text"));
            assert_eq!(problem.code(), "bad_request");
        }
        let odd =
            r#"{"type":"https://x/conflict","detail":"a","details":"b","status":"409","title":[]}"#;
        let problem: Problem = serde_json::from_str(odd).unwrap();
        assert_eq!((problem.code(), problem.detail.as_deref()), ("conflict", Some("a")));
        assert_eq!((problem.status, problem.title), (None, None));
        assert!(serde_json::from_str::<Problem>("[]").is_err());
    }

    #[test]
    fn a_text_from_the_server_stays_on_one_line() {
        let mut problem = Problem::new(400, "invalid_request");
        problem.detail = Some(format!("a\r\nb{}", "c".repeat(1_000)));
        let error = Error::answered("POST /x", http::StatusCode::BAD_REQUEST, Some(problem));
        let shown = error.to_string();
        assert!(shown.starts_with("POST /x answered 400 invalid_request: a  bccc"), "{shown}");
        assert!(shown.len() < 300 && !shown.contains('\n'));
    }

    #[test]
    fn the_type_is_one_word_wide() {
        assert_eq!(size_of::<Error>(), size_of::<usize>());
    }
}
