//! Why a request has no response, and what that says about the request.

use std::error::Error as StdError;
use std::{fmt, io};

use super::handshake;
use crate::error::kind::ErrorKind;

/// Why there is no response and, above all, whether the request may have been sent.
#[derive(Debug)]
pub struct TransportError {
    failure: Failure,
    source: Box<dyn StdError + Send + Sync>,
}

/// What a failure says about the request and about another attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    /// Some of the request may have reached the server.
    MaybeSent,
    /// The same, and another attempt fails the same way.
    Refused(&'static str),
    /// No byte of the request reached the server.
    NotSent,
    /// The server received the request and declares that it did not process it.
    Unprocessed,
    /// No byte of the request reached the server, and another attempt fails the same way.
    Final(ErrorKind, &'static str),
}

impl TransportError {
    /// Creates an error for a request of which no byte reached the server.
    ///
    /// The reason is for example that there is no address, no connection or no TLS.
    pub fn not_sent(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::new(Failure::NotSent, source)
    }

    /// Creates an error for the case that some of the request may have reached the server.
    pub fn maybe_sent(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::new(Failure::MaybeSent, source)
    }

    pub(super) fn new(
        failure: Failure,
        source: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        Self { failure, source: source.into() }
    }

    pub(crate) fn failure(&self) -> Failure {
        self.failure
    }

    pub(crate) fn into_cause(self) -> Box<dyn StdError + Send + Sync> {
        self.source
    }

    /// Returns whether some of the request may have reached the server.
    #[must_use]
    pub fn may_have_been_sent(&self) -> bool {
        matches!(self.failure, Failure::MaybeSent | Failure::Refused(_))
    }
}

impl From<reqwest::Error> for TransportError {
    fn from(error: reqwest::Error) -> Self {
        let failure = if error.is_connect() {
            let why = find(&error).and_then(handshake::why_final);
            why.map_or(Failure::NotSent, |why| Failure::Final(ErrorKind::Connect, why))
        } else if find(&error).is_some_and(is_unprocessed) {
            Failure::Unprocessed
        } else if let Some(why) = find(&error).and_then(handshake::why_refused) {
            Failure::Refused(why)
        } else {
            Failure::MaybeSent
        };
        Self::new(failure, error.without_url())
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.failure {
            Failure::MaybeSent => f.write_str("the connection broke"),
            Failure::Refused(why) => write!(f, "the connection broke: {why}"),
            Failure::NotSent | Failure::Unprocessed => f.write_str("no connection could be made"),
            Failure::Final(_, why) => write!(f, "no connection could be made: {why}"),
        }
    }
}

impl StdError for TransportError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(self.source.as_ref())
    }
}

/// Whether an HTTP/2 server declares that it did not process the request: it refused the stream, or
/// sent GOAWAY before it (RFC 9113, sections 6.8 and 8.7).
fn is_unprocessed(error: &h2::Error) -> bool {
    let reason = error.reason();
    error.is_remote()
        && (error.is_reset() && reason == Some(h2::Reason::REFUSED_STREAM)
            || error.is_go_away() && reason == Some(h2::Reason::NO_ERROR))
}

/// Returns the first error of this type among the causes.
fn find<'e, T: StdError + 'static>(error: &'e (dyn StdError + 'static)) -> Option<&'e T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        // The `source` of an `io::Error` is that of the error it wraps, which would be skipped.
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = match wrapped {
            Some(wrapped) => Some(wrapped),
            None => error.source(),
        };
    }
    None
}
