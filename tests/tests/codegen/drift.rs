//! `check`: each change of a description gives exactly the findings that it means.

/// The declarations compile, so that the findings are about real ones.
#[path = "../../data/codegen/bicycles.rs"]
#[allow(dead_code, reason = "they are only compared")]
mod bicycles;
mod bodies;
mod edit;
mod every_field;
mod examples;
mod operations;
mod requests;
mod responses;
mod texts;
mod upvest;

use upvest_codegen::{Description, Report, Source};
use upvest_tests::data;

use edit::Spec;

/// A change of the description of bicycles, and what `check` finds: one line for each finding, such
/// as `breaking field-removed: pub docks: u16,`, with the line of the declaration.
struct Case {
    change: &'static str,
    edit: fn(&mut Spec),
    findings: &'static [&'static str],
}

/// Checks the declarations of bicycles.
fn check(spec: &Spec) -> Report {
    let description = Description::read(&spec.text()).unwrap();
    description.check(&[declarations()]).unwrap()
}

fn declarations() -> Source {
    Source::new("bicycles.rs", std::fs::read_to_string(data("codegen/bicycles.rs")).unwrap())
}

/// The findings in short, with the line that each one points to.
fn findings(report: &Report) -> Vec<String> {
    let source = declarations();
    let lines: Vec<&str> = source.text().lines().collect();
    let short = report.drifts().iter().map(|drift| {
        let weight = if drift.is_breaking() { "breaking" } else { "additive" };
        format!("{weight} {}: {}", drift.kind(), lines[drift.line() - 1].trim())
    });
    short.collect()
}

/// Makes each change alone, and compares the findings.
fn check_each(cases: &[Case]) {
    for Case { change, edit, findings: expected } in cases {
        let mut spec = Spec::bicycles();
        let unchanged = spec.0.clone();
        edit(&mut spec);
        assert_ne!(spec.0, unchanged, "{change}: it changes nothing");
        let report = check(&spec);
        assert_eq!(findings(&report), **expected, "{change}\n{report}");
        assert_eq!(report.unchecked(), [""; 0], "{change}");
    }
}

#[test]
fn the_unchanged_description_gives_no_finding() {
    let report = check(&Spec::bicycles());
    assert_eq!(report.to_string(), "no drift");
    assert_eq!(report.unchecked(), [""; 0]);
    // Nor does the file itself, which is YAML.
    let text = std::fs::read_to_string(data("codegen/bicycles.yaml")).unwrap();
    let report = Description::read(&text).unwrap().check(&[declarations()]).unwrap();
    assert_eq!(report.to_string(), "no drift");
}
