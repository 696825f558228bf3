//! The names of methods: those of the client, and the constants that are made from them.

use syn::ext::IdentExt as _;
use syn::{ItemTrait, TraitItem, TraitItemFn};

use super::{may_coexist, method};
use crate::errors::Errors;
use crate::model::{Endpoint, constant_name};

/// Methods of `upvest_core::Client`, and of traits of the prelude: on a client, they are called instead of a trait method of the same name, or are ambiguous with it.
const OF_THE_CLIENT: [&str; 8] =
    ["base_url", "clone", "clone_from", "into", "now", "replay", "to_owned", "try_into"];

pub(super) fn methods_do_not_collide(item: &ItemTrait, errors: &mut Errors) {
    for item in &item.items {
        let TraitItem::Fn(method) = item else { continue };
        let ident = &method.sig.ident;
        if OF_THE_CLIENT.iter().any(|name| ident.unraw() == *name) {
            errors.at(
                ident.span(),
                format!(
                    "`Client` already has a method `{ident}`, so `client.{ident}(…)` would not call \
                     this one: rename it"
                ),
            );
        }
    }
}

/// Each method has a constant with its name in capitals, next to `ENDPOINTS` and `SCOPES`.
pub(super) fn constants_are_unique(item: &ItemTrait, endpoints: &[Endpoint], errors: &mut Errors) {
    let mut seen: Vec<(String, Option<&TraitItemFn>)> =
        vec![("ENDPOINTS".to_owned(), None), ("SCOPES".to_owned(), None)];
    for method in endpoints.iter().filter_map(|endpoint| method(item, endpoint)) {
        let name = constant_name(&method.sig.ident);
        let is_taken = |(taken, other): &(String, Option<&TraitItemFn>)| {
            *taken == name && other.is_none_or(|other| may_coexist(method, other))
        };
        if seen.iter().any(is_taken) {
            let ident = &method.sig.ident;
            errors.at(
                ident.span(),
                format!("`{ident}` would make a second constant `{name}`: rename it"),
            );
        }
        seen.push((name, Some(method)));
    }
}
