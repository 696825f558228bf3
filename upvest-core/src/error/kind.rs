//! Where a call failed.

use serde::{Deserialize, Serialize};

/// Where a call failed. Serialised as its name in snake case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ErrorKind {
    /// A setting or the signing key is missing or wrong.
    Config,
    /// The request could not be built: a path value, the query or the body.
    Request,
    /// The request, or the one for its access token, could not be signed.
    Sign,
    /// There is no access token: the token endpoint refused, or its response is unusable.
    Token,
    /// No connection could be made: DNS, refused, TLS.
    Connect,
    /// The attempt or the call timed out.
    Timeout,
    /// The connection was lost after the request may have left.
    Transport,
    /// The server responded with 401: the token or the signature is wrong.
    Unauthorized,
    /// The server responded with another error status.
    Api,
    /// The server responded with a redirect. It is never followed: the signature covers the path.
    Redirect,
    /// The server responded with success, but its body is unreadable or contradicts the request.
    Decode,
    /// A [`CallRecord`](crate::CallRecord) cannot be replayed, or a key is past its replay window.
    ///
    /// The request was not sent. The outcome says what is known about the recorded call.
    Replay,
}
