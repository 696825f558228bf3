//! The program: what it writes, what it refuses to replace, and its exit status.

#![expect(clippy::unwrap_used, reason = "test code may panic")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

const DESCRIPTION: &str = r#"
openapi: 3.0.3
info: { title: Rentals, version: 1.2.0 }
paths:
  /rentals/{rental_id}:
    get:
      operationId: retrieve_rental
      tags: [Rentals]
      parameters: &parameters
        - { name: rental_id, in: path, required: true, schema: { type: string, format: uuid } }
        - { name: signature, in: header, required: true, schema: { type: string } }
      security: &security [{ oauth: ["rentals:read"] }]
      responses:
        "200":
          content:
            application/json:
              schema:
                title: Rental
                type: object
                properties:
                  id: { type: string, format: uuid }
                  status: { type: string, enum: [OPEN, RETURNED] }
                required: [id, status]
  /receipts/{rental_id}:
    get:
      operationId: retrieve_receipt
      tags: [Receipts]
      parameters: *parameters
      security: *security
      responses: { "204": {} }
"#;

/// A folder with the description.
fn folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("openapi.yaml"), DESCRIPTION).unwrap();
    folder
}

fn run(folder: &Path, arguments: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_upvest-codegen"))
        .args(arguments.split(' '))
        .current_dir(folder)
        .output()
        .unwrap()
}

