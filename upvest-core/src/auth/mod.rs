//! Access tokens: the token endpoint, and the one token that the calls of a client share.

pub(crate) mod access_token;
pub(crate) mod endpoint;
mod fetch;
pub(crate) mod token;
pub(crate) mod tokens;
pub(crate) mod trial;

pub use access_token::{AccessToken, TokenRequest};
pub use endpoint::AccessTokens;
