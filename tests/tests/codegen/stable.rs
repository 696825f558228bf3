//! What is generated depends on the description and the names alone, and a newer description changes
//! no more of it than it has to.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use upvest_codegen::{Description, Formatting, Layout, Names, Selection, format};
use upvest_tests::data;

fn odd() -> String {
    std::fs::read_to_string(data("codegen/odd.yaml")).unwrap()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/codegen/odd")
}

/// Generates everything, with these names.
fn generate(text: &str, names: &mut Names) -> BTreeMap<String, String> {
    let description = Description::read(text).unwrap();
    description.generate(&Selection::all(), Layout::Folder, names).unwrap().files().clone()
}

/// All lines of all files.
fn lines(files: &BTreeMap<String, String>) -> Vec<&str> {
    files.values().flat_map(|code| code.lines()).collect()
}

/// The lines that only the first of two outputs has.
fn only_in<'a>(
    one: &'a BTreeMap<String, String>,
    other: &BTreeMap<String, String>,
) -> Vec<&'a str> {
    let mut others = lines(other);
    others.sort_unstable();
    let mut only = lines(one);
    only.retain(|line| match others.binary_search(line) {
        Ok(at) => {
            others.remove(at);
            false
        }
        Err(_) => true,
    });
    only
}

/// The text before the first place of another one.
fn with(text: &str, before: &str, more: &str) -> String {
    assert!(text.contains(before), "{before}");
    text.replacen(before, &format!("{more}{before}"), 1)
}

/// With `UPDATE=1`, the committed files are written again.
#[test]
fn the_committed_files_are_what_the_generator_writes() {
    let path = |name: &str| folder().join(name);
    let description = Description::read(&odd()).unwrap();
    let mut names = match std::fs::read_to_string(path("names.toml")) {
        Ok(names) => Names::read(&names).unwrap(),
        Err(_) => Names::default(),
    };
    let generated = description.generate(&Selection::all(), Layout::Folder, &mut names).unwrap();
    let mut files = BTreeMap::from([
        ("names.toml".to_owned(), names.to_toml()),
        ("unexpressed.txt".to_owned(), generated.unexpressed().join("\n") + "\n"),
    ]);
    for (name, code) in generated.files() {
        match format(code, &folder()) {
            Formatting::Formatted(code) => files.insert(name.clone(), code),
            Formatting::Failed(why) => return eprintln!("{why}: skipped."),
        };
    }
    if std::env::var_os("UPDATE").is_some() {
        std::fs::remove_dir_all(folder()).unwrap();
        std::fs::create_dir(folder()).unwrap();
        for (name, code) in &files {
            std::fs::write(path(name), code).unwrap();
        }
    }
    let committed = std::fs::read_dir(folder()).unwrap();
    assert_eq!(committed.count(), files.len());
    for (name, code) in &files {
        let committed = std::fs::read_to_string(path(name)).unwrap_or_default();
        let how = "run `UPDATE=1 cargo test -p upvest-tests --test codegen`";
        assert!(*code == committed, "{name} is not what the generator writes now: {how}");
    }
}

#[test]
fn the_same_input_gives_the_same_text() {
    let mut names = Names::default();
    let files = generate(&odd(), &mut names);
    let mut others = Names::default();
    assert!(generate(&odd(), &mut others) == files);
    assert_eq!(names, others);
    // With the names that were written, nothing changes, and neither do the names.
    let written = names.to_toml();
    let mut names = Names::read(&written).unwrap();
    assert!(generate(&odd(), &mut names) == files);
    assert_eq!(names.to_toml(), written);
}

#[test]
fn json_and_yaml_give_the_same_text() {
    let yaml = "openapi: 3.0.3
info: {title: Größe, version: '1'}
paths:
  /b/{b_id}:
    post: {operationId: post_b, tags: [B], responses: {'200': {content: {application/json: {schema: {$ref: '#/components/schemas/B'}}}}}}
    get: {operationId: get_b, tags: [B]}
  /a:
    get: {operationId: get_a, tags: [A]}
components:
  schemas:
    B: {type: object, properties: {z: {type: string}, a: {type: integer, nullable: true}}}
";
    let json = "{\t\"openapi\": \"3.0.3\", \"info\": {\"title\": \"Gr\\u00f6\\u00dfe\", \"version\": \"1\"}, \"paths\": {
\t\"\\/b\\/{b_id}\": {\"post\": {\"operationId\": \"post_b\", \"tags\": [\"B\"], \"responses\": {\"200\": {\"content\": {\"application/json\": {\"schema\": {\"$ref\": \"#/components/schemas/B\"}}}}}}, \"get\": {\"operationId\": \"get_b\", \"tags\": [\"B\"]}},
\t\"/a\": {\"get\": {\"operationId\": \"get_a\", \"tags\": [\"A\"]}}}, \"components\": {\"schemas\": {
\t\"B\": {\"type\": \"object\", \"properties\": {\"z\": {\"type\": \"string\"}, \"a\": {\"type\": \"integer\", \"nullable\": true}}}}}}";
    let files = generate(yaml, &mut Names::default());
    assert_eq!(generate(json, &mut Names::default()), files);
    // In the order of the document.
    let code = &files["b.rs"];
    assert!(code.find("fn post_b") < code.find("fn get_b"));
    assert!(code.find("pub z: ") < code.find("pub a: "));
}

