//! Compares declarations with a description.
//!
//! `declared` reads the sources, `matching` finds the operation of each endpoint, `compare` has one
//! file for each part of a declaration, and `suggest` writes the lines that a finding proposes.

mod compare;
mod declared;
mod direction;
mod drift;
mod index;
mod matching;
mod report;
mod source;
mod suggest;

use crate::Description;
use crate::error::Error;
use compare::Comparison;
use declared::Declarations;

pub use drift::{Drift, DriftKind};
pub use report::Report;
pub use source::Source;

pub(crate) use index::declared_operations;

impl Description {
    /// Compares declarations with the description.
    ///
    /// All traits marked `#[api]` in the sources are compared, and all types that their methods
    /// use, generated or not. Endpoints and operations are matched by method and path. Modules
    /// and items for tests are left out, other `#[cfg]`s are ignored.
    ///
    /// Requests may be narrower than described, and responses wider: a response may have fields that
    /// are not declared, and an enum of a response may declare values that are not described.
    ///
    /// # Errors
    /// Fails if a source is not valid Rust, if an attribute `#[api]` or `#[endpoint]` is not valid,
    /// or if the sources declare neither endpoints nor events.
    ///
    /// # Examples
    ///
    /// ```
    /// use upvest_codegen::{Description, DriftKind, Source};
    ///
    /// let description = Description::read(
    ///     r#"{
    ///         "openapi": "3.0.3",
    ///         "paths": {
    ///             "/rentals": {
    ///                 "post": {
    ///                     "operationId": "create_rental",
    ///                     "parameters": [{"name": "idempotency-key", "in": "header"}],
    ///                     "responses": {"204": {}}
    ///                 }
    ///             }
    ///         }
    ///     }"#,
    /// )?;
    /// let source = Source::new(
    ///     "src/lib.rs",
    ///     r#"
    ///         #[api]
    ///         pub trait Rentals: Send + Sync {
    ///             #[endpoint(POST, "/rentals", signed)]
    ///             fn create_rental(&self) -> Call<()>;
    ///         }
    ///     "#,
    /// );
    /// let report = description.check(&[source])?;
    /// assert!(report.is_breaking());
    /// let [drift] = report.drifts() else { panic!("{report}") };
    /// assert_eq!((drift.kind(), drift.line()), (DriftKind::FlagChanged, 4));
    /// assert_eq!(
    ///     drift.suggestion(),
    ///     Some(r#"#[endpoint(POST, "/rentals", idempotent, signed)]"#),
    /// );
    /// # Ok::<(), upvest_codegen::Error>(())
    /// ```
    pub fn check(&self, sources: &[Source]) -> Result<Report, Error> {
        let declared = Declarations::read(sources)?;
        if declared.are_empty() {
            // A wrong folder must not pass.
            return Err(Error::new(
                "nothing to check: the files have no endpoint of a trait marked `#[api]`, and no \
                 `events!`",
            ));
        }
        Ok(Comparison::new(&self.0, &declared).run())
    }
}

#[cfg(test)]
mod tests;
