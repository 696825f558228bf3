//! The rules: from options and syntax to a model. One function for each rule; all mistakes are
//! collected.
//!
//! A rule reports nothing if another mistake took away what it needs: one mistake gives one error.

mod echoes;
mod names;
mod options;
mod params;
mod signature;

use quote::quote;
use syn::parse::{Parse, ParseStream};
use syn::{
    Attribute, FnArg, Ident, ItemTrait, LitStr, Pat, PatType, Path, TraitItem, TraitItemFn,
    TypeParamBound, Visibility,
};

use crate::attributes;
use crate::errors::{Errors, closest};
use crate::grammar::{self, Flag, Given};
use crate::model::{Api, Endpoint};

/// Checks a trait, and removes `#[endpoint]` from its methods.
pub(crate) fn api(
    mut item: ItemTrait,
    scope: Option<Given<Vec<LitStr>>>,
    core: &Path,
    errors: &mut Errors,
) -> Result<Api, Box<ItemTrait>> {
    methods_have_no_visibility(&mut item, errors);
    parameters_are_names(&mut item, errors);
    let attributes = take_endpoint_attributes(&mut item, errors);
    trait_is_marked_once(&mut item, errors);
    trait_is_plain(&item, errors);
    trait_is_an_object(&item, errors);
    let names_scopes = scope.is_some();
    let scopes = scope.map(|scope| scope.value).unwrap_or_default();
    options::scopes_are_valid(&scopes, errors);

    let mut endpoints = Vec::new();
    for (index, (item, attribute)) in item.items.iter().zip(attributes).enumerate() {
        match (item, attribute) {
            (TraitItem::Fn(method), Taken::Endpoint(attribute)) => {
                endpoints.extend(endpoint(index, method, &attribute, &scopes, errors));
            }
            (TraitItem::Fn(_), Taken::Broken) => {}
            (TraitItem::Fn(method), Taken::Nothing) => errors.at(
                method.sig.ident.span(),
                format!(
                    "`{0}` has no endpoint: put `#[endpoint(METHOD, \"/path\", signed)]` on it, or \
                     move `{0}` out of the `#[api]` trait",
                    method.sig.ident
                ),
            ),
            (other, _) => errors.on(
                other,
                "an `#[api]` trait contains only methods marked `#[endpoint(...)]`: move this out",
            ),
        }
    }
    names::methods_do_not_collide(&item, errors);
    names::constants_are_unique(&item, &endpoints, errors);
    routes_are_unique(&item, &endpoints, errors);
    if !names_scopes {
        scopes_are_named(&item, &endpoints, errors);
    }

    if errors.is_empty() {
        return Ok(Api { item, core: core.clone(), endpoints });
    }
    Err(Box::new(item))
}

fn endpoint(
    index: usize,
    method: &TraitItemFn,
    attribute: &Attribute,
    scopes: &[LitStr],
    errors: &mut Errors,
) -> Option<Endpoint> {
    let options = grammar::endpoint(attribute, errors);
    signature::is_plain(&method.sig, errors);
    signature::receiver_is_a_shared_reference(&method.sig, errors);
    signature::types_are_named(&method.sig, errors);
    let params = params::positions(&method.sig, &options, errors);
    params::body_fits_the_method(&options, &params, errors);
    params::are_never_left_out(&params, errors);
    options::agree(&options, errors);
    options::scopes_are_valid(options.scope.as_ref().map_or(&[], |scope| &scope.value), errors);
    options::accept_is_a_media_type(&options, errors);
    options::header_is_free(&options, errors);
    let returns = signature::returns(&method.sig, &options, errors);
    echoes::are_comparable(&options, &params, returns.as_ref(), errors);

    let is_anonymous = options.flag(Flag::Anonymous).is_some();
    let flags = options.flags();
    let names_scopes = options.scope.is_some();
    let scopes = match options.scope {
        _ if is_anonymous => Vec::new(),
        Some(scope) => scope.value,
        None => scopes.to_vec(),
    };
    Some(Endpoint {
        index,
        method: options.method?.value,
        path: options.path?,
        flags,
        accept: options.accept.map(|accept| accept.value),
        header: options.header.map(|header| header.value),
        scopes,
        names_scopes,
        echoes: options.echoes.map(|echoes| echoes.value).unwrap_or_default(),
        params,
        returns: returns?,
    })
}

