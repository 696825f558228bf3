//! `Methods`.
//!
//! Written by `upvest-codegen`. Generating again replaces this file.

use std::fmt;

use serde::{Deserialize, Serialize};
use upvest_core::{Call, api};

/// The endpoints of `Methods`.
///
/// # Errors
/// Fails as any [`Call`] does.
#[api(scope = "odd:read")]
pub trait Methods: Send + Sync {
    /// Calls the operation `post_methods`. The status of a success is 200.
    #[deprecated = "the API declares it deprecated"]
    #[endpoint(POST, "/methods", signed)]
    fn post_methods(&self) -> Call<()>;

    /// Calls the operation `get_methods`. The status of a success is 200.
    #[deprecated = "the API declares it deprecated"]
    #[endpoint(GET, "/methods", scope = [])]
    fn get_methods(&self) -> Call<()>;

    /// Calls the operation `put_methods`. The status of a success is 200.
    #[endpoint(PUT, "/methods", signed, scope = [])]
    fn put_methods(&self) -> Call<()>;

    /// Calls the operation `patch_methods`. The status of a success is 200.
    #[endpoint(PATCH, "/methods", signed, scope = ["odd:read", "odd:write"])]
    fn patch_methods(&self) -> Call<()>;

    /// Calls the operation `get_scoped`. The status of a success is 200.
    #[endpoint(GET, "/methods/scoped")]
    fn get_scoped(&self) -> Call<()>;

    /// Calls the operation `put_scoped`. The status of a success is 200.
    #[endpoint(PUT, "/methods/scoped", signed)]
    fn put_scoped(&self) -> Call<()>;

    /// Calls the operation `post_scoped`. The status of a success is 200.
    #[endpoint(POST, "/methods/scoped", signed)]
    fn post_scoped(&self) -> Call<()>;

    /// Calls the operation `issue`. The status of a success is 200.
    #[endpoint(POST, "/auth/token", anonymous, form, signed)]
    fn issue(&self, body: &Issue) -> Call<IssueResponse>;
}

/// The request body of `issue`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issue {
    /// A text.
    pub client_secret: String,
    /// A text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
}

impl Issue {
    /// Creates a value from the required fields; the others are `None`.
    #[must_use]
    pub fn new(client_secret: impl Into<String>) -> Self {
        Self { client_secret: client_secret.into(), scope: None }
    }
}

/// Hides secrets.
impl fmt::Debug for Issue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issue").field("scope", &self.scope).finish_non_exhaustive()
    }
}

/// A response of `issue`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct IssueResponse {
    /// A text.
    pub access_token: String,
    /// A whole number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_in: Option<i64>,
}

impl IssueResponse {
    /// Creates a value from the required fields, for fakes and tests; the others are `None`.
    #[must_use]
    pub fn new(access_token: impl Into<String>) -> Self {
        Self { access_token: access_token.into(), expires_in: None }
    }
}

/// Hides secrets.
impl fmt::Debug for IssueResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IssueResponse")
            .field("expires_in", &self.expires_in)
            .finish_non_exhaustive()
    }
}
