//! The fields that a struct declares, with those of its flattened parts.

use super::{Comparison, Site};
use crate::check::declared::{Definition, Field, Part, Position, Reader, Ty};
use crate::check::direction::Direction;

/// A declared field.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry<'a> {
    /// The struct that has it.
    pub(super) owner: &'a str,
    pub(super) field: &'a Field,
    /// Whether it is in a flattened part that may be absent.
    pub(super) is_in_option: bool,
}

/// The declared fields of a struct.
#[derive(Debug, Default)]
pub(super) struct Entries<'a> {
    pub(super) all: Vec<Entry<'a>>,
    /// Whether a flattened part is not known.
    pub(super) is_partial: bool,
}

/// The deepest nesting of flattened structs.
const DEEPEST: usize = 16;

impl Entry<'_> {
    /// Whether it has this name in JSON.
    pub(super) fn has_name(&self, name: &str, direction: Direction) -> bool {
        match direction {
            Direction::Request => self.field.written.as_deref() == Some(name),
            Direction::Response => self.field.read.iter().any(|known| known == name),
        }
    }

    /// The name in JSON; `None` if it is never there.
    pub(super) fn name(&self, direction: Direction) -> Option<&str> {
        match direction {
            Direction::Request => self.field.written.as_deref(),
            Direction::Response => self.field.read.first().map(String::as_str),
        }
    }
}

impl<'a> Comparison<'a> {
    pub(super) fn entries(&mut self, site: Site<'_>, index: usize) -> Entries<'a> {
        let mut entries = Entries::default();
        self.add_entries(site, index, false, DEEPEST, &mut entries);
        entries
    }

    fn add_entries(
        &mut self,
        site: Site<'_>,
        index: usize,
        is_in_option: bool,
        depth: usize,
        entries: &mut Entries<'a>,
    ) {
        let declared = self.declared;
        let Some(found) = declared.types.get(index) else { return };
        let Definition::Struct(definition) = &found.definition else { return };
        for part in &definition.parts {
            match part {
                Part::Field(field) => {
                    let entry = Entry { owner: &found.name, field, is_in_option };
                    if entry.name(site.direction).is_some() {
                        entries.all.push(entry);
                    }
                }
                Part::Flattened(ty, position) => {
                    let subject = format!("a flattened field of `{}`", found.name);
                    let site = Site { position: *position, ..site.part(&subject) };
                    self.flatten(site, ty, is_in_option, depth, entries);
                }
            }
        }
    }

    fn flatten(
        &mut self,
        site: Site<'_>,
        ty: &'a Ty,
        is_in_option: bool,
        depth: usize,
        entries: &mut Entries<'a>,
    ) {
        let why = match self.resolved(ty, site.direction) {
            // It holds what is not declared.
            Ty::Map(_) | Ty::Any => return,
            Ty::Option(inner) if depth > 0 => {
                return self.flatten(site, inner, true, depth - 1, entries);
            }
            Ty::Declared(index) if depth > 0 && self.is_struct(*index, site.direction) => {
                return self.add_entries(site, *index, is_in_option, depth - 1, entries);
            }
            Ty::Unknown(why) => why.clone(),
            other => {
                format!("`{}` is not a struct with derives", self.suggest().declared_type(other))
            }
        };
        entries.is_partial = true;
        self.unchecked(site, &why);
    }

    fn is_struct(&self, index: usize, direction: Direction) -> bool {
        self.declared.types.get(index).is_some_and(|found| {
            matches!(found.definition, Definition::Struct(_))
                && match direction {
                    Direction::Request => found.is_written,
                    Direction::Response => found.is_read,
                }
        })
    }

    /// Whether a response without the field can be read.
    pub(super) fn may_be_absent(&self, entry: &Entry<'a>) -> bool {
        let is_option = matches!(self.field_type(entry, Direction::Response), Ty::Option(_));
        entry.field.has_default
            || entry.is_in_option
            || (is_option && entry.field.reader == Reader::OfType)
    }

    pub(super) fn field_type(&self, entry: &Entry<'a>, direction: Direction) -> &'a Ty {
        self.resolved(&entry.field.ty, direction)
    }

    /// The position of a declared type.
    pub(super) fn position(&self, index: usize) -> Option<Position> {
        self.declared.types.get(index).map(|found| found.position)
    }
}