/// The parser does not know a trait method with a visibility. It continues as one without.
fn methods_have_no_visibility(item: &mut ItemTrait, errors: &mut Errors) {
    struct Visible(Vec<Attribute>, Visibility, TraitItem);

    impl Parse for Visible {
        fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
            Ok(Self(input.call(Attribute::parse_outer)?, input.parse()?, input.parse()?))
        }
    }

    for item in &mut item.items {
        let TraitItem::Verbatim(tokens) = item else { continue };
        let Ok(Visible(mut attributes, visibility, TraitItem::Fn(mut method))) =
            syn::parse2(tokens.clone())
        else {
            continue;
        };
        errors.on(visibility, "a method is as visible as its trait: remove this");
        attributes.append(&mut method.attrs);
        method.attrs = attributes;
        *item = TraitItem::Fn(method);
    }
}

/// The compiler requires a name as well. The parameter continues as `_`.
fn parameters_are_names(item: &mut ItemTrait, errors: &mut Errors) {
    for item in &mut item.items {
        let TraitItem::Fn(method) = item else { continue };
        for input in &mut method.sig.inputs {
            let FnArg::Typed(PatType { pat, .. }) = input else { continue };
            match &mut **pat {
                Pat::Ident(name) if name.by_ref.is_none() && name.subpat.is_none() => {
                    if let Some(token) = name.mutability.take() {
                        let message = "a parameter of an endpoint is a plain name: remove `mut`";
                        errors.at(token.span, message);
                    }
                }
                _ => {
                    errors.on(
                        &*pat,
                        "a parameter of an endpoint is a plain name, which says where it goes: \
                         `body`, `query`, or a placeholder of the path",
                    );
                    **pat = syn::parse_quote!(_);
                }
            }
        }
    }
}

/// The attribute that was removed from a method.
enum Taken {
    Endpoint(Box<Attribute>),
    Nothing,
    /// One with a mistake that is already reported.
    Broken,
}

fn take_endpoint_attributes(item: &mut ItemTrait, errors: &mut Errors) -> Vec<Taken> {
    let mut taken = Vec::new();
    for item in &mut item.items {
        let TraitItem::Fn(method) = item else {
            taken.push(Taken::Nothing);
            continue;
        };
        let (mut ours, others): (Vec<_>, Vec<_>) =
            std::mem::take(&mut method.attrs).into_iter().partition(is_endpoint);
        method.attrs = others;
        if ours.is_empty()
            && let Some(close) = method.attrs.iter().position(is_nearly_endpoint)
        {
            let close = method.attrs.remove(close);
            errors.on(close.path(), "unknown attribute: did you mean `endpoint`?");
            ours.push(close);
        }
        if ours.is_empty()
            && let Some(index) = method.attrs.iter().position(holds_endpoint)
        {
            let conditional = method.attrs.remove(index);
            errors.on(
                conditional,
                "an endpoint cannot be conditional: put `#[cfg]` on the method instead",
            );
            taken.push(Taken::Broken);
            continue;
        }
        let mut ours = ours.into_iter();
        taken.push(ours.next().map_or(Taken::Nothing, |ours| Taken::Endpoint(Box::new(ours))));
        for second in ours {
            errors.on(second, "a method has one endpoint: remove the second `#[endpoint]`");
        }
    }
    taken
}

fn is_endpoint(attribute: &Attribute) -> bool {
    attribute.path().segments.last().is_some_and(|last| last.ident == "endpoint")
}

/// Whether a `cfg_attr` contains it.
fn holds_endpoint(attribute: &Attribute) -> bool {
    attributes::contains(&attribute.meta, "endpoint")
}

fn is_nearly_endpoint(attribute: &Attribute) -> bool {
    let name = attribute.path().get_ident().map(Ident::to_string);
    name.is_some_and(|name| closest(&name, &["endpoint"]).is_some())
}

/// A second `#[api]` would see a trait without endpoints.
fn trait_is_marked_once(item: &mut ItemTrait, errors: &mut Errors) {
    let is_api = |attribute: &Attribute| {
        attribute.path().segments.last().is_some_and(|last| last.ident == "api")
    };
    for second in item.attrs.iter().filter(|attribute| is_api(attribute)) {
        errors.on(second, "a trait is marked `#[api]` once: remove this one");
    }
    item.attrs.retain(|attribute| !is_api(attribute));
}

