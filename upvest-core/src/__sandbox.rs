//! What `upvest-sandbox` and the tests of this workspace use besides the public API: the server's side
//! of the signature, the header names and the token endpoint. It may change in any release.

pub use crate::auth::{AccessToken, AccessTokens, TokenRequest};
pub use crate::signature::{Message, SignatureInput, Verified, sign, verify};

/// The names of Upvest's headers.
pub mod headers {
    pub use crate::headers::*;
}
