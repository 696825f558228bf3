//! Each mistake in `ui/` gives exactly one error, at the user's own token.

use std::path::PathBuf;

fn ui() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("ui")
}

/// The compiler whose own words are in the expectations: another one may say the same differently.
const COMPILER: &str = "rustc 1.95.";

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
    trybuild::TestCases::new().compile_fail("ui/*.rs");
}

#[test]
fn every_mistake_gives_one_error() {
    let mut files = 0;
    for entry in std::fs::read_dir(ui()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "stderr") {
            let stderr = std::fs::read_to_string(&path).unwrap();
            let errors = stderr.lines().filter(|line| line.starts_with("error")).count();
            assert_eq!(errors, 1, "{}:\n{stderr}", path.display());
            files += 1;
        } else {
            assert!(
                path.with_extension("stderr").exists(),
                "{} has no expectation",
                path.display()
            );
        }
    }
    assert!(files >= 30, "only {files} cases");
}
