//! What is printed beside the errors: enough of the real thing that its uses still resolve.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens as _, quote};
use syn::{ItemTrait, Path, TraitItem, TraitItemFn};

use super::{attributes, forwarding};
use crate::model::constant_name;

/// The trait as written, its implementations, whose bodies never run, and a table with no truth in
/// it: there is no program to run beside an error.
pub(super) fn fallback(item: &ItemTrait, core: &Path) -> TokenStream {
    if !item.generics.params.is_empty() {
        return item.to_token_stream();
    }
    let name = &item.ident;
    let methods: Vec<&TraitItemFn> = item
        .items
        .iter()
        .filter_map(|item| match item {
            TraitItem::Fn(method) => Some(method),
            _ => None,
        })
        .collect();
    let bodies: TokenStream = methods.iter().map(|method| body(method)).collect();
    let client = quote!(impl #name for #core::Client { #bodies });
    if !is_dyn_compatible(item, &methods) {
        return quote!(#item #client);
    }
    let forwarding = forwarding::forwarded(name, &bodies);
    let table = table(item, &methods, core);
    quote!(#item #client #forwarding #table)
}

fn body(method: &TraitItemFn) -> TokenStream {
    let (attributes, signature) = (attributes::of_implementation(method), &method.sig);
    quote! {
        #(#attributes)*
        #[allow(unused_variables, unused_mut)]
        #signature { ::core::unimplemented!() }
    }
}

fn table(item: &ItemTrait, methods: &[&TraitItemFn], core: &Path) -> TokenStream {
    let (name, vis) = (&item.ident, &item.vis);
    let mut seen = vec!["ENDPOINTS".to_owned(), "SCOPES".to_owned()];
    let constants = methods.iter().filter_map(|method| {
        let constant = constant_name(&method.sig.ident);
        if seen.contains(&constant) {
            return None;
        }
        let ident = Ident::new(&constant, method.sig.ident.span());
        seen.push(constant);
        let attributes = attributes::of_constant(method);
        Some(quote! {
            #(#attributes)*
            #vis const #ident: #core::Endpoint = #core::Endpoint::new("", #core::Verb::Get, "");
        })
    });
    quote! {
        #[allow(dead_code, missing_docs)]
        impl dyn #name {
            #(#constants)*
            #vis const ENDPOINTS: &'static [#core::Endpoint] = &[];
            #vis const SCOPES: &'static [&'static ::core::primitive::str] = &[];
        }
    }
}

/// Whether `dyn Trait` exists for a trait that has mistakes in it.
fn is_dyn_compatible(item: &ItemTrait, methods: &[&TraitItemFn]) -> bool {
    methods.len() == item.items.len()
        && methods.iter().all(|method| {
            method.sig.asyncness.is_none()
                && method.sig.generics.params.is_empty()
                && method.sig.receiver().is_some()
        })
}
