//! The error for a text that is not a valid value of its type.

use std::fmt;

use crate::text::printable;

/// A text that is not a valid value of its type. The message names the type and what is expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidValue(String);

impl InvalidValue {
    /// Creates an error; `what` names the type ("amount"), `why` says what is expected.
    ///
    /// The message shows the start of `given`. Leave it empty if it may be a secret.
    #[must_use]
    pub fn new(what: &str, given: &str, why: &str) -> Self {
        const LONGEST: usize = 64;
        let given = match given {
            "" => String::new(),
            given => format!(" `{}`", printable(given, LONGEST)),
        };
        Self(format!("invalid {what}{given}: {why}"))
    }
}

impl fmt::Display for InvalidValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for InvalidValue {}
