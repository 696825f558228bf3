//! The names of the headers that Upvest reads and writes.

use http::HeaderName;

/// The requested major version of the API.
pub const API_VERSION: HeaderName = HeaderName::from_static("upvest-api-version");
/// The client id.
pub const CLIENT_ID: HeaderName = HeaderName::from_static("upvest-client-id");
/// The digest of the body.
pub const CONTENT_DIGEST: HeaderName = HeaderName::from_static("content-digest");
/// The idempotency key.
pub const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// The request id of a response.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("upvest-request-id");
/// The signature.
pub const SIGNATURE: HeaderName = HeaderName::from_static("signature");
/// The covered components and the signature parameters.
pub const SIGNATURE_INPUT: HeaderName = HeaderName::from_static("signature-input");
/// The draft of the signature standard in use; not covered itself.
pub const SIGNATURE_VERSION: HeaderName = HeaderName::from_static("upvest-signature-version");
