//! Whether a field may be absent or `null`.

use super::entries::Entry;
use super::fields::Kinds;
use super::objects::DescribedField;
use super::{Comparison, Format, Site};
use crate::check::declared::{Reader, Ty};
use crate::check::drift::DriftKind;
use crate::check::suggest::{changed_field, in_options};

impl<'a> Comparison<'a> {
    /// Compares whether a field may be absent or `null`.
    pub(super) fn presence(
        &mut self,
        site: Site<'_>,
        entry: &Entry<'a>,
        described: &DescribedField<'a>,
        kinds: Kinds,
    ) {
        if site.is_request() {
            self.presence_in_request(site, entry, described, kinds);
        } else {
            self.presence_in_response(site, entry, described);
        }
    }

    fn presence_in_request(
        &mut self,
        site: Site<'_>,
        entry: &Entry<'a>,
        described: &DescribedField<'a>,
        kinds: Kinds,
    ) {
        let field = entry.field;
        let is_json = site.format == Format::Json;
        let ty = self.field_type(entry, site.direction);
        let is_option = matches!(ty, Ty::Option(_));
        let may_be_left_out = field.may_be_skipped || entry.is_in_option || (is_option && !is_json);
        // With a condition, `None` is left out, and `Some(None)` is sent as `null`.
        let may_be_null = match ty {
            Ty::Option(inner) if field.may_be_skipped => matches!(**inner, Ty::Option(_)),
            _ => is_option,
        };
        let may_be_null = may_be_null && is_json && !field.has_writer;
        let is_nullable = described.is_nullable();
        let subject = site.subject;
        if described.is_required && (may_be_left_out || (may_be_null && !is_nullable)) {
            let message = format!("{subject} is required, but declared as optional");
            let line = changed_field(field, &in_options(field, usize::from(is_nullable)), false);
            self.drift_with(site, kinds.required, true, message, Some(line));
        } else if may_be_null && !is_nullable {
            let message = format!("{subject} may be absent, but not `null`");
            let line = changed_field(field, &in_options(field, 1), true);
            self.drift_with(site, DriftKind::FieldNotNullable, true, message, Some(line));
        }
    }

    fn presence_in_response(
        &mut self,
        site: Site<'_>,
        entry: &Entry<'a>,
        described: &DescribedField<'a>,
    ) {
        let field = entry.field;
        let may_be_absent = self.may_be_absent(entry);
        // The client reads `null` as absent where a field may be absent.
        let may_be_null = may_be_absent
            || field.reader != Reader::OfType
            || matches!(
                self.field_type(entry, site.direction),
                Ty::Option(_) | Ty::Any | Ty::Unknown(_)
            );
        let what = match (
            !described.is_required && !may_be_absent,
            described.is_nullable() && !may_be_null,
        ) {
            (true, true) => "absent or `null`",
            (true, false) => "absent",
            (false, true) => "`null`",
            (false, false) => return,
        };
        let message = format!("{} may be {what}", site.subject);
        let ty = match field.type_text.strip_prefix("Option<") {
            // A function reads it, which is not called if the field is absent.
            Some(_) => field.type_text.clone(),
            None => format!("Option<{}>", field.type_text),
        };
        let line = changed_field(field, &ty, field.may_be_skipped);
        self.drift_with(site, DriftKind::FieldOptional, true, message, Some(line));
    }
}
