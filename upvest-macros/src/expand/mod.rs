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
            Some(TraitItem::Fn(item)) => Some(Method { item, endpoint }),
            _ => None,
        })
        .collect();

    let declaration = docs::declaration(api, &methods).into_token_stream();
    let table = table::table(api, &methods);
    let client = client::client(api, &methods);
    let placeholders = placeholders::placeholders(&methods);
    let forwarding = forwarding::forwarding(api, &methods);
    quote!(#declaration #table #client #placeholders #forwarding)
}

struct Method<'a> {
    item: &'a TraitItemFn,
    endpoint: &'a Endpoint,
}

impl Method<'_> {
    fn constant(&self) -> Ident {
        Ident::new(&constant_name(&self.item.sig.ident), self.item.sig.ident.span())
    }
}
