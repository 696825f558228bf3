//! Enums of texts and of objects.

use serde_json::json;

use super::{check, object};

#[test]
fn values_follow_the_attributes() {
    let none: [&str; 0] = [];
    let texts = json!({"type": "string", "enum": ["IN_USE", "OLD", "gone"]});
    let declared = "
        #[derive(Serialize, Deserialize)]
        #[serde(rename_all = \"SCREAMING_SNAKE_CASE\")]
        pub enum Thing { InUse, #[serde(alias = \"ANCIENT\")] Old, #[serde(rename = \"gone\")] Gone }";
    assert_eq!(check(&texts, &texts, declared), none);
    let more = json!({"type": "string", "enum": ["IN_USE", "OLD", "gone", "NEW"]});
    assert_eq!(
        check(&more, &texts, declared),
        ["additive value-added: `Thing` lacks the value `NEW`"]
    );
    assert_eq!(
        check(&texts, &more, declared),
        ["breaking value-added: `Thing` lacks the value `NEW`"]
    );
    for other in ["#[serde(other)] Unknown", "#[serde(untagged)] Unknown(String)"] {
        let open = declared.replace(" }", &format!(", {other} }}"));
        assert_eq!(
            check(&texts, &more, &open),
            ["additive value-added: `Thing` lacks the value `NEW`"]
        );
    }
    let fewer = json!({"type": "string", "enum": ["IN_USE", "OLD"]});
    assert_eq!(check(&texts, &fewer, declared), none);
    assert_eq!(
        check(&fewer, &texts, declared),
        ["breaking value-removed: the value `gone` of `Thing` is not described"]
    );
    assert_eq!(check(&json!({"type": "string"}), &texts, declared), none);
    assert_eq!(check(&texts, &json!({"type": "string"}), declared).len(), 1);
    assert_eq!(check(&json!({"type": "string", "format": "uuid"}), &texts, declared).len(), 1);
}

#[test]
fn an_empty_text_and_a_currency_are_values() {
    let none: [&str; 0] = [];
    let texts = json!({"type": "string", "enum": ["", "DR"]});
    let declared = "upvest_core::open_enum! { pub enum Thing { Dr = \"DR\" } }";
    assert_eq!(
        check(&texts, &texts, declared),
        ["additive value-added: `Thing` lacks the value ``"]
    );
    let known = "pub type Thing = Currency;";
    assert_eq!(check(&json!({"enum": ["EUR", "USD"]}), &json!({"enum": ["EUR"]}), known), none);
    assert_eq!(check(&json!({"enum": ["LONG"]}), &json!({"enum": ["EUR"]}), known).len(), 1);
}

#[test]
fn serde_writes_the_field_that_selects() {
    let none: [&str; 0] = [];
    let card = object(
        &json!({"type": {"type": "string", "enum": ["CARD"]}, "number": {"type": "string"}}),
        &["type", "number"],
    );
    let account = object(
        &json!({"type": {"type": "string", "enum": ["ACCOUNT"]}, "iban": {"type": "string"}}),
        &["type", "iban"],
    );
    let both = json!({"oneOf": [card, account]});
    let payloads = "
        #[derive(Serialize, Deserialize)] pub struct Card { pub number: String }
        #[derive(Serialize, Deserialize)] pub struct Account { pub iban: String }";
    let tagged = format!(
        "{payloads} #[derive(Serialize, Deserialize)]
        #[serde(tag = \"type\", rename_all = \"UPPERCASE\")]
        pub enum Thing {{ Card(Card), Account(Account) }}"
    );
    assert_eq!(check(&both, &both, &tagged), none);
    // There is no variant for others.
    assert_eq!(
        check(&card, &both, &tagged.replace("Card(Card), ", "")),
        [
            "breaking alternative-added: `Thing` lacks the alternative with the type `CARD`",
            "breaking alternative-removed: the alternative `Account` of `Thing` is not described",
        ]
    );
    let other = tagged.replace("Card(Card), ", "#[serde(other)] Other, ");
    assert_eq!(
        check(&account, &both, &other),
        ["additive alternative-added: `Thing` lacks the alternative with the type `CARD`"]
    );
    // The payloads of `one_of!` have the field themselves.
    let macro_of = |payloads: &str| {
        format!(
            "{payloads} upvest_core::one_of! {{
                pub enum Thing by \"type\" {{ Card(Card) = \"CARD\", Account(Account) = \"ACCOUNT\" }}
            }}"
        )
    };
    let complete = payloads.replace("pub struct Card { ", "pub struct Card { pub r#type: String, ");
    let complete =
        complete.replace("pub struct Account { ", "pub struct Account { pub r#type: String, ");
    assert_eq!(check(&both, &both, &macro_of(&complete)), none);
    assert_eq!(check(&both, &both, &macro_of(payloads)).len(), 2);
    assert_eq!(check(&both, &card, &macro_of(&complete)), none);
    assert_eq!(
        check(&card, &both, &macro_of(&complete)),
        ["breaking alternative-removed: the alternative `Account` of `Thing` is not described"]
    );
}

#[test]
fn without_a_field_the_closest_object_is_compared() {
    let none: [&str; 0] = [];
    let small = object(&json!({"a": {"type": "string"}}), &["a"]);
    let large = object(&json!({"a": {"type": "string"}, "b": {"type": "string"}}), &["a", "b"]);
    let declared = "
        #[derive(Serialize, Deserialize)] pub struct Small { pub a: String }
        #[derive(Serialize, Deserialize)] pub struct Large { pub a: String, pub b: String }
        #[derive(Serialize, Deserialize)] #[serde(untagged)]
        pub enum Thing { Large(Large), Small(Small) }";
    for both in [json!({"oneOf": [small, large]}), json!({"anyOf": [large, small]})] {
        assert_eq!(check(&both, &both, declared), none);
    }
    let mut other = large.clone();
    other["properties"]["b"] = json!({"type": "integer"});
    let both = json!({"oneOf": [small, other]});
    assert_eq!(
        check(&both, &json!({}), declared),
        ["breaking type-changed: `Large.b` is declared as `String`, but described as an integer"]
    );
}

#[test]
fn a_struct_may_stand_for_several_objects() {
    let none: [&str; 0] = [];
    let of = |kind: &str, field: &str| {
        object(
            &json!({"type": {"type": "string", "enum": [kind]}, field: {"type": "string"}}),
            &["type", field],
        )
    };
    let both = json!({"oneOf": [of("A", "x"), of("B", "y")]});
    let declared = "
        open_enum! { pub enum Kind { A = \"A\", B = \"B\" } }
        #[derive(Serialize, Deserialize)] pub struct Thing {
            pub r#type: Kind,
            #[serde(skip_serializing_if = \"Option::is_none\")] pub x: Option<String>,
            #[serde(skip_serializing_if = \"Option::is_none\")] pub y: Option<String>,
        }";
    assert_eq!(check(&both, &both, declared), none);
    assert_eq!(
        check(&both, &both, &declared.replace(", B = \"B\"", "")),
        ["additive value-added: `Kind` lacks the value `B`"]
    );
    assert_eq!(
        check(&json!({}), &both, &declared.replace("pub y: Option<String>", "pub y: String")),
        ["breaking field-optional: `Thing.y` may be absent"]
    );
}
