//! `Default`.
//!
//! Written by `upvest-codegen`. Generating again replaces this file.

use upvest_core::{Call, api};

/// The endpoints of `Default`.
///
/// # Errors
/// Fails as any [`Call`] does.
#[api(scope = "odd:read")]
pub trait DefaultApi: Send + Sync {
    /// Calls the operation `get_empty`. The status of a success is 200.
    #[endpoint(GET, "/tags/empty")]
    fn get_empty(&self) -> Call<()>;

    /// Calls the operation `get_none`. The status of a success is 200.
    #[endpoint(GET, "/tags/none")]
    fn get_none(&self) -> Call<()>;
}
