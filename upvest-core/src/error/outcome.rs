//! Whether a request took effect.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Whether the request took effect.
///
/// Ordered by how certain an effect is; over several attempts, the highest counts. Serialised as
/// its name, as [`as_str`](Self::as_str) returns it.
///
/// Note: a later version may add an outcome. Handle what you do not know as `Unknown`: replay the
/// record, and do not make a new call. In a `match`, let `_` lead to the replay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome {
    /// It did not: no request left this machine, or none reached the server.
    NotSent,
    /// The server rejected this call.
    ///
    /// This says nothing about an earlier call with the same key. A write without a key that was
    /// rejected twice is `Unknown`: the second rejection may refer to the first request.
    Rejected,
    /// It may have: the response was lost, or does not say.
    Unknown,
    /// It did, but the response could not be read.
    Applied,
}

impl Outcome {
    /// Returns its name in lower case, for logs: `not_sent`, `rejected`, `unknown`, `applied`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotSent => "not_sent",
            Self::Rejected => "rejected",
            Self::Unknown => "unknown",
            Self::Applied => "applied",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::Outcome;

    #[test]
    fn logs_and_messages_show_the_same_names() {
        for (outcome, name) in [
            (Outcome::NotSent, "not_sent"),
            (Outcome::Rejected, "rejected"),
            (Outcome::Unknown, "unknown"),
            (Outcome::Applied, "applied"),
        ] {
            assert_eq!((outcome.as_str(), outcome.to_string().as_str()), (name, name));
            assert_eq!(serde_json::to_value(outcome).unwrap(), name);
            assert_eq!(serde_json::from_value::<Outcome>(name.into()).unwrap(), outcome);
        }
    }

    #[test]
    fn outcomes_are_ordered_by_how_certain_an_effect_is() {
        use Outcome::{Applied, NotSent, Rejected, Unknown};
        assert!(NotSent < Rejected && Rejected < Unknown && Unknown < Applied);
    }
}
