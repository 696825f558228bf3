//! What a failure says about the request: where it failed, whether it took effect, and whether
//! another attempt may help.
//!
//! This is the only place that decides it for statuses, transport failures, timeouts and bodies. A
//! mistake before anything is sent makes its own error. The loop in `call/attempts.rs` acts on it.

use http::StatusCode;
use upvest_transport::__core::Failure;

use super::kind::ErrorKind;
use super::outcome::Outcome;
use crate::endpoint::Method;

/// What one failure says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) kind: ErrorKind,
    pub(crate) outcome: Outcome,
    pub(crate) retry: Retry,
}

/// When another attempt may help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Retry {
    /// Never: it would fail the same way.
    Never,
    /// With another access token: the server may have refused the token, not the request.
    WithAnotherToken,
    /// With an idempotency key, after an earlier attempt: the conflict is probably with that one.
    AfterEarlierAttempt,
    /// If the request does no harm when it is sent twice.
    IfRepeatable,
    /// In any case: the server did not receive the request.
    Always,
    /// Immediately: the server is healthy, and declares that it did not process the request.
    Immediately,
}

/// Why a request may be sent twice, if it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repeatable {
    /// It carries an idempotency key.
    Keyed,
    /// Its method is idempotent, or it only fetches a token.
    Naturally,
    /// It must not be sent again once any part of it may have left.
    No,
}

/// What is wrong with the body of a success.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BodyFault {
    /// It did not end in time.
    Late,
    /// It is incomplete, or was changed in transit: another response may be intact.
    Torn,
    /// It is complete, but not what the endpoint returns.
    Unfit,
    /// It belongs to another request.
    Foreign,
}

/// What an error status says.
pub(crate) fn status(status: StatusCode) -> Verdict {
    use ErrorKind::{Api, Redirect, Unauthorized};
    use Outcome::{Rejected, Unknown};
    let (kind, outcome, retry) = match status.as_u16() {
        300..=399 => (Redirect, Unknown, Retry::Never),
        401 => (Unauthorized, Rejected, Retry::WithAnotherToken),
        // 407, 408 and 425 come from a hop before the API, which may have lost track of the request.
        407 => (Api, Unknown, Retry::Never),
        408 | 425 | 500 | 502 | 503 | 504 => (Api, Unknown, Retry::IfRepeatable),
        409 => (Api, Rejected, Retry::AfterEarlierAttempt),
        429 => (Api, Rejected, Retry::IfRepeatable),
        // Only the token can make the head of a request too large.
        431 => (Api, Rejected, Retry::WithAnotherToken),
        400..=499 => (Api, Rejected, Retry::Never),
        _ => (Api, Unknown, Retry::Never),
    };
    Verdict { kind, outcome, retry }
}

/// What a request without a response says.
pub(crate) fn failure(failure: Failure) -> Verdict {
    use ErrorKind::{Config, Connect, Transport};
    use Outcome::{NotSent, Unknown};
    let (kind, outcome, retry) = match failure {
        Failure::NotSent => (Connect, NotSent, Retry::Always),
        Failure::Unprocessed => (Connect, NotSent, Retry::Immediately),
        Failure::Final(_) => (Connect, NotSent, Retry::Never),
        Failure::Misconfigured(_) => (Config, NotSent, Retry::Never),
        Failure::MaybeSent => (Transport, Unknown, Retry::IfRepeatable),
        Failure::Refused(_) => (Transport, Unknown, Retry::Never),
    };
    Verdict { kind, outcome, retry }
}

/// What a failure of the signer says.
pub(crate) fn signing(is_transient: bool) -> Verdict {
    let retry = if is_transient { Retry::Always } else { Retry::Never };
    Verdict { kind: ErrorKind::Sign, outcome: Outcome::NotSent, retry }
}

/// What a timeout says, before the request was handed to the transport or after it.
pub(crate) fn timeout(may_be_sent: bool) -> Verdict {
    let (outcome, retry) = if may_be_sent {
        (Outcome::Unknown, Retry::IfRepeatable)
    } else {
        (Outcome::NotSent, Retry::Always)
    };
    Verdict { kind: ErrorKind::Timeout, outcome, retry }
}

/// What an unreadable success says. Without the marks of Upvest's responses, a success may come from
/// a portal or a proxy.
pub(crate) fn body(fault: BodyFault, has_marks_of_upvest: bool) -> Verdict {
    let outcome = if has_marks_of_upvest { Outcome::Applied } else { Outcome::Unknown };
    let (kind, outcome, retry) = match fault {
        BodyFault::Late => (ErrorKind::Timeout, outcome, Retry::IfRepeatable),
        BodyFault::Torn => (ErrorKind::Decode, outcome, Retry::IfRepeatable),
        BodyFault::Unfit => (ErrorKind::Decode, outcome, Retry::Never),
        BodyFault::Foreign => (ErrorKind::Decode, Outcome::Unknown, Retry::Never),
    };
    Verdict { kind, outcome, retry }
}

