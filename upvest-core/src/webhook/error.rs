//! Why a webhook is not taken, and what to answer.

use std::fmt;

use http::StatusCode;

use super::event::EventError;
use super::subscription::WebhookId;
use crate::error::Error;
use crate::signature::VerifyError;
use crate::text::{LONGEST_TEXT, cut, printable};

/// As much of a line of the base as a message shows: a digest in whole.
const LONGEST_LINE: usize = 300;

/// Why a webhook was not taken. For your logs: outward, [`status`](Self::status) says enough.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum WebhookError {
    /// The body is longer than so many bytes.
    TooLong(usize),
    /// It is not known to be Upvest's.
    Refused(VerifyError),
    /// It is signed with a key that is not known: neither given by hand, nor among those that were
    /// fetched within the last minute.
    UnknownKey {
        /// Which one the signature names.
        key_id: String,
        /// How many are known.
        known: usize,
    },
    /// The signature is not one of what has come, by the key that it names. Whoever has sent it, or
    /// something on the way, has changed the method, the path, the query or a header.
    WrongSignature {
        /// What was checked, without the values that may be secret: those of the query, and of headers other
        /// than the type, the length and the digest of the body.
        base: String,
    },
    /// The keys to check it with could not be fetched.
    NoKeys(Error),
    /// The API lists no key that the signature could be checked with: the list is empty, or all of its
    /// keys are of other kinds. The list is fetched again after a minute.
    NoUsableKey,
    /// It is Upvest's, but for a subscription that is not ours: this one.
    Foreign(WebhookId),
    /// It is Upvest's, but its events cannot be read: the API has changed, or its description is
    /// wrong.
    Unreadable(EventError),
}

impl WebhookError {
    /// What to answer: 413, 401, 503 or 500. Each of them makes Upvest send it again later, and hold back
    /// all that comes after it for the same subscription.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::TooLong(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Refused(_)
            | Self::UnknownKey { .. }
            | Self::WrongSignature { .. }
            | Self::Foreign(_) => StatusCode::UNAUTHORIZED,
            Self::NoKeys(_) | Self::NoUsableKey => StatusCode::SERVICE_UNAVAILABLE,
            Self::Unreadable(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl From<VerifyError> for WebhookError {
    fn from(error: VerifyError) -> Self {
        Self::Refused(error)
    }
}

impl From<EventError> for WebhookError {
    fn from(error: EventError) -> Self {
        Self::Unreadable(error)
    }
}

impl fmt::Display for WebhookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong(limit) => {
                write!(f, "the body is longer than {limit} bytes, the `longest_body`")
            }
            Self::Refused(error) => write!(f, "the signature is refused: {error}"),
            Self::UnknownKey { key_id, known } => {
                let key_id = cut(key_id, LONGEST_TEXT);
                write!(f, "the signature is refused: none of the {known} known keys is {key_id:?}")
            }
            Self::WrongSignature { base } => {
                let line = |line: &str| printable(&line.replace('"', ""), LONGEST_LINE);
                let lines = base.split('\n').map(line).collect::<Vec<_>>();
                let (_, what) = lines.split_last().unwrap_or((&String::new(), &[]));
                let what = what.join(", ");
                write!(f, "the signature is refused: it is not for what has come, {what}")
            }
            Self::NoKeys(error) => {
                write!(f, "the keys to check the signature with could not be fetched: {error}")
            }
            Self::NoUsableKey => f.write_str(
                "the signature cannot be checked: GET /auth/verify_keys lists no key that can be \
                 used (at least one P-521 or Ed25519 key is expected)",
            ),
            Self::Foreign(id) => {
                write!(f, "the signature is right, but the subscription {id} is none of ours")
            }
            Self::Unreadable(error) => {
                write!(f, "the signature is right, but the events cannot be read: {error}")
            }
        }
    }
}

impl std::error::Error for WebhookError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            // Its own sentence stands in ours.
            Self::NoKeys(error) => error.source(),
            _ => None,
        }
    }
}
