//! `&T`, `Box<T>` and `Arc<T>` do what `T` does, `dyn Trait` included.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ItemTrait;

use super::{Method, attributes};
use crate::model::Api;

pub(super) fn forwarding(api: &Api, methods: &[Method<'_>]) -> TokenStream {
    let name = &api.item.ident;
    let methods = methods.iter().map(|method| {
        let (signature, ident) = (&method.item.sig, &method.item.sig.ident);
        let attributes = attributes::of_implementation(&method.item.attrs);
        let arguments = method.endpoint.params.iter().map(|param| &param.ident);
        quote! {
            #(#attributes)*
            #signature {
                <__Api as #name>::#ident(self, #(#arguments),*)
            }
        }
    });
    forwarded(&api.item, &quote!(#(#methods)*))
}

/// Each is only as able as the trait wants it to be: `&T` is `Send` if `T` is `Sync`.
pub(super) fn forwarded(item: &ItemTrait, methods: &TokenStream) -> TokenStream {
    let (name, wanted) = (&item.ident, &item.supertraits);
    let wanted = (!wanted.is_empty()).then(|| quote!(where Self: #wanted));
    let levels = attributes::of_implementation(&item.attrs);
    let levels = quote!(#(#levels)*);
    let pointers =
        [quote!(&__Api), quote!(::std::boxed::Box<__Api>), quote!(::std::sync::Arc<__Api>)];
    quote! {
        #(#levels impl<__Api: #name + ?::core::marker::Sized> #name for #pointers #wanted { #methods })*
    }
}