impl Retry {
    /// Whether the same request may succeed in another attempt and does no harm. `earlier` is the
    /// highest outcome of the attempts before this one.
    pub(crate) fn may_help(self, repeatable: Repeatable, earlier: Outcome) -> bool {
        match self {
            Self::Never | Self::WithAnotherToken => false,
            Self::AfterEarlierAttempt => {
                repeatable == Repeatable::Keyed && earlier >= Outcome::Rejected
            }
            Self::IfRepeatable => repeatable != Repeatable::No,
            Self::Always | Self::Immediately => true,
        }
    }
}

impl Repeatable {
    pub(crate) fn of(method: Method, has_key: bool, asks_for_token: bool) -> Self {
        match method {
            _ if has_key => Self::Keyed,
            Method::Get | Method::Put | Method::Delete => Self::Naturally,
            // A second token changes nothing.
            Method::Post if asks_for_token => Self::Naturally,
            Method::Post | Method::Patch => Self::No,
        }
    }
}

/// Returns what is known after another attempt: `earlier` of those before, `last` of this one.
///
/// A hop may repeat a request whose response it lost, and the client then receives the refusal of the
/// copy: 401, because the nonce is known. Without a key, the refusal of the next attempt may refer to
/// what the first copy has already done.
pub(crate) fn over_attempts(earlier: Outcome, last: Outcome, is_doubtful: bool) -> Outcome {
    match (earlier, last) {
        (Outcome::Rejected, Outcome::Rejected) if is_doubtful => Outcome::Unknown,
        _ => earlier.max(last),
    }
}

#[cfg(test)]
mod tests {
    use Repeatable::{Keyed, Naturally, No};
    use upvest_transport::__core::Failure;

    use super::{BodyFault, Repeatable, Retry, body, failure, over_attempts, timeout};
    use crate::endpoint::Method;
    use crate::error::{Error, ErrorKind, Outcome};

    #[test]
    fn the_status_tells_the_outcome() {
        for (status, kind, outcome) in [
            (301, ErrorKind::Redirect, Outcome::Unknown),
            (400, ErrorKind::Api, Outcome::Rejected),
            (401, ErrorKind::Unauthorized, Outcome::Rejected),
            (404, ErrorKind::Api, Outcome::Rejected),
            (407, ErrorKind::Api, Outcome::Unknown),
            (408, ErrorKind::Api, Outcome::Unknown),
            (422, ErrorKind::Api, Outcome::Rejected),
            (429, ErrorKind::Api, Outcome::Rejected),
            (500, ErrorKind::Api, Outcome::Unknown),
            (503, ErrorKind::Api, Outcome::Unknown),
        ] {
            let error = Error::from_problem(status, "x");
            assert_eq!((error.kind(), error.outcome()), (kind, outcome), "{status}");
        }
    }

    #[test]
    fn the_highest_counts_and_two_refusals_of_a_write_without_a_key_are_unknown() {
        use Outcome::{Applied, NotSent, Rejected, Unknown};
        for (earlier, last, keyed, keyless) in [
            (NotSent, NotSent, NotSent, NotSent),
            (NotSent, Rejected, Rejected, Rejected),
            (NotSent, Unknown, Unknown, Unknown),
            (NotSent, Applied, Applied, Applied),
            (Rejected, NotSent, Rejected, Rejected),
            (Rejected, Rejected, Rejected, Unknown),
            (Rejected, Unknown, Unknown, Unknown),
            (Rejected, Applied, Applied, Applied),
            (Unknown, NotSent, Unknown, Unknown),
            (Unknown, Rejected, Unknown, Unknown),
            (Unknown, Applied, Applied, Applied),
            (Applied, Rejected, Applied, Applied),
        ] {
            assert_eq!(over_attempts(earlier, last, false), keyed, "{earlier} {last}");
            assert_eq!(over_attempts(earlier, last, true), keyless, "{earlier} {last}");
        }
    }

    #[test]
    fn what_may_be_sent_twice() {
        for (method, has_key, asks_for_token, expected) in [
            (Method::Post, true, false, Keyed),
            (Method::Patch, true, false, Keyed),
            (Method::Post, false, false, No),
            (Method::Patch, false, false, No),
            (Method::Post, false, true, Naturally),
            (Method::Patch, false, true, No),
            (Method::Get, false, false, Naturally),
            (Method::Put, false, false, Naturally),
            (Method::Delete, false, false, Naturally),
        ] {
            assert_eq!(
                Repeatable::of(method, has_key, asks_for_token),
                expected,
                "{method} {has_key}"
            );
        }
    }

