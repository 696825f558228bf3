//! The trait as written, with docs that say what is sent.

use proc_macro2::Span;
use quote::ToTokens as _;
use syn::ext::IdentExt as _;
use syn::token::Bracket;
use syn::{
    AttrStyle, Attribute, Expr, ExprLit, Ident, ItemTrait, Lit, LitStr, Meta, MetaNameValue, Path,
    Token, TraitItem, parse_quote,
};

use super::Method;
use crate::attributes;
use crate::model::{Api, Endpoint};

pub(super) fn declaration(api: &Api, methods: &[Method<'_>]) -> ItemTrait {
    let mut item = api.item.clone();
    list_endpoints(&mut item, methods);
    let core = path_text(&api.core);
    // `$crate` does not resolve in docs.
    let errors = if core.starts_with('$') {
        " See `Call`.".to_owned()
    } else {
        format!(" See [`Call`]({core}::Call#errors).")
    };
    for method in methods {
        if let Some(TraitItem::Fn(declared)) = item.items.get_mut(method.endpoint.index) {
            let gap = declared.attrs.iter().any(is_doc).then(|| doc(""));
            let has_errors = has_errors(&declared.attrs);
            let first = [doc(&method.summary)].into_iter().chain(gap);
            declared.attrs.splice(0..0, first);
            if !has_errors {
                declared.attrs.extend([doc(""), doc(" # Errors"), doc(&errors)]);
            }
        }
    }
    item
}

/// `` `POST /users` · idempotent · signed · scope `users:admin` ``
pub(super) fn summary(endpoint: &Endpoint) -> String {
    let mut parts = vec![format!(" `{} {}`", endpoint.method.as_str(), endpoint.path.value())];
    parts.extend(endpoint.flags.iter().map(|flag| flag.as_str().to_owned()));
    parts.extend(endpoint.header.iter().map(|header| format!("header `{}`", header.value())));
    parts.extend(endpoint.accept.iter().map(|accept| format!("`{}`", accept.value())));
    let echoes: Vec<_> =
        endpoint.echoes.iter().map(|field| format!("`{}`", field.value())).collect();
    if !echoes.is_empty() {
        parts.push(format!("echoes {}", echoes.join(", ")));
    }
    let scopes: Vec<_> =
        endpoint.scopes.iter().map(|scope| format!("`{}`", scope.value())).collect();
    if !scopes.is_empty() {
        parts.push(format!("scope {}", scopes.join(" or ")));
    }
    parts.join(" · ")
}

/// A line for each endpoint at the end of the trait's own docs.
fn list_endpoints(item: &mut ItemTrait, methods: &[Method<'_>]) {
    let lines =
        methods.iter().filter(|method| !attributes::are_hidden(&method.item.attrs)).map(|method| {
            let (name, summary) = (method.item.sig.ident.unraw(), &method.summary);
            let line = format!(" - [`{name}`](Self::{name}):{summary}");
            match attributes::condition(&method.item.attrs) {
                Some(condition) => parse_quote!(#[cfg_attr(#condition, doc = #line)]),
                None => doc(&line),
            }
        });
    let lines: Vec<Attribute> = lines.collect();
    if !lines.is_empty() {
        let gap = item.attrs.iter().any(is_doc).then(|| doc(""));
        item.attrs.extend(gap.into_iter().chain([doc(" # Endpoints"), doc("")]));
        item.attrs.extend(lines);
    }
}

fn path_text(path: &Path) -> String {
    path.to_token_stream().to_string().replace(' ', "")
}

/// Whether the author has documented the errors.
fn has_errors(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::NameValue(meta) if meta.path.is_ident("doc") => match &meta.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => text.value().contains("# Errors"),
            other => other.to_token_stream().to_string().contains("# Errors"),
        },
        _ => false,
    })
}

fn is_doc(attribute: &Attribute) -> bool {
    attribute.path().is_ident("doc")
}

/// Built, not parsed, because there are many.
fn doc(line: &str) -> Attribute {
    let line = Lit::Str(LitStr::new(line, Span::call_site()));
    Attribute {
        pound_token: <Token![#]>::default(),
        style: AttrStyle::Outer,
        bracket_token: Bracket::default(),
        meta: Meta::NameValue(MetaNameValue {
            path: Ident::new("doc", Span::call_site()).into(),
            eq_token: <Token![=]>::default(),
            value: Expr::Lit(ExprLit { attrs: Vec::new(), lit: line }),
        }),
    }
}
