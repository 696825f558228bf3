//! The types of fields, parameters and responses.

use proc_macro2::Span;
use syn::spanned::Spanned as _;
use syn::{GenericArgument, PathArguments};

use super::known::known;
use super::names::{Found, Home, Names};
use crate::api::scalar::Scalar;

/// A type, as far as its JSON matters. References and boxes are those of what they point to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::check) enum Ty {
    Unit,
    /// Any JSON.
    Any,
    Scalar(Scalar),
    Integer(Integer),
    Option(Box<Ty>),
    List(Box<Ty>),
    CommaSeparated(Box<Ty>),
    Map(Box<Ty>),
    /// An object of which the fields are known to fit.
    Object,
    Page(Box<Ty>),
    Call(Box<Ty>),
    Bytes,
    Redirect,
    /// The index of a type that the sources declare.
    Declared(usize),
    /// Something that cannot be compared, as text with the reason.
    Unknown(String),
}

/// The values of an integer type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::check) struct Integer {
    pub(in crate::check) least: i128,
    pub(in crate::check) most: i128,
}

impl Ty {
    /// Reads a type that is named in `home`.
    pub(super) fn read(ty: &syn::Type, home: &Home, names: &Names) -> Self {
        match ty {
            syn::Type::Reference(reference) => Self::read(&reference.elem, home, names),
            syn::Type::Paren(inner) => Self::read(&inner.elem, home, names),
            syn::Type::Group(inner) => Self::read(&inner.elem, home, names),
            syn::Type::Tuple(tuple) if tuple.elems.is_empty() => Self::Unit,
            syn::Type::Slice(list) => Self::List(Box::new(Self::read(&list.elem, home, names))),
            syn::Type::Array(list) => Self::List(Box::new(Self::read(&list.elem, home, names))),
            syn::Type::Path(path) if path.qself.is_none() => Self::of_path(&path.path, home, names),
            _ => Self::Unknown(format!("`{}` is not a named type", text(ty))),
        }
    }

    fn of_path(path: &syn::Path, home: &Home, names: &Names) -> Self {
        let Some(last) = path.segments.last() else {
            return Self::Unknown("it has no name".to_owned());
        };
        match names.find(path, home) {
            Found::Declared { index, has_parameters: false } => Self::Declared(index),
            // In the sources of `upvest-core`.
            Found::Declared { .. } if last.ident == "Call" || last.ident == "IdempotentCall" => {
                known("Call", arguments(last, home, names)).unwrap_or(Self::Unit)
            }
            Found::Declared { .. } => {
                Self::Unknown(format!("`{}` has type parameters", last.ident))
            }
            Found::Foreign(name) => {
                let arguments = arguments(last, home, names);
                known(&name, arguments)
                    .unwrap_or_else(|| Self::Unknown(format!("`{name}` is not in the given files")))
            }
            Found::Ambiguous(name) => {
                Self::Unknown(format!("`{name}` is declared more than once in the given files"))
            }
        }
    }
}

/// The types between the angle brackets.
fn arguments(segment: &syn::PathSegment, home: &Home, names: &Names) -> Vec<Ty> {
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else { return Vec::new() };
    let types = arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(Ty::read(ty, home, names)),
        _ => None,
    });
    types.collect()
}

/// The text of a type in the source, on one line.
pub(super) fn text(ty: &syn::Type) -> String {
    on_one_line(ty.span())
}

/// The text of a span in the source, on one line.
pub(super) fn on_one_line(span: Span) -> String {
    let text = span.source_text().unwrap_or_default();
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").replace("( ", "(").replace(", )", ")")
}
