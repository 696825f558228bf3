//! The values of an enum.

use super::{Comparison, Site};
use crate::api::scalar::{Scalar, scalar};
use crate::api::types::{Shape, Use};
use crate::check::declared::{Enum, Ty, Type};
use crate::check::drift::DriftKind;
use crate::check::suggest::new_value;

impl<'a> Comparison<'a> {
    /// Compares an enum with what is described as one of several texts, or as any text.
    pub(super) fn enum_value(
        &mut self,
        site: Site<'_>,
        declared: &'a Type,
        values: &'a Enum,
        ty: &Ty,
        described: &'a Use,
    ) {
        let shape = self.api.types.shape(described.id);
        match (shape, scalar(shape, &described.notes)) {
            (Shape::Enum(texts), _) => {
                self.names.entry(described.id).or_insert(&declared.name);
                self.texts(site, declared, values, texts);
            }
            (Shape::Currency(texts), _) if !texts.is_empty() => {
                self.texts(site, declared, values, texts);
            }
            (Shape::Currency(_), _) | (_, Some(Scalar::String))
                if values.is_open || site.is_request() => {}
            _ => self.mismatch(site, ty, described),
        }
    }

    /// Compares the values of an enum with the described texts.
    pub(super) fn texts(
        &mut self,
        site: Site<'_>,
        declared: &'a Type,
        values: &'a Enum,
        texts: &[String],
    ) {
        let name = &declared.name;
        for text in texts {
            let is_declared = values.values.iter().any(|value| {
                if site.is_request() { value.written == *text } else { value.read.contains(text) }
            });
            if is_declared {
                continue;
            }
            let message = format!("`{name}` lacks the value `{text}`");
            let is_breaking = !values.is_open && !site.is_request();
            let line = new_value(values, text);
            let site = Site { position: declared.position, ..site };
            self.drift_with(site, DriftKind::ValueAdded, is_breaking, message, Some(line));
        }
        // A response with fewer values than declared is read all the same.
        for value in values.values.iter().filter(|_| site.is_request()) {
            if !texts.contains(&value.written) {
                let message = format!("the value `{}` of `{name}` is not described", value.written);
                let site = Site { position: value.position, ..site };
                self.drift_with(site, DriftKind::ValueRemoved, true, message, None);
            }
        }
    }
}
