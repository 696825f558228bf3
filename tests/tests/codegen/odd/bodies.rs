//! `Bodies`.
//!
//! Written by `upvest-codegen`. Generating again replaces this file.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use upvest_core::{Call, api, id};

/// The endpoints of `Bodies`.
///
/// # Errors
/// Fails as any [`Call`] does.
#[api(scope = "odd:read")]
pub trait Bodies: Send + Sync {
    /// Calls the operation `patch_merge`. The status of a success is 200.
    #[endpoint(PATCH, "/bodies/{id}", signed)]
    fn patch_merge(&self, id: BodyId, body: &PatchMerge) -> Call<()>;

    /// Calls the operation `post_string`. The status of a success is 200.
    #[endpoint(POST, "/bodies/text", signed)]
    fn post_string(&self, body: &str) -> Call<()>;

    /// Calls the operation `post_list`. The status of a success is 200.
    #[endpoint(POST, "/bodies/list", signed)]
    fn post_list(&self, body: &[String]) -> Call<()>;

    /// Calls the operation `post_number`. The status of a success is 200.
    #[endpoint(POST, "/bodies/number", signed)]
    fn post_number(&self, body: i64) -> Call<()>;

    /// Calls the operation `post_map`. The status of a success is 200.
    #[endpoint(POST, "/bodies/map", signed)]
    fn post_map(&self, body: &BTreeMap<String, i64>) -> Call<()>;

    /// Calls the operation `post_nullable`. The status of a success is 200.
    #[endpoint(POST, "/bodies/nullable", signed)]
    fn post_nullable(&self, body: &PatchMerge) -> Call<()>;

    /// Calls the operation `post_any`. The status of a success is 200.
    #[endpoint(POST, "/bodies/any", signed)]
    fn post_any(&self, body: &Value) -> Call<()>;

    /// Calls the operation `post_nothing`. The status of a success is 200.
    #[endpoint(POST, "/bodies/nothing", signed)]
    fn post_nothing(&self) -> Call<()>;
}

/// The request body of `patch_merge`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PatchMerge {
    /// A text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub a: Option<String>,
}

id! {
    /// Identifies a body.
    pub struct BodyId;
}