/// Runs it, and returns its status and what it says on standard error.
fn status(folder: &Path, arguments: &str) -> (Option<i32>, String) {
    let output = run(folder, arguments);
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

fn fails(folder: &Path, arguments: &str, message: &str) {
    let (code, stderr) = status(folder, arguments);
    assert_eq!(code, Some(2), "{arguments}: {stderr}");
    assert!(stderr.starts_with("error: ") && stderr.contains(message), "{arguments}: {stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
}

#[test]
fn a_file_is_written_and_written_again() {
    let folder = folder();
    let path = folder.path();
    // What `cargo new --lib` writes.
    fs::create_dir(path.join("src")).unwrap();
    let new = "pub fn add(left: u64, right: u64) -> u64 {\n    left + right\n}\n";
    fs::write(path.join("src/lib.rs"), new).unwrap();
    let generate = "generate openapi.yaml --tag Rentals -o src/lib.rs";
    assert_eq!(status(path, generate).0, Some(0));
    let read = |name: &str| fs::read_to_string(path.join(name)).unwrap();
    let (code, names) = (read("src/lib.rs"), read("src/names.toml"));
    assert!(code.contains("pub trait Rentals") && names.contains("= \"RentalId\""));
    assert_eq!(status(path, generate).0, Some(0));
    assert_eq!((read("src/lib.rs"), read("src/names.toml")), (code, names));

    fs::write(
        path.join("src/names.toml"),
        read("src/names.toml").replace("\"Rental\"", "\"Hire\""),
    )
    .unwrap();
    assert_eq!(status(path, generate).0, Some(0));
    let code = read("src/lib.rs");
    assert!(code.contains("pub struct Hire {") && code.contains("pub struct RentalId;"));
}

#[test]
fn nothing_is_lost() {
    let folder = folder();
    let path = folder.path();
    let read = |name: &str| fs::read_to_string(path.join(name)).unwrap();
    fs::write(path.join("lib.rs"), "pub trait Mine {}\n").unwrap();
    let rentals = "generate openapi.yaml --tag Rentals -o lib.rs";
    fails(path, rentals, "lib.rs was not generated, and would be replaced (choose another output");
    assert_eq!(read("lib.rs"), "pub trait Mine {}\n");
    assert!(!path.join("names.toml").exists());
    assert_eq!(status(path, &format!("{rentals} --force")).0, Some(0));

    let receipts = "generate openapi.yaml --tag Receipts -o lib.rs";
    fails(path, receipts, "`Rentals` in lib.rs would be lost (select its tag as well");
    assert_eq!(status(path, "generate openapi.yaml -o all").0, Some(0));
    let one = "generate openapi.yaml --tag Receipts -o all";
    fails(path, one, "`Rentals` in all/");
    assert_eq!(status(path, &format!("{receipts} --tag Rentals")).0, Some(0));

    fs::write(path.join("names.toml"), "[echoes]\nretrieve_rental = [\"status\"]\n").unwrap();
    let code = read("lib.rs");
    fails(path, rentals, "cannot use the names: `status` in `echoes` of `retrieve_rental`");
    fs::write(path.join("names.toml"), "[type]\n").unwrap();
    fails(path, rentals, "names.toml: cannot read the names: unknown field `type`");
    assert_eq!(read("lib.rs"), code);
}

#[test]
fn a_new_type_is_announced() {
    let folder = folder();
    let path = folder.path();
    assert_eq!(status(path, "generate openapi.yaml -o lib.rs"), (Some(0), String::new()));
    let newer = DESCRIPTION.replace(
        "status: { type: string, enum: [OPEN, RETURNED] }",
        "status: { type: string, enum: [OPEN, RETURNED] }\n                  kind: { type: string, enum: [DAY, HOUR] }",
    );
    fs::write(path.join("openapi.yaml"), newer).unwrap();
    let (code, stderr) = status(path, "generate openapi.yaml -o lib.rs");
    assert_eq!(code, Some(0));
    assert_eq!(stderr, "note: the type `RentalKind` is new (retrieve_rental/response.kind)\n");
}

#[test]
fn a_check_exits_by_what_it_finds() {
    let folder = folder();
    let path = folder.path();
    assert_eq!(status(path, "generate openapi.yaml -o lib.rs").0, Some(0));
    let print = |arguments: &str| {
        let output = run(path, arguments);
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let none = "no drift; 2 of 2 operations are declared\n".to_owned();
    assert_eq!(print("check --strict openapi.yaml lib.rs"), (Some(0), none));

    let change = |from: &str, to: &str| {
        fs::write(path.join("newer.yaml"), DESCRIPTION.replace(from, to)).unwrap();
    };
    change("[OPEN, RETURNED]", "[OPEN, RETURNED, LOST]");
    let (code, text) = print("check newer.yaml lib.rs");
    assert_eq!(code, Some(0));
    assert!(text.starts_with(
        "additive: value-added: `RentalStatus` lacks the value `LOST`\n  --> lib.rs:"
    ));
    assert_eq!(print("check --strict newer.yaml lib.rs").0, Some(1));
    change("required: [id, status]", "required: [id]");
    let (code, text) = print("check --json newer.yaml lib.rs");
    assert_eq!(code, Some(1));
    let report: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(report["drifts"][0]["kind"], "field-optional");
    assert_eq!(report["drifts"][0]["breaking"], true);

    fs::create_dir(path.join("empty")).unwrap();
    fails(path, "check openapi.yaml empty", "no");
    fails(path, "check openapi.yaml absent.rs", "cannot read absent.rs: ");
    let (code, text) = print("list openapi.yaml lib.rs");
    assert_eq!(code, Some(0));
    assert!(text.ends_with("2 operations, 2 declared\n"), "{text}");
    assert_eq!(print("list openapi.yaml").0, Some(0));
}

#[test]
fn a_wrong_description_is_explained() {
    let folder = folder();
    let path = folder.path();
    fails(path, "generate absent.yaml -o lib.rs", "cannot read absent.yaml: ");
    fails(path, "generate openapi.yaml --tag Rental -o lib.rs", "no tag `Rental` (expected one of");
    fails(path, "generate openapi.yaml --operation rental -o lib.rs", "no operation `rental`");
    fs::write(path.join("old.yaml"), "swagger: '2.0'\n").unwrap();
    fails(path, "list old.yaml", "old.yaml: cannot read the description: OpenAPI 2.0 at line 1");
    assert!(!path.join("lib.rs").exists() && !path.join("names.toml").exists());
}
