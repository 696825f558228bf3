//! Why a request has no response, and what that says about the request.

use std::error::Error as StdError;
use std::fmt;

/// Why there is no response and, above all, whether the request may have been sent.
#[derive(Debug)]
pub struct TransportError {
    failure: Failure,
    source: Box<dyn StdError + Send + Sync>,
}

/// What a failure says about the request and about another attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// Some of the request may have reached the server.
    MaybeSent,
    /// The same, and another attempt fails the same way.
    Refused(&'static str),
    /// No byte of the request reached the server.
    NotSent,
    /// The server received the request and declares that it did not process it.
    Unprocessed,
    /// No byte of the request reached the server, and another attempt fails the same way.
    Final(&'static str),
    /// The same, because of a setting: a certificate authority or a client certificate.
    Misconfigured(&'static str),
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

    #[doc(hidden)]
    #[must_use]
    pub fn __failure(&self) -> Failure {
        self.failure
    }

    #[doc(hidden)]
    #[must_use]
    pub fn __into_cause(self) -> Box<dyn StdError + Send + Sync> {
        self.source
    }

    /// Returns why another attempt fails the same way, if it is known to.
    #[cfg(feature = "reqwest")]
    pub(super) fn why(&self) -> Option<&'static str> {
        match self.failure {
            Failure::Final(why) | Failure::Misconfigured(why) | Failure::Refused(why) => Some(why),
            Failure::MaybeSent | Failure::NotSent | Failure::Unprocessed => None,
        }
    }

    /// Returns whether some of the request may have reached the server.
    #[must_use]
    pub fn may_have_been_sent(&self) -> bool {
        matches!(self.failure, Failure::MaybeSent | Failure::Refused(_))
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.failure {
            Failure::MaybeSent => f.write_str("the connection broke"),
            Failure::Refused(why) => write!(f, "the connection broke: {why}"),
            Failure::NotSent | Failure::Unprocessed => f.write_str("no connection could be made"),
            Failure::Final(why) | Failure::Misconfigured(why) => {
                write!(f, "no connection could be made: {why}")
            }
        }
    }
}

impl StdError for TransportError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(self.source.as_ref())
    }
}