    #[test]
    fn a_status_is_tried_again_or_not() {
        let unknown = Outcome::Unknown;
        for (status, earlier, keyed, naturally, no) in [
            (301, unknown, false, false, false),
            (400, unknown, false, false, false),
            (401, unknown, false, false, false),
            (403, unknown, false, false, false),
            (404, unknown, false, false, false),
            (407, unknown, false, false, false),
            (408, Outcome::NotSent, true, true, false),
            (409, Outcome::NotSent, false, false, false),
            (409, Outcome::Rejected, true, false, false),
            (409, unknown, true, false, false),
            (409, Outcome::Applied, true, false, false),
            (422, unknown, false, false, false),
            (425, Outcome::NotSent, true, true, false),
            (429, Outcome::NotSent, true, true, false),
            (500, Outcome::NotSent, true, true, false),
            (501, Outcome::NotSent, false, false, false),
            (502, Outcome::NotSent, true, true, false),
            (503, Outcome::NotSent, true, true, false),
            (504, Outcome::NotSent, true, true, false),
            (505, Outcome::NotSent, false, false, false),
            (511, Outcome::NotSent, false, false, false),
        ] {
            let error = Error::from_problem(status, "x");
            for (repeatable, expected) in [(Keyed, keyed), (Naturally, naturally), (No, no)] {
                assert_eq!(
                    error.retry().may_help(repeatable, earlier),
                    expected,
                    "{status} {earlier:?} {repeatable:?}"
                );
            }
        }
    }

    #[test]
    fn a_failure_without_a_status_is_tried_again_or_not() {
        use Outcome::{Applied, NotSent, Unknown};
        let bug = |kind| Error::new(kind, NotSent, "x");
        for (error, kind, outcome, keyed, naturally, no) in [
            (failure(Failure::NotSent), ErrorKind::Connect, NotSent, true, true, true),
            (failure(Failure::Unprocessed), ErrorKind::Connect, NotSent, true, true, true),
            (failure(Failure::Final("x")), ErrorKind::Connect, NotSent, false, false, false),
            (failure(Failure::Misconfigured("x")), ErrorKind::Config, NotSent, false, false, false),
            (failure(Failure::MaybeSent), ErrorKind::Transport, Unknown, true, true, false),
            (timeout(false), ErrorKind::Timeout, NotSent, true, true, true),
            (timeout(true), ErrorKind::Timeout, Unknown, true, true, false),
            (body(BodyFault::Late, true), ErrorKind::Timeout, Applied, true, true, false),
            (body(BodyFault::Late, false), ErrorKind::Timeout, Unknown, true, true, false),
            (body(BodyFault::Torn, true), ErrorKind::Decode, Applied, true, true, false),
            (body(BodyFault::Torn, false), ErrorKind::Decode, Unknown, true, true, false),
            (body(BodyFault::Unfit, true), ErrorKind::Decode, Applied, false, false, false),
            (body(BodyFault::Unfit, false), ErrorKind::Decode, Unknown, false, false, false),
            (body(BodyFault::Foreign, true), ErrorKind::Decode, Unknown, false, false, false),
        ] {
            assert_eq!((error.kind, error.outcome), (kind, outcome), "{error:?}");
            for (repeatable, expected) in [(Keyed, keyed), (Naturally, naturally), (No, no)] {
                assert_eq!(error.retry.may_help(repeatable, NotSent), expected, "{error:?}");
            }
        }
        for kind in [
            ErrorKind::Request,
            ErrorKind::Config,
            ErrorKind::Sign,
            ErrorKind::Token,
            ErrorKind::Replay,
        ] {
            assert_eq!(bug(kind).retry(), Retry::Never, "{kind:?}");
        }
    }

    #[test]
    fn without_a_token_a_call_is_as_retryable_as_the_request_for_the_token() {
        for (is_retryable, retry) in [(true, Retry::Always), (false, Retry::Never)] {
            let error = Error::from_problem(503, "x").after(Outcome::Unknown, 1, is_retryable);
            let error = error.into_token_error();
            assert_eq!((error.outcome(), error.retry()), (Outcome::NotSent, retry));
        }
    }

    #[test]
    fn a_refusal_may_be_that_of_the_token() {
        for (status, expected) in [
            (400, false),
            (401, true),
            (403, false),
            (407, false),
            (413, false),
            (430, false),
            (431, true),
            (500, false),
        ] {
            let is_the_token = Error::from_problem(status, "x").retry() == Retry::WithAnotherToken;
            assert_eq!(is_the_token, expected, "{status}");
        }
    }
}
