//! The error of a call: what went wrong, and whether the request took effect.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use upvest_signature::{KeyError, SignatureBase};
#[cfg(feature = "client")]
use upvest_transport::SetupError;
use upvest_types::{IdempotencyKey, InvalidValue};

mod build;
mod cause;
pub(crate) mod classify;
pub(crate) mod kind;
mod outcome;
mod problem;
mod summary;

use classify::{Repeatable, Retry, Verdict};
pub use kind::ErrorKind;
pub use outcome::Outcome;
pub use problem::Problem;
pub use summary::ErrorSummary;

/// The longest request id that is stored, in characters: those of the API have 36.
pub(crate) const LONGEST_REQUEST_ID: usize = 256;

/// A `Result` whose error is [`Error`], unless another one is named.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a call failed.
///
/// `Display` shows one sentence, and with `{:#}` also the outcome, the idempotency key, the number
/// of attempts and the request id. The methods return the details that a program needs, and
/// [`summary`](Self::summary) those that can be stored.
///
/// Cheap to clone: calls that wait for the same access token get the same error. Two errors are
/// equal if their summaries are.
///
/// # Examples
///
/// ```
/// use upvest_core::{Error, ErrorKind, Outcome};
///
/// let error = Error::from_problem(422, "unprocessable_entity");
/// assert_eq!(error.kind(), ErrorKind::Api);
/// assert_eq!(error.outcome(), Outcome::Rejected);
/// assert_eq!(error.problem().map(|problem| problem.code()), Some("unprocessable_entity"));
/// ```
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    outcome: Outcome,
    message: String,
    status: Option<StatusCode>,
    problem: Option<Problem>,
    request_id: Option<String>,
    idempotency_key: Option<IdempotencyKey>,
    signature_base: Option<SignatureBase>,
    body: Bytes,
    is_clock_off: bool,
    is_expired: bool,
    retry: Retry,
    attempts: u32,
    is_retryable: bool,
    retry_after: Option<Duration>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl Error {
    /// Returns an error as if the API had responded with this problem; for fakes in tests.
    #[must_use]
    pub fn from_problem(status: u16, code: &str) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut error =
            Self::from_response("the API", status, Some(Problem::new(status.as_u16(), code)));
        error.0.is_retryable = error.0.retry.may_help(Repeatable::Keyed, Outcome::NotSent);
        error.0.attempts = 1;
        error
    }

    /// Returns where the call failed.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Returns whether the request took effect.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.0.outcome
    }

    /// Returns the status of the response, if there was one.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.0.status
    }

    /// Returns the problem document in the response, if there was one.
    #[must_use]
    pub fn problem(&self) -> Option<&Problem> {
        self.0.problem.as_ref()
    }

    /// Returns the request id of the response. Quote it when you ask Upvest.
    ///
    /// It is cut after 256 characters, with a final `…`; control characters are escaped.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// Returns the idempotency key that the request carried, or would have carried.
    #[must_use]
    pub fn idempotency_key(&self) -> Option<IdempotencyKey> {
        self.0.idempotency_key
    }

    /// Returns the body of the response, at most its first 64 KiB; empty if there was none.
    ///
    /// It may contain personal data, so neither `Display` nor `Debug` shows it. Note that the
    /// source of an error of kind [`Decode`](ErrorKind::Decode) may quote a value that does not
    /// match its type. The body of the token endpoint is left out.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.0.body
    }

    /// Returns how many requests of this call were handed to the transport; 0 if it failed before.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Returns whether the same call, with the same key, may succeed later and can do no harm.
    ///
    /// The client has already made as many attempts as it may. Before you retry, wait at least for
    /// [`retry_after`](Self::retry_after), and retry in one place only.
    ///
    /// Note: calling the method again makes a new call, with a new key, and may pay twice. To send
    /// the same call again, [`resume`](crate::Call::resume) or replay its record, or await a clone
    /// that was made before.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.0.is_retryable
    }

    /// Returns whether the replay window has passed: the key or record is never sent again.
    ///
    /// Another error of kind [`Replay`](ErrorKind::Replay) can be corrected; this one cannot. Find
    /// out by other means what the call did.
    #[must_use]
    pub fn is_expired(&self) -> bool {
        self.0.is_expired
    }

    /// Returns how long the server asks you to wait, from its response on: its `retry-after`.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Returns the signature base after a 401, with the access token masked.
    ///
    /// This is exactly what was signed. A server says about a wrong signature only that it is
    /// wrong. Compare this text with the signature base that it should have been.
    #[must_use]
    pub fn signature_base(&self) -> Option<&SignatureBase> {
        self.0.signature_base.as_ref()
    }
}

