//! Enums for JSON values that are one of several objects.

mod read;
#[cfg(test)]
mod tests;

pub use read::{Alternative, Tagged, Untagged, check_texts, read_tagged, read_untagged};

/// Declares an enum for a JSON value that is one of several objects: `oneOf` in a schema.
///
/// Each variant has one payload. Two forms differ in how a variant is chosen:
///
/// - With `by "field"`, each variant has a text, and the variant whose text is in that field of the
///   object is read. An object with another text becomes `Other`, which contains the whole object,
///   so that an alternative that the API adds later is not an error.
/// - Without it, all payloads are tried. Of those that can be read, the one that keeps the most
///   fields of the object is used, and the first of several that keep as many. There is no `Other`.
///
/// | item | what it does |
/// | --- | --- |
/// | `Other(serde_json::Value)` | only with `by`: the last variant, an object with another text in the field |
/// | `From<Payload>` | for each variant, from its payload |
/// | `Deserialize` | from any format whose values JSON can express |
/// | `Serialize` | as the payload, or the object in `Other` |
///
/// `Debug`, `Clone` and `PartialEq` are derived, and the enum is `#[non_exhaustive]`. Write other
/// attributes, such as `#[derive(Eq)]`, on the declaration. A payload implements these three traits
/// and serde's `Serialize` and `DeserializeOwned`. No two variants have the same type of payload. A
/// variant cannot have `#[cfg]`. If it or its payload is deprecated, write `#[allow(deprecated)]` on
/// the module.
///
/// With `by`, a payload contains the field itself: nothing adds it when the payload is written.
///
/// A value is read through `serde_json::Value`. So `Other` is written back with the same fields, but
/// perhaps in another order, and a number is rounded if neither a 64-bit integer nor a float can hold
/// it exactly.
///
/// # Errors
///
/// With `by`, reading fails if the value is not an object, if the field is absent or not a string,
/// or if the selected payload cannot be read. Without it, reading fails if no payload can be read:
/// the error names each one with its reason. An error names missing fields, but contains nothing of
/// the value, which may be personal data.
///
/// # Examples
///
/// ```
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
/// pub struct KycCheck {
///     pub r#type: String,
///     pub provider: String,
/// }
///
/// #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
/// pub struct ResidencyCheck {
///     pub r#type: String,
///     pub country: String,
/// }
///
/// upvest_core::one_of! {
///     /// A check of a user.
///     pub enum UserCheck by "type" {
///         /// The identity was checked.
///         Kyc(KycCheck) = "KYC",
///         /// The residency was checked.
///         Residency(ResidencyCheck) = "POR",
///     }
/// }
///
/// let check: UserCheck = serde_json::from_str(r#"{"type": "POR", "country": "DE"}"#)?;
/// assert!(matches!(&check, UserCheck::Residency(check) if check.country == "DE"));
///
/// let new = r#"{"level":3,"type":"AML"}"#;
/// let check: UserCheck = serde_json::from_str(new)?;
/// assert!(matches!(check, UserCheck::Other(_)));
/// assert_eq!(serde_json::to_string(&check)?, new);
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// Without a field that tells them apart:
///
/// ```
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
/// pub struct NumberedResidency {
///     pub tax_identifier_number: String,
/// }
///
/// #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
/// pub struct UnnumberedResidency {
///     pub missing_tin_reason: String,
/// }
///
/// upvest_core::one_of! {
///     /// A tax residency.
///     pub enum TaxResidency {
///         /// With a number.
///         Numbered(NumberedResidency),
///         /// Without one.
///         Unnumbered(UnnumberedResidency),
///     }
/// }
///
/// let residency: TaxResidency = serde_json::from_str(r#"{"missing_tin_reason": "PENDING"}"#)?;
/// assert!(matches!(residency, TaxResidency::Unnumbered(_)));
///
/// let error = serde_json::from_str::<TaxResidency>("{}").unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "no alternative fits: NumberedResidency: missing field `tax_identifier_number`; \
///      UnnumberedResidency: missing field `missing_tin_reason`",
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
#[macro_export]
macro_rules! one_of {
    (
        $(#[$attribute:meta])*
        $vis:vis enum $name:ident by $field:literal {
            $(
                $(#[$variant_attribute:meta])*
                $variant:ident($payload:ty $(,)?) = $text:literal
            ),+ $(,)?
        }
    ) => {
        $(#[$attribute])*
        #[derive(::core::fmt::Debug, ::core::clone::Clone, ::core::cmp::PartialEq)]
        #[non_exhaustive]
        $vis enum $name {
            $($(#[$variant_attribute])* $variant($payload),)+
            /// An object that this version does not know. It is written back with the same fields.
            Other($crate::__private::Value),
        }

        const _: () = $crate::__private::check_texts(&[$($text),+]);

        $(
            impl ::core::convert::From<$payload> for $name {
                fn from(payload: $payload) -> Self {
                    Self::$variant(payload)
                }
            }
        )+

        impl $crate::__private::serde::Serialize for $name {
            fn serialize<__S: $crate::__private::serde::Serializer>(
                &self,
                serializer: __S,
            ) -> ::core::result::Result<__S::Ok, __S::Error> {
                match self {
                    $(
                        Self::$variant(payload) => {
                            <$payload as $crate::__private::Alternative>::write(payload, serializer)
                        }
                    )+
                    Self::Other(json) => $crate::__private::Alternative::write(json, serializer),
                }
            }
        }

        impl<'de> $crate::__private::serde::Deserialize<'de> for $name {
            fn deserialize<__D: $crate::__private::serde::Deserializer<'de>>(
                deserializer: __D,
            ) -> ::core::result::Result<Self, __D::Error> {
                $crate::__private::read_tagged(
                    deserializer,
                    ::core::stringify!($name),
                    $field,
                    &[$(
                        $crate::__private::Tagged::new(
                            $text,
                            ::core::stringify!($payload),
                            |json| {
                                <$payload as $crate::__private::Alternative>::read(json)
                                    .map(Self::$variant)
                            },
                        ),
                    )+],
                    Self::Other,
                )
            }
        }
    };
    (
        $(#[$attribute:meta])*
        $vis:vis enum $name:ident {
            $(
                $(#[$variant_attribute:meta])*
                $variant:ident($payload:ty $(,)?)
            ),+ $(,)?
        }
    ) => {
        $(#[$attribute])*
        #[derive(::core::fmt::Debug, ::core::clone::Clone, ::core::cmp::PartialEq)]
        #[non_exhaustive]
        $vis enum $name {
            $($(#[$variant_attribute])* $variant($payload),)+
        }

        $(
            impl ::core::convert::From<$payload> for $name {
                fn from(payload: $payload) -> Self {
                    Self::$variant(payload)
                }
            }
        )+

        impl $crate::__private::serde::Serialize for $name {
            fn serialize<__S: $crate::__private::serde::Serializer>(
                &self,
                serializer: __S,
            ) -> ::core::result::Result<__S::Ok, __S::Error> {
                match self {
                    $(
                        Self::$variant(payload) => {
                            <$payload as $crate::__private::Alternative>::write(payload, serializer)
                        }
                    )+
                }
            }
        }

        impl<'de> $crate::__private::serde::Deserialize<'de> for $name {
            fn deserialize<__D: $crate::__private::serde::Deserializer<'de>>(
                deserializer: __D,
            ) -> ::core::result::Result<Self, __D::Error> {
                $crate::__private::read_untagged(
                    deserializer,
                    &[$(
                        $crate::__private::Untagged::new(::core::stringify!($payload), |json| {
                            <$payload as $crate::__private::Alternative>::read(json)
                                .map(Self::$variant)
                        }),
                    )+],
                )
            }
        }
    };
}
