//! Reads the declaration of an enum whose variants have a text.

use std::collections::{HashMap, HashSet};

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::quote;
use syn::ext::IdentExt as _;
use syn::parse::{ParseStream, Parser as _};
use syn::{
    Attribute, Lit, LitStr, Path, Token, Type, Visibility, braced, parenthesized, parse_quote,
};

use crate::attributes;
use crate::errors::Errors;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Open,
    Events,
}

pub(super) struct Declaration {
    /// The path to `upvest_types` for `open_enum!`, or to `upvest_core` for `events!`.
    pub(super) core: TokenStream,
    /// Checks a text before it becomes a value. Only `upvest_types` passes one.
    pub(super) check: Option<Path>,
    pub(super) attributes: Vec<Attribute>,
    pub(super) vis: Visibility,
    pub(super) name: Ident,
    pub(super) variants: Vec<Variant>,
}

pub(super) struct Variant {
    pub(super) attributes: Vec<Attribute>,
    pub(super) name: Ident,
    /// The type of the object of an event.
    pub(super) object: Option<Type>,
    pub(super) text: LitStr,
}

impl Variant {
    /// Returns the attributes that each use of the variant needs too.
    pub(super) fn cfgs(&self) -> Vec<TokenStream> {
        attributes::cfgs(&self.attributes)
    }
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Open => "open_enum!",
            Self::Events => "events!",
        }
    }

    /// The variant for everything that is not declared.
    fn rest(self) -> &'static str {
        match self {
            Self::Open => "Unknown",
            Self::Events => "Other",
        }
    }

    fn example(self) -> &'static str {
        match self {
            Self::Open => "`Market = \"MARKET\"`",
            Self::Events => "`Created(User) = \"USER.CREATED\"`",
        }
    }

    fn derived(self) -> &'static [&'static str] {
        match self {
            Self::Open => &[
                "Debug",
                "Clone",
                "PartialEq",
                "Eq",
                "Hash",
                "PartialOrd",
                "Ord",
                "Serialize",
                "Deserialize",
            ],
            Self::Events => &["Debug", "Clone", "PartialEq"],
        }
    }
}

impl Declaration {
    /// Returns the attribute for the code that uses deprecated variants, if there are any.
    pub(super) fn allow_deprecated(&self) -> Option<TokenStream> {
        let mut attributes = self.variants.iter().flat_map(|variant| &variant.attributes);
        let is_deprecated =
            attributes.any(|attribute| attributes::contains(&attribute.meta, "deprecated"));
        is_deprecated.then(|| quote!(#[allow(deprecated)]))
    }

    /// Returns what can be printed, even if there are mistakes; none if there is no enum at all.
    pub(super) fn read(kind: Kind, tokens: TokenStream, errors: &mut Errors) -> Option<Self> {
        let read = |input: ParseStream<'_>| {
            let core = std::iter::from_fn(|| {
                if input.peek(Token![,]) { None } else { input.parse::<TokenTree>().ok() }
            });
            let core: TokenStream = core.collect();
            input.parse::<Token![,]>()?;
            let check = if input.peek(syn::Ident) && input.peek2(Token![=]) {
                input.parse::<Ident>()?;
                input.parse::<Token![=]>()?;
                let check = Some(input.parse()?);
                input.parse::<Token![,]>()?;
                check
            } else {
                None
            };
            Ok(item(kind, input, errors).map(|item| Self { core, check, ..item }))
        };
        match read.parse2(tokens) {
            Ok(declaration) => declaration,
            // Only if a macro calls it without the path to the core.
            Err(error) => {
                errors.at(error.span(), error);
                None
            }
        }
    }
}

fn item(kind: Kind, input: ParseStream<'_>, errors: &mut Errors) -> Option<Declaration> {
    let shape = || {
        format!(
            "`{}` declares an enum: `pub enum Name {{ {} }}`",
            kind.name(),
            kind.example().trim_matches('`')
        )
    };
    let attributes = outer_attributes(input, errors);
    let vis = input.parse().unwrap_or(Visibility::Inherited);
    let found = input.span();
    if input.parse::<Token![enum]>().is_err() {
        errors.at(found, shape());
        skip_all(input);
        return None;
    }
    let found = input.span();
    let Ok(name) = input.call(Ident::parse_any).and_then(usable) else {
        errors.at(found, "an enum needs a name");
        skip_all(input);
        return None;
    };
    let mut declaration = Declaration {
        core: TokenStream::new(),
        check: None,
        attributes,
        vis,
        name,
        variants: Vec::new(),
    };
    if input.peek(Token![<]) || input.peek(Token![where]) {
        let message = "an enum whose values are texts has no generic parameters";
        errors.at(input.span(), message);
        while !input.is_empty() && !input.peek(syn::token::Brace) {
            skip(input);
        }
    }
    let found = input.span();
    let body = (|input: ParseStream<'_>| {
        let body;
        braced!(body in input);
        variants(kind, &body, &mut declaration.variants, errors);
        Ok(())
    })(input);
    if body.is_err() {
        errors.at(found, shape());
        skip_all(input);
        return Some(declaration);
    }
    if !input.is_empty() {
        errors.at(input.span(), format!("`{}` declares one enum: write another one", kind.name()));
        skip_all(input);
    }
    check(kind, &mut declaration, errors);
    Some(declaration)
}

