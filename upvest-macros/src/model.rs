//! What a checked trait is. Only `check` makes these, and only they can be expanded.

use proc_macro2::Ident;
use syn::ext::IdentExt as _;
use syn::{GenericArgument, ItemTrait, LitStr, Path, PathArguments, Type};

pub(crate) struct Api {
    /// The trait as written, less our own attributes.
    pub(crate) item: ItemTrait,
    /// Where `upvest_core` is found.
    pub(crate) core: Path,
    pub(crate) endpoints: Vec<Endpoint>,
}

pub(crate) struct Endpoint {
    /// Where the method stands among the items of the trait.
    pub(crate) index: usize,
    pub(crate) verb: Ident,
    pub(crate) path: LitStr,
    /// `idempotent`, `signed` and so on, as far as they were given.
    pub(crate) flags: Vec<&'static str>,
    pub(crate) accept: Option<LitStr>,
    pub(crate) header: Option<LitStr>,
    /// The method's own, or else those of the trait.
    pub(crate) scopes: Vec<LitStr>,
    /// The fields of the body that the answer repeats.
    pub(crate) echoes: Vec<LitStr>,
    pub(crate) params: Vec<Param>,
    /// Placeholders that no parameter fills, with what there is to say of each.
    pub(crate) unfilled: Vec<(String, String)>,
    pub(crate) returns: Type,
}

impl Endpoint {
    pub(crate) fn is(&self, flag: &str) -> bool {
        self.flags.contains(&flag)
    }

    pub(crate) fn has(&self, place: Place) -> bool {
        self.params.iter().any(|param| param.place == place)
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
    Query,
    Header,
    Body,
    /// Nowhere: most likely it was to fill a placeholder that is spelt otherwise.
    Nowhere,
}

/// The `T` in `Call<T>`.
pub(crate) fn answer_of(returns: &Type) -> Option<&Type> {
    let Type::Path(path) = returns else { return None };
    let last = path.path.segments.last()?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    match arguments.args.first()? {
        GenericArgument::Type(ty) if last.ident == "Call" || last.ident == "IdempotentCall" => {
            Some(ty)
        }
        _ => None,
    }
}

/// The constant beside `ENDPOINTS` and `SCOPES` that describes a method.
pub(crate) fn constant_name(method: &Ident) -> String {
    method.unraw().to_string().to_uppercase()
}
