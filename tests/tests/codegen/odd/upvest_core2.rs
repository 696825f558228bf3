//! `upvest core`.
//!
//! Written by `upvest-codegen`. Generating again replaces this file.

use upvest_core::{Call, api};

/// The endpoints of `upvest core`.
///
/// # Errors
/// Fails as any [`Call`] does.
#[api(scope = "odd:read")]
pub trait UpvestCore: Send + Sync {
    /// Calls the operation `get_upvest_core`. The status of a success is 200.
    #[endpoint(GET, "/tags/upvest-core")]
    fn get_upvest_core(&self) -> Call<()>;
}
