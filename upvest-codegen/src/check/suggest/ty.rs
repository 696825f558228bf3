//! Types, by the names that the declarations use.

use super::Suggest;
use crate::api::scalar::{Scalar, scalar};
use crate::api::types::{Object, OneOf, Shape, Use};
use crate::check::declared::{Definition, Ty};
use crate::names::words::camel;

impl Suggest<'_> {
    /// Returns the type of a described value. An object or enum without a name is called `hint`.
    pub(super) fn ty(self, described: &Use, hint: &str, is_in_query: bool) -> String {
        let shape = self.types.shape(described.id);
        if let Some(scalar) = scalar(shape, &described.notes) {
            return self.scalar(scalar, hint);
        }
        match shape {
            Shape::List(items, _) => {
                let list = if is_in_query { "CommaSeparated" } else { "Vec" };
                format!("{list}<{}>", self.nullable(items, hint, is_in_query))
            }
            Shape::Map(values) => match self.types.shape(values.id) {
                Shape::Any(_) => "serde_json::Map<String, serde_json::Value>".to_owned(),
                _ => format!("BTreeMap<String, {}>", self.nullable(values, hint, is_in_query)),
            },
            Shape::Enum(texts) => self.enumeration(texts, hint),
            Shape::Object(Object { title, .. }) | Shape::OneOf(OneOf { title, .. }) => {
                let known = self.names.get(&described.id).map(|name| (*name).to_owned());
                let component = described.notes.component.as_ref();
                known.unwrap_or_else(|| camel(component.or(title.as_ref()).map_or(hint, |it| it)))
            }
            _ => "serde_json::Value".to_owned(),
        }
    }

    /// The type, in `Option` if it may be `null`.
    pub(super) fn nullable(self, described: &Use, hint: &str, is_in_query: bool) -> String {
        let ty = self.ty(described, hint, is_in_query);
        if described.is_nullable { format!("Option<{ty}>") } else { ty }
    }

    fn scalar(self, scalar: Scalar, hint: &str) -> String {
        match scalar {
            Scalar::Uuid => self.id(hint),
            scalar => name(scalar).to_owned(),
        }
    }

    /// The type of an id, if one of its name is declared.
    fn id(self, hint: &str) -> String {
        let expected = camel(hint);
        let is_it = |name: &str| name == expected;
        let mut ids =
            self.declared.types.iter().filter(|it| matches!(it.definition, Definition::Id));
        match ids.find(|it| is_it(&it.name)) {
            Some(id) => id.name.clone(),
            None if is_it("AccountGroupId") => expected,
            None => "Uuid".to_owned(),
        }
    }

    /// The declared enum that has all these values, or one to declare.
    fn enumeration(self, texts: &[String], hint: &str) -> String {
        let expected = camel(hint);
        let has_all = |definition: &Definition| match definition {
            Definition::Enum(values) => {
                texts.iter().all(|text| values.values.iter().any(|value| value.written == *text))
            }
            _ => false,
        };
        let mut fitting: Vec<&str> = self
            .declared
            .types
            .iter()
            .filter(|it| has_all(&it.definition))
            .map(|it| it.name.as_str())
            .collect();
        fitting.sort_by_key(|name| (*name != expected, *name));
        fitting.first().map_or(expected.clone(), |name| (*name).to_owned())
    }

    /// Returns a declared type as it is called.
    pub(in crate::check) fn declared_type(self, ty: &Ty) -> String {
        let of = |name: &str, inner: &Ty| format!("{name}<{}>", self.declared_type(inner));
        match ty {
            Ty::Unit => "()".to_owned(),
            Ty::Any => "Value".to_owned(),
            Ty::Scalar(scalar) => name(*scalar).to_owned(),
            Ty::Integer(integer) => {
                let sign = if integer.least == 0 { 'u' } else { 'i' };
                let bits = 128 - integer.most.leading_zeros() + u32::from(sign == 'i');
                format!("{sign}{}", bits.next_power_of_two())
            }
            Ty::Option(inner) => of("Option", inner),
            Ty::List(inner) => of("Vec", inner),
            Ty::CommaSeparated(inner) => of("CommaSeparated", inner),
            Ty::Map(values) => format!("Map<String, {}>", self.declared_type(values)),
            Ty::Object => "PageMeta".to_owned(),
            Ty::Page(inner) => of("Page", inner),
            Ty::Call(inner) => of("Call", inner),
            Ty::Bytes => "Bytes".to_owned(),
            Ty::Redirect => "Redirect".to_owned(),
            Ty::Declared(index) => {
                self.declared.types.get(*index).map(|it| it.name.clone()).unwrap_or_default()
            }
            Ty::Unknown(text) => text.clone(),
        }
    }
}

fn name(scalar: Scalar) -> &'static str {
    match scalar {
        Scalar::Boolean => "bool",
        Scalar::U32 => "u32",
        Scalar::U64 => "u64",
        Scalar::I64 => "i64",
        Scalar::Number => "serde_json::Number",
        Scalar::Amount => "Amount",
        Scalar::Decimal => "Decimal",
        Scalar::Timestamp => "Timestamp",
        Scalar::Date => "Date",
        Scalar::Uuid => "Uuid",
        Scalar::Isin => "Isin",
        Scalar::CountryCode => "CountryCode",
        Scalar::Currency => "Currency",
        Scalar::String => "String",
    }
}
