//! A successful response: from its bytes to a value, or to the error that says its outcome.

use http::StatusCode;

pub(crate) mod content;
mod decode;
mod echo;
pub(crate) mod raw;
mod redirect;

pub use decode::Decoder;
pub(crate) use decode::{Decode, decode, decode_bytes, decode_redirect};
pub use redirect::Redirect;

/// A value, with the metadata of its response.
#[derive(Debug, Clone)]
pub struct Response<T> {
    pub(crate) value: T,
    pub(crate) status: StatusCode,
    pub(crate) request_id: Option<String>,
    pub(crate) attempts: u32,
}

impl<T> Response<T> {
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

    /// Returns how many requests it took.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.attempts
    }
}
