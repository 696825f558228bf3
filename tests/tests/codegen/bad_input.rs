//! Descriptions and names that cannot be used: each gives one clear line, and none a panic.

use std::fmt::Write as _;
use std::time::Instant;

use upvest_codegen::{Description, Layout, Names, Selection};

const HEAD: &str = "openapi: 3.1.0\ninfo: {title: T, version: '1'}\n";

/// A description with one response of this schema, and what follows it.
fn with_schema(schema: &str, rest: &str) -> String {
    format!(
        "{HEAD}paths:\n  /a:\n    get:\n      operationId: get_a\n      responses:\n        '200':\n          \
         content:\n            application/json:\n              schema: {schema}\n{rest}"
    )
}

/// Why a description cannot be read: one line, which says so at the beginning.
fn error(text: &str) -> String {
    let error = Description::read(text).unwrap_err().to_string();
    assert!(!error.contains('\n'), "{error}");
    error.strip_prefix("cannot read the description: ").unwrap().to_owned()
}

/// What is not expressed of a description.
fn unexpressed(text: &str) -> Vec<String> {
    let description = Description::read(text).unwrap();
    let generated =
        description.generate(&Selection::all(), Layout::Folder, &mut Names::default()).unwrap();
    generated.unexpressed().to_vec()
}

#[test]
fn a_file_that_is_not_a_description_is_rejected() {
    let is_none = "not an OpenAPI document, it has no field `openapi`";
    for (text, why) in [
        ("", is_none),
        ("\n\n# nothing\n", is_none),
        ("a: 1\n", is_none),
        ("- a\n", "expected an object at line 1, column 1"),
        ("hello", "expected an object at line 1, column 1"),
        ("42", "expected an object at line 1, column 1"),
        ("null", "expected an object at line 1, column 1"),
        ("<!DOCTYPE html>\n<p>Not found</p>", "expected an object at line 1, column 1"),
        ("\0\u{1}", "unexpected character: `\\u{0}' at line 1, column 1"),
        ("{a: [", "unclosed bracket '[' at line 1, column 5"),
        ("swagger: '2.0'\n", "OpenAPI 2.0 at line 1, column 10 (expected 3.0 or 3.1)"),
        ("openapi: 4.0.0\n", "OpenAPI 4.0.0 at line 1, column 10 (expected 3.0 or 3.1)"),
        ("openapi: 3.10.0\n", "OpenAPI 3.10.0 at line 1, column 10 (expected 3.0 or 3.1)"),
        ("paths: 5\nopenapi: 2.0\n", "OpenAPI 2.0 at line 2, column 10 (expected 3.0 or 3.1)"),
        ("openapi: [3]\n", "expected a text at line 1, column 10"),
    ] {
        assert_eq!(error(text), why, "{text}");
    }
    for text in ["openapi: 3.0\n", "openapi: 3.1.7\npaths: {}\n", "\u{feff}openapi: 3.1.0\r\n"] {
        assert_eq!(unexpressed(text), [""; 0], "{text}");
    }
}

#[test]
fn a_wrong_part_has_its_position() {
    for (rest, why) in [
        ("paths: {}\npaths: {}\n", "duplicate key `paths` at line 4, column 1"),
        ("paths: [a]\n", "expected an object at line 3, column 8"),
        (
            "paths:\n\t/a: {}\n",
            "tabs disallowed within this context (block indentation) at line 4, column 2",
        ),
        (
            "paths: {}\n---\npaths: {}\n",
            "only single YAML document expected but multiple found at line 5, column 1",
        ),
        ("paths: {/a: {get: {parameters: {}}}}\n", "expected a list at line 3, column 32"),
        (
            "paths: {/a: {get: {operationId: x, parameters: [{name: a}]}}}\n",
            "a parameter of `x` (line 3) lacks `name` or `in`",
        ),
        (
            "paths: {/a: {get: {parameters: [{in: query}]}}}\n",
            "a parameter of `get_a` (line 3) lacks `name` or `in`",
        ),
        (
            "paths:\n  /a: {get: {operationId: x}}\n  /b: {head: {operationId: x}}\n",
            "the operations at line 4 and line 5 both have the id `x`",
        ),
        (
            "paths:\n  /a: {get: {operationId: x}}\nwebhooks:\n  b: {post: {operationId: x}}\n",
            "the operations at line 4 and line 6 both have the id `x`",
        ),
    ] {
        assert_eq!(error(&format!("{HEAD}{rest}")), why, "{rest}");
    }
    for (schema, why) in [
        ("hello", "invalid type: string \"hello\", expected a schema at line 11, column 15"),
        (
            "{type: 5}",
            "invalid type: integer `5`, expected a type or a list of types at line 11, column 24",
        ),
        ("{type: string, minLength: -1}", "expected a whole number at line 11, column 49"),
        (
            "{type: number, minimum: .nan}",
            "value `.nan` is not a finite number at line 11, column 47",
        ),
        ("{properties: {a: {required: true}}}", "expected a list at line 11, column 51"),
        ("{properties: {a: {}, a: {}}}", "duplicate key `a` at line 11, column 44"),
    ] {
        assert_eq!(error(&with_schema(schema, "")), why, "{schema}");
    }
}

