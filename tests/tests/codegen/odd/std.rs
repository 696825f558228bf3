//! `std`.
//!
//! Written by `upvest-codegen`. Generating again replaces this file.

use upvest_core::{Call, api};

/// The endpoints of `std`.
///
/// # Errors
/// Fails as any [`Call`] does.
#[api(scope = "odd:read")]
pub trait Std: Send + Sync {
    /// Calls the operation `get_std`. The status of a success is 200.
    #[endpoint(GET, "/tags/std")]
    fn get_std(&self) -> Call<()>;
}
