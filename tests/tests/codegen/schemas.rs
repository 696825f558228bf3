//! What schemas become, where the obvious reading would lose data.

use upvest_codegen::{Description, Layout, Names, Selection};

const HEAD: &str = "openapi: 3.1.0\ninfo: {title: T, version: '1'}\n";

/// Generates a response of this schema, with more shared schemas.
fn generate(schema: &str, shared: &str) -> (String, Vec<String>) {
    let text = format!(
        "{HEAD}paths:\n  /a:\n    get:\n      operationId: get_a\n      responses:\n        '200':\n          \
         content:\n            application/json:\n              schema: {schema}\ncomponents:\n  \
         schemas:\n    Base: {{type: object, properties: {{id: {{type: string}}, own: {{type: string}}}}}}\n{shared}"
    );
    let description = Description::read(&text).unwrap();
    let mut names = Names::default();
    let generated = description.generate(&Selection::all(), Layout::File, &mut names).unwrap();
    (generated.files()["lib.rs"].clone(), generated.unexpressed().to_vec())
}

/// Whether the generated code has all of these lines.
fn has(schema: &str, lines: &[&str]) {
    let (code, unexpressed) = generate(schema, "");
    assert_eq!(unexpressed, [""; 0], "{schema}");
    for line in lines {
        assert!(code.lines().any(|it| it.trim() == *line), "{schema}: no `{line}` in\n{code}");
    }
}

#[test]
fn parts_of_all_of_count_without_a_type() {
    let base = "{$ref: '#/components/schemas/Base'}";
    has(
        &format!("{{title: A, allOf: [{base}, {{required: [own]}}]}}"),
        &["pub own: String,", "pub id: Option<String>,"],
    );
    has(
        &format!("{{title: A, allOf: [{{required: [own]}}, {base}]}}"),
        &["pub own: String,", "pub id: Option<String>,"],
    );
    // "At least one of" says nothing of the types.
    has(
        "{title: A, properties: {a: {type: string}, b: {type: string}}, anyOf: [{required: [a]}, {required: [b]}]}",
        &["pub struct A {", "pub a: Option<String>,", "pub b: Option<String>,"],
    );
}

#[test]
fn what_is_next_to_a_reference_counts() {
    has(
        "{title: A, $ref: '#/components/schemas/Base', properties: {extra: {type: integer}}, required: [extra]}",
        &["pub extra: i64,", "pub own: Option<String>,"],
    );
    has(
        "{title: A, properties: {b: {$ref: '#/components/schemas/Base', type: [object, 'null']}}, required: [b]}",
        &["pub b: Option<Base>,"],
    );
}

#[test]
fn alternatives_lose_no_fields() {
    // The second one has all named fields of the first, but not its further ones.
    let (code, _) = generate(
        "{title: A, oneOf: [{title: Open, properties: {a: {type: string}}, additionalProperties: {type: string}}, \
         {title: Shut, properties: {a: {type: string}, b: {type: string}}}]}",
        "",
    );
    assert!(code.contains("pub enum A {") && code.contains("pub further_fields:"), "{code}");
    // A choice of choices has no place for the common field.
    let tagged = "{oneOf: [{properties: {type: {enum: [X]}, x: {}}, required: [type]}, \
                  {properties: {type: {enum: [Y]}, y: {}}, required: [type]}]}";
    let (_, unexpressed) = generate(
        &format!(
            "{{title: A, properties: {{a: {{allOf: [{{properties: {{common: {{type: string}}}}}}, \
             {{oneOf: [{{properties: {{z: {{type: string}}}}, required: [z]}}, {tagged}]}}]}}}}}}"
        ),
        "",
    );
    assert_eq!(unexpressed, ["A.a: its alternatives are choices themselves"]);
}

#[test]
fn a_tag_is_only_what_tells_apart() {
    // A default is not the only value of a name.
    let (code, _) = generate(
        "{title: A, oneOf: [{title: B, properties: {name: {type: string, default: b}, x: {type: string}}, required: [name, x]}, \
         {title: C, properties: {name: {type: string, default: c}, y: {type: string}}, required: [name, y]}]}",
        "",
    );
    assert!(code.contains("pub enum A {"), "{code}");
    // The name of a shared schema is not a value of its field.
    let pets = "    Cat: {type: object, properties: {kind: {type: string, enum: [CAT, KITTEN]}}, required: [kind]}\n    \
                Dog: {type: object, properties: {kind: {type: string, enum: [DOG, PUPPY]}, bark: {type: string}}, required: [kind]}\n";
    let (code, _) = generate(
        "{title: A, oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Dog'}], discriminator: {propertyName: kind}}",
        pets,
    );
    assert!(!code.contains("= \"Cat\""), "{code}");
}

#[test]
fn texts_without_quotes_are_texts() {
    has(
        "{title: A, properties: {year: {type: string, enum: [2024, 2025]}}}",
        &["N2024 = \"2024\",", "pub year: Option<AYear>,"],
    );
}

#[test]
fn secrets_of_any_type_are_hidden() {
    let (code, _) = generate(
        "{title: A, properties: {access_token: {type: string, format: uuid}, pin: {type: integer}, \
         client_secret: {}, secrets: {type: object, additionalProperties: true}, name: {type: string}}}",
        "",
    );
    assert!(code.contains("impl fmt::Debug for A {"), "{code}");
    let debug = code.split("impl fmt::Debug").nth(1).unwrap();
    assert!(debug.contains("self.name"), "{code}");
    for secret in ["access_token", "pin", "client_secret", "secrets"] {
        assert!(!debug.contains(&format!("self.{secret}")), "{secret}");
    }
}
