//! The expansion compiles with every lint denied.

#![deny(warnings, let_underscore, nonstandard_style, rust_2018_idioms, unused)]
#![deny(
    absolute_paths_not_starting_with_crate,
    elided_lifetimes_in_paths,
    explicit_outlives_requirements,
    keyword_idents,
    meta_variable_misuse,
    missing_abi,
    missing_debug_implementations,
    missing_docs,
    redundant_imports,
    redundant_lifetimes,
    single_use_lifetimes,
    trivial_casts,
    trivial_numeric_casts,
    unit_bindings,
    unreachable_pub,
    unsafe_code,
    unused_extern_crates,
    unused_import_braces,
    unused_lifetimes,
    unused_macro_rules,
    unused_qualifications,
    variant_size_differences
)]
#![deny(clippy::all, clippy::cargo, clippy::nursery, clippy::pedantic)]
#![deny(
    clippy::absolute_paths,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::dbg_macro,
    clippy::exhaustive_enums,
    clippy::expect_used,
    clippy::float_arithmetic,
    clippy::get_unwrap,
    clippy::indexing_slicing,
    clippy::missing_trait_methods,
    clippy::panic,
    clippy::print_stdout,
    clippy::shadow_unrelated,
    clippy::todo,
    clippy::unimplemented,
    clippy::unreachable,
    clippy::unwrap_used
)]
// This lint contradicts `unreachable_pub`.
#![allow(clippy::redundant_pub_crate)]

use serde::{Deserialize, Serialize};
use upvest_core::{Bytes, Call, IdempotentCall, Redirect, api};

/// A body and a response.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Thing {
    /// The name of the thing.
    pub(crate) name: String,
}

/// Every kind of endpoint.
#[api(scope = ["things:read", "things:admin"])]
pub(crate) trait Things: Send + Sync {
    /// Reads.
    #[endpoint(GET, "/things/{id}/parts/{part}", signed)]
    fn get(&self, id: &str, part: u32, query: &Thing) -> Call<String>;

    /// Creates.
    #[endpoint(POST, "/things", idempotent, signed, scope = "things:admin")]
    fn create(&self, body: &Thing) -> IdempotentCall<Thing>;

    /// Replaces, with owned arguments.
    #[endpoint(PUT, "/things/{id}", signed)]
    fn replace(&self, id: String, body: Thing) -> Call<()>;

    /// Prints.
    #[endpoint(GET, "/things/{id}", accept = "application/pdf", signed)]
    fn print(&self, id: u32) -> Call<Bytes>;

    /// Prints in the requested format.
    #[endpoint(GET, "/things/{id}", header = "accept", signed)]
    fn print_as(&self, id: u32, accept: &str) -> Call<Bytes>;

    /// Redirects.
    #[endpoint(GET, "/things/{id}", redirect, signed)]
    fn find(&self, id: u32) -> Call<Redirect>;

    /// Is deprecated.
    #[deprecated = "it is gone"]
    #[endpoint(GET, "/things", signed)]
    fn old(&self) -> Call<String>;
}

#[tokio::test]
async fn it_works() {
    let client = super::echo().client();
    let thing = || Thing { name: "x".to_owned() };
    let read = client.get("a", 7, &thing()).await;
    assert!(matches!(read.as_deref(), Ok("/things/a/parts/7?name=x")));
    // The server responds with a text, which does not fit these types.
    assert!(client.create(&thing()).await.is_err());
    assert!(client.replace("a".to_owned(), thing()).await.is_ok());
    assert!(client.print(7).await.is_err());
    assert!(client.print_as(7, "text/csv").await.is_err());
    assert!(client.find(7).await.is_err());
    #[expect(deprecated)]
    let old = client.old();
    assert!(old.await.is_ok());
}
