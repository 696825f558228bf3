//! The options of `#[api]` and `#[endpoint]`.

use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Ident, LitStr, Path, Token, bracketed};

/// `#[api(scope = "…", crate = path)]`
#[derive(Debug, Default)]
pub(super) struct ApiOptions {
    pub(super) scopes: Vec<String>,
}

/// `#[endpoint(METHOD, "/path", options…)]`
#[derive(Debug)]
pub(super) struct EndpointOptions {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) flags: Vec<String>,
    pub(super) accept: Option<String>,
    pub(super) header: Option<String>,
    pub(super) scopes: Option<Vec<String>>,
    pub(super) echoes: Vec<String>,
}

impl Parse for ApiOptions {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut options = Self::default();
        while !input.is_empty() {
            let name = input.call(Ident::parse_any)?;
            input.parse::<Token![=]>()?;
            match name.to_string().as_str() {
                "scope" => options.scopes = texts(input)?,
                "crate" => drop(input.call(Path::parse_mod_style)?),
                _ => return Err(syn::Error::new(name.span(), format!("unknown option `{name}`"))),
            }
            comma(input)?;
        }
        Ok(options)
    }
}

impl Parse for EndpointOptions {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let method: Ident = input.parse()?;
        comma(input)?;
        let path: LitStr = input.parse()?;
        comma(input)?;
        let mut options = Self {
            method: method.to_string(),
            path: path.value(),
            flags: Vec::new(),
            accept: None,
            header: None,
            scopes: None,
            echoes: Vec::new(),
        };
        while !input.is_empty() {
            let name: Ident = input.parse()?;
            if input.parse::<Option<Token![=]>>()?.is_some() {
                match name.to_string().as_str() {
                    "accept" => options.accept = Some(text(input)?),
                    "header" => options.header = Some(text(input)?),
                    "scope" => options.scopes = Some(texts(input)?),
                    "echoes" => options.echoes = texts(input)?,
                    _ => {
                        let message = format!("unknown option `{name}`");
                        return Err(syn::Error::new(name.span(), message));
                    }
                }
            } else {
                options.flags.push(name.to_string());
            }
            comma(input)?;
        }
        Ok(options)
    }
}

fn comma(input: ParseStream<'_>) -> syn::Result<()> {
    if !input.is_empty() {
        input.parse::<Token![,]>()?;
    }
    Ok(())
}

fn text(input: ParseStream<'_>) -> syn::Result<String> {
    Ok(input.parse::<LitStr>()?.value())
}

/// One text, or several in brackets.
fn texts(input: ParseStream<'_>) -> syn::Result<Vec<String>> {
    if input.peek(LitStr) {
        return Ok(vec![text(input)?]);
    }
    let inner;
    bracketed!(inner in input);
    let texts = Punctuated::<LitStr, Token![,]>::parse_terminated(&inner)?;
    Ok(texts.iter().map(LitStr::value).collect())
}
