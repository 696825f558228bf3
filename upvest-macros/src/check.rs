//! The rules: raw options and syntax to a model. One function a rule; all mistakes are collected.

use proc_macro2::Span;
use syn::ext::IdentExt as _;
use syn::{
    Attribute, FnArg, Ident, ItemTrait, Pat, PatType, ReceiverKind, ReturnType, Safety, Signature,
    TraitItem, TraitItemFn, Type,
};

use crate::attr::{self, ApiOptions, EndpointOptions, Errors};
use crate::model::{Api, Endpoint, Param, Place};
use crate::path;

/// Checks a trait, and takes our own attributes off it.
pub(crate) fn api(
    mut item: ItemTrait,
    options: ApiOptions,
    errors: &mut Errors,
) -> Result<Api, Box<ItemTrait>> {
    let attributes = take_endpoint_attributes(&mut item, errors);
    trait_is_plain(&item, errors);

    let mut endpoints = Vec::new();
    for (index, (item, attribute)) in item.items.iter().zip(attributes).enumerate() {
        match (item, attribute) {
            (TraitItem::Fn(method), Some(attribute)) => {
                endpoints.extend(endpoint(index, method, &attribute, errors));
            }
            (TraitItem::Fn(method), None) => errors.at(
                method.sig.ident.span(),
                format!(
                    "`{0}` has no endpoint: put `#[endpoint(VERB, \"/path\", signed)]` on it, or \
                     move `{0}` out of the `#[api]` trait",
                    method.sig.ident
                ),
            ),
            (other, _) => errors.push(syn::Error::new_spanned(
                other,
                "an `#[api]` trait holds methods marked `#[endpoint(...)]` and nothing else",
            )),
        }
    }
    constants_are_unique(&item, &endpoints, errors);

    if errors.is_empty() {
        Ok(Api { item, scope: options.scope, endpoints })
    } else {
        Err(Box::new(item))
    }
}

fn take_endpoint_attributes(item: &mut ItemTrait, errors: &mut Errors) -> Vec<Option<Attribute>> {
    let is_ours = |attribute: &Attribute| {
        attribute.path().segments.last().is_some_and(|last| last.ident == "endpoint")
    };
    let mut taken = Vec::new();
    for item in &mut item.items {
        let TraitItem::Fn(method) = item else {
            taken.push(None);
            continue;
        };
        let (ours, others): (Vec<_>, Vec<_>) =
            std::mem::take(&mut method.attrs).into_iter().partition(is_ours);
        method.attrs = others;
        let mut ours = ours.into_iter();
        taken.push(ours.next());
        for second in ours {
            errors.push(syn::Error::new_spanned(
                second,
                "a method is one endpoint: remove the second `#[endpoint]`",
            ));
        }
    }
    taken
}

fn trait_is_plain(item: &ItemTrait, errors: &mut Errors) {
    if let Some(auto) = item.modifiers.auto_token {
        errors.at(auto.span, "an `#[api]` trait is a plain trait: remove `auto`");
    }
    if let Some(token) = item.unsafety {
        errors.at(token.span, "an `#[api]` trait is a plain trait: remove `unsafe`");
    }
    if !item.generics.params.is_empty() {
        errors.push(syn::Error::new_spanned(
            &item.generics.params,
            "an `#[api]` trait has no generic parameters: its methods name the types they send",
        ));
    }
    if let Some(clause) = &item.generics.where_clause {
        errors.push(syn::Error::new_spanned(clause, "an `#[api]` trait has no `where` clause"));
    }
}

fn endpoint(
    index: usize,
    method: &TraitItemFn,
    attribute: &Attribute,
    errors: &mut Errors,
) -> Option<Endpoint> {
    let options = attr::endpoint(attribute, errors);
    let names = placeholders(&options, errors);
    signature_is_plain(method, errors);
    receiver_is_a_shared_reference(&method.sig, errors);
    let params = params(&method.sig, names.as_deref(), errors);
    if let Some(names) = &names {
        placeholders_have_parameters(&options, names, &method.sig, &params, errors);
    }
    body_fits(&options, &params, errors);
    anonymous_has_no_key(&options, errors);
    let returns = returns(&method.sig, &options, errors);

    Some(Endpoint {
        index,
        words: options.words(),
        verb: options.verb?,
        path: options.path?,
        params,
        returns: returns?,
    })
}

/// The names in the path; `None` if there is no path to check parameters against.
fn placeholders(options: &EndpointOptions, errors: &mut Errors) -> Option<Vec<String>> {
    let literal = options.path.as_ref()?;
    match path::placeholders(&literal.value()) {
        Ok(names) => Some(names.into_iter().map(str::to_owned).collect()),
        Err(message) => {
            errors.at(literal.span(), message);
            None
        }
    }
}

