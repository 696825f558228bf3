//! Why a key is unusable, why there is no signature, and why a signature is refused.

use std::fmt;

use super::base::{BaseError, SignatureBase};
use super::version::SignatureVersion;

pub(super) const WRONG_PASSPHRASE: &str = "wrong passphrase or damaged key";

/// Why a key cannot be used: one sentence, with the command that mends the file where there is one.
/// Never holds key material.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyError(String);

impl KeyError {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }

    /// Whether the passphrase may be what is wrong.
    pub(crate) fn is_of_passphrase(&self) -> bool {
        self.0.starts_with(WRONG_PASSPHRASE)
    }
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for KeyError {}

impl From<KeyError> for crate::Error {
    fn from(error: KeyError) -> Self {
        Self::config(format!("the signing key cannot be used: {error}"))
    }
}

/// Why there is no signature. Never holds key material.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignError(String);

impl SignError {
    /// `message` is one sentence that says what was wrong.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

impl fmt::Display for SignError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for SignError {}

impl From<BaseError> for SignError {
    fn from(error: BaseError) -> Self {
        Self(error.to_string())
    }
}

/// Why a request is refused. For logs: outward it is one and the same 401.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum VerifyError {
    /// `upvest-signature-version` does not say this version.
    Version(SignatureVersion),
    /// A header is not there.
    MissingHeader(&'static str),
    /// A header is not of the documented form.
    Malformed(&'static str, &'static str),
    /// Nobody has registered the key id.
    UnknownKey,
    /// `alg` names another algorithm than that of the key.
    Algorithm,
    /// A component must be covered and is not.
    NotCovered(&'static str),
    /// From `created` to `expires` is no time, or too long.
    Lifetime,
    /// `created` lies ahead of the clock.
    FromTheFuture,
    /// `created` is older than the policy allows.
    TooOld,
    /// `expires` has passed.
    Expired,
    /// `content-length` is not the length of the body.
    Length,
    /// The digest in its header, that of this version, is not that of the body.
    Digest(SignatureVersion),
    /// There is no base for what it claims to cover.
    Base(BaseError),
    /// The signature is not one of this signature base by this key.
    WrongSignature(SignatureBase),
}

impl From<BaseError> for VerifyError {
    fn from(error: BaseError) -> Self {
        Self::Base(error)
    }
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version(version) => {
                write!(f, "`upvest-signature-version` is not {}", version.as_str())
            }
            Self::MissingHeader(name) => write!(f, "the header `{name}` is missing"),
            Self::Malformed(name, why) => write!(f, "the header `{name}` cannot be used: {why}"),
            Self::UnknownKey => f.write_str("the key id is not known"),
            Self::Algorithm => f.write_str("`alg` names another algorithm than that of the key"),
            Self::NotCovered(name) => write!(f, "the signature does not cover `{name}`"),
            Self::Lifetime => f.write_str("`expires` is not after `created`, or too far after it"),
            Self::FromTheFuture => f.write_str("`created` lies in the future"),
            Self::TooOld => f.write_str("`created` lies too far in the past"),
            Self::Expired => f.write_str("`expires` lies in the past"),
            Self::Length => f.write_str("`content-length` is not the length of the body"),
            Self::Digest(SignatureVersion::V6) => {
                f.write_str("`digest` is not the SHA-256 of the body")
            }
            Self::Digest(SignatureVersion::V15) => {
                f.write_str("`content-digest` is not the SHA-512 of the body")
            }
            Self::Base(error) => error.fmt(f),
            Self::WrongSignature(_) => {
                f.write_str("the signature is not one of this base by this key")
            }
        }
    }
}

impl std::error::Error for VerifyError {}
