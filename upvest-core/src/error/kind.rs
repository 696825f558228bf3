//! Where a call failed.

/// Where a call failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A setting or the signing key is missing or wrong.
    Config,
    /// The request could not be built: a path value, the query or the body.
    Request,
    /// The signer did not sign.
    Sign,
    /// There is no access token: the token endpoint refused, or its answer is unusable.
    Token,
    /// No connection: DNS, refused, TLS.
    Connect,
    /// The time for the attempt or the call ran out.
    Timeout,
    /// The connection broke after the request may have left.
    Transport,
    /// The server answered 401: token or signature are wrong.
    Unauthorized,
    /// The server answered with another error status.
    Api,
    /// The server answered with a redirect, which is never followed: the signature covers the path.
    Redirect,
    /// The server answered with success, but with a body that could not be read, or that contradicts
    /// the request.
    Decode,
    /// A [`CallRecord`](crate::CallRecord) cannot be replayed, or a key is older than its window.
    /// Nothing was sent for this; of the call that was recorded the outcome says what is known.
    Replay,
}
