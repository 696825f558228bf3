//! Enums for JSON values that are one of several objects.

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use upvest_types::__private::{LONGEST_TEXT, printable};

use crate::endpoint::are_equal;

/// The payload of a variant.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an alternative of `one_of!`",
    label = "add `#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]` to it"
)]
pub trait Alternative: Sized {
    /// Reads the value.
    ///
    /// # Errors
    /// Fails if the JSON does not fit the type.
    fn read(json: &Value) -> serde_json::Result<Self>;

    /// Writes the value.
    ///
    /// # Errors
    /// Fails if the serializer does.
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error>;
}

#[diagnostic::do_not_recommend]
impl<T: Serialize + DeserializeOwned> Alternative for T {
    fn read(json: &Value) -> serde_json::Result<Self> {
        Self::deserialize(json)
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.serialize(serializer)
    }
}

/// Reads JSON as the variant `T::…` that this alternative belongs to.
type Read<T> = fn(&Value) -> serde_json::Result<T>;

/// An alternative of the enum `T`.
pub struct Untagged<T> {
    payload: &'static str,
    read: Read<T>,
}

impl<T> Untagged<T> {
    /// Describes the variant whose payload has the type named `payload`.
    #[must_use]
    pub fn new(payload: &'static str, read: Read<T>) -> Self {
        Self { payload, read }
    }
}

/// An alternative of the enum `T`, which a field selects.
pub struct Tagged<T> {
    text: &'static str,
    alternative: Untagged<T>,
}

impl<T> Tagged<T> {
    /// Describes the variant that `text` selects.
    #[must_use]
    pub fn new(text: &'static str, payload: &'static str, read: Read<T>) -> Self {
        Self { text, alternative: Untagged::new(payload, read) }
    }
}

/// Reads the alternative that the text in `field` selects, or else `other`.
///
/// # Errors
/// Fails if the value is not an object, has no text in `field`, or does not fit the alternative.
pub fn read_tagged<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    name: &str,
    field: &str,
    alternatives: &[Tagged<T>],
    other: fn(Value) -> T,
) -> Result<T, D::Error> {
    let json = Value::deserialize(deserializer)?;
    let Value::Object(fields) = &json else {
        return Err(D::Error::custom(format!("invalid `{name}`: not an object")));
    };
    let text = match fields.get(field) {
        Some(Value::String(text)) => text,
        Some(_) => {
            return Err(D::Error::custom(format!("invalid `{name}`: `{field}` is not a string")));
        }
        None => return Err(D::Error::custom(format!("missing field `{field}` in `{name}`"))),
    };
    let Some(tagged) = alternatives.iter().find(|tagged| tagged.text == text) else {
        return Ok(other(json));
    };
    let Untagged { payload, read } = tagged.alternative;
    read(&json).map_err(|cause| {
        // `EventError` and others keep a message that begins with the missing field.
        D::Error::custom(match missing_field(&cause) {
            Some(missing) => format!("{missing} in `{payload}`"),
            None => format!("invalid `{payload}`: {MISFIT}"),
        })
    })
}

/// Reads the alternative that keeps the most fields of those that fit, the first of several.
///
/// # Errors
/// Fails if none fits.
pub fn read_untagged<'de, D: Deserializer<'de>, T: Serialize>(
    deserializer: D,
    alternatives: &[Untagged<T>],
) -> Result<T, D::Error> {
    let json = Value::deserialize(deserializer)?;
    let mut misfits = Vec::new();
    let mut best: Option<(usize, T)> = None;
    for Untagged { payload, read } in alternatives {
        match read(&json) {
            Ok(value) => {
                let kept = kept(&json, &value);
                if best.as_ref().is_none_or(|(most, _)| kept > *most) {
                    best = Some((kept, value));
                }
            }
            Err(cause) => {
                let why = missing_field(&cause).unwrap_or_else(|| MISFIT.to_owned());
                misfits.push(format!("{payload}: {why}"));
            }
        }
    }
    let none = || D::Error::custom(format!("no alternative fits: {}", misfits.join("; ")));
    best.map(|(_, value)| value).ok_or_else(none)
}

/// How many fields of an object, and of what is in it, are in what was read from it.
fn kept<T: Serialize>(json: &Value, value: &T) -> usize {
    fn common(json: &Value, written: &Value) -> usize {
        match (json, written) {
            (Value::Object(fields), Value::Object(written)) => fields
                .iter()
                .filter_map(|(name, value)| Some(1 + common(value, written.get(name)?)))
                .sum(),
            (Value::Array(items), Value::Array(written)) => {
                items.iter().zip(written).map(|(item, written)| common(item, written)).sum()
            }
            _ => 0,
        }
    }
    common(json, &serde_json::to_value(value).unwrap_or_default())
}

