//! Structs.

use serde_json::json;

use super::{API, check, description, free, object, short, try_check};
use crate::check::Source;

const DERIVES: &str = "#[derive(Serialize, Deserialize)]\n";

#[test]
fn a_struct_in_both_directions_gives_one_finding() {
    let thing = object(&json!({"name": {"type": "string"}}), &["name"]);
    let none: [&str; 0] = [];
    let declared = format!("{DERIVES} pub struct Thing {{ pub name: String }}");
    assert_eq!(check(&thing, &thing, &declared), none);
    let declared = format!("{DERIVES} pub struct Thing {{ pub name: String, pub size: u8 }}");
    assert_eq!(
        check(&thing, &thing, &declared),
        ["breaking field-removed: `Thing.size` is not described"]
    );
    // It is additive in the response alone.
    let declared =
        format!("{DERIVES} pub struct Thing {{ pub name: String, pub size: Option<u8> }}");
    assert_eq!(
        check(&free(), &thing, &declared),
        ["additive field-removed: `Thing.size` is not described"]
    );
    assert_eq!(
        check(&thing, &thing, &declared),
        ["breaking field-removed: `Thing.size` is not described"]
    );
    let declared = format!("{DERIVES} pub struct Thing {{}}");
    assert_eq!(
        check(&thing, &thing, &declared),
        ["breaking field-added: `Thing` lacks the field `name`"]
    );
    let optional = object(&json!({"name": {"type": "string"}}), &[]);
    assert_eq!(
        check(&optional, &thing, &declared),
        ["additive field-added: `Thing` lacks the field `name`"]
    );
    let declared = format!("{DERIVES} #[serde(deny_unknown_fields)] pub struct Thing {{}}");
    assert_eq!(
        check(&optional, &thing, &declared),
        ["breaking field-added: `Thing` lacks the field `name`"]
    );
}

#[test]
fn items_may_be_null() {
    let list = |is_nullable: bool| {
        let ty = if is_nullable { json!(["string", "null"]) } else { json!("string") };
        object(&json!({"names": {"type": "array", "items": {"type": ty}}}), &["names"])
    };
    for (ty, described, findings) in [
        ("Vec<String>", false, [].as_slice()),
        ("Vec<Option<String>>", true, &[]),
        (
            "Vec<Option<String>>",
            false,
            &["breaking field-required: an item of `Thing.names` may not be `null`"],
        ),
        ("Vec<String>", true, &["breaking field-optional: an item of `Thing.names` may be `null`"]),
    ] {
        let declared = format!("{DERIVES} pub struct Thing {{ pub names: {ty} }}");
        let list = list(described);
        assert_eq!(check(&list, &list, &declared), findings, "{ty} {described}");
    }
}

#[test]
fn names_in_json_follow_the_attributes() {
    let none: [&str; 0] = [];
    let thing = object(
        &json!({
            "frameSize": {"type": "string"},
            "type": {"type": "string"},
            "self": {"type": "string"},
        }),
        &["frameSize", "type", "self"],
    );
    let declared = format!(
        "{DERIVES} #[serde(rename_all = \"camelCase\")]
        pub struct Thing {{
            pub frame_size: String,
            pub r#type: String,
            #[serde(rename = \"self\")]
            pub this: String,
            #[serde(skip)]
            pub cached: Vec<u8>,
        }}"
    );
    assert_eq!(check(&thing, &thing, &declared), none);
    // Names that differ between the directions, and an alias.
    let written = object(&json!({"a": {"type": "string"}}), &["a"]);
    let read = object(&json!({"b": {"type": "string"}}), &["b"]);
    for attribute in [
        "rename(serialize = \"a\", deserialize = \"b\")",
        "rename = \"a\", alias = \"b\"",
        "rename(serialize = \"a\"), alias = \"b\"",
    ] {
        let declared =
            format!("{DERIVES} pub struct Thing {{ #[serde({attribute})] pub c: String }}");
        assert_eq!(check(&written, &read, &declared), none, "{attribute}");
    }
    let declared = format!(
        "{DERIVES} #[cfg_attr(all(), serde(rename_all(serialize = \"UPPERCASE\")))]
        pub struct Thing {{ pub a: String }}"
    );
    assert_eq!(
        check(&written, &written, &declared),
        [
            "breaking field-removed: `Thing.A` is not described",
            "breaking field-added: `Thing` lacks the field `a`"
        ]
    );
}

