//! What the expansion of `events!` uses.

use std::fmt::{self, Debug};

use serde::de::DeserializeOwned;

use super::event::{Event, EventError};

/// Returns what precedes the first dot of these event types, each once.
#[must_use]
pub fn categories(types: &[&str]) -> Vec<String> {
    let mut categories: Vec<String> = Vec::new();
    for event_type in types {
        let category = event_type.split('.').next().unwrap_or_default();
        if !categories.iter().any(|known| known == category) {
            categories.push(category.to_owned());
        }
    }
    categories
}

/// The object of an event.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the object of an event",
    label = "add `#[derive(Debug, Clone, PartialEq, serde::Deserialize)]` to it"
)]
pub trait EventObject: Sized {
    /// Reads the object of `event`.
    ///
    /// # Errors
    /// Fails if it does not fit the type.
    fn read(event: &Event) -> Result<Self, EventError>;

    /// Writes the variant `name` with this object.
    ///
    /// # Errors
    /// Fails if the formatter does.
    fn debug(&self, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result;

    /// Returns a copy.
    #[must_use]
    fn copied(&self) -> Self;

    /// Whether two objects are equal.
    fn equals(&self, other: &Self) -> bool;
}

#[diagnostic::do_not_recommend]
impl<T: Debug + Clone + PartialEq + DeserializeOwned> EventObject for T {
    fn read(event: &Event) -> Result<Self, EventError> {
        event.object()
    }

    fn debug(&self, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple(name).field(self).finish()
    }

    fn copied(&self) -> Self {
        self.clone()
    }

    fn equals(&self, other: &Self) -> bool {
        self == other
    }
}
