//! A trait for rustdoc to read: what the macro says of it must hold no dead link, and leave no gap.

#![deny(missing_docs, missing_debug_implementations, unreachable_pub)]

use upvest_core::{Bytes, Call, Page, Redirect, api};

/// An API with an endpoint of each kind that its docs speak of.
///
/// Its own words come first.
#[api(scope = ["documents:read", "documents:admin"])]
pub trait Documented: Send + Sync {
    /// Has a name that is a word of the language.
    #[endpoint(GET, "/documents/{type}", signed)]
    fn r#type(&self, r#type: &str) -> Call<Page<u8>>;

    #[endpoint(GET, "/documents", accept = "application/pdf", signed)]
    fn undocumented(&self) -> Call<Bytes>;

    /// Is not here.
    #[cfg(any())]
    #[endpoint(GET, "/documents/away", signed)]
    fn away(&self) -> Call<ThereIsNoSuchType>;

    /// Is here if a feature says so.
    #[cfg_attr(all(), cfg(not(any())))]
    #[endpoint(GET, "/documents/here", header = "accept", signed)]
    fn here(&self, accept: &str) -> Call<Bytes>;

    /// Is not shown.
    #[doc(hidden)]
    #[endpoint(GET, "/documents/hidden", redirect, signed)]
    fn hidden(&self) -> Call<Redirect>;

    /// Was here before.
    ///
    /// # Errors
    /// In words of its own.
    #[deprecated = "it is gone"]
    #[endpoint(GET, "/documents/old", signed)]
    fn old(&self) -> Call<()>;
}
