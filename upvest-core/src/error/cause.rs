//! Causes of errors from other crates, which may quote what a server sent.

use std::error::Error as StdError;
use std::fmt;

use upvest_types::__private::printable;

/// The longest text of a cause that is shown, in characters.
const LONGEST: usize = 500;

/// Returns the same cause if it is safe for a log, or else the escaped texts of its chain.
pub(crate) fn printable_cause(
    cause: Box<dyn StdError + Send + Sync>,
) -> Box<dyn StdError + Send + Sync> {
    let mut chain = Vec::new();
    let mut next: Option<&dyn StdError> = Some(&*cause);
    while let Some(error) = next {
        chain.push(error.to_string());
        next = error.source();
    }
    if chain.iter().all(|said| printable(said, LONGEST) == *said) {
        return cause;
    }
    let quoted = chain.iter().rev().fold(None, |source, said| {
        Some(Box::new(Quoted { said: printable(said, LONGEST), source }))
    });
    quoted.map_or(cause, |quoted| quoted)
}

/// The escaped text of a cause.
#[derive(Debug)]
struct Quoted {
    said: String,
    source: Option<Box<Quoted>>,
}

impl fmt::Display for Quoted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.said)
    }
}

impl StdError for Quoted {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
