//! The comparison: one file for each part of a declaration.

mod attribute;
mod entries;
mod enums;
mod events;
mod fields;
mod findings;
mod objects;
mod one_of;
mod operations;
mod pairs;
mod presence;
mod request;
mod response;
mod scalars;
mod values;

use std::collections::{HashMap, HashSet};

use super::declared::{Declarations, Position, Ty};
use super::direction::Direction;
use super::drift::DriftKind;
use super::report::Report;
use super::suggest::Suggest;
use crate::api::Api;
use crate::api::types::TypeId;
use findings::{Finding, Findings};

pub(super) use objects::DescribedField;

/// A comparison, with what it has found so far.
pub(super) struct Comparison<'a> {
    api: &'a Api,
    declared: &'a Declarations,
    findings: Findings,
    /// The declared types that were compared with a described one.
    compared: HashSet<(usize, TypeId, Direction)>,
    /// What the described types are called in the declarations.
    names: HashMap<TypeId, &'a str>,
}

/// How a value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Json,
    /// In a path, a query, a header or a form: everything is text, and what is `None` is left out.
    Text,
}

/// The part of the description that a finding refers to.
#[derive(Debug, Clone, Copy)]
struct Origin<'a> {
    id: &'a str,
    line: u64,
}

/// A value that is compared.
#[derive(Debug, Clone, Copy)]
struct Site<'s> {
    position: Position,
    /// What findings call it, such as `` `CreateRental.station_id` ``.
    subject: &'s str,
    origin: Origin<'s>,
    direction: Direction,
    format: Format,
    /// The line to write if its type differs.
    line: Option<&'s str>,
}

impl<'s> Site<'s> {
    /// A part of the value, with its name.
    fn part<'p>(&self, subject: &'p str) -> Site<'p>
    where
        's: 'p,
    {
        Site { subject, ..*self }
    }

    fn is_request(&self) -> bool {
        self.direction == Direction::Request
    }
}

impl<'a> Comparison<'a> {
    pub(super) fn new(api: &'a Api, declared: &'a Declarations) -> Self {
        Self {
            api,
            declared,
            findings: Findings::default(),
            compared: HashSet::new(),
            names: HashMap::new(),
        }
    }

    /// Compares all operations and events.
    pub(super) fn run(mut self) -> Report {
        self.operations();
        self.events();
        self.findings.into_report(&self.declared.files)
    }

    fn suggest(&self) -> Suggest<'_> {
        Suggest { types: &self.api.types, declared: self.declared, names: &self.names }
    }

    /// Adds a difference at a site, with the line for its type.
    fn drift(&mut self, site: Site<'_>, kind: DriftKind, is_breaking: bool, message: String) {
        self.drift_with(site, kind, is_breaking, message, site.line.map(str::to_owned));
    }

    /// Adds a difference at a site, with other lines to write.
    fn drift_with(
        &mut self,
        site: Site<'_>,
        kind: DriftKind,
        is_breaking: bool,
        message: String,
        suggestion: Option<String>,
    ) {
        let description = format!("{}, line {}", site.origin.id, site.origin.line);
        let position = site.position;
        self.findings.add(Finding {
            position,
            message,
            kind,
            is_breaking,
            description,
            suggestion,
        });
    }

    fn unchecked(&mut self, site: Site<'_>, why: &str) {
        self.findings.leave_out(site.position, format!("{}: {why}", site.subject));
    }

    /// The type behind other names, as far as serde's derives are known to read or write it.
    fn resolved(&self, ty: &'a Ty, direction: Direction) -> &'a Ty {
        let mut ty = ty;
        // Aliases that lead back to themselves do not compile.
        for _ in 0..16 {
            match self.aliased(ty, direction) {
                Some(aliased) => ty = aliased,
                None => break,
            }
        }
        ty
    }
}
