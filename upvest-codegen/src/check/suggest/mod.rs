//! The lines that findings propose.

mod attribute;
mod field;
mod method;
mod shape;
mod ty;

use std::collections::HashMap;

use super::declared::Declarations;
use crate::api::types::{TypeId, Types};

pub(super) use attribute::attribute_of;
pub(super) use field::{changed_field, in_options, new_event, new_value};
pub(super) use method::new_query;
pub(super) use shape::words_of;

/// Writes lines of declarations, with the names that the declarations use.
#[derive(Debug, Clone, Copy)]
pub(super) struct Suggest<'s> {
    pub(super) types: &'s Types,
    pub(super) declared: &'s Declarations,
    /// What the described types are called in the declarations.
    pub(super) names: &'s HashMap<TypeId, &'s str>,
}

/// `#[serde(…)]` and a line break, or nothing.
fn serde_attribute(options: &[String]) -> String {
    if options.is_empty() { String::new() } else { format!("#[serde({})]\n", options.join(", ")) }
}
