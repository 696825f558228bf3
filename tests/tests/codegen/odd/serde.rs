//! `serde`.
//!
//! Written by `upvest-codegen`. Generating again replaces this file.

use upvest_core::{Call, api};

/// The endpoints of `serde`.
///
/// # Errors
/// Fails as any [`Call`] does.
#[api(scope = "odd:read")]
pub trait Serde: Send + Sync {
    /// Calls the operation `get_serde`. The status of a success is 200.
    #[endpoint(GET, "/tags/serde")]
    fn get_serde(&self) -> Call<()>;
}
