//! Arrows run one way, and the declaration stays thin.

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
fn core_never_names_virtual_cash() {
    let mut files = rust_files(&root().join("upvest-core/src"));
    files.push(root().join("upvest-core/Cargo.toml"));
    assert!(files.len() > 15);
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(!text.to_lowercase().contains("virtual"), "{} names virtual cash", file.display());
    }
}

#[test]
fn the_macros_depend_on_three_crates() {
    let manifest = std::fs::read_to_string(root().join("upvest-macros/Cargo.toml")).unwrap();
    let dependencies =
        manifest.split("[dependencies]").nth(1).unwrap().split("\n[").next().unwrap();
    let names: Vec<&str> = dependencies
        .lines()
        .filter_map(|line| line.split(['.', ' ']).next())
        .filter(|name| !name.is_empty())
        .collect();
    assert_eq!(names, ["proc-macro2", "quote", "syn"]);
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