fn signature_is_plain(method: &TraitItemFn, errors: &mut Errors) {
    let Signature { constness, asyncness, safety, abi, generics, variadic, .. } = &method.sig;
    if let Some(token) = asyncness {
        errors.at(token.span, "remove `async`: the method returns a `Call`, which is awaited");
    }
    if let Some(token) = constness {
        errors.at(token.span, "remove `const`: an endpoint is called at run time");
    }
    if let Safety::Unsafe(token) = safety {
        errors.at(token.span, "remove `unsafe`: an endpoint is safe to call");
    }
    if let Some(abi) = abi {
        errors.push(syn::Error::new_spanned(abi, "remove `extern`: an endpoint is a Rust method"));
    }
    if let Some(variadic) = variadic {
        errors.push(syn::Error::new_spanned(variadic, "an endpoint names each of its parameters"));
    }
    if !generics.params.is_empty() {
        errors.push(syn::Error::new_spanned(
            &generics.params,
            "an endpoint has no generic parameters: name the types that it sends",
        ));
    } else if let Some(clause) = &generics.where_clause {
        errors.push(syn::Error::new_spanned(clause, "an endpoint has no `where` clause"));
    }
    if let Some(body) = &method.default {
        errors.push(syn::Error::new_spanned(
            body,
            "an endpoint has no body of its own: end the declaration with `;`",
        ));
    }
}

fn receiver_is_a_shared_reference(signature: &Signature, errors: &mut Errors) {
    match signature.receiver() {
        Some(receiver) => {
            if !matches!(receiver.kind, ReceiverKind::Reference(_, None, None)) {
                errors.push(syn::Error::new_spanned(receiver, "an endpoint takes `&self`"));
            }
        }
        None => errors.at(
            signature.ident.span(),
            format!("`{}` needs `&self` as its first parameter", signature.ident),
        ),
    }
}

fn params(signature: &Signature, names: Option<&[String]>, errors: &mut Errors) -> Vec<Param> {
    let mut params = Vec::new();
    for input in &signature.inputs {
        let FnArg::Typed(PatType { pat, ty, .. }) = input else {
            continue;
        };
        let Pat::Ident(name) = &**pat else {
            errors.push(syn::Error::new_spanned(pat, "a parameter of an endpoint is a plain name"));
            continue;
        };
        let ident = name.ident.clone();
        let Some(place) = place(&ident, names, errors) else {
            continue;
        };
        params.push(Param { ident, ty: (**ty).clone(), place });
    }
    params
}

fn place(ident: &Ident, names: Option<&[String]>, errors: &mut Errors) -> Option<Place> {
    let name = ident.unraw().to_string();
    // Without a path nobody can say which parameters belong into it.
    if names?.contains(&name) {
        return Some(Place::Path);
    }
    match name.as_str() {
        "body" => Some(Place::Body),
        "query" => Some(Place::Query),
        _ => {
            errors.at(
                ident.span(),
                format!(
                    "nothing to do with parameter `{name}`: write `{{{name}}}` into the path, or \
                     name it `body` (sent as JSON) or `query` (sent as the query string)"
                ),
            );
            None
        }
    }
}

fn placeholders_have_parameters(
    options: &EndpointOptions,
    names: &[String],
    signature: &Signature,
    params: &[Param],
    errors: &mut Errors,
) {
    let span = options.path.as_ref().map_or_else(Span::call_site, syn::LitStr::span);
    for name in names {
        if !params.iter().any(|param| param.place == Place::Path && param.ident.unraw() == name) {
            errors.at(
                span,
                format!(
                    "the path names `{{{name}}}`, but `{}` has no parameter `{name}`",
                    signature.ident
                ),
            );
        }
    }
}

fn anonymous_has_no_key(options: &EndpointOptions, errors: &mut Errors) {
    if let (Some(anonymous), Some(_)) = (options.word("anonymous"), options.word("idempotent")) {
        errors.at(
            anonymous.span(),
            "an idempotency key belongs to a client, and an `anonymous` request has none: remove \
             `anonymous` or `idempotent`",
        );
    }
}

fn body_fits(options: &EndpointOptions, params: &[Param], errors: &mut Errors) {
    let body = params.iter().find(|param| param.place == Place::Body);
    if let (Some(verb), Some(body)) = (&options.verb, body)
        && (verb == "GET" || verb == "DELETE")
    {
        errors.at(
            body.ident.span(),
            format!("a `{verb}` has no body: send the data as `query`, or change the verb"),
        );
    }
    if let (Some(form), None) = (options.word("form"), body)
        && options.path.is_some()
    {
        errors
            .at(form.span(), "`form` says how the body is sent, but there is no parameter `body`");
    }
}

fn returns(signature: &Signature, options: &EndpointOptions, errors: &mut Errors) -> Option<Type> {
    match &signature.output {
        ReturnType::Type(_, ty) => Some((**ty).clone()),
        ReturnType::Default => {
            let call = if options.word("idempotent").is_some() {
                "IdempotentCall<…>"
            } else {
                "Call<…>"
            };
            errors.at(
                signature.ident.span(),
                format!("`{}` returns nothing: write `-> {call}`", signature.ident),
            );
            None
        }
    }
}

/// Each method gives its name, in capitals, to a constant beside `ENDPOINTS` and `SCOPES`.
fn constants_are_unique(item: &ItemTrait, endpoints: &[Endpoint], errors: &mut Errors) {
    let mut seen = vec!["ENDPOINTS".to_owned(), "SCOPES".to_owned()];
    for endpoint in endpoints {
        let Some(TraitItem::Fn(method)) = item.items.get(endpoint.index) else {
            continue;
        };
        let name = constant_name(&method.sig.ident);
        if seen.contains(&name) {
            errors.at(
                method.sig.ident.span(),
                format!("`{}` would make a second constant `{name}`: rename it", method.sig.ident),
            );
        }
        seen.push(name);
    }
}

pub(crate) fn constant_name(method: &Ident) -> String {
    method.unraw().to_string().to_uppercase()
}
