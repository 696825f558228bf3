//! Each mistake in `ui/` gives exactly one error, at the user's own token.
//!
//! Each file is named after its mistake; the expected line ends with `//~ ERROR`. It also
//! implements and calls the trait, so that a follow-up error is detected.

use std::path::{Path, PathBuf};

/// The kinds of mistakes; the last one is for errors of the compiler about forwarded attributes.
const KINDS: [&str; 7] = ["attribute", "enums", "path", "signature", "trait", "types", FORWARDING];
const FORWARDING: &str = "forwarding";
const MARK: &str = "//~ ERROR";

/// The compiler whose messages are expected: another version may word them differently.
const COMPILER: &str = "rustc 1.95.";

fn ui() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("ui")
}

fn is_other_compiler() -> bool {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = std::process::Command::new(rustc).arg("--version").output().unwrap().stdout;
    !String::from_utf8_lossy(&version).starts_with(COMPILER)
}

#[test]
fn every_mistake_is_explained() {
    if is_other_compiler() {
        println!("skipped: the compiler is not {COMPILER}*");
        return;
    }
    // Mistakes do not rest on lints, which an application may cap. Where a lint itself is forwarded,
    // the case sets its level.
    let are_lints_capped = std::env::var_os("UPVEST_CAP_LINTS").is_some();
    let test = trybuild::TestCases::new();
    for (path, source, _) in cases() {
        if !(are_lints_capped && source.contains("#![deny(")) {
            test.compile_fail(path.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap());
        }
    }
}

/// Returns all cases, each with its expected compiler output.
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

/// Returns the marked lines; a line with two marks appears twice.
fn marked(source: &str) -> Vec<usize> {
    let lines = source.lines().enumerate();
    lines.flat_map(|(index, line)| vec![index + 1; line.matches(MARK).count()]).collect()
}

/// Returns the lines with compiler errors, in file order.
fn found(stderr: &str) -> Vec<usize> {
    let mut lines = stderr.lines();
    let mut found = Vec::new();
    while let Some(line) = lines.next() {
        if line.starts_with("error") {
            let place = lines.next().unwrap_or_default();
            let line = place.rsplit(':').nth(1).and_then(|line| line.parse().ok());
            found.push(line.unwrap_or_else(|| panic!("no line number: {place}")));
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
    assert!(cases.len() >= 230, "only {} cases", cases.len());
}

/// Otherwise it would compile where lints are capped, as in a dependency, or allowed.
#[test]
fn no_mistake_is_only_a_lint() {
    for (path, _, stderr) in cases() {
        let is_lint = ["the lint level is defined here", "` on by default"]
            .iter()
            .any(|words| stderr.contains(words));
        assert!(!is_lint || path.starts_with(ui().join(FORWARDING)), "{}", path.display());
    }
}

#[test]
fn errors_of_the_compiler_itself_are_rare() {
    // Messages of the traits in `upvest_core::__private`. The macro's own errors have no error
    // code.
    let of_types = [
        "cannot be used in",
        "cannot be sent",
        "cannot be a response",
        "cannot be the object",
        "returns",
    ];
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
    assert!(theirs.len() <= 10, "{theirs:?}");
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
