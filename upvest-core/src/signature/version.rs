//! The two drafts of the signature standard, and the digest of the body in each.

use std::cell::LazyCell;

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::HeaderValue;

/// Which draft of the signature standard is meant.
///
/// Upvest wants [`V15`](Self::V15) for new requests, and signs its webhooks as [`V6`](Self::V6).
/// Which of the two a signature is of is settled before it is looked at: whoever tries both lets a
/// stranger choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SignatureVersion {
    /// Draft 6: a base without quotes around the names, and the body in `digest`, a SHA-256. No header
    /// says so.
    V6,
    /// Draft 15: a base with quotes, the body in `content-digest`, a SHA-512, and
    /// `upvest-signature-version: 15`.
    V15,
}

impl SignatureVersion {
    /// What `upvest-signature-version` says.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V6 => "6",
            Self::V15 => "15",
        }
    }

    /// The name of the header for the digest of a body.
    #[must_use]
    pub fn digest_name(self) -> &'static str {
        match self {
            Self::V6 => "digest",
            Self::V15 => "content-digest",
        }
    }

    /// What that header says of `body`.
    #[must_use]
    pub fn digest(self, body: &[u8]) -> String {
        match self {
            Self::V6 => {
                ["SHA-256=", &*BASE64_STANDARD.encode(digest::digest(&digest::SHA256, body))]
                    .concat()
            }
            Self::V15 => {
                let digest = BASE64_STANDARD.encode(digest::digest(&digest::SHA512, body));
                ["sha-512=:", &digest, ":"].concat()
            }
        }
    }

    /// Whether that header, in `said`, is right for `body`.
    ///
    /// `digest` may hold several digests, and the names of their algorithms are in any case (RFC 3230,
    /// section 4.1.1): a SHA-256 is among them, and each that is known is right. `content-digest` is
    /// as [`digest`](Self::digest) writes it.
    pub(super) fn is_digest(self, said: &HeaderValue, body: &[u8]) -> bool {
        let Ok(said) = said.to_str() else { return false };
        match self {
            Self::V15 => said == self.digest(body),
            Self::V6 => {
                let encode = |algorithm| BASE64_STANDARD.encode(digest::digest(algorithm, body));
                // Once each, however often a stranger repeats them.
                let sha256 = encode(&digest::SHA256);
                let sha512 = LazyCell::new(|| encode(&digest::SHA512));
                let mut has_sha256 = false;
                let mut digests = said.split(',').filter_map(|one| one.trim().split_once('='));
                digests.all(|(name, value)| match name.to_ascii_lowercase().as_str() {
                    "sha-256" => {
                        has_sha256 = true;
                        value == sha256
                    }
                    "sha-512" => value == *sha512,
                    _ => true,
                }) && has_sha256
            }
        }
    }

    /// What stands on both sides of a component's name.
    pub(super) fn quote(self) -> &'static str {
        match self {
            Self::V6 => "",
            Self::V15 => "\"",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::SignatureVersion::V15;

    #[test]
    fn the_digests_of_the_documentation() {
        for (body, digest) in [
            (
                r#"{"hello": "world"}"#,
                "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:",
            ),
            (
                r#"{"key": "value"}"#,
                "sha-512=:Hd9/AvGZkbjitW1+Ml8Fg1ux1mtcDYe6mLQjDyoowIWa3LM/PmwN2v9O+MjtQGrCA3EQWUL54dlgxKHyYbrucw==:",
            ),
        ] {
            assert_eq!(V15.digest(body.as_bytes()), digest);
        }
    }
}
