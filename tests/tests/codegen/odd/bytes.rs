//! `bytes`.
//!
//! Written by `upvest-codegen`. Generating again replaces this file.

use upvest_core::{Call, api};

/// The endpoints of `bytes`.
///
/// # Errors
/// Fails as any [`Call`] does.
#[api(scope = "odd:read")]
pub trait BytesApi: Send + Sync {
    /// Calls the operation `get_bytes`. The status of a success is 200.
    #[endpoint(GET, "/tags/bytes")]
    fn get_bytes(&self) -> Call<()>;
}
