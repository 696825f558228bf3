//! What an error says, in a form that can be stored.

use serde::{Deserialize, Serialize};
use upvest_types::IdempotencyKey;

use super::{Error, ErrorKind, Outcome, Problem};

/// What an [`Error`] says, to be stored with a job, a durable step or a row.
///
/// Fields that are absent may be left out, so an older summary stays readable. Like the error, it
/// contains no secret; the texts of the problem come from the server.
///
/// # Examples
///
/// ```
/// use upvest_core::{Error, ErrorSummary, Outcome};
///
/// let error = Error::from_problem(422, "unprocessable_entity");
/// let stored = serde_json::to_string(&error.summary())?;
/// // … later:
/// let why: ErrorSummary = serde_json::from_str(&stored)?;
/// assert_eq!((why.outcome, why.status), (Outcome::Rejected, Some(422)));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ErrorSummary {
    /// The error as one sentence.
    pub message: String,
    /// Where the call failed.
    pub kind: ErrorKind,
    /// Whether the request took effect.
    pub outcome: Outcome,
    /// Whether the same call, with the same key, may succeed later and can do no harm.
    pub is_retryable: bool,
    /// How many requests of the call were handed to the transport.
    pub attempts: u32,
    /// How many seconds the server asked to wait, from its response on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_seconds: Option<u64>,
    /// The HTTP status of the response, if there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The problem document in the response, if there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<Problem>,
    /// The request id of the response.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// The idempotency key that the request carried, or would have carried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<IdempotencyKey>,
}

impl Error {
    /// Returns what it says, in a form that can be stored. The body and the source are left out.
    #[must_use]
    pub fn summary(&self) -> ErrorSummary {
        ErrorSummary {
            message: self.to_string(),
            kind: self.kind(),
            outcome: self.outcome(),
            is_retryable: self.is_retryable(),
            attempts: self.attempts(),
            // Rounded up: to wait longer does no harm.
            retry_after_seconds: self
                .retry_after()
                .map(|wait| wait.as_secs().saturating_add(u64::from(wait.subsec_nanos() > 0))),
            status: self.status().map(|status| status.as_u16()),
            problem: self.problem().cloned(),
            request_id: self.request_id().map(str::to_owned),
            idempotency_key: self.idempotency_key(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Error, ErrorSummary};

    #[test]
    fn a_summary_survives_storing() {
        let error = Error::from_problem(429, "too_many_requests")
            .with_retry_after(Some(Duration::from_millis(1_500)))
            .with_idempotency_key(Some("ccb07f42-4104-44ad-8e1f-c660bb7b269c".parse().unwrap()))
            .with_request_id(Some("the-id".to_owned()));
        let stored = serde_json::to_value(error.summary()).unwrap();
        assert_eq!((&stored["kind"], &stored["outcome"]), (&"api".into(), &"rejected".into()));
        assert_eq!(stored["retry_after_seconds"], 2);
        let read: ErrorSummary = serde_json::from_value(stored).unwrap();
        assert_eq!(read, error.summary());
        assert_eq!(error, error.clone());
        assert_ne!(error, Error::from_problem(429, "too_many_requests"));
    }
}
