//! The names of the headers that Upvest reads and writes.

use http::HeaderName;

/// Which major version of the API is meant.
pub const API_VERSION: HeaderName = HeaderName::from_static("upvest-api-version");
/// The client id.
pub const CLIENT_ID: HeaderName = HeaderName::from_static("upvest-client-id");
/// The digest of the body.
pub const CONTENT_DIGEST: HeaderName = HeaderName::from_static("content-digest");
/// The idempotency key.
pub const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// The request id of an answer.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("upvest-request-id");
/// The signature.
pub const SIGNATURE: HeaderName = HeaderName::from_static("signature");
/// What the signature covers, and how.
pub const SIGNATURE_INPUT: HeaderName = HeaderName::from_static("signature-input");
/// Which draft of the signature standard is meant; not covered itself.
pub const SIGNATURE_VERSION: HeaderName = HeaderName::from_static("upvest-signature-version");
