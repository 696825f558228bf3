//! A successful response: from its bytes to a value, or to the error that says its outcome.

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

pub(crate) mod content;
mod decode;
mod echo;
pub(crate) mod raw;
mod redirect;

pub use decode::Decoder;
pub(crate) use decode::{Decode, decode, decode_bytes, decode_redirect};
pub use redirect::Redirect;

/// A value, with the response that it was read from.
///
/// [`Call::with_response`](crate::Call::with_response) returns it. That of a
/// [`ready`](crate::Call::ready) call is a 200 without headers and body.
#[derive(Clone)]
pub struct Response<T> {
    pub(crate) value: T,
    pub(crate) status: StatusCode,
    pub(crate) request_id: Option<String>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) attempts: u32,
}

impl<T> Response<T> {
    /// Returns the response of a call that sends nothing.
    pub(crate) fn of_fake(value: T) -> Self {
        let (headers, body) = (HeaderMap::new(), Bytes::new());
        Self { value, status: StatusCode::OK, request_id: None, headers, body, attempts: 1 }
    }

    /// Returns the value.
    #[must_use]
    pub fn value(&self) -> &T {
        &self.value
    }

    /// Returns only the value.
    #[must_use]
    pub fn into_value(self) -> T {
        self.value
    }

    /// Returns the status: any 2xx, or for a [`Redirect`](crate::Redirect), a 3xx.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns the request id of the response.
    ///
    /// It is cut after 256 characters, with a final `…`; control characters are escaped.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// Returns the headers of the response.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Returns the body as it was received; it may be personal data.
    ///
    /// It has the fields that the type does not know, for example for an archive. The body of an
    /// endpoint that reads none, `Call<()>`, may be incomplete.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// Returns how many requests it took.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.attempts
    }
}

/// Headers and body are left out: they may contain personal data.
impl<T: fmt::Debug> fmt::Debug for Response<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("value", &self.value)
            .field("status", &self.status)
            .field("request_id", &self.request_id)
            .field("attempts", &self.attempts)
            .finish_non_exhaustive()
    }
}