impl Inner {
    fn new(Verdict { kind, outcome, retry }: Verdict, message: String) -> Self {
        Self {
            kind,
            outcome,
            message,
            status: None,
            problem: None,
            request_id: None,
            idempotency_key: None,
            signature_base: None,
            body: Bytes::new(),
            is_clock_off: false,
            is_expired: false,
            retry,
            attempts: 0,
            is_retryable: false,
            retry_after: None,
            source: None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { message, outcome, idempotency_key, attempts, request_id, .. } = &*self.0;
        f.write_str(message)?;
        if !f.alternate() {
            return Ok(());
        }
        write!(f, " (outcome {outcome}")?;
        if let Some(key) = idempotency_key {
            write!(f, ", idempotency key {key}")?;
        }
        let plural = if *attempts == 1 { "" } else { "s" };
        write!(f, ", {attempts} attempt{plural}")?;
        if let Some(id) = request_id {
            write!(f, ", request id {id}")?;
        }
        f.write_str(")")
    }
}

impl PartialEq for Error {
    fn eq(&self, other: &Self) -> bool {
        self.summary() == other.summary()
    }
}

/// An invalid value, so that `?` works in a function that also makes calls.
///
/// Whether a call was made before is not known here, so the outcome is [`Outcome::Unknown`].
impl From<InvalidValue> for Error {
    fn from(invalid: InvalidValue) -> Self {
        Self::new(ErrorKind::Request, Outcome::Unknown, invalid.to_string())
    }
}

impl From<KeyError> for Error {
    fn from(error: KeyError) -> Self {
        Self::config(format!("invalid signing key: {error}"))
    }
}

#[cfg(feature = "client")]
impl From<SetupError> for Error {
    fn from(error: SetupError) -> Self {
        let (message, source) = error.__into_parts();
        match source {
            Some(source) => Self::config(message).because(source),
            None => Self::config(message),
        }
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
            .field("idempotency_key", &inner.idempotency_key)
            .field("attempts", &inner.attempts)
            .field("is_retryable", &inner.is_retryable)
            .field("retry_after", &inner.retry_after);
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
    fn a_text_from_the_server_stays_on_one_line() {
        let mut problem = Problem::new(400, "invalid_request");
        problem.detail = Some(format!("a\r\nb{}", "c".repeat(1_000)));
        let error = Error::from_response("POST /x", http::StatusCode::BAD_REQUEST, Some(problem));
        let shown = error.to_string();
        assert!(shown.starts_with("POST /x returned 400 invalid_request: a\\r\\nbccc"), "{shown}");
        assert!(shown.len() < 300 && !shown.contains('\n'));
    }

    #[test]
    fn the_alternate_form_adds_what_support_asks_for() {
        let key = "ccb07f42-4104-44ad-8e1f-c660bb7b269c".parse().unwrap();
        let error = Error::from_problem(503, "unavailable");
        let shown = "the API returned 503 unavailable";
        assert_eq!(error.to_string(), shown);
        assert_eq!(format!("{error:#}"), format!("{shown} (outcome unknown, 1 attempt)"));
        let error = error.with_idempotency_key(Some(key)).with_request_id(Some("a-1".to_owned()));
        assert_eq!(
            format!("{:#}", error.after(Outcome::Unknown, 3, true)),
            format!("{shown} (outcome unknown, idempotency key {key}, 3 attempts, request id a-1)")
        );
    }

    #[test]
    fn an_invalid_value_says_nothing_about_calls_before() {
        let make = || -> super::Result<crate::Amount> { Ok("1.5".parse()?) };
        let error = make().unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Request, Outcome::Unknown));
        assert!(error.to_string().starts_with("invalid amount `1.5`: "), "{error}");
    }

    #[test]
    fn the_type_is_one_word_wide() {
        assert_eq!(size_of::<Error>(), size_of::<usize>());
    }
}