#[test]
fn a_broken_reference_is_named() {
    let at = "at line 11, column 30";
    for (reference, why) in [
        ("#/components/schemas/No", "it points to nothing"),
        ("other.yaml#/a", "expected `#/components/schemas/` and a name"),
        ("#/components/responses/A", "expected `#/components/schemas/` and a name"),
        ("", "expected `#/components/schemas/` and a name"),
    ] {
        let schema = format!("{{$ref: '{reference}'}}");
        let expected = format!("invalid `$ref` `{reference}` {at}: {why}");
        assert_eq!(error(&with_schema(&schema, "")), expected);
    }
    for (operation, components) in [
        ("parameters: [{$ref: '#/components/parameters/A'}]", "parameters"),
        ("requestBody: {$ref: '#/components/requestBodies/A'}", "requestBodies"),
        ("responses: {'200': {$ref: '#/components/responses/A'}}", "responses"),
        ("responses: {'303': {$ref: '#/components/responses/A'}}", "responses"),
    ] {
        let text = format!(
            "{HEAD}paths: {{/a: {{post: {{{operation}}}}}}}\ncomponents:\n  {components}:\n    A: \
             {{$ref: '#/components/{components}/B'}}\n    B: {{$ref: '#/components/{components}/A'}}\n"
        );
        let why = error(&text);
        assert!(why.ends_with(": it leads back to itself"), "{why}");
    }
}

#[test]
fn a_schema_that_contains_itself_is_any_json() {
    let of = |schemas: &str| {
        let components = format!("components:\n  schemas:\n    A: {schemas}\n");
        unexpressed(&with_schema("{$ref: '#/components/schemas/A'}", &components))
    };
    let itself = ["get_a.response: it contains itself"];
    assert_eq!(of("{$ref: '#/components/schemas/A'}"), itself);
    assert_eq!(
        of("{$ref: '#/components/schemas/B'}\n    B: {$ref: '#/components/schemas/A'}"),
        itself
    );
    assert_eq!(of("{allOf: [{$ref: '#/components/schemas/A'}, {properties: {a: {}}}]}"), itself);
    assert_eq!(of("{oneOf: [{$ref: '#/components/schemas/A'}, {type: 'null'}]}"), itself);
    assert_eq!(
        of("{properties: {a: {items: {$ref: '#/components/schemas/A'}}}}"),
        ["A.a: it contains itself"]
    );
}

#[test]
fn deep_nesting_is_an_error() {
    const DEEP: usize = 10_000;
    let nested = |open: &str, close: &str| [open.repeat(DEEP), close.repeat(DEEP)].concat();
    for text in [
        nested("[", "]"),
        nested("[", ""),
        nested("{a: ", ""),
        format!("{HEAD}x:\n  {}a\n", "- ".repeat(DEEP)),
        with_schema(&nested("{items: ", "}"), ""),
        with_schema(&nested("{allOf: [", "]}"), ""),
        with_schema(&format!("{{example: {}}}", nested("[", "]")), ""),
        format!("{{\"openapi\": \"3.1.0\", \"x\": {}}}", nested("{\"a\":", "}")),
        (0..3_000).map(|depth| format!("{:depth$}a:\n", "")).collect(),
    ] {
        let why = error(&text);
        assert!(why.starts_with("nested too deeply at line "), "{why}");
    }
    // Each schema is read before the one that contains it.
    let upwards: Vec<usize> = (1..DEEP).collect();
    let why = error(&chain(DEEP, &upwards));
    assert!(why.starts_with("a schema is nested more than 100 levels deep at line "), "{why}");
    let why = error(&chain(100, &[99]));
    assert!(why.starts_with("a schema is nested more than 100 levels deep at line "), "{why}");
    assert_eq!(unexpressed(&chain(49, &[48])), [""; 0]);
}

/// Schemas that contain each other, and operations that respond with some of them.
fn chain(schemas: usize, used: &[usize]) -> String {
    let mut text = format!("{HEAD}paths:\n");
    for number in used {
        let schema = format!("{{$ref: '#/components/schemas/A{number}'}}");
        let content = format!("{{application/json: {{schema: {schema}}}}}");
        let responses = format!("{{'200': {{content: {content}}}}}");
        writeln!(text, "  /a{number}: {{get: {{responses: {responses}}}}}").unwrap();
    }
    text += "components:\n  schemas:\n    A0: {type: string}\n";
    for number in 1..schemas {
        let before = number - 1;
        let properties = format!("{{a: {{$ref: '#/components/schemas/A{before}'}}}}");
        writeln!(text, "    A{number}: {{properties: {properties}}}").unwrap();
    }
    text
}