#[test]
fn absence_follows_the_attributes() {
    let none: [&str; 0] = [];
    let required = object(&json!({"a": {"type": "string"}}), &["a"]);
    let optional = object(&json!({"a": {"type": "string"}}), &[]);
    let nullable = object(&json!({"a": {"type": ["string", "null"]}}), &["a"]);
    let read = |response, field: &str| {
        check(&free(), response, &format!("{DERIVES} pub struct Thing {{ {field} }}"))
    };
    for field in [
        "pub a: Option<String>",
        "#[serde(default)] pub a: String",
        "#[serde(default, deserialize_with = \"upvest_core::null_as_default\")] pub a: String",
    ] {
        for response in [&required, &optional, &nullable] {
            assert_eq!(read(response, field), none, "{field}");
        }
    }
    let absent = ["breaking field-optional: `Thing.a` may be absent"];
    let null = ["breaking field-optional: `Thing.a` may be `null`"];
    assert_eq!(read(&optional, "pub a: String"), absent);
    assert_eq!(read(&nullable, "pub a: String"), null);
    let lenient = "#[serde(deserialize_with = \"null_as_default\")] pub a: String";
    assert_eq!(read(&nullable, lenient), none);
    assert_eq!(read(&optional, lenient), absent);
    let container = format!("{DERIVES} #[serde(default)] pub struct Thing {{ pub a: String }}");
    assert_eq!(check(&free(), &optional, &container), none);

    let written = |body, field: &str| {
        check(body, &free(), &format!("{DERIVES} #[serde(default)] pub struct Thing {{ {field} }}"))
    };
    let skipped = "#[serde(skip_serializing_if = \"Option::is_none\")] pub a: Option<String>";
    assert_eq!(written(&optional, skipped), none);
    assert_eq!(
        written(&nullable, skipped),
        ["breaking field-required: `Thing.a` is required, but declared as optional"]
    );
    assert_eq!(written(&nullable, "pub a: Option<String>"), none);
    assert_eq!(
        written(&required, "pub a: Option<String>"),
        ["breaking field-required: `Thing.a` is required, but declared as optional"]
    );
    assert_eq!(
        written(&optional, "pub a: Option<String>"),
        ["breaking field-not-nullable: `Thing.a` may be absent, but not `null`"]
    );
    let both = "#[serde(default, deserialize_with = \"upvest_core::null_as_some\")] \
                pub a: Option<Option<String>>";
    assert_eq!(read(&optional, both), none);
    assert_eq!(read(&nullable, both), none);
    let twice = "#[serde(skip_serializing_if = \"Option::is_none\")] pub a: Option<Option<String>>";
    let nullable_or_absent = object(&json!({"a": {"type": ["string", "null"]}}), &[]);
    assert_eq!(written(&nullable_or_absent, twice), none);
    assert_eq!(
        written(&optional, twice),
        ["breaking field-not-nullable: `Thing.a` may be absent, but not `null`"]
    );
    assert_eq!(
        written(&required, "#[serde(skip_serializing_if = \"String::is_empty\")] pub a: String"),
        ["breaking field-required: `Thing.a` is required, but declared as optional"]
    );
}

#[test]
fn a_proposed_field_keeps_its_attributes() {
    let number = object(&json!({"a": {"type": "number"}}), &["a"]);
    let declared = format!(
        "{DERIVES} pub struct Thing {{
            #[serde(
                rename = \"a\",
                default,
            )]
            pub(crate) b: Option<String>,
        }}"
    );
    let report = try_check(&free(), &number, &declared).unwrap();
    assert_eq!(
        report.drifts()[0].suggestion(),
        Some("#[serde(rename = \"a\", default)]\npub(crate) b: Option<serde_json::Number>,")
    );
}

