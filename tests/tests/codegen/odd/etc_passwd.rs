//! `../../etc/passwd`.
//!
//! Written by `upvest-codegen`. Generating again replaces this file.

use upvest_core::{Call, api};

/// The endpoints of `../../etc/passwd`.
///
/// # Errors
/// Fails as any [`Call`] does.
#[api(scope = "odd:read")]
pub trait EtcPasswd: Send + Sync {
    /// Calls the operation `get_slashes`. The status of a success is 200.
    #[endpoint(GET, "/tags/slashes")]
    fn get_slashes(&self) -> Call<()>;
}
