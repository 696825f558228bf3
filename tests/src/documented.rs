//! A trait for rustdoc: the docs that the macro generates must have no dead link and no gap.

#![deny(missing_docs, missing_debug_implementations, unreachable_pub)]

use upvest_core::{Bytes, Call, Page, Redirect, api};

/// An API with one endpoint of each kind that the generated docs describe.
///
/// This text comes before the generated text.
#[api(scope = ["documents:read", "documents:admin"])]
pub trait Documented: Send + Sync {
    /// Has a name that is a Rust keyword.
    #[endpoint(GET, "/documents/{type}", signed)]
    fn r#type(&self, r#type: &str) -> Call<Page<u8>>;

    #[endpoint(GET, "/documents", accept = "application/pdf", signed)]
    fn undocumented(&self) -> Call<Bytes>;

    /// Is configured out.
    #[cfg(any())]
    #[endpoint(GET, "/documents/away", signed)]
    fn away(&self) -> Call<ThereIsNoSuchType>;

    /// Depends on a condition that holds.
    #[cfg_attr(all(), cfg(not(any())))]
    #[endpoint(GET, "/documents/here", header = "accept", signed)]
    fn here(&self, accept: &str) -> Call<Bytes>;

    /// Is hidden from the docs.
    #[doc(hidden)]
    #[endpoint(GET, "/documents/hidden", redirect, signed)]
    fn hidden(&self) -> Call<Redirect>;

    /// Is deprecated.
    ///
    /// # Errors
    /// Fails as this section says.
    #[deprecated = "it is gone"]
    #[endpoint(GET, "/documents/old", signed)]
    fn old(&self) -> Call<()>;
}
