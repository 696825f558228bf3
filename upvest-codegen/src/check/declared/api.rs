//! Traits marked `#[api]`, and their endpoints.

use syn::ext::IdentExt as _;
use syn::{Attribute, FnArg, ItemTrait, Meta, Pat, ReturnType, TraitItem, TraitItemFn};

use super::Position;
use super::names::{Home, Names};
use super::options::{ApiOptions, EndpointOptions};
use super::ty::{self, Ty};
use crate::api::rules::placeholders;

/// A trait marked `#[api]`.
#[derive(Debug)]
pub(in crate::check) struct Trait {
    pub(in crate::check) position: Position,
    pub(in crate::check) scopes: Vec<String>,
    pub(in crate::check) endpoints: Vec<Endpoint>,
}

/// A method marked `#[endpoint]`.
#[derive(Debug)]
pub(in crate::check) struct Endpoint {
    /// The name of the method.
    pub(in crate::check) name: String,
    /// That of the name.
    pub(in crate::check) position: Position,
    /// That of the attribute.
    pub(in crate::check) attribute: Position,
    pub(in crate::check) method: String,
    pub(in crate::check) path: String,
    /// Such as `idempotent`.
    pub(in crate::check) flags: Vec<String>,
    pub(in crate::check) accept: Option<String>,
    pub(in crate::check) header: Option<String>,
    /// Those of the method, or else those of the trait.
    pub(in crate::check) scopes: Vec<String>,
    pub(in crate::check) echoes: Vec<String>,
    pub(in crate::check) parameters: Vec<Parameter>,
    /// The type of a success.
    pub(in crate::check) response: Ty,
}

/// A parameter of a method.
#[derive(Debug)]
pub(in crate::check) struct Parameter {
    pub(in crate::check) name: String,
    pub(in crate::check) position: Position,
    pub(in crate::check) ty: Ty,
    pub(in crate::check) type_text: String,
}

impl Endpoint {
    pub(in crate::check) fn parameter(&self, name: &str) -> Option<&Parameter> {
        self.parameters.iter().find(|parameter| parameter.name == name)
    }

    pub(in crate::check) fn has(&self, flag: &str) -> bool {
        self.flags.iter().any(|given| given == flag)
    }

    /// Whether a parameter of the method says which type of content the response has.
    pub(in crate::check) fn chooses_content(&self) -> bool {
        self.header.as_deref() == Some("accept")
    }

    /// The names of the placeholders in the path.
    pub(in crate::check) fn placeholders(&self) -> Vec<&str> {
        placeholders(&self.path).collect()
    }
}

/// Reads a trait, if it is marked.
pub(super) fn read(item: &ItemTrait, home: &Home, names: &Names) -> syn::Result<Option<Trait>> {
    let Some(attribute) = marked(&item.attrs, "api") else { return Ok(None) };
    let options = match &attribute.meta {
        Meta::List(list) => list.parse_args::<ApiOptions>()?,
        _ => ApiOptions::default(),
    };
    let mut endpoints = Vec::new();
    for item in &item.items {
        if let TraitItem::Fn(method) = item
            && let Some(attribute) = marked(&method.attrs, "endpoint")
        {
            endpoints.push(endpoint(method, attribute, &options, home, names)?);
        }
    }
    let position = Position { file: home.file, line: item.ident.span().start().line };
    Ok(Some(Trait { position, scopes: options.scopes, endpoints }))
}

fn marked<'a>(attributes: &'a [Attribute], name: &str) -> Option<&'a Attribute> {
    attributes.iter().find(|attribute| {
        attribute.path().segments.last().is_some_and(|segment| segment.ident == name)
    })
}

fn endpoint(
    method: &TraitItemFn,
    attribute: &Attribute,
    api: &ApiOptions,
    home: &Home,
    names: &Names,
) -> syn::Result<Endpoint> {
    let options: EndpointOptions = attribute.parse_args()?;
    let at = |line| Position { file: home.file, line };
    let parameters = method.sig.inputs.iter().filter_map(|input| {
        let FnArg::Typed(input) = input else { return None };
        let Pat::Ident(pattern) = &*input.pat else { return None };
        Some(Parameter {
            name: pattern.ident.unraw().to_string(),
            position: at(pattern.ident.span().start().line),
            ty: Ty::read(&input.ty, home, names),
            type_text: ty::text(&input.ty),
        })
    });
    let response = match &method.sig.output {
        ReturnType::Type(_, ty) => match Ty::read(ty, home, names) {
            Ty::Call(response) => *response,
            Ty::Unknown(why) => Ty::Unknown(why),
            _ => Ty::Unknown(format!("`{}` is not a `Call`", ty::text(ty))),
        },
        ReturnType::Default => Ty::Unknown("it returns nothing".to_owned()),
    };
    Ok(Endpoint {
        name: method.sig.ident.unraw().to_string(),
        position: at(method.sig.ident.span().start().line),
        attribute: at(attribute.pound_token.span.start().line),
        flags: options.flags,
        method: options.method,
        path: options.path,
        accept: options.accept,
        header: options.header,
        scopes: options.scopes.unwrap_or_else(|| api.scopes.clone()),
        echoes: options.echoes,
        parameters: parameters.collect(),
        response,
    })
}
