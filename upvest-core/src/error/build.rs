//! How the client makes errors, and what it adds to them and reads from them on their way to the
//! caller.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use upvest_signature::SignatureBase;
use upvest_types::__private::{LONGEST_TEXT, printable};
use upvest_types::IdempotencyKey;

use super::cause::printable_cause;
use super::classify::{self, Retry, Verdict};
use super::{Error, ErrorKind, Inner, LONGEST_REQUEST_ID, Outcome, Problem};

impl Error {
    /// Returns the error of a response with an error status.
    pub(crate) fn from_response(what: &str, status: StatusCode, problem: Option<Problem>) -> Self {
        let code = problem.as_ref().map(Problem::code).filter(|code| !code.is_empty());
        let mut message = format!("{what} returned {}", status.as_u16());
        if let Some(code) = code.or_else(|| status.canonical_reason()) {
            message.push(' ');
            message.push_str(&printable(code, LONGEST_TEXT));
        }
        let detail = problem.as_ref().and_then(|p| p.detail.as_deref().or(p.title.as_deref()));
        if let Some(detail) = detail {
            message.push_str(": ");
            message.push_str(&printable(detail.trim(), LONGEST_TEXT));
        }
        let verdict = classify::status(status);
        if verdict.kind == ErrorKind::Redirect {
            message.push_str(", which is not followed");
        }
        let request_id = problem.as_ref().and_then(|problem| problem.request_id.as_deref());
        let request_id = request_id.map(|id| printable(id, LONGEST_REQUEST_ID));
        Self(Box::new(Inner {
            status: Some(status),
            problem,
            request_id,
            ..Inner::new(verdict, message)
        }))
    }

    /// Returns an error that another attempt does not change.
    pub(crate) fn new(kind: ErrorKind, outcome: Outcome, message: impl Into<String>) -> Self {
        Self::of(Verdict { kind, outcome, retry: Retry::Never }, message)
    }

    pub(crate) fn of(verdict: Verdict, message: impl Into<String>) -> Self {
        Self(Box::new(Inner::new(verdict, message.into())))
    }

    pub(crate) fn config(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Config, Outcome::NotSent, message)
    }

    pub(crate) fn replay(outcome: Outcome, message: &str) -> Self {
        Self::new(ErrorKind::Replay, outcome, message)
    }

    /// Says that the replay window has passed.
    pub(crate) fn expired(mut self) -> Self {
        self.0.is_expired = true;
        self
    }

    pub(crate) fn because<E>(mut self, source: E) -> Self
    where
        Box<dyn StdError + Send + Sync>: From<E>,
    {
        self.0.source = Some(printable_cause(source.into()).into());
        self
    }

    pub(crate) fn with_status(mut self, status: StatusCode) -> Self {
        self.0.status = Some(status);
        self
    }

    /// Adds what is known from the attempts before this one.
    pub(crate) fn after(mut self, worst: Outcome, attempts: u32, is_retryable: bool) -> Self {
        let remark = match worst {
            Outcome::Applied => "an earlier attempt took effect",
            Outcome::Rejected => "an earlier attempt was refused",
            _ => "an earlier attempt may have taken effect",
        };
        self.0.attempts = attempts;
        self.0.is_retryable = is_retryable;
        self.at_least(worst, remark)
    }

    /// Adds what is known from elsewhere, unless this error says more.
    pub(crate) fn at_least(mut self, outcome: Outcome, remark: &str) -> Self {
        if outcome > self.0.outcome {
            self.0.outcome = outcome;
            self.0.message.push_str("; ");
            self.0.message.push_str(remark);
        }
        self
    }

    /// Adds that the server's clock is `offset` seconds ahead of this machine's.
    pub(crate) fn with_clock_offset(mut self, offset: i64) -> Self {
        let direction = if offset > 0 { "behind" } else { "ahead of" };
        let seconds = offset.unsigned_abs();
        let remark =
            format!("; the clock of this machine is {seconds} seconds {direction} the server's");
        self.0.message.push_str(&remark);
        self.0.message.push_str(" (correct it)");
        self.0.is_clock_off = true;
        self
    }

    pub(crate) fn is_clock_off(&self) -> bool {
        self.0.is_clock_off
    }

    /// Adds why the body cannot be read, if that is so.
    pub(crate) fn with_remark(mut self, remark: Option<String>) -> Self {
        if let Some(remark) = remark {
            self.0.message.push_str("; its body cannot be read: ");
            self.0.message.push_str(&remark);
        }
        self
    }

    /// Adds what to do.
    pub(crate) fn with_advice(mut self, advice: Option<String>) -> Self {
        if let Some(advice) = advice {
            self.0.message.extend([" (", &*advice, ")"]);
        }
        self
    }

    pub(crate) fn with_body(mut self, body: Bytes) -> Self {
        self.0.body = body;
        self
    }

    pub(crate) fn with_retry_after(mut self, retry_after: Option<Duration>) -> Self {
        self.0.retry_after = retry_after;
        self
    }

    /// When another attempt may help.
    pub(crate) fn retry(&self) -> Retry {
        self.0.retry
    }

    pub(crate) fn with_request_id(mut self, id: Option<String>) -> Self {
        // The header comes from the server itself; the document may have been relayed.
        self.0.request_id = id.or(self.0.request_id);
        self
    }

    pub(crate) fn with_idempotency_key(mut self, key: Option<IdempotencyKey>) -> Self {
        self.0.idempotency_key = key.or(self.0.idempotency_key);
        self
    }

    pub(crate) fn with_signature_base(mut self, base: Option<SignatureBase>) -> Self {
        self.0.signature_base = base;
        self
    }

    /// Returns what OpenTelemetry calls `error.type`: one of few values, without ids.
    pub(crate) fn class(&self) -> Cow<'static, str> {
        match self.0.kind {
            ErrorKind::Api | ErrorKind::Unauthorized | ErrorKind::Redirect => {
                self.0.status.map_or("status".into(), |status| status.as_u16().to_string().into())
            }
            ErrorKind::Config => "config".into(),
            ErrorKind::Request => "request".into(),
            ErrorKind::Sign => "signature".into(),
            ErrorKind::Token => "token".into(),
            ErrorKind::Connect => "connect".into(),
            ErrorKind::Timeout => "timeout".into(),
            ErrorKind::Transport => "connection".into(),
            ErrorKind::Decode => "body".into(),
            ErrorKind::Replay => "replay".into(),
        }
    }

    /// Turns this into the error of the call that needed the token: that call was not sent.
    ///
    /// If the signer failed, that is the problem, not the token.
    pub(crate) fn into_token_error(mut self) -> Self {
        if self.0.kind != ErrorKind::Token {
            self.0.message = format!("no access token: {}", self.0.message);
        }
        if self.0.kind != ErrorKind::Sign {
            self.0.kind = ErrorKind::Token;
        }
        self.0.outcome = Outcome::NotSent;
        self.0.retry = if self.0.is_retryable { Retry::Always } else { Retry::Never };
        self
    }
}