/// Why a value does not fit, other than by a missing field. Serde's own message may contain the
/// value, which may be personal data.
const MISFIT: &str = "invalid value, or unknown field";

/// Returns the part of the message that names a missing field, if that is the cause.
fn missing_field(cause: &serde_json::Error) -> Option<String> {
    let message = cause.to_string();
    // The name comes from the Rust type, not from the JSON.
    let (name, _) = message.strip_prefix("missing field `")?.split_once('`')?;
    Some(format!("missing field `{}`", printable(name, LONGEST_TEXT)))
}

/// Checks that each text selects one variant. For constants, where a panic is a compile error.
///
/// # Panics
/// Panics if two texts are equal.
pub const fn check_texts(mut texts: &[&str]) {
    while let [text, others @ ..] = texts {
        let mut rest = others;
        while let [other, after @ ..] = rest {
            assert!(!are_equal(text, other), "two variants of `one_of!` have the same text");
            rest = after;
        }
        texts = others;
    }
}

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

#[cfg(test)]
mod tests {
    use serde::de::IntoDeserializer;
    use serde::de::value::{Error as ValueError, MapDeserializer};
    use serde::{Deserialize, Serialize};
    use serde_json::{Value, json};

    #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
    struct Kyc {
        r#type: String,
        provider: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        level: Option<u8>,
    }

    #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
    struct Residency {
        r#type: String,
        country: upvest_types::CountryCode,
    }

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    struct Numbered {
        country: String,
        number: String,
    }

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    struct Unnumbered {
        country: String,
    }

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Exempt {
        #[serde(rename = "exempt")]
        is_exempt: bool,
    }

    /// A payload with its own message.
    #[derive(Debug, Clone, PartialEq, Serialize)]
    struct Talkative(String);

