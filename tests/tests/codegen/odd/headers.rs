//! `Headers`.
//!
//! Written by `upvest-codegen`. Generating again replaces this file.

use serde::Serialize;
use upvest_core::{Call, IdempotentCall, api};

/// The endpoints of `Headers`.
///
/// # Errors
/// Fails as any [`Call`] does.
#[api(scope = "odd:read")]
pub trait Headers: Send + Sync {
    /// Calls the operation `get_headers`. The status of a success is 200.
    #[endpoint(GET, "/headers", header = "account-kind")]
    fn get_headers(&self, account_kind: &str) -> Call<()>;

    /// Calls the operation `post_headers`. The status of a success is 200.
    #[endpoint(POST, "/headers", idempotent, signed)]
    fn post_headers(&self) -> IdempotentCall<()>;

    /// Calls the operation `put_headers`. The status of a success is 200.
    #[endpoint(PUT, "/headers", signed, header = "type")]
    fn put_headers(&self, r#type: &str, body: bool) -> Call<()>;

    /// Calls the operation `get_header_of_kind`. The status of a success is 200.
    #[endpoint(GET, "/headers/{kind2}", header = "kind")]
    fn get_header_of_kind(&self, kind2: &str, kind: &str, query: &GetHeaderOfKind) -> Call<()>;
}

/// The query of `get_header_of_kind`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GetHeaderOfKind {
    /// A text.
    pub kind: String,
}

impl GetHeaderOfKind {
    /// Creates a value from all fields.
    #[must_use]
    pub fn new(kind: impl Into<String>) -> Self {
        Self { kind: kind.into() }
    }
}
