//! Faults of the network, the server and the caller, one test each, with what is known about the
//! money afterwards.
//!
//! The numbers are those of the list in `README.md` next to this file.

mod answers;
mod bodies;
mod callers;
mod clocks;
mod connections;
mod echoes;
mod held;
mod hops;
mod nulls;
mod records;
mod recovery;
mod refusals;
mod signers;
mod texts;
mod throttling;
mod tokens;

use upvest_tests::scripted::ReceivedRequest;

/// Checks that a request was retried correctly: same key, same bytes, signed again.
fn assert_is_signed_retry(first: &ReceivedRequest, second: &ReceivedRequest) {
    assert!(!first.header("idempotency-key").is_empty());
    assert_eq!(first.header("idempotency-key"), second.header("idempotency-key"));
    assert_eq!(first.body, second.body);
    assert_eq!(first.header("content-digest"), second.header("content-digest"));
    assert_ne!(first.header("signature-input"), second.header("signature-input"));
    assert_ne!(first.header("signature"), second.header("signature"));
}

/// All 67 faults have a test, here or among the unit tests of the crates.
#[test]
fn every_fault_has_a_test() {
    let folders = ["tests/tests", "upvest-core/src"];
    let mut text = String::new();
    let mut open: Vec<_> = folders.iter().map(|folder| upvest_tests::root().join(folder)).collect();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        } else {
            text.push_str(&std::fs::read_to_string(path).unwrap());
        }
    }
    for number in 1..=67 {
        let name = format!("fn f{number:02}_");
        assert!(text.contains(&name), "no test is named {name}…");
    }
}
