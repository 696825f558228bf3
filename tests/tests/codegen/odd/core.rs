//! `core`.
//!
//! Written by `upvest-codegen`. Generating again replaces this file.

use upvest_core::{Call, api};

/// The endpoints of `core`.
///
/// # Errors
/// Fails as any [`Call`] does.
#[api(scope = "odd:read")]
pub trait Core: Send + Sync {
    /// Calls the operation `get_core`. The status of a success is 200.
    #[endpoint(GET, "/tags/core")]
    fn get_core(&self) -> Call<()>;
}
