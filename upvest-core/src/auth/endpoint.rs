//! The token endpoint, declared with our own macro.

use upvest_macros::api;

use super::access_token::{AccessToken, TokenRequest};
use crate::call::Call;

/// The token endpoint. Every other call asks it when it needs to: you need not.
#[api(crate = crate)]
pub trait AccessTokens: Send + Sync {
    /// Exchanges the client's credentials for an access token.
    ///
    /// # Errors
    /// As every [`Call`]; 401 if the credentials are wrong or the client has no such scope.
    #[endpoint(POST, "/auth/token", form, anonymous, signed)]
    fn create_access_token(&self, body: &TokenRequest) -> Call<AccessToken>;
}