fn trait_is_plain(item: &ItemTrait, errors: &mut Errors) {
    if let Some(auto) = item.modifiers.auto_token {
        errors.at(auto.span, "an `#[api]` trait is a plain trait: remove `auto`");
    }
    if let Some(token) = item.unsafety {
        errors.at(token.span, "an `#[api]` trait is a plain trait: remove `unsafe`");
    }
    if !item.generics.params.is_empty() {
        errors.on(
            &item.generics.params,
            "an `#[api]` trait has no generic parameters: its methods name the types they send",
        );
    }
    if let Some(clause) = &item.generics.where_clause {
        errors.on(clause, "an `#[api]` trait has no `where` clause: remove it");
    }
}

/// Its tables are constants of `dyn Trait`.
fn trait_is_an_object(item: &ItemTrait, errors: &mut Errors) {
    for bound in &item.supertraits {
        if forbids_objects(bound) {
            errors.on(
                bound,
                format!(
                    "an `#[api]` trait is used as `dyn {}`, which this bound forbids: remove it",
                    item.ident
                ),
            );
        }
    }
}

fn forbids_objects(bound: &TypeParamBound) -> bool {
    let TypeParamBound::Trait(bound) = bound else { return false };
    bound.path.segments.last().is_some_and(|last| {
        ["Sized", "Clone", "Copy", "Default", "Hash", "PartialEq", "Eq", "PartialOrd", "Ord"]
            .iter()
            .any(|name| last.ident == name)
    })
}

/// Whether `dyn Trait` exists for a trait that may have mistakes in it.
pub(crate) fn is_object(item: &ItemTrait) -> bool {
    item.generics.params.is_empty()
        && !item.supertraits.iter().any(forbids_objects)
        && item.items.iter().all(|item| match item {
            TraitItem::Fn(method) => signature::is_of_an_object(&method.sig),
            _ => false,
        })
}

/// Without a scope, no token would be good for its endpoints.
fn scopes_are_named(item: &ItemTrait, endpoints: &[Endpoint], errors: &mut Errors) {
    let lacks_scope = |endpoint: &Endpoint| !endpoint.names_scopes && !endpoint.is(Flag::Anonymous);
    // Another mistake may be that of the scope.
    if errors.is_empty() && endpoints.iter().any(lacks_scope) {
        errors.at(
            item.ident.span(),
            format!(
                "`{}` does not name the scope that a token needs for its endpoints: write \
                 `#[api(scope = \"users:admin\")]`",
                item.ident
            ),
        );
    }
}

/// Two methods may share method and path only if they request different kinds of responses.
fn routes_are_unique(item: &ItemTrait, endpoints: &[Endpoint], errors: &mut Errors) {
    let mut seen: Vec<(Route, &TraitItemFn)> = Vec::new();
    for endpoint in endpoints {
        let Some(declared) = method(item, endpoint) else { continue };
        let route = route(endpoint);
        let earlier =
            seen.iter().find(|(taken, other)| *taken == route && may_coexist(declared, other));
        if let Some((_, earlier)) = earlier {
            errors.at(
                endpoint.path.span(),
                format!(
                    "`{}` already sends `{} {}`: change one of them, or remove it",
                    earlier.sig.ident,
                    endpoint.method.as_str(),
                    endpoint.path.value()
                ),
            );
        }
        seen.push((route, declared));
    }
}

/// Method and path without the names of placeholders, and what is requested there.
type Route = (String, String, Option<String>, Option<String>, bool);

fn route(endpoint: &Endpoint) -> Route {
    let path = endpoint.path.value();
    let segments: Vec<_> =
        path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part }).collect();
    let accept = endpoint.accept.as_ref().map(LitStr::value);
    let header = endpoint.header.as_ref().map(LitStr::value);
    (
        endpoint.method.as_str().to_owned(),
        segments.join("/"),
        accept,
        header,
        endpoint.is(Flag::Redirect),
    )
}

/// Methods under different conditions may be alternatives.
fn may_coexist(one: &TraitItemFn, other: &TraitItemFn) -> bool {
    let cfgs = |method: &TraitItemFn| {
        let cfgs = attributes::cfgs(&method.attrs);
        quote!(#(#cfgs)*).to_string()
    };
    let (one, other) = (cfgs(one), cfgs(other));
    one == other || one.is_empty() || other.is_empty()
}

fn method<'a>(item: &'a ItemTrait, endpoint: &Endpoint) -> Option<&'a TraitItemFn> {
    match item.items.get(endpoint.index) {
        Some(TraitItem::Fn(method)) => Some(method),
        _ => None,
    }
}
