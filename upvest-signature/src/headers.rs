//! The names of the headers of a signature.

use http::HeaderName;

/// The digest of the body.
pub const CONTENT_DIGEST: HeaderName = HeaderName::from_static("content-digest");
/// The digest of the body in V6.
pub const DIGEST: HeaderName = HeaderName::from_static("digest");
/// The signature.
pub const SIGNATURE: HeaderName = HeaderName::from_static("signature");
/// The covered components and the signature parameters.
pub const SIGNATURE_INPUT: HeaderName = HeaderName::from_static("signature-input");
/// The draft of the signature standard in use; not covered itself.
pub const SIGNATURE_VERSION: HeaderName = HeaderName::from_static("upvest-signature-version");
