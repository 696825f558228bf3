//! The attributes `#[api]` and `#[endpoint]`, and what `open_enum!` and `events!` expand to.
//!
//! Use them through `upvest_core`, which documents them with examples: what they emit is a
//! description and calls into that crate, or into `upvest_types` for `open_enum!`.

mod attributes;
mod check;
mod driver;
mod enums;
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

/// Declares an enum that accepts values which the API adds later.
///
/// Documented in `upvest_types`, whose macro of this name passes the path to itself.
#[proc_macro]
pub fn open_enum(declaration: TokenStream) -> TokenStream {
    enums::open_enum(declaration.into()).into()
}

/// Declares an enum of event types, each with the type of its object.
///
/// Documented in `upvest_core`, whose macro of this name passes the path to itself.
#[proc_macro]
pub fn events(declaration: TokenStream) -> TokenStream {
    enums::events(declaration.into()).into()
}