/// The names in a file of names, by section and key.
fn pinned(names: &Names) -> Vec<String> {
    let toml = names.to_toml();
    let mut section = "";
    let mut pinned = Vec::new();
    for line in toml.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        match line.strip_prefix('[') {
            Some(name) => section = name,
            None => pinned.push(format!("{section} {line}")),
        }
    }
    pinned
}

#[test]
fn what_is_added_before_all_others_renames_nothing() {
    let text = odd();
    let mut names = Names::default();
    let before = generate(&text, &mut names);
    let known = pinned(&names);
    let items = |files: &BTreeMap<String, String>| {
        let begins = |line: &&str| {
            let line = line.trim_start();
            ["pub struct ", "pub enum ", "pub trait ", "fn "].iter().any(|it| line.starts_with(it))
        };
        let mut items: Vec<String> =
            lines(files).into_iter().filter(begins).map(str::to_owned).collect();
        items.sort_unstable();
        items
    };
    // Each has the name of something that is there already, or its type.
    let added = [
        "  /new/tag: {get: {operationId: get_new, tags: [Shapes], responses: {'200': {description: OK}}}}\n",
        "  /new/file: {get: {operationId: get_new, tags: [Colliding-Names], responses: {'200': {description: OK}}}}\n",
        "  /new/operation: {get: {operationId: Get-Headers, tags: [Headers], responses: {'200': {description: OK}}}}\n",
        "  /new/type: {get: {operationId: get_new, tags: [New], responses: {'200': {description: OK, content: {application/json: {schema: {title: Base, type: object, properties: {new: {type: string}}}}}}}}}\n",
        "  /new/use: {get: {operationId: get_new, tags: [New], responses: {'200': {description: OK, content: {application/json: {schema: {$ref: '#/components/schemas/Shapes'}}}}}}}\n",
        "  /new/part: {get: {operationId: get_new, tags: [New], responses: {'200': {description: OK, content: {application/json: {schema: {type: object, properties: {x: {type: string, enum: [LOW, HIGH]}}}}}}}}}\n",
        "  /new/query: {get: {operationId: shapes, tags: [New], parameters: [{name: new, in: query, schema: {type: string}}], responses: {'200': {description: OK}}}}\n",
    ];
    for more in added {
        let mut names = names.clone();
        let after = generate(&with(&text, "  /keywords/{type}", more), &mut names);
        let now = pinned(&names);
        let missing: Vec<&String> = known.iter().filter(|name| !now.contains(name)).collect();
        assert!(missing.is_empty(), "{more}: {missing:?}");
        let (before, after) = (items(&before), items(&after));
        let missing: Vec<&String> = before.iter().filter(|name| !after.contains(name)).collect();
        assert!(missing.is_empty(), "{more}: {missing:?}");
        assert!(after.len() > before.len() || more.contains("/new/use"), "{more}");
    }
}

#[test]
fn types_that_become_equal_and_different_again_keep_their_names() {
    let text = |b: &str| {
        let schema = |field: &str| {
            format!(
                "{{type: object, required: [{field}], properties: {{{field}: {{type: string}}}}}}"
            )
        };
        let response = |operation: &str, field: &str| {
            format!(
                "  /{operation}: {{get: {{operationId: get_{operation}, tags: [T], responses: {{'200': \
                 {{content: {{application/json: {{schema: {}}}}}}}}}}}}}\n",
                schema(field)
            )
        };
        format!("openapi: 3.1.0\npaths:\n{}{}", response("a", "x"), response("b", b))
    };
    let mut names = Names::default();
    let different = generate(&text("y"), &mut names);
    assert!(different["t.rs"].contains("fn get_b(&self) -> Call<B>;"));
    let equal = generate(&text("x"), &mut names);
    assert!(equal["t.rs"].contains("fn get_b(&self) -> Call<A>;"));
    assert!(generate(&text("y"), &mut names) == different);
    // What was one type from the beginning is found by its first place.
    let mut names = Names::default();
    generate(&text("x"), &mut names);
    let split = generate(&text("y"), &mut names);
    assert!(split["t.rs"].contains("fn get_a(&self) -> Call<A>;"));
    assert!(split["t.rs"].contains("fn get_b(&self) -> Call<B>;"));
}

