//! The attributes `#[api]` and `#[endpoint]`.
//!
//! Use them through `upvest_core`, which re-exports both and documents them with examples: what
//! they emit is a description of each endpoint and a call into that crate.

mod attributes;
mod check;
mod driver;
mod errors;
mod expand;
mod grammar;
mod model;
mod path;

use proc_macro::TokenStream;

/// Turns each method of a trait into a call of the Upvest API.
///
/// Documented in `upvest_core`.
#[proc_macro_attribute]
pub fn api(arguments: TokenStream, item: TokenStream) -> TokenStream {
    driver::api(arguments.into(), item.into()).into()
}

/// Declares HTTP method, path and options of one method of a trait marked `#[api]`.
///
/// Documented in `upvest_core`.
#[proc_macro_attribute]
pub fn endpoint(_arguments: TokenStream, item: TokenStream) -> TokenStream {
    driver::stray_endpoint(&item.into()).into()
}
