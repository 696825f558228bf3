//! How the examples end.

use std::error::Error as StdError;
use std::process::ExitCode;

pub(crate) type Failure = Box<dyn StdError>;

/// Prints what failed, and the causes.
pub(crate) fn end(result: Result<(), Failure>) -> ExitCode {
    let Err(failure) = result else { return ExitCode::SUCCESS };
    eprintln!("\nerror: {failure}");
    let mut cause = failure.source();
    while let Some(error) = cause {
        eprintln!("  caused by: {error}");
        cause = error.source();
    }
    ExitCode::FAILURE
}
