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
