//! What the examples share: how they end.

use std::error::Error as StdError;
use std::process::ExitCode;

pub(crate) type Failure = Box<dyn StdError>;

/// Tells what went wrong, and why.
pub(crate) fn end(result: Result<(), Failure>) -> ExitCode {
    let Err(failure) = result else { return ExitCode::SUCCESS };
    eprintln!("\nThis went wrong: {failure}");
    let mut cause = failure.source();
    while let Some(error) = cause {
        eprintln!("  because: {error}");
        cause = error.source();
    }
    ExitCode::FAILURE
}
