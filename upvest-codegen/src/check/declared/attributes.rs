//! The attributes of types, fields and variants: serde's options, derives and `#[cfg(test)]`.

use proc_macro2::{TokenStream, TokenTree};
use syn::parse::Parser as _;
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, ExprLit, Lit, Meta, Path, Token};

use super::case::Case;
use crate::check::direction::Direction;

/// The options of all `#[serde(…)]` attributes of an item.
#[derive(Debug, Default)]
pub(super) struct Serde(Vec<SerdeOption>);

#[derive(Debug)]
struct SerdeOption {
    name: String,
    /// The text after `=`.
    text: Option<String>,
    /// The options in parentheses, as in `rename(serialize = "…")`.
    parts: Vec<SerdeOption>,
}

impl Serde {
    pub(super) fn of(attributes: &[Attribute]) -> Self {
        let metas = metas(attributes);
        let lists = metas.iter().filter(|meta| meta.path().is_ident("serde"));
        Self(lists.flat_map(nested).map(|meta| SerdeOption::of(&meta)).collect())
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|option| option.name == name)
    }

    /// The text of an option such as `tag = "…"`.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.texts(name).next()
    }

    pub(super) fn texts(&self, name: &str) -> impl Iterator<Item = &str> {
        let options = self.0.iter().filter(move |option| option.name == name);
        options.filter_map(|option| option.text.as_deref())
    }

    /// The text of an option that may differ between the directions, such as `rename`.
    pub(super) fn directed(&self, name: &str, direction: Direction) -> Option<&str> {
        let part = match direction {
            Direction::Request => "serialize",
            Direction::Response => "deserialize",
        };
        self.0.iter().filter(|option| option.name == name).find_map(|option| {
            let part = option.parts.iter().find(|option| option.name == part);
            option.text.as_deref().or_else(|| part?.text.as_deref())
        })
    }

    pub(super) fn case(&self, direction: Direction) -> Case {
        self.directed("rename_all", direction).map(Case::named).unwrap_or_default()
    }
}

impl SerdeOption {
    fn of(meta: &Meta) -> Self {
        let name = last_name(meta.path());
        let text = match meta {
            Meta::NameValue(pair) => match &pair.value {
                Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
                _ => None,
            },
            _ => None,
        };
        let parts = nested(meta).iter().map(Self::of).collect();
        Self { name, text, parts }
    }
}

/// Whether a derive with this name is among the attributes.
pub(super) fn derives(attributes: &[Attribute], name: &str) -> bool {
    let metas = metas(attributes);
    let mut derives = metas.iter().filter(|meta| meta.path().is_ident("derive"));
    derives.any(|meta| nested(meta).iter().any(|derive| last_name(derive.path()) == name))
}

/// Whether the item is compiled for tests only.
pub(super) fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().filter(|attribute| attribute.path().is_ident("cfg")).any(|attribute| {
        let Meta::List(list) = &attribute.meta else { return false };
        let is = |tree: &TokenTree, name| matches!(tree, TokenTree::Ident(word) if word == name);
        let trees: Vec<TokenTree> = list.tokens.clone().into_iter().collect();
        match trees.as_slice() {
            [only] => is(only, "test"),
            [all, TokenTree::Group(group)] => {
                is(all, "all") && group.stream().into_iter().any(|tree| is(&tree, "test"))
            }
            _ => false,
        }
    })
}

/// The attributes; those in a `cfg_attr` as if its condition were true.
fn metas(attributes: &[Attribute]) -> Vec<Meta> {
    attributes.iter().flat_map(|attribute| without_condition(&attribute.meta)).collect()
}

fn without_condition(meta: &Meta) -> Vec<Meta> {
    if meta.path().is_ident("cfg_attr") {
        nested(meta).iter().skip(1).flat_map(without_condition).collect()
    } else {
        vec![meta.clone()]
    }
}

/// The parts in the parentheses of an attribute.
fn nested(meta: &Meta) -> Vec<Meta> {
    let Meta::List(list) = meta else { return Vec::new() };
    parts(list.tokens.clone()).into_iter().filter_map(|part| syn::parse2(part).ok()).collect()
}

/// One by one: a part that is not an attribute, such as a closure, hides no other part.
fn parts(tokens: TokenStream) -> Vec<TokenStream> {
    Punctuated::<Part, Token![,]>::parse_terminated
        .parse2(tokens)
        .map(|parts| parts.into_iter().map(|part| part.0).collect())
        .unwrap_or_default()
}

/// The tokens up to a comma.
struct Part(TokenStream);

impl syn::parse::Parse for Part {
    fn parse(input: syn::parse::ParseStream<'_>) -> syn::Result<Self> {
        let mut tokens = TokenStream::new();
        while !input.is_empty() && !input.peek(Token![,]) {
            tokens.extend([input.parse::<TokenTree>()?]);
        }
        Ok(Self(tokens))
    }
}

fn last_name(path: &Path) -> String {
    path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default()
}