fn outer_attributes(input: ParseStream<'_>, errors: &mut Errors) -> Vec<Attribute> {
    let found = input.span();
    input.call(Attribute::parse_outer).unwrap_or_else(|error| {
        errors.at(found, error);
        Vec::new()
    })
}

/// Rejects keywords, which can only be names as `r#type`.
fn usable(name: Ident) -> syn::Result<Ident> {
    syn::parse_str::<Ident>(&name.to_string()).map(|_| name)
}

fn variants(kind: Kind, body: ParseStream<'_>, variants: &mut Vec<Variant>, errors: &mut Errors) {
    while !body.is_empty() {
        variants.extend(variant(kind, body, errors));
        if body.is_empty() || body.parse::<Token![,]>().is_ok() {
            continue;
        }
        errors.at(body.span(), "expected a comma between two variants");
        if !body.peek(Ident::peek_any) && !body.peek(Token![#]) {
            skip_to_comma(body);
            let _ = body.parse::<Token![,]>();
        }
    }
}

/// Reads a variant, up to the comma after it.
fn variant(kind: Kind, body: ParseStream<'_>, errors: &mut Errors) -> Option<Variant> {
    let attributes = outer_attributes(body, errors);
    let found = body.span();
    let Ok(name) = body.call(Ident::parse_any).and_then(usable) else {
        errors.at(found, format!("expected a variant such as {}", kind.example()));
        skip_to_comma(body);
        return None;
    };
    let mut variant =
        Variant { attributes, text: LitStr::new("", name.span()), name, object: None };
    let (found, has_fields) =
        (body.span(), body.peek(syn::token::Paren) || body.peek(syn::token::Brace));
    variant.object = object(body);
    let is_wrong = match kind {
        Kind::Open => has_fields,
        Kind::Events => variant.object.is_none(),
    };
    if is_wrong {
        let message = match kind {
            Kind::Open => {
                format!("a value of an open enum has no fields: write {}", kind.example())
            }
            Kind::Events => format!("an event has one object: write {}", kind.example()),
        };
        errors.at(if has_fields { found } else { variant.name.span() }, message);
        skip_to_comma(body);
        // Printed without its object, which is not known.
        return (kind == Kind::Open).then_some(variant);
    }
    if body.parse::<Token![=]>().is_err() {
        let name = variant.name.unraw();
        let text = match kind {
            Kind::Open => name.to_string().to_uppercase(),
            Kind::Events => format!("USER.{}", name.to_string().to_uppercase()),
        };
        let message =
            format!("`{name}` has no text: add the one that the API writes, as in `= \"{text}\"`");
        errors.at(variant.name.span(), message);
        skip_to_comma(body);
        return Some(variant);
    }
    let found = body.span();
    match body.parse::<Lit>() {
        Ok(Lit::Str(text)) if kind == Kind::Events && !is_event_type(&text.value()) => {
            errors.at(
                text.span(),
                "an event type is a category, a dot and an event, as in \"USER.CREATED\"",
            );
        }
        Ok(Lit::Str(text)) => variant.text = text,
        Ok(other) => {
            errors.at(other.span(), "the API writes a string: put the text in quotes");
        }
        Err(_) => {
            let message = format!("expected the text in quotes, as in {}", kind.example());
            errors.at(if body.is_empty() { variant.name.span() } else { found }, message);
            skip_to_comma(body);
        }
    }
    Some(variant)
}

/// The category is what a subscription names.
fn is_event_type(text: &str) -> bool {
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_graphic());
    text.split_once('.').is_some_and(|(category, event)| is_word(category) && is_word(event))
}

