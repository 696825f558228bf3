//! `mod`.
//!
//! Written by `upvest-codegen`. Generating again replaces this file.

use upvest_core::{Call, api};

/// The endpoints of `mod`.
///
/// # Errors
/// Fails as any [`Call`] does.
#[api(scope = "odd:read")]
pub trait Mod: Send + Sync {
    /// Calls the operation `get_mod`. The status of a success is 200.
    #[endpoint(GET, "/tags/mod")]
    fn get_mod(&self) -> Call<()>;
}
