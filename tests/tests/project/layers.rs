//! Dependencies point in one direction, and the declaration stays thin.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use upvest_tests::root;

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

#[test]
fn core_and_outbox_never_name_virtual_cash() {
    let mut files = Vec::new();
    for name in
        ["upvest-core", "upvest-outbox", "upvest-signature", "upvest-transport", "upvest-types"]
    {
        let folder = root().join(name);
        files.extend(rust_files(&folder.join("src")));
        files.extend(["Cargo.toml", "README.md"].map(|file| folder.join(file)));
    }
    let guides = std::fs::read_dir(root().join("upvest-core/docs")).unwrap();
    files.extend(guides.map(|guide| guide.unwrap().path()));
    assert!(files.len() > 60);
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(!text.to_lowercase().contains("virtual"), "{} names virtual cash", file.display());
    }
}

/// Returns the crates that are built with these arguments of `cargo tree`, each once.
fn tree(arguments: &[&str]) -> BTreeSet<String> {
    let tree = std::process::Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--prefix", "none", "--no-dedupe", "--format", "{p}"])
        .args(arguments)
        .current_dir(root())
        .output()
        .unwrap();
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let tree = String::from_utf8(tree.stdout).unwrap();
    tree.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

/// Every user of the library compiles these crates.
#[test]
fn the_macros_are_built_with_four_crates() {
    let names = tree(&["--package", "upvest-macros", "--edges", "normal,build"]);
    assert!(names.iter().eq(["proc-macro2", "quote", "syn", "unicode-ident", "upvest-macros"]));
}

#[test]
fn core_has_few_direct_dependencies() {
    let names = tree(&["-p", "upvest-core", "--all-features", "--edges", "normal", "--depth", "1"]);
    // With core itself.
    assert!(names.len() <= 21, "{names:?}");
}

#[test]
fn the_outbox_depends_on_core_alone_and_on_the_databases_that_are_asked_for() {
    let direct = ["-p", "upvest-outbox", "--all-features", "--edges", "normal", "--depth", "1"];
    let ours = tree(&direct).into_iter().filter(|name| name.starts_with("upvest-"));
    assert!(ours.eq(["upvest-core", "upvest-outbox"]));
    let sqlite = tree(&["-p", "upvest-outbox", "--edges", "normal"]);
    assert!(sqlite.contains("sqlx-sqlite") && !sqlite.contains("sqlx-postgres"));
    let only = ["-p", "upvest-outbox", "--no-default-features", "--features", "postgres"];
    let postgres = tree(&[&only[..], &["--edges", "normal"]].concat());
    assert!(postgres.contains("sqlx-postgres") && !postgres.contains("sqlx-sqlite"));
    for names in [sqlite, postgres] {
        for name in ["native-tls", "openssl-sys", "reqwest", "sqlx-macros"] {
            assert!(!names.contains(name), "{name}");
        }
    }
}

#[test]
fn the_generator_depends_on_no_other_crate_of_the_project() {
    let names = tree(&["-p", "upvest-codegen", "--edges", "normal,build"]);
    let ours = names.into_iter().filter(|name| name.starts_with("upvest-"));
    assert!(ours.eq(["upvest-codegen"]));
}

#[test]
fn what_sends_nothing_is_built_without_an_http_client() {
    let receiver = ["-p", "upvest-core", "--no-default-features", "--features", "webhooks"];
    for (what, most, without) in [
        (&["-p", "upvest-types", "--all-features"][..], 30, &["aws-lc-rs", "cc", "tokio"][..]),
        (&["-p", "upvest-types"], 25, &["chrono", "time"]),
        (&receiver, 140, &[]),
        // Declarations and the types of events.
        (&["-p", "upvest-virtual-cash"], 140, &[]),
    ] {
        let names = tree(&[what, &["--edges", "normal,build"]].concat());
        assert!(names.len() <= most, "{what:?}: {} crates", names.len());
        for name in
            ["h2", "hyper", "native-tls", "openssl-sys", "reqwest", "rustls"].iter().chain(without)
        {
            assert!(!names.contains(*name), "{what:?} builds {name}");
        }
    }
    let client = tree(&["-p", "upvest-core", "--edges", "normal,build"]);
    assert!(client.contains("reqwest") && !client.contains("native-tls"));
}

#[test]
fn the_declaration_of_virtual_cash_is_thin() {
    let code: usize = rust_files(&root().join("upvest-virtual-cash/src"))
        .iter()
        .map(|file| {
            let text = std::fs::read_to_string(file).unwrap();
            text.lines()
                .filter(|line| !line.trim().is_empty() && !line.trim().starts_with("//"))
                .count()
        })
        .sum();
    assert!(code < 200, "{code} lines");
}

/// The list of faults and the numbers in the names of tests agree.
#[test]
fn every_fault_of_the_list_has_a_test() {
    let list = std::fs::read_to_string(root().join("tests/tests/faults/README.md")).unwrap();
    let listed: Vec<u8> = list
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.split(' ').next()?.parse().ok())
        .collect();
    assert_eq!(listed, (1..=67).collect::<Vec<u8>>());
    let files = ["tests/tests", "upvest-core/src", "upvest-signature/src", "upvest-transport/src"]
        .map(|folder| rust_files(&root().join(folder)));
    let sources: Vec<String> =
        files.iter().flatten().map(|file| std::fs::read_to_string(file).unwrap()).collect();
    for number in listed {
        let name = format!("fn f{number:02}_");
        assert!(sources.iter().any(|source| source.contains(&name)), "no test of fault {number}");
    }
}

/// A trait method with the name of a public method of `Client` would not be called.
#[test]
fn the_macro_knows_the_methods_of_the_client() {
    let rules = root().join("upvest-macros/src/check/names.rs");
    let rules = std::fs::read_to_string(rules).unwrap();
    let mut found = Vec::new();
    for file in rust_files(&root().join("upvest-core/src")) {
        let text = std::fs::read_to_string(&file).unwrap();
        for block in text.split("\nimpl Client {\n").skip(1) {
            let block = block.split("\n}\n").next().unwrap();
            for function in block.split("    pub fn ").skip(1) {
                let name: String =
                    function.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                let parameters = &function[name.len()..];
                let is_method = parameters.split(')').next().unwrap().contains("&self");
                assert!(
                    !is_method || rules.contains(&format!("\"{name}\"")),
                    "`{name}` is not in the list"
                );
                found.push(name);
            }
        }
    }
    assert!(["base_url", "now", "replay"].iter().all(|name| found.iter().any(|it| it == name)));
}
