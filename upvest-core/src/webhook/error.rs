//! Why a webhook is rejected, and how to respond.

use std::fmt;

use http::StatusCode;
use upvest_signature::VerifyError;
use upvest_types::__private::{LONGEST_TEXT, printable};

use super::event::EventError;
use super::subscription::WebhookId;
use crate::error::Error;

/// The longest part of a signature base line that a message shows: enough for a whole digest.
const LONGEST_LINE: usize = 300;

/// Why a webhook was rejected.
///
/// The details are for your logs only: [`status`](Self::status) is enough for the sender.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum WebhookError {
    /// The body is longer than this many bytes.
    TooLong(usize),
    /// The request cannot be shown to come from Upvest.
    Refused(VerifyError),
    /// The signing key is unknown: neither configured, nor in the list that was fetched within the
    /// last minute.
    UnknownKey {
        /// The key id in the signature.
        key_id: String,
        /// The number of known keys.
        known: usize,
    },
    /// The signature does not match the received request under the key that it names.
    ///
    /// The sender, or something in between, changed the method, the path, the query or a header.
    WrongSignature {
        /// The signature base that was checked. Values that may be secret are masked: those of the
        /// query, and of headers other than the type, the length and the digest of the body.
        base: String,
    },
    /// The keys to check the signature with could not be fetched.
    NoKeys(Error),
    /// The API lists no key that could check the signature: the list is empty, or all of its keys
    /// are of other kinds. The list is fetched again after a minute.
    NoUsableKey,
    /// The request is from Upvest, but for this subscription, which is not one of the verifier's.
    Foreign(WebhookId),
    /// The request is from Upvest, but its events cannot be read: the API has changed, or its
    /// description is wrong.
    Unreadable(EventError),
}

impl WebhookError {
    /// Returns the status to respond with: 413, 401, 503 or 500.
    ///
    /// After each of them, Upvest retries later, and holds back all later events of the same
    /// subscription.
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
                write!(f, "body too long: more than {limit} bytes (the limit is `longest_body`)")
            }
            Self::Refused(error) => write!(f, "signature rejected: {error}"),
            Self::UnknownKey { known: 0, .. } => f.write_str(
                "signature rejected: the verifier has neither keys nor a client to fetch them with",
            ),
            Self::UnknownKey { key_id, known } => {
                let key_id = printable(key_id, LONGEST_TEXT);
                write!(f, "signature rejected: key id `{key_id}` is not one of {known} known keys")
            }
            Self::WrongSignature { base } => {
                let line = |line: &str| printable(&line.replace('"', ""), LONGEST_LINE);
                let lines = base.split('\n').map(line).collect::<Vec<_>>();
                let (_, what) = lines.split_last().unwrap_or((&String::new(), &[]));
                let what = what.join(", ");
                write!(f, "signature rejected: it does not match the received request ({what})")
            }
            Self::NoKeys(error) => write!(f, "cannot fetch the verification keys: {error}"),
            Self::NoUsableKey => f.write_str(
                "cannot check the signature: GET /auth/verify_keys lists no usable key (expected \
                 at least one P-521 or Ed25519 key)",
            ),
            Self::Foreign(id) => {
                write!(
                    f,
                    "event rejected: valid signature, but subscription `{id}` is not accepted"
                )
            }
            Self::Unreadable(error) => {
                write!(f, "cannot read the events, though the signature is valid: {error}")
            }
        }
    }
}

impl std::error::Error for WebhookError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            // `Display` already includes its message.
            Self::NoKeys(error) => error.source(),
            _ => None,
        }
    }
}
