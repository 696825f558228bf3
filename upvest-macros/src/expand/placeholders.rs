//! The paths as format strings that never run. Editors use the placeholders to find the parameters; a
//! compiler does not see them.
//!
//! rust-analyzer sets `miri` by default, and `rust_analyzer` always. Only the first is a condition that
//! the compiler knows: for the other one, a crate would need to allow a lint, which it may forbid.

use proc_macro2::TokenStream;
use quote::quote;

use super::Method;
use crate::attributes;
use crate::model::{Endpoint, Position};

pub(super) fn placeholders(methods: &[Method<'_>]) -> Option<TokenStream> {
    let with_placeholders = methods.iter().filter(|method| method.endpoint.has(Position::Path));
    let paths: Vec<TokenStream> = with_placeholders
        .map(|method| {
            let cfgs = attributes::cfgs(&method.item.attrs);
            let path = path(method.endpoint);
            quote!(#(#cfgs)* #path)
        })
        .collect();
    (!paths.is_empty()).then(|| {
        quote! {
            const _: () = {
                #[cfg(miri)]
                fn _in_the_path() {
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
    quote! {
        {
            #(let #names = "";)*
            let _ = ::core::format_args!(#path);
        }
    }
}