/// Two operations with one type, which has alternatives.
const SHARED: &str = r#"
openapi: 3.0.3
paths:
  /one:
    get: &get
      operationId: list_one
      responses:
        "200":
          content:
            application/json:
              schema:
                title: Thing
                type: object
                properties:
                  state: { type: string, enum: [ON, OFF] }
                  way:
                    oneOf:
                      - title: By foot
                        type: object
                        properties: { steps: { type: integer } }
                        required: [steps]
                      - title: By train
                        type: object
                        properties: { line: { type: string } }
                        required: [line]
  /two:
    get: { <<: *get, operationId: list_two }
"#;

#[test]
fn what_disappears_renames_nothing() {
    let mut names = Names::default();
    let code = generate(SHARED, &mut names);
    let chosen = names.to_toml().replace("\"ThingState\"", "\"Switch\"");
    let mut names = Names::read(&chosen).unwrap();
    assert!(lines(&generate(SHARED, &mut names)).contains(&"    pub enum Switch {"));

    // The first place of all types is gone.
    let newer = SHARED.replace(
        "  /one:\n    get: &get\n      operationId: list_one",
        "  /new:\n    get: &get\n      operationId: list_new",
    );
    let mut later = names.clone();
    let newer = generate(&newer, &mut later);
    let items = |files: &BTreeMap<String, String>| -> Vec<String> {
        let is_item = |line: &&str| line.contains("pub enum ") || line.contains("pub struct ");
        lines(files).into_iter().filter(is_item).map(str::to_owned).collect()
    };
    let renamed = generate(SHARED, &mut names);
    assert_eq!(items(&newer), items(&renamed));
    assert_ne!(items(&newer), items(&code));
    // And generated again from what was written.
    let mut again = Names::read(&later.to_toml()).unwrap();
    let again = generate(SHARED, &mut again);
    assert_eq!(items(&again), items(&newer));
}

#[test]
fn an_alternative_before_all_others_renames_nothing() {
    let mut names = Names::default();
    let code = generate(SHARED, &mut names);
    let first = "                      - title: By foot\n";
    let more = "                      - { title: By car, type: object, properties: { plate: { type: string } }, required: [plate] }\n";
    let newer = generate(&with(SHARED, first, more), &mut names);
    for line in ["pub struct ThingWayByFoot {", "pub struct ThingWayByTrain {"] {
        assert!(lines(&code).contains(&line) && lines(&newer).contains(&line), "{line}");
    }
    assert!(
        lines(&newer).contains(&"    pub line: String,")
            || lines(&newer).contains(&"pub line: String,")
    );
}

#[test]
fn one_more_field_changes_its_own_lines() {
    let text = odd();
    let mut names = Names::default();
    let before = generate(&text, &mut names);
    for (place, field) in [
        ("children: {type: array", "more: {type: string}\n        "),
        ("map_of_objects:", "more: {type: string}\n        "),
    ] {
        let after = generate(&with(&text, place, field), &mut names.clone());
        let (added, removed) = (only_in(&after, &before), only_in(&before, &after));
        // Its docs, its attribute, itself, and the line of the constructor.
        assert_eq!((added.len(), removed.len()), (4, 1), "{added:#?} {removed:#?}");
        assert!(added.contains(&"/// A text."), "{added:#?}");
        assert!(added.contains(&"pub more: Option<String>,"), "{added:#?}");
        assert!(removed[0].starts_with("Self { "), "{removed:#?}");
    }
}

/// The items without what depends on the layout.
fn items(files: &BTreeMap<String, String>) -> Vec<String> {
    let is_item = |line: &&str| {
        let of_layout = ["//!", "use ", "pub use ", "mod ", "pub const ENDPOINTS: ", "<dyn ", "];"];
        !line.is_empty()
            && *line != "/// The tables of all traits."
            && !of_layout.iter().any(|it| line.starts_with(it))
    };
    let mut items: Vec<String> =
        lines(files).into_iter().filter(is_item).map(str::to_owned).collect();
    items.sort_unstable();
    items
}

