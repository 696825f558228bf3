//! From the arguments and the item of an attribute to its expansion.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::quote;
use syn::ItemTrait;

use crate::errors::Errors;
use crate::{check, expand, grammar};

/// `#[api]`. The trait is always printed, even with mistakes, so that its uses give no second error.
pub(crate) fn api(arguments: TokenStream, tokens: TokenStream) -> TokenStream {
    let item = match syn::parse2::<ItemTrait>(tokens.clone()) {
        Ok(item) => item,
        Err(error) => return not_a_trait(tokens, &error),
    };
    let mut errors = Errors::default();
    let options = grammar::api(arguments, &mut errors);
    let core = options.core.unwrap_or_else(|| syn::parse_quote!(::upvest_core));
    match check::api(item, options.scope, &core, &mut errors) {
        Ok(api) => expand::expand(&api),
        Err(item) => {
            let errors = errors.into_compile_errors();
            let fallback = expand::fallback(*item, &core);
            quote!(#errors #fallback)
        }
    }
}

fn not_a_trait(tokens: TokenStream, error: &syn::Error) -> TokenStream {
    let words: Vec<String> = tokens.clone().into_iter().map(|tree| tree.to_string()).collect();
    let error = if words.iter().any(|word| word == "trait") {
        error.to_compile_error()
    } else {
        // What `#[automock]` makes of a trait.
        let message = if words.iter().any(|word| word.to_lowercase().contains("mock")) {
            "`#[api]` goes on a trait, and this is not a trait any more: put `#[api]` above `#[automock]`"
        } else {
            "`#[api]` goes on a trait, which says what is sent: the client implements it"
        };
        syn::Error::new_spanned(&tokens, message).to_compile_error()
    };
    let item = without_endpoints(tokens);
    quote!(#error #item)
}

/// Without `#[endpoint]`, which would give an error as well.
fn without_endpoints(tokens: TokenStream) -> TokenStream {
    let mut rest: Vec<TokenTree> = Vec::new();
    for tree in tokens {
        match &tree {
            TokenTree::Group(group) if is_endpoint(group, rest.last()) => {
                rest.pop();
            }
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), without_endpoints(group.stream()));
                inner.set_span(group.span());
                rest.push(inner.into());
            }
            _ => rest.push(tree),
        }
    }
    rest.into_iter().collect()
}

fn is_endpoint(group: &Group, before: Option<&TokenTree>) -> bool {
    let hash = matches!(before, Some(TokenTree::Punct(punct)) if punct.as_char() == '#');
    let name = group.stream().into_iter().next().map(|tree| tree.to_string());
    hash && group.delimiter() == Delimiter::Bracket && name.as_deref() == Some("endpoint")
}

/// `#[endpoint]` outside a trait marked `#[api]`.
pub(crate) fn stray_endpoint(item: &TokenStream) -> TokenStream {
    let error = syn::Error::new(
        proc_macro2::Span::call_site(),
        "`#[endpoint]` works on the methods of a trait marked `#[api]`: add `#[api]` to the trait",
    )
    .to_compile_error();
    quote!(#error #item)
}

#[cfg(test)]
mod tests {
    use proc_macro2::TokenStream;
    use quote::quote;

    /// A person reads the expansion in a minute: a description of each endpoint, and calls.
    #[test]
    fn virtual_cash_expands_to_what_is_on_file() {
        expands(
            "virtual_cash",
            quote!(scope = "virtual_cash_balances:admin"),
            quote! {
                pub trait VirtualCash: Send + Sync {
                    /// Raises the virtual cash balance of an account group.
                    #[endpoint(
                        POST,
                        "/virtual_cash_balances/increases",
                        idempotent,
                        signed,
                        echoes = ["account_group_id", "amount", "currency"],
                    )]
                    fn increase(&self, body: &CreateVirtualCashIncrease) -> IdempotentCall<VirtualCashIncrease>;

                    /// Cancels a decrease that is still `ISSUED` or `QUEUED`.
                    #[endpoint(DELETE, "/virtual_cash_balances/decreases/{virtual_cash_decrease_id}", signed)]
                    fn cancel_decrease(&self, virtual_cash_decrease_id: VirtualCashDecreaseId) -> Call<()>;
                }
            },
        );
    }

    /// Every option, every position of a parameter, and every attribute that goes along.
    #[test]
    fn the_whole_grammar_expands_to_what_is_on_file() {
        expands(
            "grammar",
            quote!(scope = ["a:read", "a:admin"], crate = crate::sdk::core),
            grammar(),
        );
    }

    /// With `crate = path`, nothing is looked for anywhere else.
    #[test]
    fn the_default_crate_name_is_banned_under_another_one() {
        let expansion = super::api(quote!(crate = crate::sdk::core), grammar()).to_string();
        assert!(expansion.contains("crate :: sdk :: core :: Endpoint"));
        assert!(!expansion.contains("upvest_core"), "{expansion}");
        // Nor next to errors.
        let broken = quote!(
            trait Broken {
                #[endpoint(GET, "/a")]
                fn a(&self, other: u8) -> Call<()>;
            }
        );
        let expansion = super::api(quote!(crate = crate::sdk::core), broken).to_string();
        assert!(expansion.contains("compile_error"));
        assert!(!expansion.contains(":: upvest_core"), "{expansion}");
    }

    fn grammar() -> TokenStream {
        quote! {
            /// An API.
            pub(crate) trait Grammar: Send + Sync {
                #[endpoint(GET, "/reports/{report_id}", header = "accept", signed)]
                fn report(&self, report_id: &str, accept: &str) -> Call<Bytes>;

                /// As it is printed.
                #[endpoint(GET, "/reports/{report_id}", accept = "application/pdf", signed)]
                #[cfg(feature = "pdf")]
                #[deprecated]
                fn report_as_pdf(&self, report_id: &str) -> Call<Bytes>;

                #[endpoint(GET, "/files/{folder}/{type}", redirect, scope = "files:read")]
                #[doc(hidden)]
                fn file(&self, folder: &str, r#type: &str, query: &Redirected) -> Call<Redirect>;

                #[endpoint(PATCH, "/users/{user_id}", signed, echoes = ["first_name", "email"])]
                fn update(&self, user_id: UserId, body: &UpdateUser) -> Call<User>;

                #[endpoint(POST, "/auth/token", form, anonymous, signed)]
                #[cfg_attr(test, deprecated, must_use, expect(unused, reason = "x"))]
                fn token(&self, body: TokenRequest) -> Call<Token> {
                    Call::ready(Err(Error::from_problem(501, "not_implemented")))
                }
            }
        }
    }

    /// After a change on purpose, update the files with `UPDATE=1 cargo test -p upvest-macros`.
    fn expands(name: &str, arguments: TokenStream, item: TokenStream) {
        let expansion = prettyplease::unparse(&syn::parse2(super::api(arguments, item)).unwrap());
        let file = format!("{}/tests/{name}.expanded", env!("CARGO_MANIFEST_DIR"));
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&file, &expansion).unwrap();
        }
        assert_eq!(expansion, std::fs::read_to_string(file).unwrap());
    }
}
