//! The paths as format strings that never run. A placeholder that no parameter fills names a deprecated
//! constant, so the compiler marks it inside the path, with the macro's message. Editors use the other
//! placeholders to find the parameters; a compiler does not see those.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Ident;

use super::Method;
use crate::attributes;
use crate::model::{Endpoint, Position};

pub(super) fn placeholders(methods: &[Method<'_>]) -> Option<TokenStream> {
    let with_placeholders =
        methods.iter().filter(|method| method.endpoint.path.value().contains('{'));
    let paths: Vec<TokenStream> = with_placeholders
        .map(|method| {
            let cfgs = attributes::cfgs(&method.item.attrs);
            let path = path(method.endpoint);
            quote!(#(#cfgs)* #path)
        })
        .collect();
    if paths.is_empty() {
        return None;
    }
    let is_wrong = methods.iter().any(|method| !method.endpoint.unfilled.is_empty());
    Some(if is_wrong {
        quote! {
            #[allow(non_upper_case_globals, unused)]
            #[deny(deprecated)]
            const _: () = {
                fn in_the_path() {
                    #(#paths)*
                }
            };
        }
    } else {
        quote! {
            #[allow(unexpected_cfgs)]
            const _: () = {
                #[cfg(rust_analyzer)]
                #[allow(unused)]
                fn in_the_path() {
                    #(#paths)*
                }
            };
        }
    })
}

fn path(endpoint: &Endpoint) -> TokenStream {
    let path = &endpoint.path;
    // Resolved where the path was written, which may be in another macro.
    let filled = endpoint.params.iter().filter(|param| param.position == Position::Path);
    let names = filled.map(|param| {
        let mut name = param.ident.clone();
        name.set_span(name.span().resolved_at(path.span()));
        name
    });
    let unfilled = endpoint.unfilled.iter().map(|(name, message)| {
        let mut name = syn::parse_str(name).unwrap_or_else(|_| Ident::new_raw(name, path.span()));
        name.set_span(path.span());
        quote!(#[deprecated = #message] const #name: &::core::primitive::str = "";)
    });
    quote! {
        {
            #(#unfilled)*
            #(let #names = "";)*
            let _ = ::core::format_args!(#path);
        }
    }
}
