//! The result of a check.

use std::fmt;

use serde::Serialize;

use super::drift::Drift;

/// The differences between declarations and a description.
///
/// `Display` prints all of them, as a compiler does, and then what was not compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    pub(super) drifts: Vec<Drift>,
    pub(super) unchecked: Vec<String>,
}

impl Report {
    /// Returns the differences by file, line and message.
    #[must_use]
    pub fn drifts(&self) -> &[Drift] {
        &self.drifts
    }

    /// Returns what was not compared, each with its position and the reason.
    ///
    /// For example, a type from another crate is not in the given files.
    #[must_use]
    pub fn unchecked(&self) -> &[String] {
        &self.unchecked
    }

    /// Returns whether any difference is breaking.
    #[must_use]
    pub fn is_breaking(&self) -> bool {
        self.drifts.iter().any(Drift::is_breaking)
    }

    /// Returns the report as JSON, with the fields `drifts` and `unchecked`.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Texts, numbers and flags are always valid JSON.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for drift in &self.drifts {
            writeln!(f, "{drift}\n")?;
        }
        for unchecked in &self.unchecked {
            writeln!(f, "not compared: {unchecked}")?;
        }
        if !self.unchecked.is_empty() {
            writeln!(f)?;
        }
        let breaking = self.drifts.iter().filter(|drift| drift.is_breaking()).count();
        let additive = self.drifts.len() - breaking;
        match self.drifts.len() {
            0 => write!(f, "no drift"),
            _ => write!(f, "{breaking} breaking, {additive} additive"),
        }
    }
}
