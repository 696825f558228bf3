//! What a verifier requires of a signature.

use std::time::Duration;

use super::base::Message;
use super::version::SignatureVersion;

/// What a verifier requires besides a valid signature.
///
/// Upvest publishes neither its clock tolerance nor the longest lifetime of a signature. The
/// defaults leave room for all of their tools, which use up to 60 seconds.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct VerifierPolicy {
    /// The version of the signature; V15 by default.
    pub version: SignatureVersion,
    /// How far the signer's clock may be off; 30 seconds by default.
    pub skew: Duration,
    /// The longest time from `created` to `expires`; 5 minutes by default.
    pub max_lifetime: Duration,
    /// The maximum age of the signature, counted from `created`.
    ///
    /// `None` by default: then `expires` must be present.
    pub max_age: Option<Duration>,
    /// Whether the signature is accepted after `expires`; false by default.
    ///
    /// `max_age` still applies.
    pub ignores_expires: bool,
    /// Components that must be covered; `@method`, `@path` and `accept` by default.
    ///
    /// The query, `upvest-client-id` and `upvest-api-version` are required too if they are sent.
    pub required: Vec<&'static str>,
    /// Components that must be covered if there is a body, besides its digest.
    ///
    /// `content-type` by default.
    pub required_with_body: Vec<&'static str>,
    #[doc(hidden)]
    /// Whether coverage is required at all; true by default.
    ///
    /// Without it, anybody who can change a request in transit can change what the signature does
    /// not cover.
    pub insists_on_coverage: bool,
    #[doc(hidden)]
    /// Whether the digest and `content-length` must match the body; true by default.
    ///
    /// Without it, the body is not protected.
    pub compares_body: bool,
}

impl Default for VerifierPolicy {
    fn default() -> Self {
        Self {
            version: SignatureVersion::V15,
            skew: Duration::from_secs(30),
            max_lifetime: Duration::from_secs(5 * 60),
            max_age: None,
            ignores_expires: false,
            required: vec!["@method", "@path", "accept"],
            required_with_body: vec!["content-type"],
            insists_on_coverage: true,
            compares_body: true,
        }
    }
}

impl VerifierPolicy {
    /// Returns the components that a signature of `message` must cover.
    ///
    /// These are [`required`](VerifierPolicy::required), the query if there is one, and
    /// `upvest-client-id` and `upvest-api-version` if they are sent. With a body, its digest and
    /// [`required_with_body`](VerifierPolicy::required_with_body) are added.
    ///
    /// The length of the body and the `idempotency-key` are not required, though the client's own
    /// signatures cover both: some of Upvest's tools leave them out.
    #[doc(hidden)]
    #[must_use]
    pub fn required_of(&self, message: &Message<'_>, body: &[u8]) -> Vec<&'static str> {
        if !self.insists_on_coverage {
            return Vec::new();
        }
        let mut required = self.required.clone();
        if message.query().is_some() {
            required.push("@query");
        }
        if !body.is_empty() {
            required.extend(&self.required_with_body);
            required.push(self.version.digest_name());
        }
        for header in ["upvest-client-id", "upvest-api-version"] {
            if message.headers.contains_key(header) {
                required.push(header);
            }
        }
        required
    }
}