#[test]
fn recursive_types_are_compared_once() {
    let tree = json!({
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "children": {"type": "array", "items": {
                "type": "object",
                "properties": {
                    "name": {"type": "string"},
                    "children": {"type": "array", "items": {"type": "object"}},
                },
                "required": ["name", "children"],
            }},
        },
        "required": ["name", "children"],
    });
    let declared =
        format!("{DERIVES} pub struct Thing {{ pub name: String, pub children: Vec<Box<Thing>> }}");
    // The free objects have no names.
    assert_eq!(
        check(&tree, &tree, &declared),
        ["breaking type-changed: an item of `Thing.children` is declared as `Thing`, but \
             described as an object with any fields"]
    );
    // A schema that contains itself says nothing of what is inside.
    let declared = format!("{DERIVES} pub struct Thing {{ pub next: Option<Box<Thing>> }}");
    let none: [&str; 0] = [];
    assert_eq!(check(&free(), &free(), &declared), none);
    // It does not compile, but ends.
    let cycle = "type Thing = Other; type Other = Thing;";
    assert_eq!(check(&tree, &tree, cycle), none);
}

#[test]
fn flattened_parts_are_fields() {
    let none: [&str; 0] = [];
    let thing = object(&json!({"a": {"type": "string"}, "b": {"type": "string"}}), &["a"]);
    let inner = format!("{DERIVES} pub struct Inner {{ pub b: String }}");
    let flat = |ty: &str| {
        format!(
            "{inner} {DERIVES} pub struct Thing {{ pub a: String, #[serde(flatten)] pub rest: {ty} }}"
        )
    };
    assert_eq!(check(&thing, &thing, &flat("Option<Inner>")), none);
    assert_eq!(
        check(&thing, &thing, &flat("Inner")),
        ["breaking field-optional: `Inner.b` may be absent"]
    );
    // A map holds the rest, but the field has no type then.
    assert_eq!(
        check(&thing, &thing, &flat("HashMap<String, Value>")),
        ["additive field-added: `Thing` lacks the field `b`"]
    );
    assert_eq!(
        check(&free(), &thing, &flat("Elsewhere")),
        ["not compared: lib.rs:3: a flattened field of `Thing`: `Elsewhere` is not in the given \
             files"]
    );
}

#[test]
fn other_representations_are_followed_or_named() {
    let none: [&str; 0] = [];
    let text = json!({"type": "string"});
    let number = json!({"type": "number"});
    for (types, body, response) in [
        ("#[derive(Serialize, Deserialize)] pub struct Thing(String);", &text, &text),
        (
            "#[derive(Serialize, Deserialize)] #[serde(transparent)] pub struct Thing { a: String }",
            &text,
            &text,
        ),
        ("pub type Thing = String;", &text, &text),
        (
            "#[derive(Serialize, Deserialize)] #[serde(from = \"f64\", into = \"String\")]
             pub struct Thing { a: u8, b: u8 }",
            &text,
            &number,
        ),
    ] {
        assert_eq!(check(body, response, types), none, "{types}");
        assert_eq!(check(&json!({"type": "boolean"}), response, types).len(), 1, "{types}");
    }
    for (types, what) in [
        ("pub struct Thing { a: u8 }", "`Thing` has no `#[derive(Serialize)]`"),
        (
            "#[derive(Serialize, Deserialize)] pub struct Thing(u8, u8);",
            "`Thing` cannot be compared: it is a tuple",
        ),
        (
            "#[derive(Serialize, Deserialize)] pub struct Thing<T> { a: T }",
            "`Thing` has type parameters",
        ),
        ("", "`Thing` is not in the given files"),
    ] {
        let findings = check(&text, &text, types);
        assert!(findings.iter().all(|it| it.starts_with("not compared: ")), "{findings:?}");
        assert!(findings.iter().any(|it| it.ends_with(what)), "{what}: {findings:?}");
    }
    // A lifetime is not a type parameter.
    let borrowed = "#[derive(Serialize, Deserialize)]
        pub struct Thing<'a> { pub a: &'a str, pub b: Cow<'a, str> }";
    let thing = object(&json!({"a": text, "b": text}), &["a", "b"]);
    assert_eq!(check(&thing, &thing, borrowed), none);
}

#[test]
fn a_body_is_on_both_sides_or_on_neither() {
    let declared = |parameter: &str| {
        let text = API.replace(", body: &Thing", parameter);
        [Source::new("lib.rs", format!("pub type Thing = Value; {text}"))]
    };
    let with_body = description(&free(), &free());
    let report = with_body.check(&declared("")).unwrap();
    assert_eq!(short(&report), ["breaking body-added: `create_thing` lacks a body"]);
    assert_eq!(
        report.drifts()[0].suggestion(),
        Some("body: &serde_json::Map<String, serde_json::Value>")
    );
}
