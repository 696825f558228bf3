//! What a success holds: from its bytes to a value, or to what can be said of the money without it.

use http::StatusCode;

pub(crate) mod content;
mod decode;
mod echo;
pub(crate) mod raw;
mod redirect;

pub use decode::Decoder;
pub(crate) use decode::{Decode, decode, decode_bytes, decode_redirect};
pub use redirect::Redirect;

/// A value, and what came with it.
#[derive(Debug, Clone)]
pub struct Response<T> {
    pub(crate) value: T,
    pub(crate) status: StatusCode,
    pub(crate) request_id: Option<String>,
    pub(crate) attempts: u32,
}

impl<T> Response<T> {
    /// The value.
    #[must_use]
    pub fn value(&self) -> &T {
        &self.value
    }

    /// The value alone.
    #[must_use]
    pub fn into_value(self) -> T {
        self.value
    }

    /// The status: any of the 2xx, or of the 3xx for a [`Redirect`](crate::Redirect).
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The request id in the answer: at most 256 characters of it, then `…`; controls are escaped.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// How many requests it took.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.attempts
    }
}
