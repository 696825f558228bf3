//! What an error of reqwest says about the request.

use std::error::Error as StdError;
use std::io;

use super::failure::{Failure, TransportError};
use super::handshake;

impl From<reqwest::Error> for TransportError {
    fn from(error: reqwest::Error) -> Self {
        let failure = if error.is_connect() {
            let why = find(&error).and_then(handshake::why_final);
            why.map_or(Failure::NotSent, Failure::Final)
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
