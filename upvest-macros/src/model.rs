//! What a checked trait is. Only `check.rs` makes these, and only they can be expanded.

use proc_macro2::Ident;
use syn::{ItemTrait, LitStr, Type};

pub(crate) struct Api {
    /// The trait as written, less our own attributes.
    pub(crate) item: ItemTrait,
    pub(crate) scope: Option<LitStr>,
    pub(crate) endpoints: Vec<Endpoint>,
}

pub(crate) struct Endpoint {
    /// Where the method stands among the items of the trait.
    pub(crate) index: usize,
    pub(crate) verb: Ident,
    pub(crate) path: LitStr,
    /// `idempotent`, `signed` and so on, as far as they were given.
    pub(crate) words: Vec<&'static str>,
    pub(crate) params: Vec<Param>,
    pub(crate) returns: Type,
}

impl Endpoint {
    pub(crate) fn is(&self, word: &str) -> bool {
        self.words.contains(&word)
    }
}

pub(crate) struct Param {
    pub(crate) ident: Ident,
    pub(crate) ty: Type,
    pub(crate) place: Place,
}

/// Where in the request a parameter goes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Path,
    Body,
    Query,
}
