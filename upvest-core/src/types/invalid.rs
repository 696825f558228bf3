//! The error of a text that is not a value of its type.

use std::fmt;

/// A text that is not a value of its type; says which, and what it must look like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidValue(String);

impl InvalidValue {
    /// `what` is the type in words ("an amount"), `given` the text, `why` what it must look like.
    #[must_use]
    pub fn new(what: &str, given: &str, why: &str) -> Self {
        const LONGEST: usize = 64;
        let cut: String = given.chars().take(LONGEST).collect();
        let dots = if cut.len() < given.len() { "…" } else { "" };
        Self(format!("{cut:?}{dots} is not {what}: {why}"))
    }
}

impl fmt::Display for InvalidValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for InvalidValue {}
