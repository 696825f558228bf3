//! `LIB`.
//!
//! Written by `upvest-codegen`. Generating again replaces this file.

use upvest_core::{Call, api};

/// The endpoints of `LIB`.
///
/// # Errors
/// Fails as any [`Call`] does.
#[api(scope = "odd:read")]
pub trait Lib: Send + Sync {
    /// Calls the operation `get_lib`. The status of a success is 200.
    #[endpoint(GET, "/tags/lib")]
    fn get_lib(&self) -> Call<()>;
}
