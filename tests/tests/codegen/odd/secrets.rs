//! `Secrets`.
//!
//! Written by `upvest-codegen`. Generating again replaces this file.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use upvest_core::{Call, Timestamp, api, null_as_some};

use super::Enum;

/// The endpoints of `Secrets`.
///
/// # Errors
/// Fails as any [`Call`] does.
#[api(scope = "odd:read")]
pub trait SecretsApi: Send + Sync {
    /// Calls the operation `post_secrets`. The status of a success is 200.
    #[endpoint(POST, "/secrets", signed)]
    fn post_secrets(&self, body: &Secrets) -> Call<()>;
}

/// The request body of `post_secrets`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(clippy::option_option, reason = "`Some(None)` is sent as `null`")]
#[allow(clippy::struct_field_names, reason = "the API has these names")]
pub struct Secrets {
    /// A text.
    pub password: String,
    /// A text.
    pub api_key: String,
    /// A list; each item: a text.
    pub tokens: Vec<String>,
    /// A text, `^[0-9]{6}$`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub otp: Option<String>,
    /// A text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pin: Option<String>,
    /// An object with fields of any names; each value: a text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secrets: Option<BTreeMap<String, String>>,
    /// `A` or `B`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_kind: Option<Enum>,
    /// A date and time (RFC 3339).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_expires_at: Option<Timestamp>,
    /// A text. May be `null`.
    /// `Some(None)` is sent as `null`.
    #[serde(
        rename = "clientSecret",
        default,
        deserialize_with = "null_as_some",
        skip_serializing_if = "Option::is_none"
    )]
    pub client_secret: Option<Option<String>>,
    /// A text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl Secrets {
    /// Creates a value from the required fields; the others are `None`.
    #[must_use]
    pub fn new(
        password: impl Into<String>,
        api_key: impl Into<String>,
        tokens: Vec<String>,
    ) -> Self {
        Self {
            password: password.into(),
            api_key: api_key.into(),
            tokens,
            otp: None,
            pin: None,
            secrets: None,
            secret_kind: None,
            token_expires_at: None,
            client_secret: None,
            name: None,
        }
    }
}

/// Hides secrets.
impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secrets")
            .field("secret_kind", &self.secret_kind)
            .field("token_expires_at", &self.token_expires_at)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
