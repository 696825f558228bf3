//! HTTP message signatures as Upvest uses them.
//!
//! Requests follow draft-ietf-httpbis-message-signatures-15, and webhooks follow draft 6. See
//! [Upvest's documentation](
//! https://docs.upvest.co/products/tol/getting_started/http_signatures/choosing_http_signature_versions).
//! Upvest differs from RFC 9421: ECDSA is P-521 with SHA-512, and the signature is ASN.1 DER.
//!
//! [`SigningKey`] loads a private key from any common file. To sign with a key in a KMS or HSM,
//! implement [`Signer`]. [`upvest-core`](https://docs.rs/upvest-core) does the rest: its client signs
//! each request, and its verifier of webhooks checks their signatures.
//!
//! The examples of the items name `upvest_core::signature`; with this crate alone, write `upvest_signature`.
//!
//! # Features
//!
//! `verify` adds the checks of signatures, and `VerifierPolicy`; it is off by default, and the feature
//! `webhooks` of `upvest-core` turns it on.

// `base.rs` builds the signature base for both sides: `sign.rs` creates signatures, `verify.rs`
// verifies them, and `key.rs` loads the keys.

use std::pin::Pin;

mod base;
mod error;
mod headers;
mod jwk;
mod key;
mod openssh;
mod pem;
#[cfg(feature = "verify")]
mod policy;
mod private_key;
mod sign;
#[cfg(feature = "verify")]
mod verify;
mod version;

pub use base::{BaseError, SignatureBase};
pub use error::{KeyError, SignError, VerifyError};
pub use jwk::JsonWebKey;
pub use key::{SigningKey, VerifyingKey};
#[cfg(feature = "verify")]
pub use policy::VerifierPolicy;
pub use sign::Signer;
pub use version::SignatureVersion;

/// A boxed future, as the object-safe traits of these crates return it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What `upvest-core` uses besides the public API. It may change in any release.
#[doc(hidden)]
pub mod __core {
    pub use crate::base::Message;
    pub use crate::key::checked_key_id;
    pub use crate::sign::sign;
    #[cfg(feature = "verify")]
    pub use crate::verify::{SignatureInput, Verified, check_version, verify, verify_by};

    /// The names of the headers of a signature.
    pub mod headers {
        pub use crate::headers::*;
    }
}
