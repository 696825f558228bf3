//! `colliding_names`.
//!
//! Written by `upvest-codegen`. Generating again replaces this file.

use upvest_core::{Call, api};

/// The endpoints of `colliding_names`.
///
/// # Errors
/// Fails as any [`Call`] does.
#[api(scope = "odd:read")]
pub trait CollidingNamesApi: Send + Sync {
    /// Calls the operation `getUser`. The status of a success is 200.
    #[endpoint(GET, "/colliding/users")]
    fn get_user3(&self) -> Call<()>;

    /// Calls the operation `get_user`. The status of a success is 200.
    #[endpoint(GET, "/colliding/users/2")]
    fn get_user(&self) -> Call<()>;

    /// Calls the operation `get_colliding_a_2`. The status of a success is 200.
    #[endpoint(GET, "/colliding-a")]
    fn get_colliding_a_2(&self) -> Call<()>;

    /// Calls the operation `get_colliding_a_3`. The status of a success is 200.
    #[endpoint(GET, "/colliding_a")]
    fn get_colliding_a_3(&self) -> Call<()>;

    /// Calls the operation `get_colliding_a`. The status of a success is 200.
    #[endpoint(GET, "/colliding/a")]
    fn get_colliding_a(&self) -> Call<()>;
}