#[test]
fn aliases_are_followed_but_not_without_end() {
    let many = "*a, ".repeat(500);
    let text = format!("x: &a {{type: string}}\ny: [{many}]\n{}", with_schema("*a", ""));
    assert_eq!(unexpressed(&text), [""; 0]);

    let mut bomb = String::from("x0: &x0 {type: string}\n");
    for number in 1..25 {
        let before = number - 1;
        let inner = format!("a: *x{before}, b: *x{before}, c: *x{before}");
        writeln!(bomb, "x{number}: &x{number} {{type: object, properties: {{{inner}}}}}").unwrap();
    }
    let why = error(&(bomb + &with_schema("*x24", "")));
    assert!(why.starts_with("too large once its aliases are replaced at line "), "{why}");
    let why = error(&format!("{HEAD}paths: &p\n  /a: *p\n"));
    assert_eq!(why, "an alias inside its anchor at line 4, column 7");
}

/// Merged objects have no names, and these use each other in 3^30 ways.
#[test]
fn schemas_that_use_each_other_in_many_ways_are_read_once() {
    let mut schemas =
        String::from("components:\n  schemas:\n    A0: {properties: {x: {type: string}}}\n");
    for number in 1..30 {
        let part = |name: &str| {
            let before = number - 1;
            format!(
                "{name}: {{allOf: [{{$ref: '#/components/schemas/A{before}'}}, {{properties: {{{name}: {{type: string}}}}}}]}}"
            )
        };
        let fields = ["a", "b", "c"].map(part).join(", ");
        writeln!(schemas, "    A{number}: {{properties: {{{fields}}}}}").unwrap();
    }
    let text = with_schema("{$ref: '#/components/schemas/A29'}", &schemas);
    assert_eq!(unexpressed(&text), [""; 0]);
}

#[test]
fn json_is_read_with_its_own_escapes() {
    let json = "{\n\t\"openapi\":\t\"3.1.0\",\n\t\"info\": {\"title\":\"\\ud83d\\ude00 \\u00e9\\/\\t\", \
                \"version\": \"\\\"\"},\n\t\"paths\": {}\n}\n";
    assert_eq!(Description::read(json).unwrap().version(), "😀 é/\t \"");
    assert_eq!(
        error("{\"openapi\":\"3.1.0\",\"paths\":{},\"paths\":{}}"),
        "duplicate key `paths` at line 1, column 31"
    );
    assert!(error("{\"openapi\":\"\\ud83d\"}").contains("surrogate"));
    assert_eq!(unexpressed("{\"openapi\": \"3.1.0\"}"), [""; 0]);
}

#[test]
fn extensions_and_numbers_for_texts_are_read() {
    let text = format!(
        "{HEAD}paths:\n  x-a: 5\n  /a:\n    x-b: [1]\n    get:\n      operationId: 5\n      tags: \
         [2024, true]\n      x-c: {{a: 1}}\n      responses: {{200: {{description: a}}, x-d: 1}}\n"
    );
    let mut names = Names::default();
    let description = Description::read(&text).unwrap();
    let generated = description.generate(&Selection::all(), Layout::File, &mut names).unwrap();
    let code = &generated.files()["lib.rs"];
    assert!(
        code.contains("pub trait N2024: ") && code.contains("fn n5(&self) -> Call<()>;"),
        "{code}"
    );
}

#[test]
fn names_that_cannot_be_used_are_explained() {
    for (text, why) in [
        ("[type]\n", "unknown field `type`, expected one of"),
        ("[types]\na = 1\n", "invalid type: integer `1`, expected a string at line 2"),
        ("[types]\na = \"A\"\na = \"B\"\n", "duplicate key at line 3"),
        ("[types]\n[types]\n", "duplicate key at line 2"),
        ("[types]\na = \"Self\"\n", "`Self` of `a` is not an identifier"),
        ("[types]\na = \"r#type\"\n", "`r#type` of `a` is not an identifier"),
        ("[traits]\na = \"\"\n", "`` of `a` is not an identifier"),
        ("[ids]\na = \"A B\"\n", "`A B` of `a` is not an identifier"),
        ("[methods]\na = \"self\"\n", "`self` of `a` is not an identifier"),
        ("[methods]\n\"a\\n\" = \"b\\n\"\n", "`b\\n` of `a\\n` is not an identifier"),
        ("types = 5\n", "invalid type: integer `5`, expected a map at line 1"),
        ("[echoes]\na = \"b\"\n", "invalid type: string \"b\", expected a sequence at line 2"),
        ("{", "at line 1"),
    ] {
        let error = Names::read(text).unwrap_err().to_string();
        let reason = error.strip_prefix("cannot read the names: ").unwrap();
        assert!(reason.contains(why) && !error.contains('\n'), "{error}");
    }
}

