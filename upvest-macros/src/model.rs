//! A checked trait. Only `check` makes these, and only they can be expanded.

use proc_macro2::Ident;
use syn::ext::IdentExt as _;
use syn::{GenericArgument, ItemTrait, LitStr, Path, PathArguments, Type};

use crate::grammar::{Flag, Method};

pub(crate) struct Api {
    /// The trait as written, without `#[endpoint]`.
    pub(crate) item: ItemTrait,
    /// The path to `upvest_core`.
    pub(crate) core: Path,
    pub(crate) endpoints: Vec<Endpoint>,
}

pub(crate) struct Endpoint {
    /// The index of the method among the items of the trait.
    pub(crate) index: usize,
    pub(crate) method: Method,
    pub(crate) path: LitStr,
    pub(crate) flags: Vec<Flag>,
    pub(crate) accept: Option<LitStr>,
    pub(crate) header: Option<LitStr>,
    /// Those of the method, or else those of the trait.
    pub(crate) scopes: Vec<LitStr>,
    /// Whether the method names its scopes itself, or says that it needs none.
    pub(crate) names_scopes: bool,
    /// The fields of the body that the response repeats.
    pub(crate) echoes: Vec<LitStr>,
    pub(crate) params: Vec<Param>,
    pub(crate) returns: Type,
}

impl Endpoint {
    pub(crate) fn is(&self, flag: Flag) -> bool {
        self.flags.contains(&flag)
    }

    pub(crate) fn has(&self, position: Position) -> bool {
        self.params.iter().any(|param| param.position == position)
    }
}

pub(crate) struct Param {
    pub(crate) ident: Ident,
    pub(crate) ty: Type,
    pub(crate) position: Position,
}

/// Where in the request a parameter goes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Position {
    Path,
    Query,
    Header,
    Body,
}

/// The `T` in `Call<T>`.
pub(crate) fn response_of(returns: &Type) -> Option<&Type> {
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

/// The name of the constant that describes a method.
pub(crate) fn constant_name(method: &Ident) -> String {
    method.unraw().to_string().to_uppercase()
}
