//! The model to tokens: the trait, its table, and calls into `upvest_core`. No logic is emitted.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens as _, format_ident, quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;
use syn::{Attribute, ItemTrait, TraitItem, TraitItemFn};

use crate::attr::{self, Errors};
use crate::check;
use crate::model::{Api, Endpoint, Param, Place};

/// The trait is always printed, mistakes or not: what uses it then has no second error to show.
pub(crate) fn api(arguments: TokenStream, tokens: &TokenStream) -> TokenStream {
    let item = match syn::parse2::<ItemTrait>(tokens.clone()) {
        Ok(item) => item,
        Err(error) => return not_a_trait(tokens, &error),
    };
    let mut errors = Errors::default();
    let options = attr::api(arguments, &mut errors);
    match check::api(item, options, &mut errors) {
        Ok(api) => expand(&api),
        Err(item) => {
            let fallback = fallback(&item);
            let errors = errors.into_compile_errors();
            quote!(#errors #fallback)
        }
    }
}

fn not_a_trait(tokens: &TokenStream, error: &syn::Error) -> TokenStream {
    let is_trait = tokens.clone().into_iter().any(|tree| tree.to_string() == "trait");
    let error = if is_trait {
        error.to_compile_error()
    } else {
        syn::Error::new_spanned(tokens, "`#[api]` goes on a trait").to_compile_error()
    };
    quote!(#error #tokens)
}

/// `#[endpoint]` where no `#[api]` has taken it away.
pub(crate) fn stray_endpoint(item: &TokenStream) -> TokenStream {
    let error = syn::Error::new(
        proc_macro2::Span::call_site(),
        "`#[endpoint]` works on the methods of a trait marked `#[api]`: add `#[api]` to the trait",
    )
    .to_compile_error();
    quote!(#error #item)
}

fn expand(api: &Api) -> TokenStream {
    let methods: Vec<Method<'_>> = api
        .endpoints
        .iter()
        .filter_map(|endpoint| match api.item.items.get(endpoint.index) {
            Some(TraitItem::Fn(item)) => Some(Method { item, endpoint }),
            _ => None,
        })
        .collect();

    let declaration = declaration(&api.item, &methods);
    let table = table(api, &methods);
    let client = client(&api.item.ident, &methods);
    let forwarding = forwarding(&api.item.ident, &methods);
    quote!(#declaration #table #client #forwarding)
}

struct Method<'a> {
    item: &'a TraitItemFn,
    endpoint: &'a Endpoint,
}

impl Method<'_> {
    fn constant(&self) -> Ident {
        Ident::new(&check::constant_name(&self.item.sig.ident), self.item.sig.ident.span())
    }

    /// `` `POST /virtual_cash_balances/increases` · idempotent · signed ``
    fn summary(&self) -> String {
        let Endpoint { verb, path, .. } = self.endpoint;
        let mut summary = format!(" `{verb} {}`", path.value());
        for word in self.flags() {
            summary.push_str(" · ");
            summary.push_str(word);
        }
        summary
    }

    /// The words that a caller of the endpoint wants to know.
    fn flags(&self) -> impl Iterator<Item = &'static str> {
        self.endpoint.words.iter().copied().filter(|word| *word != "form")
    }

    /// `#[cfg]`s hold for all that is emitted for the method.
    fn cfgs(&self) -> impl Iterator<Item = &Attribute> {
        self.item.attrs.iter().filter(|attribute| attribute.path().is_ident("cfg"))
    }

    fn has(&self, place: Place) -> bool {
        self.endpoint.params.iter().any(|param| param.place == place)
    }
}

/// The trait as written, each method's docs beginning with what it sends.
fn declaration(item: &ItemTrait, methods: &[Method<'_>]) -> TokenStream {
    let mut item = item.clone();
    for method in methods {
        if let Some(TraitItem::Fn(declared)) = item.items.get_mut(method.endpoint.index) {
            let summary = method.summary();
            let docs: Vec<Attribute> =
                vec![syn::parse_quote!(#[doc = #summary]), syn::parse_quote!(#[doc = ""])];
            declared.attrs.splice(0..0, docs);
        }
    }
    item.into_token_stream()
}

/// Constants on the trait object: `<dyn Trait>::ENDPOINTS`, `<dyn Trait>::SCOPES`, one an endpoint.
fn table(api: &Api, methods: &[Method<'_>]) -> TokenStream {
    let name = &api.item.ident;
    let vis = &api.item.vis;
    let scopes = api.scope.iter();
    let entries = methods.iter().map(|method| {
        let (cfgs, constant) = (method.cfgs(), method.constant());
        quote!(#(#cfgs)* Self::#constant)
    });
    let constants = methods.iter().map(|method| {
        let (cfgs, constant, docs) = (method.cfgs(), method.constant(), method.summary());
        let description = description(method);
        quote! {
            #(#cfgs)*
            #[doc = #docs]
            #vis const #constant: ::upvest_core::Endpoint = #description;
        }
    });
    quote! {
        #[allow(dead_code)]
        impl dyn #name {
            #(#constants)*
            /// Every endpoint of this trait, in the order of its methods.
            #vis const ENDPOINTS: &'static [::upvest_core::Endpoint] = &[#(#entries),*];
            /// The scopes that a token needs for these endpoints.
            #vis const SCOPES: &'static [&'static str] = &[#(#scopes),*];
        }
    }
}

fn description(method: &Method<'_>) -> TokenStream {
    let Endpoint { verb, path, .. } = method.endpoint;
    let name = method.item.sig.ident.unraw().to_string();
    let verb = format_ident!("{}{}", &verb.to_string()[..1], verb.to_string()[1..].to_lowercase());
    let body = match (method.has(Place::Body), method.endpoint.is("form")) {
        (false, _) => quote!(),
        (true, false) => quote!(.json_body()),
        (true, true) => quote!(.form_body()),
    };
    let flags = method.flags().map(|flag| format_ident!("{flag}"));
    quote! {
        ::upvest_core::Endpoint::new(#name, ::upvest_core::Verb::#verb, #path)
            #(.#flags())* #body .scopes_any_of(Self::SCOPES)
    }
}

/// The implementation that sends: each method describes its request and hands it to the core.
fn client(name: &Ident, methods: &[Method<'_>]) -> TokenStream {
    let methods = methods.iter().map(|method| {
        let (cfgs, constant, signature) = (method.cfgs(), method.constant(), &method.item.sig);
        let returns = &method.endpoint.returns;
        let parts = method.endpoint.params.iter().map(part);
        let kind = if method.endpoint.is("idempotent") {
            quote!(IdempotentReturn)
        } else {
            quote!(PlainReturn)
        };
        // The return type names its own constructor, so a wrong one is marked where it stands.
        let make = quote_spanned! {returns.span()=>
            <#returns as ::upvest_core::declare::#kind>::from_request
        };
        quote! {
            #(#cfgs)*
            #signature {
                #make(
                    ::upvest_core::declare::Request::new(self, &<dyn #name>::#constant)
                        #(#parts)*
                )
            }
        }
    });
    quote! {
        impl #name for ::upvest_core::Client {
            #(#methods)*
        }
    }
}

fn part(param: &Param) -> TokenStream {
    let ident = &param.ident;
    let value =
        if matches!(param.ty, syn::Type::Reference(_)) { quote!(#ident) } else { quote!(&#ident) };
    match param.place {
        Place::Path => {
            let name = ident.unraw().to_string();
            quote!(.path(#name, #value))
        }
        Place::Body => quote!(.body(#value)),
        Place::Query => quote!(.query(#value)),
    }
}

/// `&T`, `Box<T>` and `Arc<T>` do what `T` does, `dyn Trait` included.
fn forwarding(name: &Ident, methods: &[Method<'_>]) -> TokenStream {
    let methods = methods.iter().map(|method| {
        let (cfgs, signature, ident) = (method.cfgs(), &method.item.sig, &method.item.sig.ident);
        let arguments = method.endpoint.params.iter().map(|param| &param.ident);
        quote! {
            #(#cfgs)*
            #signature {
                <__Api as #name>::#ident(self, #(#arguments),*)
            }
        }
    });
    forwarded(name, &quote!(#(#methods)*))
}

fn forwarded(name: &Ident, methods: &TokenStream) -> TokenStream {
    quote! {
        impl<__Api: #name + ?Sized> #name for &__Api { #methods }
        impl<__Api: #name + ?Sized> #name for ::std::boxed::Box<__Api> { #methods }
        impl<__Api: #name + ?Sized> #name for ::std::sync::Arc<__Api> { #methods }
    }
}

/// What is printed beside the errors: enough of the real thing that its uses still resolve.
fn fallback(item: &ItemTrait) -> TokenStream {
    if !is_dyn_compatible(item) {
        return item.into_token_stream();
    }
    let (name, vis) = (&item.ident, &item.vis);
    let methods: TokenStream = item
        .items
        .iter()
        .filter_map(|item| match item {
            TraitItem::Fn(method) => {
                let signature = &method.sig;
                // Never runs: it stands beside an error.
                Some(quote!(#[allow(unused_variables)] #signature { ::core::unimplemented!() }))
            }
            _ => None,
        })
        .collect();
    let forwarding = forwarded(name, &methods);
    quote! {
        #item
        #[allow(dead_code)]
        impl dyn #name {
            #vis const ENDPOINTS: &'static [::upvest_core::Endpoint] = &[];
            #vis const SCOPES: &'static [&'static str] = &[];
        }
        impl #name for ::upvest_core::Client { #methods }
        #forwarding
    }
}

/// Whether `dyn Trait` exists for a trait that has mistakes in it.
fn is_dyn_compatible(item: &ItemTrait) -> bool {
    item.generics.params.is_empty()
        && item.items.iter().all(|item| match item {
            TraitItem::Fn(method) => {
                method.sig.asyncness.is_none()
                    && method.sig.generics.params.is_empty()
                    && method.sig.receiver().is_some()
            }
            _ => false,
        })
}

#[cfg(test)]
mod tests {
    use quote::quote;

    /// A person reads the expansion in a minute: a description of each endpoint, and calls.
    ///
    /// After a change on purpose, write it anew with `UPDATE=1 cargo test -p upvest-macros`.
    #[test]
    fn the_expansion_is_the_one_on_file() {
        let expansion = super::api(
            quote!(scope = "virtual_cash_balances:admin"),
            &quote! {
                pub trait VirtualCash: Send + Sync {
                    /// Raises the virtual cash balance of an account group.
                    #[endpoint(POST, "/virtual_cash_balances/increases", idempotent, signed)]
                    fn increase(&self, body: &CreateVirtualCashIncrease) -> IdempotentCall<VirtualCashIncrease>;

                    /// Cancels a decrease that is still `ISSUED` or `QUEUED`.
                    #[endpoint(DELETE, "/virtual_cash_balances/decreases/{virtual_cash_decrease_id}", signed)]
                    fn cancel_decrease(&self, virtual_cash_decrease_id: VirtualCashDecreaseId) -> Call<()>;
                }
            },
        );
        let expansion = prettyplease::unparse(&syn::parse2(expansion).unwrap());
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/virtual_cash.expanded");
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(file, &expansion).unwrap();
        }
        assert_eq!(expansion, std::fs::read_to_string(file).unwrap());
    }
}
