//! Which attributes of a method, or of the trait, apply to the items that are generated for it.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens as _, quote};
use syn::parse::Parser as _;
use syn::punctuated::Punctuated;
use syn::{Attribute, Meta, Token};

/// The `#[cfg]`s, which apply to every item.
pub(crate) fn cfgs(attributes: &[Attribute]) -> Vec<TokenStream> {
    outer(attributes.iter().filter_map(|attribute| keep(&attribute.meta, &as_cfg)))
}

/// The condition under which the item exists, if there is one.
pub(crate) fn condition(attributes: &[Attribute]) -> Option<TokenStream> {
    let conditions: Vec<TokenStream> =
        attributes.iter().filter_map(|attribute| condition_of(&attribute.meta)).collect();
    (!conditions.is_empty()).then(|| quote!(all(#(#conditions),*)))
}

fn condition_of(meta: &Meta) -> Option<TokenStream> {
    match cfg_attr(meta) {
        Some((condition, held)) => {
            let held: Vec<TokenStream> = held.iter().filter_map(condition_of).collect();
            (!held.is_empty()).then(|| quote!(any(not(#condition), all(#(#held),*))))
        }
        None if meta.path().is_ident("cfg") => {
            meta.require_list().ok().map(|list| list.tokens.clone())
        }
        None => None,
    }
}

/// For its implementations: `#[cfg]`s and lint levels. A deprecated method is still implemented.
pub(crate) fn of_implementation(attributes: &[Attribute]) -> Vec<TokenStream> {
    let kept = attributes.iter().filter_map(|attribute| {
        keep(&attribute.meta, &|meta| as_cfg(meta).or_else(|| as_lint_level(meta)))
    });
    let allowed = is_deprecated(attributes).then(|| quote!(allow(deprecated)));
    outer(kept.chain(allowed))
}

pub(crate) fn is_deprecated(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| contains(&attribute.meta, "deprecated"))
}

/// For its constant: also whether it is deprecated or hidden.
pub(crate) fn of_constant(attributes: &[Attribute]) -> Vec<TokenStream> {
    let kept = attributes.iter().filter_map(|attribute| {
        keep(&attribute.meta, &|meta| {
            let is_kept = meta.path().is_ident("deprecated") || is_hidden(meta);
            as_cfg(meta).or_else(|| as_lint_level(meta)).or(is_kept.then(|| meta.to_token_stream()))
        })
    });
    outer(kept)
}

/// Whether the docs leave the method out.
pub(crate) fn are_hidden(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| is_hidden(&attribute.meta))
}

fn is_hidden(meta: &Meta) -> bool {
    let Ok(list) = meta.require_list() else { return false };
    let mut words = list.tokens.clone().into_iter();
    list.path.is_ident("doc") && words.any(|word| word.to_string() == "hidden")
}

fn as_cfg(meta: &Meta) -> Option<TokenStream> {
    meta.path().is_ident("cfg").then(|| meta.to_token_stream())
}

/// A lint that is expected in the declaration may not fire elsewhere.
fn as_lint_level(meta: &Meta) -> Option<TokenStream> {
    let path = meta.path();
    if path.is_ident("expect") {
        let lints = &meta.require_list().ok()?.tokens;
        return Some(quote!(allow(#lints)));
    }
    let is_level = ["allow", "warn", "deny", "forbid"].iter().any(|level| path.is_ident(level));
    is_level.then(|| meta.to_token_stream())
}

/// The part of an attribute that `choose` selects; in a `cfg_attr`, of each attribute that it contains.
fn keep(meta: &Meta, choose: &dyn Fn(&Meta) -> Option<TokenStream>) -> Option<TokenStream> {
    let Some((condition, held)) = cfg_attr(meta) else { return choose(meta) };
    let kept: Vec<_> = held.iter().filter_map(|meta| keep(meta, choose)).collect();
    (!kept.is_empty()).then(|| quote!(cfg_attr(#condition, #(#kept),*)))
}

/// Whether an attribute has this name, or is a `cfg_attr` that contains one.
pub(crate) fn contains(meta: &Meta, word: &str) -> bool {
    match cfg_attr(meta) {
        Some((_, held)) => held.iter().any(|meta| contains(meta, word)),
        None => meta.path().is_ident(word),
    }
}

/// The condition of a `cfg_attr`, and the attributes that it contains.
fn cfg_attr(meta: &Meta) -> Option<(TokenStream, Vec<Meta>)> {
    if !meta.path().is_ident("cfg_attr") {
        return None;
    }
    let mut tokens = meta.require_list().ok()?.tokens.clone().into_iter();
    let is_comma =
        |tree: &TokenTree| matches!(tree, TokenTree::Punct(punct) if punct.as_char() == ',');
    let condition = tokens.by_ref().take_while(|tree| !is_comma(tree)).collect();
    let held = Punctuated::<Meta, Token![,]>::parse_terminated.parse2(tokens.collect()).ok()?;
    Some((condition, held.into_iter().collect()))
}

/// The selected parts, each as an outer attribute.
fn outer(metas: impl Iterator<Item = TokenStream>) -> Vec<TokenStream> {
    metas.map(|meta| quote!(#[#meta])).collect()
}
