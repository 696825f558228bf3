//! What an error of the YAML parser means to somebody who does not know the parser.

use serde_saphyr::budget::BudgetBreach;
use serde_saphyr::{Error, MessageFormatter, UserMessageFormatter};

/// The reason and the position, on one line.
pub(super) fn why(error: &Error) -> String {
    let reason = reason(error.without_snippet());
    match error.location() {
        Some(position) => {
            format!("{reason} at line {}, column {}", position.line(), position.column())
        }
        None => reason,
    }
}

fn reason(error: &Error) -> String {
    match error {
        Error::AliasError { error, .. } => reason(error),
        Error::Budget { breach: BudgetBreach::Depth { .. }, .. } => "nested too deeply".to_owned(),
        Error::Budget { .. } | Error::AliasReplayLimitExceeded { .. } => {
            "too large once its aliases are replaced".to_owned()
        }
        Error::RecursiveReferencesRequireWeakTypes { .. } => {
            "an alias inside its anchor".to_owned()
        }
        Error::DuplicateMappingKey { key: Some(key), .. } => {
            format!("duplicate key `{key}`")
        }
        Error::Unexpected { expected: "mapping start", .. } => "expected an object".to_owned(),
        Error::Unexpected { expected: "sequence start", .. } => "expected a list".to_owned(),
        Error::Unexpected { expected: "string scalar", .. } => "expected a text".to_owned(),
        Error::InvalidScalar { ty: "u64", .. } => "expected a whole number".to_owned(),
        error => match UserMessageFormatter.format_message(error).as_ref() {
            "recursion limit exceeded" => "nested too deeply".to_owned(),
            message => message.to_owned(),
        },
    }
}
