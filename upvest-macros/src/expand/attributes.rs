//! What the attributes of a method mean for all else that is emitted for it.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};
use syn::parse::Parser as _;
use syn::punctuated::Punctuated;
use syn::{Meta, Token, TraitItemFn};

/// The `#[cfg]`s: they hold for everything.
pub(super) fn cfgs(method: &TraitItemFn) -> Vec<TokenStream> {
    outer(method.attrs.iter().filter_map(|attribute| keep(&attribute.meta, &as_cfg)))
}

/// The conditions of the `#[cfg]`s, if there are any.
pub(super) fn condition(method: &TraitItemFn) -> Option<TokenStream> {
    let conditions: Vec<&TokenStream> = method
        .attrs
        .iter()
        .filter(|attribute| attribute.path().is_ident("cfg"))
        .filter_map(|attribute| attribute.meta.require_list().ok().map(|list| &list.tokens))
        .collect();
    (!conditions.is_empty()).then(|| quote!(all(#(#conditions),*)))
}

/// For its implementations: `#[cfg]`s and levels of lints. What is deprecated is still implemented.
pub(super) fn of_implementation(method: &TraitItemFn) -> Vec<TokenStream> {
    let kept = method.attrs.iter().filter_map(|attribute| {
        keep(&attribute.meta, &|meta| as_cfg(meta).or_else(|| as_lint_level(meta)))
    });
    let is_deprecated = method.attrs.iter().any(|attribute| says(&attribute.meta, "deprecated"));
    let allowed = is_deprecated.then(|| quote!(allow(deprecated)));
    outer(kept.chain(allowed))
}

/// For its constant: all that says who may see it, and what of it.
pub(super) fn of_constant(method: &TraitItemFn) -> Vec<TokenStream> {
    let kept = method.attrs.iter().filter_map(|attribute| {
        keep(&attribute.meta, &|meta| {
            let is_kept = meta.path().is_ident("deprecated") || is_hidden(meta);
            as_cfg(meta).or_else(|| as_lint_level(meta)).or(is_kept.then(|| meta.to_token_stream()))
        })
    });
    outer(kept)
}

/// Whether the docs leave the method out.
pub(super) fn are_hidden(method: &TraitItemFn) -> bool {
    method.attrs.iter().any(|attribute| is_hidden(&attribute.meta))
}

fn is_hidden(meta: &Meta) -> bool {
    let Ok(list) = meta.require_list() else { return false };
    list.path.is_ident("doc") && list.tokens.to_string() == "hidden"
}

fn as_cfg(meta: &Meta) -> Option<TokenStream> {
    meta.path().is_ident("cfg").then(|| meta.to_token_stream())
}

/// What is expected of the declaration may be missing elsewhere.
fn as_lint_level(meta: &Meta) -> Option<TokenStream> {
    let path = meta.path();
    if path.is_ident("expect") {
        let lints = &meta.require_list().ok()?.tokens;
        return Some(quote!(allow(#lints)));
    }
    let is_level = ["allow", "warn", "deny", "forbid"].iter().any(|level| path.is_ident(level));
    is_level.then(|| meta.to_token_stream())
}

/// One attribute as far as `choose` wants it; in a `cfg_attr`, each that it holds.
fn keep(meta: &Meta, choose: &dyn Fn(&Meta) -> Option<TokenStream>) -> Option<TokenStream> {
    let Some((condition, held)) = cfg_attr(meta) else { return choose(meta) };
    let kept: Vec<_> = held.iter().filter_map(|meta| keep(meta, choose)).collect();
    (!kept.is_empty()).then(|| quote!(cfg_attr(#condition, #(#kept),*)))
}

fn says(meta: &Meta, word: &str) -> bool {
    match cfg_attr(meta) {
        Some((_, held)) => held.iter().any(|meta| says(meta, word)),
        None => meta.path().is_ident(word),
    }
}

/// The condition of a `cfg_attr`, and the attributes that it holds.
fn cfg_attr(meta: &Meta) -> Option<(Meta, Vec<Meta>)> {
    if !meta.path().is_ident("cfg_attr") {
        return None;
    }
    let tokens = meta.require_list().ok()?.tokens.clone();
    let metas = Punctuated::<Meta, Token![,]>::parse_terminated.parse2(tokens).ok()?;
    let mut metas = metas.into_iter();
    Some((metas.next()?, metas.collect()))
}

/// The kept parts of attributes, as attributes of their own.
fn outer(metas: impl Iterator<Item = TokenStream>) -> Vec<TokenStream> {
    metas.map(|meta| quote!(#[#meta])).collect()
}
