//! `Client`.
//!
//! Written by `upvest-codegen`. Generating again replaces this file.

use upvest_core::{Call, api};

/// The endpoints of `Client`.
///
/// # Errors
/// Fails as any [`Call`] does.
#[api(scope = "odd:read")]
pub trait ClientApi: Send + Sync {
    /// Calls the operation `clone`. The status of a success is 200.
    #[endpoint(GET, "/client/clone")]
    fn clone2(&self) -> Call<()>;

    /// Calls the operation `into`. The status of a success is 200.
    #[endpoint(PUT, "/client/clone", signed)]
    fn into2(&self) -> Call<()>;

    /// Calls the operation `replay`. The status of a success is 200.
    #[endpoint(POST, "/client/clone", signed)]
    fn replay2(&self) -> Call<()>;

    /// Calls the operation `base_url`. The status of a success is 200.
    #[endpoint(PATCH, "/client/clone", signed)]
    fn base_url2(&self) -> Call<()>;

    /// Calls the operation `scopes`. The status of a success is 200.
    #[endpoint(DELETE, "/client/clone", signed)]
    fn scopes2(&self) -> Call<()>;

    /// Calls the operation `endpoints`. The status of a success is 200.
    #[endpoint(GET, "/client/more")]
    fn endpoints2(&self) -> Call<()>;

    /// Calls the operation `try_into`. The status of a success is 200.
    #[endpoint(PUT, "/client/more", signed)]
    fn try_into2(&self) -> Call<()>;

    /// Calls the operation `now`. The status of a success is 200.
    #[endpoint(POST, "/client/more", signed)]
    fn now2(&self) -> Call<()>;

    /// Calls the operation `to_owned`. The status of a success is 200.
    #[endpoint(PATCH, "/client/more", signed)]
    fn to_owned2(&self) -> Call<()>;

    /// Calls the operation `cloneFrom`. The status of a success is 200.
    #[endpoint(DELETE, "/client/more", signed)]
    fn clone_from2(&self) -> Call<()>;
}
