//! `Access Tokens`.
//!
//! Written by `upvest-codegen`. Generating again replaces this file.

use std::fmt;

use serde::{Deserialize, Serialize};
use upvest_core::{Call, api, id};

/// The endpoints of `Access Tokens`.
///
/// # Errors
/// Fails as any [`Call`] does.
#[api(scope = [])]
pub trait AccessTokens: Send + Sync {
    /// Calls the operation `issue_token`. The status of a success is 200.
    #[endpoint(POST, "/auth/token", anonymous, form, signed)]
    fn issue_token(&self, body: &IssueToken) -> Call<AccessToken>;
}

/// The request body of `issue_token`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssueToken {
    /// A UUID.
    pub client_id: ClientId,
    /// A text of at most 1000 characters.
    pub client_secret: String,
    /// A text. Default: `client_credentials`.
    pub grant_type: String,
    /// A text of at most 1000 characters.
    pub scope: String,
}

impl IssueToken {
    /// Creates a value from all fields.
    #[must_use]
    pub fn new(
        client_id: ClientId,
        client_secret: impl Into<String>,
        grant_type: impl Into<String>,
        scope: impl Into<String>,
    ) -> Self {
        Self {
            client_id,
            client_secret: client_secret.into(),
            grant_type: grant_type.into(),
            scope: scope.into(),
        }
    }
}

/// Hides secrets.
impl fmt::Debug for IssueToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IssueToken")
            .field("client_id", &self.client_id)
            .field("grant_type", &self.grant_type)
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}

/// A response of `issue_token`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[allow(clippy::struct_field_names, reason = "the API has these names")]
pub struct AccessToken {
    /// A text of at most 1000 characters.
    pub access_token: String,
    /// A whole number.
    pub expires_in: i64,
    /// A text. Default: `bearer`.
    pub token_type: String,
    /// A text of at most 1000 characters.
    pub scope: String,
}

impl AccessToken {
    /// Creates a value from all fields, for fakes and tests.
    #[must_use]
    pub fn new(
        access_token: impl Into<String>,
        expires_in: i64,
        token_type: impl Into<String>,
        scope: impl Into<String>,
    ) -> Self {
        Self {
            access_token: access_token.into(),
            expires_in,
            token_type: token_type.into(),
            scope: scope.into(),
        }
    }
}

/// Hides secrets.
impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessToken")
            .field("expires_in", &self.expires_in)
            .field("token_type", &self.token_type)
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}

id! {
    /// Identifies a client.
    pub struct ClientId;
}
