//! `&T`, `Box<T>` and `Arc<T>` do what `T` does, `dyn Trait` included.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Ident;

use super::{Method, attributes};
use crate::model::Api;

pub(super) fn forwarding(api: &Api, methods: &[Method<'_>]) -> TokenStream {
    let name = &api.item.ident;
    let methods = methods.iter().map(|method| {
        let (signature, ident) = (&method.item.sig, &method.item.sig.ident);
        let attributes = attributes::of_implementation(method.item);
        let arguments = method.endpoint.params.iter().map(|param| &param.ident);
        quote! {
            #(#attributes)*
            #signature {
                <__Api as #name>::#ident(self, #(#arguments),*)
            }
        }
    });
    forwarded(name, &quote!(#(#methods)*))
}

pub(super) fn forwarded(name: &Ident, methods: &TokenStream) -> TokenStream {
    quote! {
        impl<__Api: #name + ?::core::marker::Sized> #name for &__Api { #methods }
        impl<__Api: #name + ?::core::marker::Sized> #name for ::std::boxed::Box<__Api> { #methods }
        impl<__Api: #name + ?::core::marker::Sized> #name for ::std::sync::Arc<__Api> { #methods }
    }
}
