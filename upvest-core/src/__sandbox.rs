//! What `upvest-sandbox` and the tests of this workspace use besides the public API: the server's side
//! of the signature, the header names, the token endpoint and the acceptor. It may change in any release.

pub use upvest_signature::__core::{Message, sign};
#[cfg(feature = "webhooks")]
pub use upvest_signature::__core::{SignatureInput, Verified, check_version, verify, verify_by};

pub use crate::auth::{AccessToken, AccessTokens, TokenRequest};
#[cfg(feature = "webhooks")]
pub use crate::webhook::tunnel::acceptor::{
    AcceptedWebhook, AcceptedWebhooks, Acceptor, EventAcceptor,
};

/// The names of Upvest's headers.
pub mod headers {
    pub use crate::headers::*;
}
