//! What generated items are called.

mod choose;
mod pins;
mod titles;
mod walk;
pub(crate) mod words;

pub(crate) use choose::{ACCOUNT_GROUP_ID, Chosen, Module, Origin, Role, TypeName, choose};
pub use pins::Names;
