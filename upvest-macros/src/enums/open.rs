//! The expansion of `open_enum!`.

use proc_macro2::TokenStream;
use quote::quote;

use super::declaration::Declaration;

pub(super) fn expand(declaration: &Declaration) -> TokenStream {
    let Declaration { core, check: _, attributes, vis, name, variants } = declaration;
    let (conversions, deprecated) = (conversions(declaration), declaration.allow_deprecated());
    let listed = variants.iter().map(|variant| {
        let (attributes, name) = (&variant.attributes, &variant.name);
        quote!(#(#attributes)* #name)
    });
    let known = variants.iter().map(|variant| {
        let (cfgs, name) = (variant.cfgs(), &variant.name);
        quote!(#(#cfgs)* Self::#name)
    });
    let to_text = variants.iter().map(|variant| {
        let (cfgs, name, text) = (variant.cfgs(), &variant.name, &variant.text);
        quote!(#(#cfgs)* Self::#name => #text)
    });
    let of_text = variants.iter().map(|variant| {
        let (cfgs, name, text) = (variant.cfgs(), &variant.name, &variant.text);
        quote!(#(#cfgs)* #text => Self::#name)
    });
    quote! {
        #(#attributes)*
        #[derive(
            ::core::fmt::Debug,
            ::core::clone::Clone,
            ::core::cmp::PartialEq,
            ::core::cmp::Eq,
            ::core::hash::Hash,
        )]
        #[non_exhaustive]
        #vis enum #name {
            #(#listed,)*
            /// A value that this version does not know. It is written back unchanged.
            Unknown(#core::__private::UnknownText),
        }

        #deprecated
        impl #name {
            /// Every value that this version knows, as declared.
            pub const KNOWN: &'static [Self] = &[#(#known),*];

            /// Returns the value as the API writes it.
            #[must_use]
            pub fn as_str(&self) -> &::core::primitive::str {
                match self {
                    #(#to_text,)*
                    Self::Unknown(text) => text.__as_str(),
                }
            }

            /// Returns whether this version knows the value.
            #[must_use]
            pub fn is_known(&self) -> ::core::primitive::bool {
                !::core::matches!(self, Self::Unknown(_))
            }

            fn __of(text: &::core::primitive::str) -> Self {
                match text {
                    #(#of_text,)*
                    _ => Self::Unknown(#core::__private::UnknownText::__new(
                        ::core::convert::From::from(text),
                    )),
                }
            }
        }

        #conversions

        // Uses them: an application may forbid to allow unused ones.
        #deprecated
        const _: &[#name] = #name::KNOWN;
        const _: fn(&#name) -> ::core::primitive::bool = #name::is_known;

        impl ::core::convert::AsRef<::core::primitive::str> for #name {
            fn as_ref(&self) -> &::core::primitive::str {
                self.as_str()
            }
        }

        impl ::core::cmp::PartialOrd for #name {
            fn partial_cmp(
                &self,
                other: &Self,
            ) -> ::core::option::Option<::core::cmp::Ordering> {
                ::core::option::Option::Some(::core::cmp::Ord::cmp(self, other))
            }
        }

        impl ::core::cmp::Ord for #name {
            fn cmp(&self, other: &Self) -> ::core::cmp::Ordering {
                ::core::cmp::Ord::cmp(self.as_str(), other.as_str())
            }
        }

        impl ::core::fmt::Display for #name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.pad(&#core::__private::printable(self.as_str(), ::core::primitive::usize::MAX))
            }
        }

        impl #core::__private::serde::Serialize for #name {
            fn serialize<S: #core::__private::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> #core::__private::serde::Deserialize<'de> for #name {
            fn deserialize<D: #core::__private::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                #core::__private::read_text(deserializer, Self::__of)
            }
        }
    }
}

/// Conversions from a text: they never fail, unless there is a check.
fn conversions(declaration: &Declaration) -> TokenStream {
    let Declaration { core, check, name, .. } = declaration;
    let Some(check) = check else {
        return quote! {
            impl ::core::convert::From<&::core::primitive::str> for #name {
                fn from(text: &::core::primitive::str) -> Self {
                    Self::__of(text)
                }
            }

            impl ::core::convert::From<::std::string::String> for #name {
                fn from(text: ::std::string::String) -> Self {
                    Self::__of(&text)
                }
            }

            impl ::core::str::FromStr for #name {
                type Err = ::core::convert::Infallible;

                fn from_str(
                    text: &::core::primitive::str,
                ) -> ::core::result::Result<Self, ::core::convert::Infallible> {
                    ::core::result::Result::Ok(Self::__of(text))
                }
            }
        };
    };
    quote! {
        impl ::core::str::FromStr for #name {
            type Err = #core::InvalidValue;

            fn from_str(
                text: &::core::primitive::str,
            ) -> ::core::result::Result<Self, #core::InvalidValue> {
                #check(text).map(|()| Self::__of(text))
            }
        }

        impl ::core::convert::TryFrom<&::core::primitive::str> for #name {
            type Error = #core::InvalidValue;

            fn try_from(
                text: &::core::primitive::str,
            ) -> ::core::result::Result<Self, #core::InvalidValue> {
                text.parse()
            }
        }
    }
}