/// Reads the type in parentheses, if there is exactly one.
fn object(body: ParseStream<'_>) -> Option<Type> {
    let ahead = body.fork();
    let read = |input: ParseStream<'_>| {
        let inner;
        parenthesized!(inner in input);
        let object: Type = inner.parse()?;
        if inner.is_empty() { Ok(object) } else { Err(inner.error("more than one")) }
    };
    let object = read(&ahead).ok()?;
    read(body).ok().map(|_| object)
}

fn skip(input: ParseStream<'_>) {
    let _ = input.parse::<TokenTree>();
}

fn skip_all(input: ParseStream<'_>) {
    while !input.is_empty() {
        skip(input);
    }
}

fn skip_to_comma(input: ParseStream<'_>) {
    while !input.is_empty() && !input.peek(Token![,]) {
        skip(input);
    }
}

/// Checks what the variants say together.
fn check(kind: Kind, declaration: &mut Declaration, errors: &mut Errors) {
    let Declaration { name, attributes, variants, .. } = declaration;
    if variants.is_empty() && errors.is_empty() {
        errors.at(name.span(), format!("`{name}` has no variants: add one, {}", kind.example()));
    }
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("derive")) {
        let _ = attribute.parse_nested_meta(|meta| {
            if let Some(last) = meta.path.segments.last()
                && kind.derived().contains(&last.ident.to_string().as_str())
            {
                let message = format!("`{}` already implements `{}`", kind.name(), last.ident);
                errors.at(last.ident.span(), message);
            }
            Ok(())
        });
    }
    let names: Vec<Span> = declaration.variants.iter().map(|variant| variant.name.span()).collect();
    let (mut known, mut texts) = (HashSet::new(), HashMap::new());
    for (variant, span) in declaration.variants.iter().zip(names) {
        let name = variant.name.unraw().to_string();
        // Two variants of which only one is compiled may be the same.
        let has_cfg = !variant.cfgs().is_empty();
        if name == kind.rest() {
            let message = format!(
                "`{name}` is the variant for every value that is not listed: give this one another \
                 name, such as `{name}Value`"
            );
            errors.at(span, message);
        } else if !known.insert(name.clone()) && !has_cfg {
            errors.at(span, format!("there are two variants `{name}`"));
        } else if let text = variant.text.value()
            && !text.is_empty()
            && let Some(first) = texts.insert(text.clone(), name)
            && !has_cfg
        {
            let message = format!("`{first}` has the text `{text}` already");
            errors.at(variant.text.span(), message);
        }
    }
    // What is printed compiles, whatever the mistakes are.
    if !errors.is_empty() {
        for attribute in &mut declaration.attributes {
            if attribute.path().is_ident("derive") {
                *attribute = others(attribute, kind.derived());
            }
        }
        let mut printed = HashSet::new();
        declaration.variants.retain(|variant| {
            let name = variant.name.unraw().to_string();
            name != kind.rest() && printed.insert(name)
        });
        let mut printed = HashSet::new();
        for variant in &mut declaration.variants {
            let text = variant.text.value();
            if text.is_empty() || !printed.insert(text) {
                variant.text = LitStr::new(&format!("\0{}", variant.name), variant.name.span());
            }
        }
    }
}

/// Returns a `#[derive]` without the traits that the macro implements.
fn others(attribute: &Attribute, derived: &[&str]) -> Attribute {
    let mut others: Vec<Path> = Vec::new();
    let _ = attribute.parse_nested_meta(|meta| {
        let last = meta.path.segments.last().map(|last| last.ident.to_string());
        if !last.is_some_and(|last| derived.contains(&last.as_str())) {
            others.push(meta.path);
        }
        Ok(())
    });
    parse_quote!(#[derive(#(#others),*)])
}
