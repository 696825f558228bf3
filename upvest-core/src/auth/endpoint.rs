//! The token endpoint, declared with this crate's macro.

use upvest_macros::api;

use super::access_token::{AccessToken, TokenRequest};
use crate::call::Call;

/// The token endpoint. The client calls it when it needs a token; you do not have to.
#[api(crate = crate)]
pub trait AccessTokens: Send + Sync {
    /// Exchanges the client's credentials for an access token.
    ///
    /// # Errors
    /// Fails as every [`Call`] does; with 401 if the credentials are wrong or a scope is not
    /// allowed.
    #[endpoint(POST, "/auth/token", form, anonymous, signed)]
    fn create_access_token(&self, body: &TokenRequest) -> Call<AccessToken>;
}
