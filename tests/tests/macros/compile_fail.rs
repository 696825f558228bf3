//! Each mistake in `ui/` gives exactly one error, at the user's own token.
//!
//! A file there is one mistake, named by it; the line that is to be marked ends with `//~ ERROR`. It
//! also implements the trait and calls it, so that a mistake which drags others along shows itself.

use std::path::{Path, PathBuf};

/// The kinds of mistakes, and one of what the compiler says of what a method passes on.
const KINDS: [&str; 6] = ["attribute", "path", "signature", "trait", "types", FORWARDING];
const FORWARDING: &str = "forwarding";
const MARK: &str = "//~ ERROR";

/// The compiler whose own words are in the expectations: another one may say the same differently.
const COMPILER: &str = "rustc 1.95.";

fn ui() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("ui")
}

fn has_other_words() -> bool {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = std::process::Command::new(rustc).arg("--version").output().unwrap().stdout;
    !String::from_utf8_lossy(&version).starts_with(COMPILER)
}

#[test]
fn every_mistake_is_explained() {
    if has_other_words() {
        println!("not compared: this is not {COMPILER}*");
        return;
    }
    trybuild::TestCases::new().compile_fail("ui/*/*.rs");
}

/// All cases, each with what the compiler says of it.
fn cases() -> Vec<(PathBuf, String, String)> {
    let folders = KINDS.iter().flat_map(|kind| std::fs::read_dir(ui().join(kind)).unwrap());
    let paths = folders.map(|entry| entry.unwrap().path());
    paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .map(|path| {
            let source = std::fs::read_to_string(&path).unwrap();
            let stderr = std::fs::read_to_string(path.with_extension("stderr"))
                .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            (path, source, stderr)
        })
        .collect()
}

/// The lines that are marked, a line with two marks twice.
fn marked(source: &str) -> Vec<usize> {
    let lines = source.lines().enumerate();
    lines.flat_map(|(index, line)| vec![index + 1; line.matches(MARK).count()]).collect()
}

/// The lines at which the compiler has found errors, in the order of the file.
fn found(stderr: &str) -> Vec<usize> {
    let mut lines = stderr.lines();
    let mut found = Vec::new();
    while let Some(line) = lines.next() {
        if line.starts_with("error") {
            let place = lines.next().unwrap_or_default();
            let line = place.rsplit(':').nth(1).and_then(|line| line.parse().ok());
            found.push(line.unwrap_or_else(|| panic!("no place: {place}")));
        }
        assert!(!line.starts_with("warning"), "{stderr}");
    }
    found.sort_unstable();
    found
}

#[test]
fn every_mistake_gives_one_error_where_it_is_marked() {
    let cases = cases();
    for (path, source, stderr) in &cases {
        assert_eq!(found(stderr), marked(source), "{}:\n{stderr}", path.display());
    }
    assert!(cases.len() >= 190, "only {} cases", cases.len());
}

#[test]
fn the_compilers_own_words_are_rare() {
    // Of the traits in `upvest_core::__private`; all else that is ours has no number.
    let of_types =
        ["cannot stand in", "cannot be sent", "cannot be an answer", "answers", "returns"];
    let is_ours = |line: &str| match line.strip_prefix("error[E0277]: ") {
        Some(message) => of_types.iter().any(|words| message.contains(words)),
        None => line.starts_with("error: "),
    };
    let theirs: Vec<String> = cases()
        .into_iter()
        .filter(|(path, _, _)| !path.starts_with(ui().join(FORWARDING)))
        .filter(|(_, _, stderr)| {
            !stderr.lines().filter(|line| line.starts_with("error")).all(is_ours)
        })
        .map(|(path, _, _)| path.file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    assert!(theirs.len() <= 8, "{theirs:?}");
}

#[test]
fn every_case_implements_and_uses_what_it_declares() {
    for (path, source, _) in cases() {
        let uses = source.split_once("\nfn uses(").map(|(_, uses)| uses).unwrap_or_default();
        let uses = uses.split("fn main()").next().unwrap_or_default();
        assert!(
            uses.contains("    let _ = ") || uses.contains("    client."),
            "{}",
            path.display()
        );
        let is_trait = source.contains("trait Things");
        assert_eq!(source.contains(" for Fake {"), is_trait, "{}", path.display());
    }
}
