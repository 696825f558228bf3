//! What is printed next to the errors: enough for uses of the trait to resolve.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens as _, quote};
use syn::{ItemTrait, Path, TraitItem, TraitItemFn};

use super::forwarding;
use crate::attributes;
use crate::check;
use crate::model::constant_name;

/// The trait as written, implementations whose bodies never run, and an empty table: nothing runs next
/// to an error.
pub(crate) fn fallback(mut item: ItemTrait, core: &Path) -> TokenStream {
    drop_duplicates(&mut item);
    let item = &item;
    if !item.generics.params.is_empty() {
        return item.to_token_stream();
    }
    let name = &item.ident;
    let others = item.items.iter().filter_map(stand_in);
    let methods: Vec<&TraitItemFn> = item
        .items
        .iter()
        .filter_map(|item| match item {
            TraitItem::Fn(method) => Some(method),
            _ => None,
        })
        .collect();
    let bodies: TokenStream = methods.iter().map(|method| body(method)).collect();
    let unsafety = &item.unsafety;
    let levels = attributes::of_implementation(&item.attrs);
    let client = quote!(#(#levels)* #unsafety impl #name for #core::Client { #(#others)* #bodies });
    if item.unsafety.is_some() || !check::is_object(item) {
        return quote!(#item #client);
    }
    let forwarding = forwarding::forwarded(item, &bodies);
    let table = table(item, &methods, core);
    quote!(#item #client #forwarding #table)
}

/// A second method with one name would be an error wherever it is printed.
fn drop_duplicates(item: &mut ItemTrait) {
    let mut seen = Vec::new();
    item.items.retain(|item| {
        let TraitItem::Fn(method) = item else { return true };
        let cfgs = attributes::cfgs(&method.attrs);
        let signature = (method.sig.ident.clone(), quote!(#(#cfgs)*).to_string());
        let is_new = !seen.contains(&signature);
        seen.push(signature);
        is_new
    });
}

/// For required items that are not methods.
fn stand_in(item: &TraitItem) -> Option<TokenStream> {
    match item {
        TraitItem::Const(item) if item.default.is_none() => {
            let (ident, ty) = (&item.ident, &item.ty);
            Some(quote!(const #ident: #ty = ::core::unimplemented!();))
        }
        TraitItem::Type(item) if item.default.is_none() && item.generics.params.is_empty() => {
            let ident = &item.ident;
            Some(quote!(type #ident = ();))
        }
        _ => None,
    }
}

fn body(method: &TraitItemFn) -> TokenStream {
    let (attributes, signature) = (attributes::of_implementation(&method.attrs), &method.sig);
    let returns = signature.output.to_token_stream().into_iter();
    let body = if returns.map(|tree| tree.to_string()).any(|word| word == "impl") {
        quote!(::core::future::pending())
    } else {
        quote!(::core::unimplemented!())
    };
    quote! {
        #(#attributes)*
        #[allow(unused_variables)]
        #signature { #body }
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
        let attributes = attributes::of_constant(&method.attrs);
        Some(quote! {
            #(#attributes)*
            #vis const #ident: #core::Endpoint = #core::Endpoint::new("", #core::Method::Get, "");
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
