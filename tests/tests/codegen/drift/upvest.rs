//! The declarations of this workspace against Upvest's description.

use std::path::PathBuf;
use std::sync::OnceLock;

use upvest_codegen::{Description, Report, Source};
use upvest_tests::root;

/// Upvest's description; `None` if it is not on this machine.
fn description() -> Option<&'static Description> {
    static DESCRIPTION: OnceLock<Option<Description>> = OnceLock::new();
    let read = || {
        let path = std::env::var_os("UPVEST_OPENAPI").map_or_else(
            || root().join("../shared/facts/upvest-openapi-1.9.0.yaml"),
            PathBuf::from,
        );
        if !path.is_file() {
            eprintln!("skipped: there is no {} (set UPVEST_OPENAPI)", path.display());
            return None;
        }
        let text = std::fs::read_to_string(path).unwrap();
        Some(Description::read(&text).unwrap())
    };
    DESCRIPTION.get_or_init(read).as_ref()
}

fn check(folders: &[&str]) -> Option<Report> {
    let sources: Vec<Source> =
        folders.iter().flat_map(|folder| Source::read(root().join(folder)).unwrap()).collect();
    description().map(|description| description.check(&sources).unwrap())
}

#[test]
fn virtual_cash_is_declared_as_described() {
    if let Some(report) = check(&["upvest-virtual-cash/src"]) {
        assert_eq!((report.to_string().as_str(), report.unchecked().len()), ("no drift", 0));
    }
}

#[test]
fn the_token_endpoint_is_declared_as_described() {
    if let Some(report) = check(&["upvest-core/src/auth"]) {
        assert_eq!(report.drifts(), []);
        // Its types are read and written by functions.
        assert_eq!(report.unchecked().len(), 2, "{report}");
    }
}

/// What is newer than the description, or not part of it.
#[test]
fn the_webhooks_differ_where_that_is_known() {
    if let Some(report) = check(&["upvest-core/src/webhook"]) {
        for drift in report.drifts() {
            let is_known = drift.message().contains("exclude_type")
                || drift.message().contains("/events-acceptor-service/");
            assert!(is_known, "{drift}");
        }
        assert_eq!(report.drifts().len(), 7, "{report}");
    }
}
