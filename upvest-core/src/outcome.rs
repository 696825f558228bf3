//! What is known of the money, and what a status says of it.

use std::fmt;

use http::StatusCode;

use crate::error::ErrorKind;

/// Whether the request took effect.
///
/// Ordered by certainty that something happened; over several attempts the highest counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Outcome {
    /// Certainly not: no request left this machine, or none reached the server.
    NotSent,
    /// The server said no to this call. Of an earlier call with the same key it says nothing. A write
    /// without a key that was refused twice is `Unknown`: the second refusal may speak of the first
    /// request.
    Rejected,
    /// It may have: the answer was lost, or says nothing.
    Unknown,
    /// It did, though the answer could not be read.
    Applied,
}

impl Outcome {
    /// In lower case, for logs: `not_sent`, `rejected`, `unknown`, `applied`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotSent => "not_sent",
            Self::Rejected => "rejected",
            Self::Unknown => "unknown",
            Self::Applied => "applied",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What an error status says of the request.
pub(crate) fn judge(status: StatusCode) -> (ErrorKind, Outcome) {
    match status.as_u16() {
        401 => (ErrorKind::Unauthorized, Outcome::Rejected),
        300..=399 => (ErrorKind::Redirect, Outcome::Unknown),
        // These come from what stands before the API and may have lost sight of the request.
        407 | 408 | 425 => (ErrorKind::Api, Outcome::Unknown),
        400..=499 => (ErrorKind::Api, Outcome::Rejected),
        _ => (ErrorKind::Api, Outcome::Unknown),
    }
}

/// What is known after another attempt: `earlier` of those before, `last` of this one.
///
/// A hop in between may repeat a request whose answer it lost, and then the client gets the refusal
/// of the copy: 401, for its nonce is known. Without a key, the refusal of the next attempt may speak
/// of what the first copy has done already.
pub(crate) fn over_attempts(earlier: Outcome, last: Outcome, is_doubtful: bool) -> Outcome {
    match (earlier, last) {
        (Outcome::Rejected, Outcome::Rejected) if is_doubtful => Outcome::Unknown,
        _ => earlier.max(last),
    }
}

#[cfg(test)]
mod tests {
    use crate::error::{Error, ErrorKind};

    use super::{Outcome, over_attempts};

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
    fn logs_and_messages_show_the_same_names() {
        for (outcome, name) in [
            (Outcome::NotSent, "not_sent"),
            (Outcome::Rejected, "rejected"),
            (Outcome::Unknown, "unknown"),
            (Outcome::Applied, "applied"),
        ] {
            assert_eq!((outcome.as_str(), outcome.to_string().as_str()), (name, name));
        }
    }

    #[test]
    fn outcomes_are_ordered_by_how_certain_an_effect_is() {
        use Outcome::{Applied, NotSent, Rejected, Unknown};
        assert!(NotSent < Rejected && Rejected < Unknown && Unknown < Applied);
    }

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
}
