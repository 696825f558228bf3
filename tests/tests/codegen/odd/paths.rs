//! `Paths`.
//!
//! Written by `upvest-codegen`. Generating again replaces this file.

use serde_json::Number;
use upvest_core::{Call, Currency, Decimal, api, id, open_enum};

/// The endpoints of `Paths`.
///
/// # Errors
/// Fails as any [`Call`] does.
#[api(scope = "odd:read")]
pub trait Paths: Send + Sync {
    /// Calls the operation `get_unknown`. The status of a success is 200.
    #[endpoint(GET, "/paths/{unknown}/{id}")]
    fn get_unknown(&self, unknown: &str, id: PathId) -> Call<()>;

    /// Calls the operation `get_values`. The status of a success is 200.
    #[endpoint(
        GET,
        "/paths/values/{list}/{object}/{any}/{enum}/{currency}/{flag}/{number}/{decimal}/{choice}"
    )]
    #[allow(clippy::too_many_arguments, reason = "the API has these parameters")]
    fn get_values(
        &self,
        list: &str,
        object: &str,
        any: &str,
        r#enum: &Enum,
        currency: &Currency,
        flag: bool,
        number: &Number,
        decimal: &Decimal,
        choice: &str,
    ) -> Call<()>;
}

open_enum! {
    /// A response of `get_enum`.
    pub enum Enum {
        /// `A`.
        A = "A",
        /// `B`.
        B = "B",
    }
}

id! {
    /// Identifies a path.
    pub struct PathId;
}
