//! Each mistake in `ui/` gives exactly one error, at the user's own token.

use std::path::PathBuf;

fn ui() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("ui")
}

#[test]
fn every_mistake_is_explained() {
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
