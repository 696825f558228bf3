//! The attributes `#[api]` and `#[endpoint]`.
//!
//! Use them through `upvest_core`, which re-exports both and documents them with examples: what
//! they emit is a description of each endpoint and a call into that crate.

mod attr;
mod check;
mod errors;
mod expand;
mod model;
mod path;

use proc_macro::TokenStream;

/// Turns each method of a trait into a call of the Upvest API.
///
/// Documented in `upvest_core`.
#[proc_macro_attribute]
pub fn api(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand::api(arguments.into(), item.into()).into()
}

/// Declares verb, path and properties of one method of a trait marked `#[api]`.
///
/// Documented in `upvest_core`.
#[proc_macro_attribute]
pub fn endpoint(_arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand::stray_endpoint(&item.into()).into()
}
