//! The declarations in `id!`, `open_enum!`, `events!` and `one_of!`.

use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Ident, LitStr, Token, Visibility, braced, parenthesized};

use super::attributes::is_test;
use super::names::{Home, Names};
use super::ty::{self, Ty};
use super::{Alternative, Definition, Enum, EnumStyle, Events, OneOf, Position, Value};

/// A macro that declares one item.
pub(super) enum MacroItem {
    Id(Ident),
    OpenEnum(EnumMacro),
    Events(EnumMacro),
    OneOf(EnumMacro),
}

/// `pub enum Name by "field" { Variant(Payload) = "TEXT", … }`, each part of it as far as the
/// macro has it.
pub(super) struct EnumMacro {
    name: Ident,
    field: Option<LitStr>,
    variants: Vec<Variant>,
}

struct Variant {
    name: Ident,
    payload: Option<syn::Type>,
    text: Option<LitStr>,
}

/// `pub struct Name;`
struct IdMacro(Ident);

impl MacroItem {
    /// Reads a macro, if it is one of these. Another macro may have the same name.
    pub(super) fn read(item: &syn::Macro) -> Option<Self> {
        let name = item.path.segments.last()?.ident.to_string();
        Some(match name.as_str() {
            "id" => Self::Id(item.parse_body::<IdMacro>().ok()?.0),
            "open_enum" => Self::OpenEnum(item.parse_body().ok()?),
            "events" => Self::Events(item.parse_body().ok()?),
            "one_of" => Self::OneOf(item.parse_body().ok()?),
            _ => return None,
        })
    }

    pub(super) fn name(&self) -> &Ident {
        match self {
            Self::Id(name) => name,
            Self::OpenEnum(item) | Self::Events(item) | Self::OneOf(item) => &item.name,
        }
    }

    /// The type that it declares; `None` for events.
    pub(super) fn definition(&self, home: &Home, names: &Names) -> Option<Definition> {
        Some(match self {
            Self::Id(_) => Definition::Id,
            Self::OpenEnum(item) => Definition::Enum(item.values(home.file)),
            Self::OneOf(item) => Definition::OneOf(OneOf {
                field: item.field.as_ref().map(LitStr::value),
                alternatives: item.alternatives(home, names),
                contains_field: true,
                is_open: item.field.is_some(),
            }),
            Self::Events(_) => return None,
        })
    }

    /// The events that it declares.
    pub(super) fn events(&self, home: &Home, names: &Names) -> Option<Events> {
        let Self::Events(item) = self else { return None };
        Some(Events {
            name: item.name.unraw().to_string(),
            position: position(&item.name, home.file),
            alternatives: item.alternatives(home, names),
        })
    }
}

fn position(name: &Ident, file: usize) -> Position {
    Position { file, line: name.span().start().line }
}

impl EnumMacro {
    fn values(&self, file: usize) -> Enum {
        let values = self.variants.iter().filter_map(|variant| {
            let written = variant.text.as_ref()?.value();
            let read = vec![written.clone()];
            Some(Value { written, read, position: position(&variant.name, file) })
        });
        Enum { values: values.collect(), is_open: true, style: EnumStyle::Macro }
    }

    fn alternatives(&self, home: &Home, names: &Names) -> Vec<Alternative> {
        let alternatives = self.variants.iter().filter_map(|variant| {
            let payload = variant.payload.as_ref()?;
            Some(Alternative {
                name: variant.name.unraw().to_string(),
                position: position(&variant.name, home.file),
                payload: Ty::read(payload, home, names),
                payload_text: ty::text(payload),
                text: variant.text.as_ref().map(LitStr::value),
            })
        });
        alternatives.collect()
    }
}

impl Parse for IdMacro {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        input.call(Attribute::parse_outer)?;
        input.parse::<Visibility>()?;
        input.parse::<Token![struct]>()?;
        let name = input.parse()?;
        input.parse::<Token![;]>()?;
        Ok(Self(name))
    }
}

impl Parse for EnumMacro {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        input.call(Attribute::parse_outer)?;
        input.parse::<Visibility>()?;
        input.parse::<Token![enum]>()?;
        let name = input.call(Ident::parse_any)?;
        let field = if input.peek(Ident) {
            let by: Ident = input.parse()?;
            if by != "by" {
                return Err(syn::Error::new(by.span(), "expected `by`"));
            }
            Some(input.parse()?)
        } else {
            None
        };
        let body;
        braced!(body in input);
        let mut variants = Vec::new();
        while !body.is_empty() {
            let attributes = body.call(Attribute::parse_outer)?;
            let variant = body.parse()?;
            if !is_test(&attributes) {
                variants.push(variant);
            }
            if !body.is_empty() {
                body.parse::<Token![,]>()?;
            }
        }
        Ok(Self { name, field, variants })
    }
}

impl Parse for Variant {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let name = input.call(Ident::parse_any)?;
        let payload = if input.peek(syn::token::Paren) {
            let inner;
            parenthesized!(inner in input);
            let payload = inner.parse()?;
            inner.parse::<Option<Token![,]>>()?;
            Some(payload)
        } else {
            None
        };
        let text = match input.parse::<Option<Token![=]>>()? {
            Some(_) => Some(input.parse()?),
            None => None,
        };
        Ok(Self { name, payload, text })
    }
}
