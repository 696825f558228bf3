//! `&T`, `Box<T>` and `Arc<T>` do what `T` does, `dyn Trait` included.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::quote;
use syn::ItemTrait;

use super::Method;
use crate::attributes;
use crate::model::Api;

pub(super) fn forwarding(api: &Api, methods: &[Method<'_>]) -> TokenStream {
    let ItemTrait { ident: name, supertraits, .. } = &api.item;
    let signatures = methods.iter().map(|method| &method.signature);
    let pointee = pointee(&quote!(#name #supertraits #(#signatures)*));
    let methods = methods.iter().map(|method| {
        let (signature, ident) = (&method.signature, &method.item.sig.ident);
        let attributes = attributes::of_implementation(&method.item.attrs);
        let arguments = method.endpoint.params.iter().map(|param| &param.ident);
        quote! {
            #(#attributes)*
            #signature {
                <#pointee as #name>::#ident(self, #(#arguments),*)
            }
        }
    });
    forwarded(&api.item, &pointee, &quote!(#(#methods)*))
}

/// Each requires the supertraits of the trait: `&T` is `Send` only if `T` is `Sync`.
pub(super) fn forwarded(item: &ItemTrait, pointee: &Ident, methods: &TokenStream) -> TokenStream {
    let (name, wanted) = (&item.ident, &item.supertraits);
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
pub(super) fn pointee(signatures: &TokenStream) -> Ident {
    let names = ["T", "U", "V", "__T"].into_iter();
    let free = names.clone().find(|name| !mentions(signatures, name));
    Ident::new(free.unwrap_or("__T"), Span::call_site())
}

fn mentions(tokens: &TokenStream, name: &str) -> bool {
    tokens.clone().into_iter().any(|tree| match tree {
        TokenTree::Ident(ident) => ident == name,
        TokenTree::Group(group) => mentions(&group.stream(), name),
        _ => false,
    })
}
