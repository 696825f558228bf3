//! The expansion of `events!`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt as _;

use super::declaration::Declaration;

pub(super) fn expand(declaration: &Declaration) -> TokenStream {
    let Declaration { core, check: _, attributes, vis, name, variants } = declaration;
    let event = quote!(#core::webhook::Event);
    let deprecated = declaration.allow_deprecated();
    let object = quote!(#core::__private::EventObject);
    let listed = variants.iter().map(|variant| {
        let (attributes, name, object) = (&variant.attributes, &variant.name, &variant.object);
        quote!(#(#attributes)* #name(#object))
    });
    let types = variants.iter().map(|variant| {
        let (cfgs, text) = (variant.cfgs(), &variant.text);
        quote!(#(#cfgs)* #text)
    });
    // The functions of a trait with a message of ours, named by the path to the type: if an object
    // lacks something, that is one error at the type.
    let read = variants.iter().map(|variant| {
        let (cfgs, name, ty, text) =
            (variant.cfgs(), &variant.name, &variant.object, &variant.text);
        quote!(#(#cfgs)* #text => <#ty as #object>::read(event).map(Self::#name))
    });
    let debug = variants.iter().map(|variant| {
        let (cfgs, name, ty) = (variant.cfgs(), &variant.name, &variant.object);
        let text = name.unraw().to_string();
        quote!(#(#cfgs)* Self::#name(object) => <#ty as #object>::debug(object, #text, f))
    });
    let clone = variants.iter().map(|variant| {
        let (cfgs, name, ty) = (variant.cfgs(), &variant.name, &variant.object);
        quote!(#(#cfgs)* Self::#name(object) => Self::#name(<#ty as #object>::copied(object)))
    });
    let equal = variants.iter().map(|variant| {
        let (cfgs, name, ty) = (variant.cfgs(), &variant.name, &variant.object);
        quote! {
            #(#cfgs)*
            (Self::#name(left), Self::#name(right)) => <#ty as #object>::equals(left, right)
        }
    });
    quote! {
        #(#attributes)*
        #[non_exhaustive]
        #vis enum #name {
            #(#listed,)*
            /// An event of another type, as it was received.
            Other(#event),
        }

        // Uses it: an application may forbid to allow unused ones.
        const _: fn() -> ::std::vec::Vec<::std::string::String> = #name::categories;

        impl #name {
            /// The event types that have a variant.
            pub const TYPES: &'static [&'static ::core::primitive::str] = &[#(#types),*];

            /// Returns the categories to subscribe to for these events.
            #[must_use]
            pub fn categories() -> ::std::vec::Vec<::std::string::String> {
                #core::__private::categories(Self::TYPES)
            }
        }

        #deprecated
        impl ::core::convert::TryFrom<&#event> for #name {
            type Error = #core::webhook::EventError;

            fn try_from(event: &#event) -> ::core::result::Result<Self, #core::webhook::EventError> {
                match event.event_type() {
                    #(#read,)*
                    _ => ::core::result::Result::Ok(Self::Other(
                        ::core::clone::Clone::clone(event),
                    )),
                }
            }
        }

        #deprecated
        impl ::core::fmt::Debug for #name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                match self {
                    #(#debug,)*
                    Self::Other(event) => f.debug_tuple("Other").field(event).finish(),
                }
            }
        }

        #deprecated
        impl ::core::clone::Clone for #name {
            fn clone(&self) -> Self {
                match self {
                    #(#clone,)*
                    Self::Other(event) => Self::Other(::core::clone::Clone::clone(event)),
                }
            }
        }

        #deprecated
        impl ::core::cmp::PartialEq for #name {
            fn eq(&self, other: &Self) -> ::core::primitive::bool {
                match (self, other) {
                    #(#equal,)*
                    (Self::Other(left), Self::Other(right)) => left == right,
                    _ => false,
                }
            }
        }
    }
}
