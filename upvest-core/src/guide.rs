//! How-to guides for this crate.

// Their examples need crates that depend on this one: they run among the tests of the workspace.
#[cfg_attr(not(doctest), doc = include_str!("../docs/add_an_endpoint.md"))]
pub mod add_an_endpoint {}

#[cfg_attr(not(doctest), doc = include_str!("../docs/exactly_once.md"))]
pub mod exactly_once {}

#[doc = include_str!("../docs/production.md")]
pub mod production {}

#[cfg_attr(not(doctest), doc = include_str!("../docs/testing.md"))]
pub mod testing {}

#[cfg_attr(not(doctest), doc = include_str!("../docs/webhooks.md"))]
pub mod webhooks {}
