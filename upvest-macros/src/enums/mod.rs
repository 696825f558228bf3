//! `open_enum!` and `events!`: enums with a text for each variant.
//!
//! As for `#[api]`: all mistakes are collected, each at the token that is wrong, and the enum is
//! always printed, so that its uses give no second error.

mod declaration;
mod events;
mod open;

use proc_macro2::TokenStream;
use quote::quote;

use crate::attributes;
use crate::errors::Errors;
use declaration::{Declaration, Kind};

/// `open_enum!`, after the path to `upvest_types`.
pub(crate) fn open_enum(tokens: TokenStream) -> TokenStream {
    expand(Kind::Open, tokens)
}

/// `events!`, after the path to `upvest_core`.
pub(crate) fn events(tokens: TokenStream) -> TokenStream {
    expand(Kind::Events, tokens)
}

fn expand(kind: Kind, tokens: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let declaration = Declaration::read(kind, tokens, &mut errors);
    let errors = errors.into_compile_errors();
    let item = declaration.map(|declaration| {
        let items = match kind {
            Kind::Open => open::expand(&declaration),
            Kind::Events => events::expand(&declaration),
        };
        under_its_conditions(&declaration, items)
    });
    quote!(#errors #item)
}

/// What is generated for an enum exists and is deprecated where the enum is.
fn under_its_conditions(declaration: &Declaration, items: TokenStream) -> TokenStream {
    let conditions = attributes::of_implementation(&declaration.attributes);
    if conditions.is_empty() {
        return items;
    }
    let Ok(file) = syn::parse2::<syn::File>(items.clone()) else { return items };
    let items = file.items.into_iter().map(|item| match item {
        syn::Item::Enum(item) => quote!(#item),
        item => quote!(#(#conditions)* #item),
    });
    quote!(#(#items)*)
}
