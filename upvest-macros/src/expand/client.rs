//! The implementation that sends: each method describes its request and hands it to the core.
//!
//! What a type must be able to do is named through a path, `<Type as Body>::write`, with the span of
//! that type: a type that cannot is marked once, where it stands.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens as _, quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;
use syn::{Path, Type};

use super::{Method, attributes};
use crate::model::{Api, Param, Place, answer_of};

pub(super) fn client(api: &Api, methods: &[Method<'_>]) -> TokenStream {
    let (name, core) = (&api.item.ident, &api.core);
    let methods = methods.iter().map(|method| {
        let (constant, signature) = (method.constant(), &method.item.sig);
        let attributes = attributes::of_implementation(&method.item.attrs);
        let params = &method.endpoint.params;
        let parts = params.iter().map(|param| part(param, core));
        // Beside the one error, no word of what is not used.
        let nowhere = params.iter().filter(|param| param.place == Place::Nowhere);
        let nowhere = nowhere.map(|param| &param.ident);
        let returned = returned(method, core);
        quote! {
            #(#attributes)*
            #signature {
                #(let _ = #nowhere;)*
                #core::__private::Request::new(self, <dyn #name>::#constant) #(#parts)* #returned
            }
        }
    });
    let levels = attributes::of_implementation(&api.item.attrs);
    quote! {
        #(#levels)*
        impl #name for #core::Client {
            #(#methods)*
        }
    }
}

fn part(param: &Param, core: &Path) -> TokenStream {
    let ident = &param.ident;
    let (ty, value) = match &param.ty {
        Type::Reference(reference) => (&*reference.elem, quote!(#ident)),
        ty => (ty, quote!(&#ident)),
    };
    let able = |name: &str, function: &str| {
        let (name, function) = (Ident::new(name, ty.span()), Ident::new(function, ty.span()));
        quote_spanned!(ty.span()=> <#ty as #core::__private::#name>::#function)
    };
    match param.place {
        Place::Path => {
            let (name, text) = (ident.unraw().to_string(), able("Segment", "text"));
            quote!(.path(#name, #value, #text))
        }
        Place::Header => {
            let text = able("Header", "text");
            quote!(.header(#value, #text))
        }
        Place::Query => {
            let write = able("Query", "write");
            quote!(.query(#value, #write))
        }
        Place::Body => {
            let write = able("Body", "write");
            quote!(.body(#value, #write))
        }
        Place::Nowhere => quote!(),
    }
}

/// Flags that disagree with the return type, and an answer that cannot be read, are marked there.
fn returned(method: &Method<'_>, core: &Path) -> TokenStream {
    let (endpoint, returns) = (method.endpoint, &method.endpoint.returns);
    let kind = if endpoint.is("idempotent") { "IdempotentReturn" } else { "PlainReturn" };
    let (kind, new) = (Ident::new(kind, returns.span()), Ident::new("new", returns.span()));
    let call = quote_spanned!(returns.span()=> <#returns as #core::__private::#kind<_>>);

    let asks_for_bytes = endpoint.accept.is_some()
        || endpoint.header.as_ref().is_some_and(|header| header.value() == "accept");
    let answer = match () {
        () if endpoint.is("redirect") => "RedirectResponse",
        () if asks_for_bytes => "BytesResponse",
        () => "JsonResponse",
    };
    let (ty, span) = match answer_of(returns) {
        Some(ty) => (ty.to_token_stream(), ty.span()),
        // A name of the user's own for a call.
        None => (quote_spanned!(returns.span()=> _), returns.span()),
    };
    let (answer, decoder) = (Ident::new(answer, span), Ident::new("decoder", span));
    let decoder = quote_spanned!(span=> <#ty as #core::__private::#answer>::#decoder);
    quote!(.call(#call::#new, #decoder()))
}
