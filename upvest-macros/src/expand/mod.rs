//! The model to tokens: the trait, its table, and calls into `upvest_core`. No logic is emitted.

mod client;
mod docs;
mod fallback;
mod forwarding;
mod placeholders;
mod table;

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens as _, quote};
use syn::{TraitItem, TraitItemFn};

use crate::model::{Api, Endpoint, constant_name};

pub(crate) use fallback::fallback;

/// The expansion of a trait without mistakes.
pub(crate) fn expand(api: &Api) -> TokenStream {
    let methods: Vec<Method<'_>> = api
        .endpoints
        .iter()
        .filter_map(|endpoint| match api.item.items.get(endpoint.index) {
            Some(TraitItem::Fn(item)) => Some(Method::of(item, endpoint)),
            _ => None,
        })
        .collect();

    let declaration = docs::declaration(api, &methods);
    let table = table::table(api, &methods);
    let client = client::client(api, &methods);
    let placeholders = placeholders::placeholders(&methods);
    let forwarding = forwarding::forwarding(api, &methods);
    quote!(#declaration #table #client #placeholders #forwarding)
}

/// What several outputs print is made once: in the builds of users, macros are not optimised.
struct Method<'a> {
    item: &'a TraitItemFn,
    endpoint: &'a Endpoint,
    /// Its signature, as written.
    signature: TokenStream,
    /// The name of its constant.
    constant: Ident,
    /// The line of its docs that says what is sent.
    summary: String,
}

impl<'a> Method<'a> {
    fn of(item: &'a TraitItemFn, endpoint: &'a Endpoint) -> Self {
        let ident = &item.sig.ident;
        let constant = Ident::new(&constant_name(ident), ident.span());
        let (signature, summary) = (item.sig.to_token_stream(), docs::summary(endpoint));
        Self { item, endpoint, signature, constant, summary }
    }
}
