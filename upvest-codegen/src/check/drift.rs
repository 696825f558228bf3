//! A difference between a declaration and the description.

use std::fmt;

use serde::Serialize;

/// A difference between a declaration and the description.
///
/// It is breaking if calls of the declaration fail, or if their results cannot be read. Otherwise
/// the declaration only lacks something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Drift {
    pub(super) kind: DriftKind,
    #[serde(rename = "breaking")]
    pub(super) is_breaking: bool,
    pub(super) file: String,
    pub(super) line: usize,
    pub(super) message: String,
    /// The operation of the description, and its line.
    pub(super) description: String,
    #[serde(rename = "write")]
    pub(super) suggestion: Option<String>,
}

impl Drift {
    /// Returns what differs.
    #[must_use]
    pub fn kind(&self) -> DriftKind {
        self.kind
    }

    /// Returns whether calls fail, or results cannot be read.
    #[must_use]
    pub fn is_breaking(&self) -> bool {
        self.is_breaking
    }

    /// Returns the file of the declaration.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Returns the line of the declaration, counted from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        self.line
    }

    /// Returns the difference in words.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Returns where the description says it: the operation, and its line.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.description
    }

    /// Returns the lines to write instead or in addition, if there are any.
    #[must_use]
    pub fn suggestion(&self) -> Option<&str> {
        self.suggestion.as_deref()
    }
}

/// The finding as a compiler shows it, of several lines, without a line break at the end.
impl fmt::Display for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let weight = if self.is_breaking { "breaking" } else { "additive" };
        writeln!(f, "{weight}: {}: {}", self.kind, self.message)?;
        writeln!(f, "  --> {}:{}", self.file, self.line)?;
        write!(f, "   = description: {}", self.description)?;
        if let Some(suggestion) = &self.suggestion {
            let lines = suggestion.replace('\n', "\n            ");
            write!(f, "\n   = write: {lines}")?;
        }
        Ok(())
    }
}

/// Declares the kinds with their names.
macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $name:literal,)+) => {
        /// What differs.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
        #[non_exhaustive]
        pub enum DriftKind {
            $($(#[$doc])* #[serde(rename = $name)] $kind,)+
        }

        impl DriftKind {
            /// Returns the name, such as `field-added`.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$kind => $name,)+
                }
            }
        }
    };
}

kinds! {
    /// An operation is not declared, but others with its tag are.
    OperationAdded = "operation-added",
    /// A declared operation is not described.
    OperationRemoved = "operation-removed",
    /// A declared operation is described with another path or method.
    OperationMoved = "operation-moved",
    /// An option of `#[endpoint]` differs, such as `idempotent` or `signed`.
    FlagChanged = "flag-changed",
    /// A field in `echoes` is not in the request or in the response, so it is not compared.
    EchoRemoved = "echo-removed",
    /// The scopes differ.
    ScopeChanged = "scope-changed",
    /// A query parameter or a header is not declared.
    ParameterAdded = "parameter-added",
    /// A declared query parameter or header is not described.
    ParameterRemoved = "parameter-removed",
    /// A query parameter is declared as optional, but is required.
    ParameterRequired = "parameter-required",
    /// The operation has a body that is not declared.
    BodyAdded = "body-added",
    /// A declared body is not described.
    BodyRemoved = "body-removed",
    /// A success has a further type of content, which is not declared.
    ResponseAdded = "response-added",
    /// A success has content of another kind: a page, another JSON value, bytes or nothing.
    ResponseChanged = "response-changed",
    /// A field is not declared.
    FieldAdded = "field-added",
    /// A declared field is not described.
    FieldRemoved = "field-removed",
    /// A value of a request is declared as optional, but is required.
    FieldRequired = "field-required",
    /// A value of a response is declared as required, but may be absent or `null`.
    FieldOptional = "field-optional",
    /// A field of a request may be sent as `null`, which is not allowed.
    FieldNotNullable = "field-not-nullable",
    /// The type of a value differs.
    TypeChanged = "type-changed",
    /// A value of an enum is not declared.
    ValueAdded = "value-added",
    /// A declared value of an enum is not described.
    ValueRemoved = "value-removed",
    /// One of several objects is not declared.
    AlternativeAdded = "alternative-added",
    /// A declared one of several objects is not described.
    AlternativeRemoved = "alternative-removed",
    /// An event type is not declared, but others of its category are.
    EventAdded = "event-added",
}

impl fmt::Display for DriftKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
