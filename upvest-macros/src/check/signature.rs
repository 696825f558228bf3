//! What the signature of a method may look like.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::{FnArg, GenericParam, ReceiverKind, ReturnType, Safety, Signature, Type};

use crate::errors::Errors;
use crate::grammar::{EndpointOptions, Flag};

pub(super) fn is_plain(signature: &Signature, errors: &mut Errors) {
    let Signature { constness, asyncness, safety, abi, generics, variadic, .. } = signature;
    if let Some(token) = asyncness {
        errors.at(token.span, "remove `async`: the method returns a `Call`, which is awaited");
    }
    if let Some(token) = constness {
        errors.at(token.span, "remove `const`: an endpoint is called at run time");
    }
    if let Safety::Unsafe(token) = safety {
        errors.at(token.span, "remove `unsafe`: an endpoint is safe to call");
    }
    if let Some(abi) = abi {
        errors.on(abi, "remove `extern`: an endpoint is a Rust method");
    }
    if let Some(variadic) = variadic {
        errors.on(variadic, "an endpoint names each of its parameters: remove `...`");
    }
    if has_type_parameters(signature) {
        errors.on(
            &generics.params,
            "an endpoint has no generic parameters: name the types that it sends",
        );
    } else if let Some(clause) = &generics.where_clause {
        errors.on(clause, "an endpoint has no `where` clause: remove it");
    }
    for input in &signature.inputs {
        let (FnArg::Receiver(syn::Receiver { attrs, .. })
        | FnArg::Typed(syn::PatType { attrs, .. })) = input;
        if let Some(attribute) = attrs.first() {
            errors.on(attribute, "a parameter of an endpoint has no attributes: remove this");
        }
    }
}

/// Whether there are other parameters than lifetimes, which a mock of a method needs if what it sends
/// borrows.
fn has_type_parameters(signature: &Signature) -> bool {
    let mut params = signature.generics.params.iter();
    params.any(|param| !matches!(param, GenericParam::Lifetime(_)))
}

pub(super) fn receiver_is_a_shared_reference(signature: &Signature, errors: &mut Errors) {
    match signature.receiver() {
        Some(receiver) => {
            let is_shared = matches!(receiver.kind, ReceiverKind::Reference(_, None, None));
            if !is_shared {
                errors.on(receiver, "an endpoint takes its client by reference: write `&self`");
            }
        }
        None => errors.at(
            signature.ident.span(),
            format!(
                "`{0}` needs `&self` as its first parameter: write `fn {0}(&self, …)`",
                signature.ident
            ),
        ),
    }
}

/// Without `impl Trait` and `Self`: what is sent has one type in all implementations.
pub(super) fn types_are_named(signature: &Signature, errors: &mut Errors) {
    for (ty, word) in unnamed_types(signature) {
        if word == "Self" {
            errors.at(
                word.span(),
                "an endpoint names its types: `Self` is a different type in each implementation",
            );
        } else if returned(signature).is_some_and(|returns| std::ptr::eq(returns, ty)) {
            errors.on(ty, "an endpoint returns a `Call`, which is awaited: write `Call<…>`");
        } else {
            errors.on(ty, "an endpoint names its types: write a type instead of `impl …`");
        }
    }
}

/// Whether a trait with this method can be an object.
pub(super) fn is_of_an_object(signature: &Signature) -> bool {
    let is_reference =
        |receiver: &syn::Receiver| matches!(receiver.kind, ReceiverKind::Reference(..));
    signature.asyncness.is_none()
        && !has_type_parameters(signature)
        && signature.receiver().is_some_and(is_reference)
        && unnamed_types(signature).is_empty()
}

/// The types that contain `impl` or `Self`, with that word.
fn unnamed_types(signature: &Signature) -> Vec<(&Type, Ident)> {
    let params = signature.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(typed) => Some(&*typed.ty),
        FnArg::Receiver(_) => None,
    });
    let returns = match &signature.output {
        ReturnType::Type(_, ty) => Some(&**ty),
        ReturnType::Default => None,
    };
    let types = params.chain(returns);
    types.filter_map(|ty| Some((ty, find(ty.to_token_stream(), &["impl", "Self"])?))).collect()
}

fn returned(signature: &Signature) -> Option<&Type> {
    match &signature.output {
        ReturnType::Type(_, ty) => Some(ty),
        ReturnType::Default => None,
    }
}

/// The first of these words, at any depth of brackets.
fn find(tokens: TokenStream, words: &[&str]) -> Option<Ident> {
    tokens.into_iter().find_map(|tree| match tree {
        TokenTree::Ident(ident) if words.iter().any(|word| ident == word) => Some(ident),
        TokenTree::Group(group) => find(group.stream(), words),
        _ => None,
    })
}

pub(super) fn returns(
    signature: &Signature,
    options: &EndpointOptions,
    errors: &mut Errors,
) -> Option<Type> {
    let Some(ty) = returned(signature) else {
        let is_idempotent = options.flag(Flag::Idempotent).is_some();
        let call = if is_idempotent { "IdempotentCall<()>" } else { "Call<()>" };
        let ident = &signature.ident;
        let message = format!(
            "`{ident}` has no return type: write `-> {call}`, with the type of the response for `()`"
        );
        errors.at(ident.span(), message);
        return None;
    };
    if let Some(borrow) = borrow(ty.to_token_stream()) {
        errors.at(
            borrow,
            "a response cannot borrow: write an owned type, such as `String` instead of `&str`",
        );
        return None;
    }
    Some(ty.clone())
}

/// Where something is borrowed for less than `'static`, at any depth of brackets.
fn borrow(tokens: TokenStream) -> Option<Span> {
    let mut trees = tokens.into_iter();
    while let Some(tree) = trees.next() {
        let found = match &tree {
            TokenTree::Group(group) => borrow(group.stream()),
            TokenTree::Punct(punct) if punct.as_char() == '&' => Some(punct.span()),
            TokenTree::Punct(punct) if punct.as_char() == '\'' => trees
                .next()
                .filter(|lifetime| lifetime.to_string() != "static")
                .map(|lifetime| lifetime.span()),
            _ => None,
        };
        if found.is_some() {
            return found;
        }
    }
    None
}
