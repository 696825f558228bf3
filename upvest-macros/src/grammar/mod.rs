//! The grammar of the attributes: typed options with their spans. `check` decides which values they may
//! have, and which of them go together.

mod read;

use proc_macro2::Span;
use syn::{Ident, LitStr, Path};

pub(crate) use read::{api, endpoint};

/// An HTTP method.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl Method {
    pub(super) const ALL: [Self; 5] = [Self::Get, Self::Post, Self::Put, Self::Patch, Self::Delete];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    pub(super) fn of(ident: &Ident) -> Option<Self> {
        Self::ALL.into_iter().find(|method| ident == method.as_str())
    }
}

/// An option without a value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flag {
    Idempotent,
    Signed,
    Anonymous,
    Form,
    Redirect,
}

impl Flag {
    /// In the order in which they are documented.
    pub(super) const ALL: [Self; 5] =
        [Self::Idempotent, Self::Signed, Self::Anonymous, Self::Form, Self::Redirect];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Idempotent => "idempotent",
            Self::Signed => "signed",
            Self::Anonymous => "anonymous",
            Self::Form => "form",
            Self::Redirect => "redirect",
        }
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|flag| name == flag.as_str())
    }
}

/// An option with a value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Setting {
    Accept,
    Echoes,
    Header,
    Scope,
}

impl Setting {
    pub(super) const ALL: [Self; 4] = [Self::Accept, Self::Echoes, Self::Header, Self::Scope];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Echoes => "echoes",
            Self::Header => "header",
            Self::Scope => "scope",
        }
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|setting| name == setting.as_str())
    }

    /// How to write it.
    pub(super) fn usage(self) -> &'static str {
        match self {
            Self::Accept => {
                "write `accept = \"application/pdf\"`, with the media type of the response"
            }
            Self::Echoes => {
                "write `echoes = [\"amount\", \"currency\"]`, with the fields of the body that the \
                 response repeats"
            }
            Self::Header => {
                "write `header = \"accept\"`, with the name of the header that a parameter fills"
            }
            Self::Scope => {
                "write `scope = \"users:admin\"`, or `scope = [\"users:read\", \"users:admin\"]` if any \
                 one of several is enough"
            }
        }
    }
}

/// A value, and where it was given.
#[derive(Clone, Copy)]
pub(crate) struct Spanned<T> {
    pub(crate) value: T,
    pub(crate) span: Span,
}

/// The value of a setting, and where the setting is named.
pub(crate) struct Given<T> {
    pub(crate) name: Ident,
    pub(crate) value: T,
}

/// `#[api(scope = "…", crate = path)]`
#[derive(Default)]
pub(crate) struct ApiOptions {
    pub(crate) scope: Option<Given<Vec<LitStr>>>,
    pub(crate) core: Option<Path>,
}

/// `#[endpoint(METHOD, "/path", options…)]`: each part as far as it could be read.
#[derive(Default)]
pub(crate) struct EndpointOptions {
    pub(crate) method: Option<Spanned<Method>>,
    pub(crate) path: Option<LitStr>,
    pub(crate) accept: Option<Given<LitStr>>,
    pub(crate) header: Option<Given<LitStr>>,
    pub(crate) scope: Option<Given<Vec<LitStr>>>,
    pub(crate) echoes: Option<Given<Vec<LitStr>>>,
    /// Whether a header was meant, but could not be read.
    pub(crate) is_header_broken: bool,
    flags: Vec<Spanned<Flag>>,
}

impl EndpointOptions {
    pub(super) fn add(&mut self, flag: Flag, word: &Ident) {
        self.flags.push(Spanned { value: flag, span: word.span() });
    }

    /// Where the flag was given, if it was.
    pub(crate) fn flag(&self, flag: Flag) -> Option<Span> {
        self.flags.iter().find(|given| given.value == flag).map(|given| given.span)
    }

    /// The flags that were given, in the order in which they are documented.
    pub(crate) fn flags(&self) -> Vec<Flag> {
        Flag::ALL.into_iter().filter(|flag| self.flag(*flag).is_some()).collect()
    }
}