#[test]
fn a_name_that_another_item_has_is_an_error() {
    let text = format!(
        "{HEAD}paths:\n  /a:\n    get:\n      operationId: get_a\n      tags: [A]\n      responses:\n        \
         '200': {{content: {{application/json: {{schema: {{properties: {{id: {{type: string, format: \
         uuid}}}}}}}}}}}}\n    post: {{operationId: post_a, tags: [A]}}\n"
    );
    let description = Description::read(&text).unwrap();
    let generate = |names: &str| {
        let mut names = Names::read(names).unwrap();
        let generated = description.generate(&Selection::all(), Layout::File, &mut names);
        generated.map(|generated| generated.files()["lib.rs"].clone())
    };
    for (names, why) in [
        ("[types]\na = \"X\"\nb = \"X\"\n", "another item is called `X` (choose another name)"),
        ("[types]\na = \"X\"\n[traits]\nA = \"X\"\n", "another item is called `X`"),
        ("[types]\na = \"String\"\n", "another item is called `String`"),
        (
            "[methods]\nget_a = \"x\"\npost_a = \"x\"\n",
            "`x` of `post_a` is the name of another method",
        ),
        ("[methods]\nget_a = \"clone\"\n", "`clone` of `get_a` is the name of another method"),
        (
            "[traits]\nA = \"X\"\n[ids]\n\"get_a.a\" = \"X\"\n",
            "`X` of `get_a.a` is the name of another item",
        ),
        ("[ids]\n\"get_a.a\" = \"Vec\"\n", "`Vec` of `get_a.a` is the name of another item"),
    ] {
        let error = generate(names).unwrap_err().to_string();
        assert!(error.starts_with(&format!("cannot use the names: {why}")), "{error}");
    }
    let code = generate(
        "[methods]\nget_a = \"type\"\npost_a = \"r#fn\"\n[types]\n\"get_a/response\" = \"X\"\n",
    )
    .unwrap();
    for part in ["fn r#type(&self) -> Call<X>;", "fn r#fn(&self)", "pub id: Option<XId>"] {
        assert!(code.contains(part), "{code}");
    }
}

/// A description with this many operations.
fn large(operations: usize) -> String {
    let mut text = format!("{HEAD}security: [{{oauth: [a]}}]\npaths:\n");
    for number in 0..operations {
        let tag = number % 100;
        writeln!(
            text,
            "  /things{number}/{{thing_id}}:
    post:
      operationId: create_thing{number}
      tags: [Tag {tag}]
      parameters:
        - {{name: thing_id, in: path, required: true, schema: {{type: string, format: uuid}}}}
        - {{name: sort, in: query, schema: {{type: string, enum: [a, b{number}]}}}}
      requestBody:
        content:
          application/json:
            schema: {{type: object, required: [name], properties: {{name: {{type: string}}, f{number}: {{type: integer}}}}}}
      responses:
        '200':
          content:
            application/json:
              schema: {{title: Thing {number}, type: object, required: [id], properties: {{id: {{type: string, format: uuid}}}}}}"
        )
        .unwrap();
    }
    text
}

/// The most memory that this process had, in MiB.
fn peak() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<usize>().ok()? / 1024)
}

/// In its own process: other tests need memory too.
#[test]
fn ten_thousand_operations_are_generated() {
    const ALONE: &str = "UPVEST_ALONE";
    if std::env::var_os(ALONE).is_none() {
        let name = "bad_input::ten_thousand_operations_are_generated";
        let output = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", name, "--nocapture"])
            .env(ALONE, "1")
            .output()
            .unwrap();
        print!("{}", String::from_utf8_lossy(&output.stdout));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        return;
    }
    let text = large(10_000);
    let began = Instant::now();
    let description = Description::read(&text).unwrap();
    println!("{} bytes are read in {:.1?}", text.len(), began.elapsed());
    let began = Instant::now();
    let mut names = Names::default();
    let generated = description.generate(&Selection::all(), Layout::Folder, &mut names).unwrap();
    let size: usize = generated.files().values().map(String::len).sum();
    println!("{size} bytes are generated in {:.1?}", began.elapsed());
    assert_eq!(generated.files().len(), 101);
    assert_eq!(generated.unexpressed(), [""; 0]);
    if let Some(peak) = peak() {
        println!("at most {peak} MiB are needed");
        assert!(peak < 1024);
    }
}