    impl<'de> Deserialize<'de> for Talkative {
        fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let json = Value::deserialize(deserializer)?;
            Err(serde::de::Error::custom(format!("{json} is missing field `x`")))
        }
    }

    mod inner {
        crate::one_of! {
            /// A check of a user.
            #[derive(Eq)]
            #[allow(clippy::large_enum_variant, reason = "a test")]
            pub(super) enum Check by "type" {
                /// Of the identity.
                Kyc(super::Kyc) = "KYC",
                /// Of the residency.
                #[doc(alias = "por")]
                Residency(Box<super::Residency>) = "POR"
            }
        }
    }
    use inner::Check;

    crate::one_of! {
        /// A tax residency.
        enum TaxResidency {
            /// With a number.
            Numbered(Numbered),
            /// Without one.
            Unnumbered(Unnumbered),
            /// None is needed.
            Exempt(Exempt),
        }
    }

    // Nested, and recursive.
    crate::one_of! {
        enum Tree {
            Branch(Vec<Tree>),
            Check(Check),
            Leaf(u64)
        }
    }

    crate::one_of! {
        enum Talk by "type" {
            Talkative(Talkative) = "TALK",
        }
    }

    fn error<T: for<'de> Deserialize<'de> + std::fmt::Debug>(json: &Value) -> String {
        let error = serde_json::from_value::<T>(json.clone()).unwrap_err().to_string();
        let as_text = serde_json::from_str::<T>(&json.to_string()).unwrap_err().to_string();
        assert!(as_text.starts_with(&error), "{as_text}");
        assert!(!error.contains("secret"), "{error}");
        error
    }

    #[test]
    fn a_field_selects_the_variant() {
        let json = json!({"type": "KYC", "provider": "x"});
        let check: Check = serde_json::from_value(json.clone()).unwrap();
        let kyc = Kyc { r#type: "KYC".to_owned(), provider: "x".to_owned(), level: None };
        assert_eq!(check, Check::Kyc(kyc));
        assert_eq!(serde_json::to_value(&check).unwrap(), json);

        let json = json!({"type": "POR", "country": "DE", "provider": "x"});
        let check: Check = serde_json::from_value(json).unwrap();
        let Check::Residency(residency) = &check else { panic!("{check:?}") };
        assert_eq!(residency.country, "DE".parse().unwrap());
        assert_eq!(serde_json::to_value(&check).unwrap(), json!({"type": "POR", "country": "DE"}));
    }

    #[test]
    fn an_unknown_text_is_kept() {
        for text in [
            r#"{"a":[1,-2.5,null,{"b":"ä\n"}],"type":"NEW"}"#,
            r#"{"type":""}"#,
            r#"{"type":"kyc"}"#,
            r#"{"big":18446744073709551615,"type":"NEW"}"#,
        ] {
            let check: Check = serde_json::from_str(text).unwrap();
            let json: Value = serde_json::from_str(text).unwrap();
            assert_eq!(check, Check::Other(json));
            assert_eq!(serde_json::to_string(&check).unwrap(), text);
            assert_eq!(check.clone(), check);
        }
    }

    #[test]
    fn what_has_no_text_in_the_field_is_an_error() {
        for (json, sentence) in [
            (json!({"provider": "secret"}), "missing field `type` in `Check`"),
            (json!({"Type": "KYC"}), "missing field `type` in `Check`"),
            (json!({"type": null}), "invalid `Check`: `type` is not a string"),
            (json!({"type": {"secret": 1}}), "invalid `Check`: `type` is not a string"),
            (json!("secret"), "invalid `Check`: not an object"),
            (json!(["secret"]), "invalid `Check`: not an object"),
            (json!(null), "invalid `Check`: not an object"),
        ] {
            assert_eq!(error::<Check>(&json), sentence, "{json}");
        }
    }

    #[test]
    fn a_payload_that_does_not_fit_is_an_error() {
        for (json, sentence) in [
            (json!({"type": "KYC", "secret": 1}), "missing field `provider` in `super::Kyc`"),
            (json!({"type": "POR"}), "missing field `country` in `Box<super::Residency>`"),
            (
                json!({"type": "POR", "country": "secret"}),
                "invalid `Box<super::Residency>`: invalid value, or unknown field",
            ),
            (
                json!({"type": "KYC", "provider": "x", "level": "secret"}),
                "invalid `super::Kyc`: invalid value, or unknown field",
            ),
        ] {
            assert_eq!(error::<Check>(&json), sentence, "{json}");
        }
        assert_eq!(
            error::<Talk>(&json!({"type": "TALK", "name": "secret"})),
            "invalid `Talkative`: invalid value, or unknown field"
        );
    }

    #[test]
    fn null_is_read_as_by_the_payload() {
        let json = json!({"type": "KYC", "provider": "x", "level": null});
        assert!(matches!(serde_json::from_value(json), Ok(Check::Kyc(Kyc { level: None, .. }))));
        error::<Check>(&json!({"type": "KYC", "provider": null}));
        // As the client reads responses.
        let json = r#"{"country":"DE","number":null}"#;
        let residency: TaxResidency = crate::json::from_json(json.as_bytes()).unwrap();
        assert_eq!(residency, Unnumbered { country: "DE".to_owned() }.into());
        let optional: Option<Check> = serde_json::from_str("null").unwrap();
        assert_eq!(optional, None);
    }

    #[test]
    fn the_variant_that_keeps_the_most_fields_is_read() {
        let country = || "DE".to_owned();
        for (json, residency) in [
            (
                json!({"country": "DE", "number": "1"}),
                TaxResidency::Numbered(Numbered { country: country(), number: "1".to_owned() }),
            ),
            (json!({"country": "DE"}), TaxResidency::Unnumbered(Unnumbered { country: country() })),
            (json!({"exempt": true}), TaxResidency::Exempt(Exempt { is_exempt: true })),
        ] {
            assert_eq!(serde_json::from_value::<TaxResidency>(json.clone()).unwrap(), residency);
            assert_eq!(serde_json::to_value(residency).unwrap(), json);
        }
        // The number has the wrong type, so the second one is read.
        let residency: TaxResidency =
            serde_json::from_value(json!({"country": "DE", "number": 1})).unwrap();
        assert_eq!(residency, Unnumbered { country: country() }.into());
    }

    #[test]
    fn fields_count_at_any_depth_and_in_any_order() {
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        struct Left {
            details: Vec<LeftDetails>,
        }
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        struct LeftDetails {
            #[serde(default, skip_serializing_if = "Option::is_none")]
            left: Option<u8>,
        }
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        struct Right {
            details: Vec<RightDetails>,
        }
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        struct RightDetails {
            #[serde(default, skip_serializing_if = "Option::is_none")]
            right: Option<u8>,
        }
        crate::one_of! {
            enum Side {
                Left(Left),
                Right(Right),
            }
        }
        for json in [
            json!({"details": [{"left": 1}]}),
            json!({"details": [{"right": 1}]}),
            json!({"details": [{}, {"right": 1}]}),
        ] {
            let side: Side = serde_json::from_value(json.clone()).unwrap();
            assert_eq!(serde_json::to_value(&side).unwrap(), json);
        }
        // Both keep as much.
        let side: Side = serde_json::from_value(json!({"details": []})).unwrap();
        assert!(matches!(side, Side::Left(_)));
    }

    #[test]
    fn an_error_names_each_alternative() {
        for (json, sentence) in [
            (
                json!({}),
                "no alternative fits: Numbered: missing field `country`; Unnumbered: missing field \
                 `country`; Exempt: missing field `exempt`",
            ),
            (
                json!({"number": "secret", "exempt": "secret"}),
                "no alternative fits: Numbered: missing field `country`; Unnumbered: missing field \
                 `country`; Exempt: invalid value, or unknown field",
            ),
            (
                json!("secret"),
                "no alternative fits: Numbered: invalid value, or unknown field; Unnumbered: \
                 invalid value, or unknown field; Exempt: invalid value, or unknown field",
            ),
        ] {
            assert_eq!(error::<TaxResidency>(&json), sentence, "{json}");
        }
    }

    #[test]
    fn enums_nest() {
        let json = json!([1, [{"type": "NEW"}, {"type": "KYC", "provider": "x"}], []]);
        let tree: Tree = serde_json::from_value(json.clone()).unwrap();
        assert_eq!(serde_json::to_value(&tree).unwrap(), json);
        let Tree::Branch(trees) = tree else { panic!("{tree:?}") };
        assert_eq!(trees[0], Tree::Leaf(1));
        assert!(matches!(&trees[1], Tree::Branch(trees) if trees.len() == 2));
        assert_eq!(
            error::<Tree>(&json!({"type": "KYC", "secret": "secret"})),
            "no alternative fits: Vec<Tree>: invalid value, or unknown field; Check: missing field \
             `provider`; u64: invalid value, or unknown field"
        );
    }

    #[test]
    fn a_payload_converts_into_the_enum() {
        let kyc = Kyc { r#type: "KYC".to_owned(), provider: "x".to_owned(), level: Some(1) };
        assert_eq!(Check::from(kyc.clone()), Check::Kyc(kyc));
        let residency = Unnumbered { country: "DE".to_owned() };
        assert_eq!(TaxResidency::from(residency.clone()), TaxResidency::Unnumbered(residency));
    }

    #[test]
    fn any_deserializer_is_read() {
        let fields = || [("type", "KYC"), ("provider", "x")].into_iter();
        let deserializer = MapDeserializer::<_, ValueError>::new(fields());
        assert!(matches!(Check::deserialize(deserializer), Ok(Check::Kyc(_))));
        let deserializer = MapDeserializer::<_, ValueError>::new(fields().take(1));
        let error = Check::deserialize(deserializer).unwrap_err().to_string();
        assert!(error.starts_with("missing field `provider` in "), "{error}");
        let deserializer: serde::de::value::U64Deserializer<ValueError> = 7_u64.into_deserializer();
        assert_eq!(Tree::deserialize(deserializer), Ok(Tree::Leaf(7)));
    }

    #[test]
    fn invalid_json_is_reported_as_such() {
        assert!(serde_json::from_str::<Check>(r#"{"type":"KYC""#).unwrap_err().is_eof());
        assert!(serde_json::from_str::<TaxResidency>("{secret}").unwrap_err().is_syntax());
    }

    #[test]
    fn it_works_inside_a_function() {
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        struct Local {
            kind: String,
        }
        crate::one_of! {
            enum Tagged by "kind" {
                Local(Local) = "LOCAL",
            }
        }
        crate::one_of! {
            enum Untagged {
                Local(Local),
            }
        }
        let json = json!({"kind": "LOCAL"});
        let local = Local { kind: "LOCAL".to_owned() };
        assert_eq!(
            serde_json::from_value::<Tagged>(json.clone()).unwrap(),
            Tagged::from(local.clone())
        );
        assert_eq!(serde_json::from_value::<Untagged>(json).unwrap(), Untagged::from(local));
    }

    #[test]
    fn texts_are_compared() {
        super::check_texts(&[]);
        super::check_texts(&["A", "B", "a", ""]);
        for texts in [["A", "A", "B"], ["A", "B", "A"], ["B", "A", "A"]] {
            assert!(std::panic::catch_unwind(|| super::check_texts(&texts)).is_err(), "{texts:?}");
        }
    }

    #[cfg(feature = "webhooks")]
    #[test]
    fn an_event_error_names_the_missing_field() {
        let event: crate::webhook::Event = r#"{
            "id": "8962b496-8d42-4560-bfab-10c8d1a3b5c7",
            "created_at": "2021-07-21T14:10:00Z",
            "type": "USER_CHECK.CREATED",
            "object": {"type": "KYC"},
            "webhook_id": "a8eb3540-5a84-40f9-b2bb-7f99f282fc5a"
        }"#
        .parse()
        .unwrap();
        let error = event.object::<Check>().unwrap_err().to_string();
        assert!(error.contains(": missing field `provider`, at line "), "{error}");
    }
}
