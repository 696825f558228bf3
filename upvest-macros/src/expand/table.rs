//! Constants on the trait object: `<dyn Trait>::ENDPOINTS`, `<dyn Trait>::SCOPES`, one an endpoint.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};
use syn::ext::IdentExt as _;
use syn::{LitStr, Path};

use super::Method;
use crate::attributes;
use crate::grammar::{self, Flag};
use crate::model::{Api, Endpoint, Position};

pub(super) fn table(api: &Api, methods: &[Method<'_>]) -> TokenStream {
    let core = &api.core;
    let (name, vis) = (&api.item.ident, &api.item.vis);
    let entries = methods.iter().map(|method| {
        let (cfgs, constant) = (attributes::cfgs(&method.item.attrs), &method.constant);
        quote!(#(#cfgs)* Self::#constant)
    });
    let constants = methods.iter().map(|method| {
        let (attributes, constant) =
            (attributes::of_constant(&method.item.attrs), &method.constant);
        let (docs, description) = (&method.summary, description(method, core));
        quote! {
            #[doc = #docs]
            #(#attributes)*
            #vis const #constant: #core::Endpoint = #description;
        }
    });
    let levels = attributes::of_implementation(&api.item.attrs);
    let is_deprecated = methods.iter().any(|method| attributes::is_deprecated(&method.item.attrs));
    let deprecated = is_deprecated.then(|| quote!(#[allow(deprecated)]));
    let (scoped, most) = one_of_each_scope(methods);
    quote! {
        #deprecated
        #(#levels)*
        impl dyn #name {
            #(#constants)*
            /// Every endpoint of this trait, in the order of its methods.
            #vis const ENDPOINTS: &'static [#core::Endpoint] = &[#(#entries),*];
            /// The scopes to ask for, so that a token does for all of these endpoints.
            #vis const SCOPES: &'static [&'static ::core::primitive::str] =
                const { &#core::__private::Scopes::<#most>::of(&[#(#scoped),*]) }.list();
        }
        // Uses them all: an application may forbid to allow unused ones.
        #(#levels)*
        const _: (&[#core::Endpoint], &[&::core::primitive::str]) =
            (<dyn #name>::ENDPOINTS, <dyn #name>::SCOPES);
    }
}

/// One endpoint for each set of scopes, and their number. To look at all of them would be slow, because
/// the compiler interprets constants.
fn one_of_each_scope(methods: &[Method<'_>]) -> (Vec<TokenStream>, Literal) {
    let mut seen = Vec::new();
    let mut chosen = Vec::new();
    for method in methods {
        let scopes: Vec<String> = method.endpoint.scopes.iter().map(LitStr::value).collect();
        if scopes.is_empty() || seen.contains(&scopes) {
            continue;
        }
        let (cfgs, constant) = (attributes::cfgs(&method.item.attrs), &method.constant);
        chosen.push(quote!(#(#cfgs)* Self::#constant));
        // One that may be configured out does not stand for others.
        if cfgs.is_empty() {
            seen.push(scopes);
        }
    }
    let most = Literal::usize_unsuffixed(chosen.len());
    (chosen, most)
}

fn description(method: &Method<'_>, core: &Path) -> TokenStream {
    let Endpoint { method: http, path, flags, accept, header, scopes, echoes, returns, .. } =
        method.endpoint;
    let name = method.item.sig.ident.unraw().to_string();
    let http = variant(*http);
    let flags = flags.iter().filter(|flag| **flag != Flag::Form);
    let flags = flags.map(|flag| format_ident!("{}", flag.as_str()));
    let query = method.endpoint.has(Position::Query).then(|| quote!(.query()));
    let body = match (method.endpoint.has(Position::Body), method.endpoint.is(Flag::Form)) {
        (false, _) => None,
        (true, false) => Some(quote!(.json_body())),
        (true, true) => Some(quote!(.form_body())),
    };
    let accept = accept.iter();
    let header = header.iter();
    let scopes = (!scopes.is_empty()).then(|| quote!(.scopes_any_of(&[#(#scopes),*])));
    let echoes = (!echoes.is_empty()).then(|| quote!(.echoing(&[#(#echoes),*])));
    // Only a call with a key is ever replayed, which is what this is for.
    let returning = method.endpoint.is(Flag::Idempotent).then(|| quote!(.returning::<#returns>()));
    quote! {
        #core::Endpoint::new(#name, #core::Method::#http, #path)
            #(.#flags())* #query #(.header(#header))* #body #(.accept(#accept))* #scopes #echoes
            #returning
    }
}

/// The variant of `upvest_core::Method`.
fn variant(method: grammar::Method) -> Ident {
    format_ident!(
        "{}",
        match method {
            grammar::Method::Get => "Get",
            grammar::Method::Post => "Post",
            grammar::Method::Put => "Put",
            grammar::Method::Patch => "Patch",
            grammar::Method::Delete => "Delete",
        }
    )
}