#[test]
fn both_layouts_have_the_same_items() {
    let description = Description::read(&odd()).unwrap();
    let of = |layout: Layout, names: &mut Names| {
        description.generate(&Selection::all(), layout, names).unwrap().files().clone()
    };
    let (mut names, mut others) = (Names::default(), Names::default());
    let (file, folder) = (of(Layout::File, &mut names), of(Layout::Folder, &mut others));
    assert_eq!(names, others);
    assert_eq!(file.keys().collect::<Vec<_>>(), ["lib.rs"]);
    assert!(folder.len() > 20);
    let link = |items: Vec<String>| -> Vec<String> {
        // A file links only to what it declares or uses.
        let mut items: Vec<String> =
            items.into_iter().map(|line| line.replace("[`", "`").replace("`]", "`")).collect();
        items.sort_unstable();
        items
    };
    assert_eq!(link(items(&file)), link(items(&folder)));
}

#[test]
fn a_selection_has_what_it_names_and_no_more() {
    let description = Description::read(&odd()).unwrap();
    let methods = |selection: &Selection| -> Vec<String> {
        let names = &mut Names::default();
        let generated = description.generate(selection, Layout::File, names).unwrap();
        let code = generated.files()["lib.rs"].clone();
        let methods = code.lines().filter_map(|line| line.strip_prefix("fn "));
        methods.filter_map(|rest| Some(rest.split_once("(&self")?.0.to_owned())).collect()
    };
    let of_tag = Selection::of_tag("Headers");
    assert_eq!(
        methods(&of_tag),
        ["get_headers", "post_headers", "put_headers", "get_header_of_kind"]
    );
    assert_eq!(methods(&Selection::of_operation("get_mod")), ["get_mod"]);
    assert_eq!(
        methods(&of_tag.and_operation("get_mod").and_operation("put_headers")),
        ["get_mod", "get_headers", "post_headers", "put_headers", "get_header_of_kind"]
    );
    assert_eq!(
        methods(&Selection::of_tag("mod").and_tag("core").and_tag("mod")),
        ["get_core", "get_mod"]
    );
    // Events come with their tag.
    let things = Selection::of_tag("Things");
    assert_eq!(methods(&things), [""; 0]);
    let names = &mut Names::default();
    let generated = description.generate(&things, Layout::Folder, names).unwrap();
    assert!(generated.files()["things.rs"].contains("pub enum ThingEvent {"));
    assert!(generated.files()["mod.rs"].contains("pub const ENDPOINTS: [&[Endpoint]; 0] = ["));
}

#[test]
fn what_is_not_in_the_description_cannot_be_selected() {
    let description = Description::read(&odd()).unwrap();
    let error = |selection: Selection| {
        let names = &mut Names::default();
        description.generate(&selection, Layout::File, names).unwrap_err().to_string()
    };
    let tags = error(Selection::of_tag("headers"));
    assert!(
        tags.starts_with("cannot generate: no tag `headers` (expected one of `type`, `Client`, ")
    );
    assert!(tags.contains("`Headers`") && !tags.contains('\n'), "{tags}");
    assert_eq!(
        error(Selection::of_operation("header_of")),
        "cannot generate: no operation `header_of` (expected one of \
         `get_header_of_kind`, `get_headers`, `post_headers`, `put_headers`)"
    );
    assert_eq!(
        error(Selection::of_tag("Headers").and_operation("xyz")),
        "cannot generate: no operation `xyz` (`upvest-codegen list` shows all)"
    );
}

/// Every `step`th string in a constant of the macros' source.
fn strings<'s>(source: &'s str, constant: &str, step: usize) -> Vec<&'s str> {
    let (_, rest) = source.split_once(&format!("const {constant}: ")).unwrap();
    let (constant, _) = rest.split_once("];").unwrap();
    constant.split('"').skip(1).step_by(2 * step).collect()
}

#[test]
fn what_the_macro_rejects_is_not_written() {
    let source = include_str!("../../../upvest-macros/src/check/names.rs");
    let names = [strings(source, "OF_THE_CLIENT", 1), vec!["endpoints", "scopes"]].concat();
    assert_eq!(names.len(), 10);
    let source = include_str!("../../../upvest-macros/src/check/options.rs");
    // Each with the reason.
    let headers = strings(source, "RESERVED", 2);
    assert_eq!(headers.len(), 23);

    let mut text = String::from("openapi: 3.1.0\npaths:\n");
    for name in &names {
        text += &format!("  /{name}: {{get: {{operationId: {name}}}}}\n");
    }
    for name in &headers {
        let header = if name.ends_with('-') { format!("{name}a") } else { (*name).to_owned() };
        text += &format!(
            "  /h/{name}: {{get: {{parameters: [{{name: {header}, in: header, required: true}}]}}}}\n"
        );
    }
    let files = generate(&text, &mut Names::default());
    let code = &files["default.rs"];
    assert!(!code.contains("header = "), "{code}");
    for name in names {
        let is_written = code.contains(&format!("fn {name}(&self)"));
        assert!(!is_written && code.contains(&format!("fn {name}2(&self)")), "{name}");
    }
}
