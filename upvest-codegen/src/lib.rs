//! Declarations of Upvest's API from its OpenAPI description, and a check that they still agree.
mod api;
mod check;
mod error;
mod generate;
mod list;
mod names;
mod openapi;

pub use check::{Drift, DriftKind, Report, Source};
pub use error::Error;
pub use generate::{Formatting, Generated, Layout, Selection, format};
pub use list::{ListedOperation, ListedTag, Listing};
pub use names::Names;

/// An OpenAPI description, as Upvest publishes it.
#[derive(Debug)]
pub struct Description(api::Api);

impl Description {
    /// Reads a description: OpenAPI 3.0 or 3.1, in YAML or JSON.
    ///
    /// # Errors
    /// Fails if the text is not such a description, with the position of the mistake.
    pub fn read(text: &str) -> Result<Self, Error> {
        api::Api::read(text).map(Self)
    }

    /// Returns the title and the version that the description has.
    #[must_use]
    pub fn version(&self) -> String {
        format!("{} {}", self.0.title, self.0.version)
    }
}
