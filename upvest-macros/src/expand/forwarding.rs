//! `&T`, `Box<T>` and `Arc<T>` do what `T` does, `dyn Trait` included.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens as _, quote};
use syn::ItemTrait;

use super::Method;
use crate::attributes;
use crate::model::Api;

pub(super) fn forwarding(api: &Api, methods: &[Method<'_>]) -> TokenStream {
    let (name, pointee) = (&api.item.ident, pointee(&api.item));
    let methods = methods.iter().map(|method| {
        let (signature, ident) = (&method.item.sig, &method.item.sig.ident);
        let attributes = attributes::of_implementation(&method.item.attrs);
        let arguments = method.endpoint.params.iter().map(|param| &param.ident);
        quote! {
            #(#attributes)*
            #signature {
                <#pointee as #name>::#ident(self, #(#arguments),*)
            }
        }
    });
    forwarded(&api.item, &quote!(#(#methods)*))
}

/// Each requires the supertraits of the trait: `&T` is `Send` only if `T` is `Sync`.
pub(super) fn forwarded(item: &ItemTrait, methods: &TokenStream) -> TokenStream {
    let (name, wanted, pointee) = (&item.ident, &item.supertraits, pointee(item));
    let wanted = (!wanted.is_empty()).then(|| quote!(where Self: #wanted));
    let levels = attributes::of_implementation(&item.attrs);
    let levels = quote!(#(#levels)*);
    let pointers = [
        quote!(&#pointee),
        quote!(::std::boxed::Box<#pointee>),
        quote!(::std::sync::Arc<#pointee>),
    ];
    quote! {
        #(#levels impl<#pointee: #name + ?::core::marker::Sized> #name for #pointers #wanted { #methods })*
    }
}

/// The name of the type behind the pointer, as the docs show it: `T`, unless the trait names a `T`.
fn pointee(item: &ItemTrait) -> Ident {
    let names = ["T", "U", "V", "__T"].into_iter();
    let free = names.clone().find(|name| !mentions(item.to_token_stream(), name));
    Ident::new(free.unwrap_or("__T"), Span::call_site())
}

fn mentions(tokens: TokenStream, name: &str) -> bool {
    tokens.into_iter().any(|tree| match tree {
        TokenTree::Ident(ident) => ident == name,
        TokenTree::Group(group) => mentions(group.stream(), name),
        _ => false,
    })
}
