//! A declared type against a described one.

use super::scalars::{Single, fits, fits_texts};
use super::{Comparison, Format, Site};
use crate::api::scalar::{Scalar, scalar};
use crate::api::types::{Shape, Use};
use crate::check::declared::{Definition, Ty};
use crate::check::direction::Direction;
use crate::check::drift::DriftKind;
use crate::check::suggest::words_of;

impl<'a> Comparison<'a> {
    /// Compares a value that is not a field: fields may be absent, which `presence` decides.
    pub(super) fn value(&mut self, site: Site<'_>, ty: &'a Ty, described: &'a Use) {
        let ty = self.resolved(ty, site.direction);
        let subject = site.subject;
        if let Ty::Option(inner) = ty {
            if site.is_request() && !described.is_nullable && site.format == Format::Json {
                let message = format!("{subject} may not be `null`");
                self.drift(site, DriftKind::FieldRequired, true, message);
            }
            return self.shape(site, inner, described);
        }
        if !site.is_request() && described.is_nullable && !matches!(ty, Ty::Any | Ty::Unknown(_)) {
            let message = format!("{subject} may be `null`");
            self.drift(site, DriftKind::FieldOptional, true, message);
        }
        self.shape(site, ty, described);
    }

    /// Compares what a value is if it is present.
    pub(super) fn shape(&mut self, site: Site<'_>, ty: &'a Ty, described: &'a Use) {
        let ty = self.resolved(ty, site.direction);
        let shape = self.api.types.shape(described.id);
        match (ty, shape) {
            (Ty::Unknown(why), _) => self.unchecked(site, why),
            (_, Shape::Any(Some(why))) if *ty != Ty::Any => {
                self.unchecked(site, &format!("in the description, {why}"));
            }
            (Ty::Any, _) | (_, Shape::Any(_)) | (Ty::Object, Shape::Object(_) | Shape::Map(_)) => {}
            (Ty::Option(inner), _) => self.shape(site, inner, described),
            (Ty::Declared(index), _) => self.declared_type(site, *index, ty, described),
            (Ty::Scalar(scalar), _) => self.single(site, Single::Scalar(*scalar), ty, described),
            (Ty::Integer(range), _) => self.single(site, Single::Integer(*range), ty, described),
            (Ty::List(items), Shape::List(inner, _)) if site.format == Format::Json => {
                self.value(site.part(&format!("an item of {}", site.subject)), items, inner);
            }
            (Ty::CommaSeparated(items), Shape::List(inner, _)) if site.format == Format::Text => {
                self.value(site.part(&format!("an item of {}", site.subject)), items, inner);
            }
            (Ty::CommaSeparated(_), _) if site.format == Format::Text => {
                if scalar(shape, &described.notes) != Some(Scalar::String) {
                    self.mismatch(site, ty, described);
                }
            }
            (Ty::Map(values), Shape::Map(inner)) => {
                let values = self.resolved(values, site.direction);
                // The client reads a field that is `null` as absent.
                let values = if let Ty::Option(present) = values { present } else { values };
                self.shape(site.part(&format!("a value of {}", site.subject)), values, inner);
            }
            (Ty::Map(values), Shape::Object(_) | Shape::OneOf(_)) if **values == Ty::Any => {}
            _ => self.mismatch(site, ty, described),
        }
    }

    /// The type that a declared one stands for, if it does.
    pub(super) fn aliased(&self, ty: &Ty, direction: Direction) -> Option<&'a Ty> {
        let Ty::Declared(index) = ty else { return None };
        let found = self.declared.types.get(*index)?;
        match (&found.definition, direction) {
            (Definition::Alias { written, .. }, Direction::Request) if found.is_written => {
                Some(written)
            }
            (Definition::Alias { read, .. }, Direction::Response) if found.is_read => Some(read),
            _ => None,
        }
    }

    fn declared_type(&mut self, site: Site<'_>, index: usize, ty: &Ty, described: &'a Use) {
        let declared = self.declared;
        let Some(found) = declared.types.get(index) else { return };
        let (is_derived, derive) = match site.direction {
            Direction::Request => (found.is_written, "Serialize"),
            Direction::Response => (found.is_read, "Deserialize"),
        };
        if !is_derived {
            let why = format!("`{}` has no `#[derive({derive})]`", found.name);
            return self.unchecked(site, &why);
        }
        match &found.definition {
            Definition::Id => self.single(site, Single::Scalar(Scalar::Uuid), ty, described),
            Definition::Struct(_) => self.struct_value(site, index, ty, described),
            Definition::Enum(values) => self.enum_value(site, found, values, ty, described),
            Definition::OneOf(one_of) => self.one_of(site, index, one_of, ty, described),
            Definition::Opaque(why) => {
                let why = format!("`{}` cannot be compared: {why}", found.name);
                self.unchecked(site, &why);
            }
            // `resolved` follows it, unless it leads back to itself.
            Definition::Alias { .. } => {}
        }
    }

    fn single(&mut self, site: Site<'_>, declared: Single, ty: &Ty, described: &'a Use) {
        let shape = self.api.types.shape(described.id);
        // Everything in a path or a query is text.
        let is_string = declared == Single::Scalar(Scalar::String);
        let is_right = match (shape, scalar(shape, &described.notes)) {
            (Shape::Enum(texts), _) => fits_texts(declared, texts),
            (_, Some(_)) | (Shape::List(..), None) if is_string && site.format == Format::Text => {
                true
            }
            (_, Some(scalar)) => fits(declared, scalar, shape, site.direction),
            (_, None) => false,
        };
        if !is_right {
            self.mismatch(site, ty, described);
        }
    }

    /// The declared type cannot be that of the described value.
    pub(super) fn mismatch(&mut self, site: Site<'_>, ty: &Ty, described: &Use) {
        let message = format!(
            "{} is declared as `{}`, but described as {}",
            site.subject,
            self.suggest().declared_type(ty),
            words_of(&self.api.types, described),
        );
        self.drift(site, DriftKind::TypeChanged, true, message);
    }
}
