//! The names of the headers that Upvest reads and writes.

use http::HeaderName;
pub use upvest_signature::__core::headers::*;

/// The requested major version of the API.
pub const API_VERSION: HeaderName = HeaderName::from_static("upvest-api-version");
/// The client id.
pub const CLIENT_ID: HeaderName = HeaderName::from_static("upvest-client-id");
/// The idempotency key.
pub const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// The request id of a response.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("upvest-request-id");
