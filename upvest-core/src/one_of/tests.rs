//! Reading and writing both forms of `one_of!`.

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
