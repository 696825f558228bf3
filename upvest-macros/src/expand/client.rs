//! The implementation that sends: each method describes its request and hands it to the core.
//!
//! A required trait is named through a path, `<Type as Body>::write`, with the span of the type, so the
//! compiler reports a type without the trait once, at that type.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;
use syn::{Path, Token, Type};

use super::Method;
use crate::attributes;
use crate::grammar::Flag;
use crate::model::{Api, Param, Position, response_of};

pub(super) fn client(api: &Api, methods: &[Method<'_>]) -> TokenStream {
    let (name, core) = (&api.item.ident, &api.core);
    let methods = methods.iter().map(|method| {
        let (constant, signature) = (&method.constant, &method.signature);
        let attributes = attributes::of_implementation(&method.item.attrs);
        let params = &method.endpoint.params;
        let parts = params.iter().map(|param| part(param, core));
        let returned = returned(method, core);
        quote! {
            #(#attributes)*
            #signature {
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
    let (ty, and) = match &param.ty {
        Type::Reference(reference) => (&*reference.elem, None),
        ty => (ty, Some(<Token![&]>::default())),
    };
    let (part, able, function) = match param.position {
        Position::Path => ("path", "Segment", "text"),
        Position::Header => ("header", "Header", "text"),
        Position::Query => ("query", "Query", "write"),
        Position::Body => ("body", "Body", "write"),
    };
    let part = Ident::new(part, Span::call_site());
    let name = (param.position == Position::Path).then(|| ident.unraw().to_string());
    let name = name.iter();
    let span = ty.span();
    let (able, function) = (Ident::new(able, span), Ident::new(function, span));
    let function = quote_spanned!(span=> <#ty as #core::__private::#able>::#function);
    quote!(.#part(#(#name,)* #and #ident, #function))
}

/// Flags that disagree with the return type, and a response that cannot be read, are errors there.
fn returned(method: &Method<'_>, core: &Path) -> TokenStream {
    let (endpoint, returns) = (method.endpoint, &method.endpoint.returns);
    let kind = if endpoint.is(Flag::Idempotent) { "IdempotentReturn" } else { "PlainReturn" };
    let span = returns.span();
    let (kind, new) = (Ident::new(kind, span), Ident::new("new", span));
    let call = quote_spanned!(span=> <#returns as #core::__private::#kind<_>>);

    let asks_for_bytes = endpoint.accept.is_some()
        || endpoint.header.as_ref().is_some_and(|header| header.value() == "accept");
    let response = match () {
        () if endpoint.is(Flag::Redirect) => "RedirectResponse",
        () if asks_for_bytes => "BytesResponse",
        () => "JsonResponse",
    };
    // Of a type alias for a call, the compiler knows the response.
    let inferred = Type::Verbatim(quote_spanned!(span=> _));
    let ty = response_of(returns).unwrap_or(&inferred);
    let span = ty.span();
    let (response, decoder) = (Ident::new(response, span), Ident::new("decoder", span));
    let decoder = quote_spanned!(span=> <#ty as #core::__private::#response>::#decoder);
    quote!(.call(#call::#new, #decoder()))
}
