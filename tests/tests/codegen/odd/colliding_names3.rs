//! `colliding-names!`.
//!
//! Written by `upvest-codegen`. Generating again replaces this file.

use upvest_core::{Call, api};

/// The endpoints of `colliding-names!`.
///
/// # Errors
/// Fails as any [`Call`] does.
#[api(scope = "odd:read")]
pub trait CollidingNamesApi2: Send + Sync {
    /// Calls the operation `get user`. The status of a success is 200.
    #[endpoint(GET, "/colliding/users/3")]
    fn get_user4(&self) -> Call<()>;
}
