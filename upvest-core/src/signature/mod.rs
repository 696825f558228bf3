//! HTTP message signatures as Upvest uses them.
//!
//! Requests follow draft-ietf-httpbis-message-signatures-15, and webhooks follow draft 6. See
//! [Upvest's documentation](
//! https://docs.upvest.co/products/tol/getting_started/http_signatures/choosing_http_signature_versions).
//!
//! `base.rs` builds the signature base for both sides: `sign.rs` creates signatures, `verify.rs`
//! verifies them, and `key.rs` loads the keys. Upvest differs from RFC 9421: ECDSA is P-521 with
//! SHA-512, and the signature is ASN.1 DER.

mod base;
mod error;
mod jwk;
mod key;
mod openssh;
mod pem;
mod private_key;
mod sign;
mod verify;
mod version;

#[doc(hidden)]
pub use base::Message;
pub use base::{BaseError, SignatureBase};
pub use error::{KeyError, SignError, VerifyError};
pub use jwk::JsonWebKey;
pub(crate) use key::checked_key_id;
pub use key::{SigningKey, VerifyingKey};
pub use sign::Signer;
#[doc(hidden)]
pub use sign::sign;
pub use verify::VerifierPolicy;
#[doc(hidden)]
pub use verify::{SignatureInput, Verified, verify};
pub(crate) use verify::{check_version, verify_by};
pub use version::SignatureVersion;
