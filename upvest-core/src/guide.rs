//! Pages on how to use this library, rather than on what is in it.

#[doc = include_str!("../docs/exactly_once.md")]
pub mod exactly_once {}
