//! Why a key is unusable, why there is no signature, and why a signature is refused.

use std::fmt;

use super::base::{BaseError, SignatureBase};
use super::version::SignatureVersion;

pub(super) const WRONG_PASSPHRASE: &str = "cannot decrypt the key: wrong passphrase or damaged key";

/// Why a key cannot be used.
///
/// The message is one sentence, with the command that fixes the file if there is one. It never
/// contains key material.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyError(String);

impl KeyError {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }

    /// Returns whether the passphrase may be wrong.
    #[doc(hidden)]
    #[must_use]
    pub fn __is_of_passphrase(&self) -> bool {
        self.0.starts_with(WRONG_PASSPHRASE)
    }
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for KeyError {}

/// Why a request could not be signed. Never contains key material.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignError {
    message: String,
    is_transient: bool,
}

impl SignError {
    /// Creates an error that another attempt does not change, such as a key that does not exist.
    ///
    /// `message` is one sentence that says what went wrong.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), is_transient: false }
    }

    /// Creates an error that may pass, such as a key service that is throttled or unreachable.
    ///
    /// The call asks the signer again, with the back-off of a retry: at most 10 times, until its
    /// deadline. The error of the call is then retryable.
    #[must_use]
    pub fn transient(message: impl Into<String>) -> Self {
        Self { message: message.into(), is_transient: true }
    }

    /// Returns whether another attempt may succeed.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        self.is_transient
    }
}

impl fmt::Display for SignError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for SignError {}

impl From<BaseError> for SignError {
    fn from(error: BaseError) -> Self {
        Self::new(error.to_string())
    }
}

/// Why the signature of a request is refused. For logs only: the response is always the same 401.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum VerifyError {
    /// `upvest-signature-version` is not this version.
    Version(SignatureVersion),
    /// A header is missing.
    MissingHeader(&'static str),
    /// A header does not have the documented form.
    Malformed(&'static str, &'static str),
    /// The key id is not registered.
    UnknownKey,
    /// `alg` does not match the algorithm of the key.
    Algorithm,
    /// A component must be covered, but is not.
    NotCovered(&'static str),
    /// `expires` is not after `created`, or too far after it.
    Lifetime,
    /// `created` is ahead of the clock.
    FromTheFuture,
    /// `created` is older than the policy allows.
    TooOld,
    /// `expires` has passed.
    Expired,
    /// `content-length` is not the length of the body.
    Length,
    /// The digest header of this version does not match the body.
    Digest(SignatureVersion),
    /// There is no signature base for the components that are covered.
    Base(BaseError),
    /// The signature does not match this signature base and the key.
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
            Self::Malformed(name, why) => write!(f, "invalid header `{name}`: {why}"),
            Self::UnknownKey => f.write_str("unknown key id"),
            Self::Algorithm => f.write_str("`alg` does not match the algorithm of the key"),
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
                f.write_str("the signature does not match the signature base and the key")
            }
        }
    }
}

impl std::error::Error for VerifyError {}
