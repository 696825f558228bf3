//! What was found, each once.

use std::collections::{BTreeMap, BTreeSet};

use crate::check::declared::Position;
use crate::check::drift::{Drift, DriftKind};
use crate::check::report::Report;

/// A difference, before its position is a file and a line.
#[derive(Debug)]
pub(super) struct Finding {
    pub(super) position: Position,
    pub(super) message: String,
    pub(super) kind: DriftKind,
    pub(super) is_breaking: bool,
    pub(super) description: String,
    pub(super) suggestion: Option<String>,
}

/// Findings by position and message.
#[derive(Debug, Default)]
pub(super) struct Findings {
    drifts: BTreeMap<(Position, String, DriftKind), Finding>,
    unchecked: BTreeSet<(Position, String)>,
}

impl Findings {
    /// Adds a finding. One that says the same of the same declaration replaces the former one if
    /// only it is breaking.
    pub(super) fn add(&mut self, finding: Finding) {
        let key = (finding.position, finding.message.clone(), finding.kind);
        match self.drifts.get(&key) {
            Some(known) if known.is_breaking || !finding.is_breaking => {}
            _ => drop(self.drifts.insert(key, finding)),
        }
    }

    pub(super) fn leave_out(&mut self, position: Position, what: String) {
        self.unchecked.insert((position, what));
    }

    pub(super) fn into_report(self, files: &[String]) -> Report {
        let file = |position: Position| files.get(position.file).cloned().unwrap_or_default();
        let mut drifts: Vec<Drift> = self
            .drifts
            .into_values()
            .map(|finding| Drift {
                kind: finding.kind,
                is_breaking: finding.is_breaking,
                file: file(finding.position),
                line: finding.position.line,
                message: finding.message,
                description: finding.description,
                suggestion: finding.suggestion,
            })
            .collect();
        drifts.sort_by(|a, b| {
            (&a.file, a.line, &a.message, a.kind).cmp(&(&b.file, b.line, &b.message, b.kind))
        });
        let mut unchecked: Vec<(String, usize, String)> = self
            .unchecked
            .into_iter()
            .map(|(position, what)| (file(position), position.line, what))
            .collect();
        unchecked.sort();
        let unchecked =
            unchecked.into_iter().map(|(file, line, what)| format!("{file}:{line}: {what}"));
        Report { drifts, unchecked: unchecked.collect() }
    }
}
