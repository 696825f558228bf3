//! Enums with serde's derives.

use syn::ext::IdentExt as _;
use syn::{Fields, ItemEnum};

use super::attributes::Serde;
use super::names::{Home, Names};
use super::structs::converted;
use super::ty::{self, Ty};
use super::{Alternative, Definition, Enum, EnumStyle, OneOf, Position, Value};
use crate::check::direction::Direction;

/// Reads the definition of an enum.
pub(super) fn read(item: &ItemEnum, home: &Home, names: &Names) -> Definition {
    let serde = Serde::of(&item.attrs);
    if serde.has("remote") {
        return Definition::Opaque("it describes a type of another crate");
    }
    if let Some(alias) = converted(&serde, home, names) {
        return alias;
    }
    let definition = match (serde.has("untagged"), serde.text("tag"), serde.has("content")) {
        (false, None, _) => values(item, &serde, home.file).map(Definition::Enum),
        (true, _, _) => one_of(item, &serde, None, home, names).map(Definition::OneOf),
        (false, Some(tag), false) => {
            one_of(item, &serde, Some(tag), home, names).map(Definition::OneOf)
        }
        (false, Some(_), true) => None,
    };
    definition.unwrap_or(Definition::Opaque("it is an enum with fields"))
}

/// An enum of texts, with at most a variant for all others.
fn values(item: &ItemEnum, serde: &Serde, file: usize) -> Option<Enum> {
    let case = serde.case(Direction::Request);
    let (mut values, mut is_open) = (Vec::new(), false);
    for variant in &item.variants {
        let options = Serde::of(&variant.attrs);
        match &variant.fields {
            Fields::Unit if options.has("other") => is_open = true,
            Fields::Unit => values.push(value(variant, &options, serde, file)),
            Fields::Unnamed(fields) if fields.unnamed.len() == 1 && options.has("untagged") => {
                is_open = true;
            }
            _ => return None,
        }
    }
    Some(Enum { values, is_open, style: EnumStyle::Serde(case) })
}

fn value(variant: &syn::Variant, options: &Serde, serde: &Serde, file: usize) -> Value {
    let name = variant.ident.unraw().to_string();
    let [written, read] = [Direction::Request, Direction::Response].map(|direction| match options
        .directed("rename", direction)
    {
        Some(name) => name.to_owned(),
        None => serde.case(direction).of_variant(&name),
    });
    let aliases = options.texts("alias").map(str::to_owned);
    Value {
        written,
        read: [read].into_iter().chain(aliases).collect(),
        position: Position { file, line: variant.ident.span().start().line },
    }
}

/// An enum whose variants have one payload each, selected by a field or by what fits.
fn one_of(
    item: &ItemEnum,
    serde: &Serde,
    field: Option<&str>,
    home: &Home,
    names: &Names,
) -> Option<OneOf> {
    let (mut alternatives, mut is_open) = (Vec::new(), false);
    for variant in &item.variants {
        let options = Serde::of(&variant.attrs);
        let payload = match &variant.fields {
            Fields::Unit if options.has("other") => {
                is_open = true;
                continue;
            }
            Fields::Unnamed(fields) if fields.unnamed.len() == 1 => fields.unnamed.first()?,
            _ => return None,
        };
        let value = value(variant, &options, serde, home.file);
        alternatives.push(Alternative {
            name: variant.ident.unraw().to_string(),
            position: value.position,
            payload: Ty::read(&payload.ty, home, names),
            payload_text: ty::text(&payload.ty),
            text: field.map(|_| value.written),
        });
    }
    let contains_field = field.is_none();
    Some(OneOf { field: field.map(str::to_owned), alternatives, contains_field, is_open })
}
