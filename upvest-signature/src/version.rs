//! The two drafts of the signature standard, and the digest of the body in each.

use aws_lc_rs::digest;
use base64::prelude::BASE64_STANDARD;
use base64::{Engine as _, encoded_len};

/// A draft of the signature standard.
///
/// Upvest expects [`V15`](Self::V15) for new requests, and signs its webhooks with
/// [`V6`](Self::V6). Decide on the version before you look at the signature: a verifier that tries
/// both lets the sender choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SignatureVersion {
    /// Draft 6: a signature base without quotes around the names, and a SHA-256 of the body in
    /// `digest`. No header names the version.
    V6,
    /// Draft 15: a signature base with quotes, a SHA-512 of the body in `content-digest`, and
    /// `upvest-signature-version: 15`.
    V15,
}

impl SignatureVersion {
    /// Returns the value of the header `upvest-signature-version`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V6 => "6",
            Self::V15 => "15",
        }
    }

    /// Returns the name of the header for the digest of a body.
    #[doc(hidden)]
    #[must_use]
    pub fn digest_name(self) -> &'static str {
        match self {
            Self::V6 => "digest",
            Self::V15 => "content-digest",
        }
    }

    /// Returns the value of the digest header for `body`.
    #[doc(hidden)]
    #[must_use]
    pub fn digest(self, body: &[u8]) -> String {
        let (algorithm, begin, end) = match self {
            Self::V6 => (&digest::SHA256, "SHA-256=", ""),
            Self::V15 => (&digest::SHA512, "sha-512=:", ":"),
        };
        encoded(begin, digest::digest(algorithm, body).as_ref(), end)
    }

    /// Returns the quote on both sides of a component's name.
    pub(super) fn quote(self) -> &'static str {
        match self {
            Self::V6 => "",
            Self::V15 => "\"",
        }
    }
}

/// Returns the base64 of `bytes` between two texts, without room for more: then a header takes it
/// over as it is.
pub(super) fn encoded(begin: &str, bytes: &[u8], end: &str) -> String {
    let length = encoded_len(bytes.len(), true).unwrap_or_default();
    let mut text = String::with_capacity(begin.len() + length + end.len());
    text.push_str(begin);
    BASE64_STANDARD.encode_string(bytes, &mut text);
    text.push_str(end);
    text
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
