//! What is printed next to the errors: enough for uses of the trait to resolve.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens as _, quote};
use syn::{FnArg, ItemTrait, Pat, PatType, Path, TraitItem, TraitItemFn};

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
    let pointee = forwarding::pointee(&item.to_token_stream());
    let forwarding = forwarding::forwarded(item, &pointee, &bodies);
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
    let names = signature.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(PatType { pat, .. }) => match &**pat {
            Pat::Ident(name) => Some(&name.ident),
            _ => None,
        },
        FnArg::Receiver(_) => None,
    });
    quote! {
        #(#attributes)*
        #signature {
            #(let _ = #names;)*
            #body
        }
    }
}

fn table(item: &ItemTrait, methods: &[&TraitItemFn], core: &Path) -> TokenStream {
    let (name, vis) = (&item.ident, &item.vis);
    let docs = "The declaration has mistakes.";
    let mut used = Vec::new();
    let mut seen = vec!["ENDPOINTS".to_owned(), "SCOPES".to_owned()];
    let mut constants = Vec::new();
    for method in methods {
        let constant = constant_name(&method.sig.ident);
        if seen.contains(&constant) {
            continue;
        }
        let ident = Ident::new(&constant, method.sig.ident.span());
        seen.push(constant);
        let cfgs = attributes::cfgs(&method.attrs);
        used.push(quote!(#(#cfgs)* Self::#ident));
        let attributes = attributes::of_constant(&method.attrs);
        constants.push(quote! {
            #[doc = #docs]
            #(#attributes)*
            #vis const #ident: #core::Endpoint = #core::Endpoint::new("", #core::Method::Get, "");
        });
    }
    let is_deprecated = methods.iter().any(|method| attributes::is_deprecated(&method.attrs));
    let deprecated = is_deprecated.then(|| quote!(#[allow(deprecated)]));
    quote! {
        #deprecated
        impl dyn #name {
            #(#constants)*
            #[doc = #docs]
            #vis const ENDPOINTS: &'static [#core::Endpoint] = &[#(#used),*];
            #[doc = #docs]
            #vis const SCOPES: &'static [&'static ::core::primitive::str] = &[];
        }
        // Uses them all: an application may forbid to allow unused ones.
        const _: (&[#core::Endpoint], &[&::core::primitive::str]) =
            (<dyn #name>::ENDPOINTS, <dyn #name>::SCOPES);
    }
}
