//! The operations of a description, and which of them are declared.

use std::fmt;

use serde::Serialize;

use crate::Description;
use crate::check::{Source, declared_operations};
use crate::error::Error;

/// The operations of a description by tag.
///
/// `Display` prints one line for each operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Listing {
    tags: Vec<ListedTag>,
    operations: usize,
    declared: usize,
}

/// The operations with one tag, which is the first of each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListedTag {
    name: String,
    operations: Vec<ListedOperation>,
}

/// An operation of the description.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListedOperation {
    id: String,
    method: &'static str,
    path: String,
    declared: Vec<String>,
}

impl Description {
    /// Lists the operations, with the methods that declare them in the sources.
    ///
    /// # Errors
    /// Fails as [`check`](Self::check) does, but not if nothing is declared.
    ///
    /// # Examples
    ///
    /// ```
    /// use upvest_codegen::{Description, Source};
    ///
    /// let description = Description::read(
    ///     r#"{
    ///         "openapi": "3.0.3",
    ///         "paths": {
    ///             "/rentals/{id}": {"get": {"operationId": "get_rental", "tags": ["Rentals"]}}
    ///         }
    ///     }"#,
    /// )?;
    /// let source = Source::new(
    ///     "src/lib.rs",
    ///     r#"
    ///         #[api]
    ///         pub trait Rentals: Send + Sync {
    ///             #[endpoint(GET, "/rentals/{rental_id}")]
    ///             fn rental(&self, rental_id: Uuid) -> Call<()>;
    ///         }
    ///     "#,
    /// );
    /// let listing = description.list(&[source])?;
    /// assert_eq!((listing.declared(), listing.operations()), (1, 1));
    /// let operation = &listing.tags()[0].operations()[0];
    /// assert_eq!(operation.declared(), ["src/lib.rs:5"]);
    /// # Ok::<(), upvest_codegen::Error>(())
    /// ```
    pub fn list(&self, sources: &[Source]) -> Result<Listing, Error> {
        let mut declared = declared_operations(&self.0, sources)?;
        let mut listing = Listing { tags: Vec::new(), operations: 0, declared: 0 };
        for name in self.0.tags() {
            let operations = self.0.operations.iter().filter(|operation| operation.tag == name);
            let operations: Vec<ListedOperation> = operations
                .map(|operation| ListedOperation {
                    id: operation.id.clone(),
                    method: operation.method,
                    path: operation.path.clone(),
                    declared: declared.remove(&operation.id).unwrap_or_default(),
                })
                .collect();
            // A tag may have webhooks alone.
            if !operations.is_empty() {
                listing.operations += operations.len();
                listing.declared += operations.iter().filter(|it| it.is_declared()).count();
                listing.tags.push(ListedTag { name: name.to_owned(), operations });
            }
        }
        Ok(listing)
    }
}

impl Listing {
    /// Returns the tags in the order of the description.
    #[must_use]
    pub fn tags(&self) -> &[ListedTag] {
        &self.tags
    }

    /// Returns the number of operations.
    #[must_use]
    pub fn operations(&self) -> usize {
        self.operations
    }

    /// Returns the number of operations that are declared.
    #[must_use]
    pub fn declared(&self) -> usize {
        self.declared
    }

    /// Returns the list as JSON, with the fields `tags`, `operations` and `declared`.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Texts and numbers are always valid JSON.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }
}

impl ListedTag {
    /// Returns the name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the operations in the order of the description.
    #[must_use]
    pub fn operations(&self) -> &[ListedOperation] {
        &self.operations
    }
}

impl ListedOperation {
    /// Returns the operation id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Returns the HTTP method.
    #[must_use]
    pub fn method(&self) -> &str {
        self.method
    }

    /// Returns the path, with placeholders in braces.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns the methods that declare it, as `file:line`.
    #[must_use]
    pub fn declared(&self) -> &[String] {
        &self.declared
    }

    /// Returns whether a method declares it.
    #[must_use]
    pub fn is_declared(&self) -> bool {
        !self.declared.is_empty()
    }
}

impl fmt::Display for Listing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for ListedTag { name, operations } in &self.tags {
            let width = operations.iter().map(|it| it.path.len()).max().unwrap_or_default();
            writeln!(f, "{name}")?;
            for operation in operations {
                let ListedOperation { id, method, path, declared } = operation;
                let mark = if operation.is_declared() { "declared" } else { "" };
                write!(f, "  {mark:8}  {method:6}  {path:width$}  {id}")?;
                match declared.as_slice() {
                    [] => writeln!(f)?,
                    places => writeln!(f, "  {}", places.join(", "))?,
                }
            }
            writeln!(f)?;
        }
        write!(f, "{} operations, {} declared", self.operations, self.declared)
    }
}
