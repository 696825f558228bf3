//! What generated items are called.

mod automatic;
mod choose;
mod ids;
mod methods;
mod pins;
pub(crate) mod taken;
mod titles;
mod walk;
pub(crate) mod words;

pub(crate) use choose::{ACCOUNT_GROUP_ID, Chosen, Module, Origin, Role, TypeName, choose};
pub use pins::Names;
