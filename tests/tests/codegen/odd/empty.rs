//! `` "\"`*/\n}{\\" ``.
//!
//! Written by `upvest-codegen`. Generating again replaces this file.

use upvest_core::{Call, api};

/// The endpoints of `` "\"`*/\n}{\\" ``.
///
/// # Errors
/// Fails as any [`Call`] does.
#[api(scope = "odd:read")]
pub trait EmptyApi: Send + Sync {
    /// Calls the operation `get_quotes`. The status of a success is 200.
    #[endpoint(GET, "/tags/quotes")]
    fn get_quotes(&self) -> Call<()>;
}
