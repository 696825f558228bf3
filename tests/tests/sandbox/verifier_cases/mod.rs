//! The numbered cases that a signature verifier must handle: requests rejected despite a valid
//! signature, requests rejected for an invalid one, and accepted requests.
//!
//! Letters: A header parsing, B coverage, C time and replay, D cryptography, E binding of the
//! signature, F availability, G what must verify.

mod binding;
mod cryptography;
mod forms;
mod times;

use std::collections::BTreeMap;

use aws_lc_rs::hmac;
use aws_lc_rs::signature::{ECDSA_P521_SHA256_ASN1, UnparsedPublicKey};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::{HeaderValue, Request};
use upvest_core::__sandbox::{Message, SignatureInput};
use upvest_core::signature::SignatureBase;
use upvest_core::signature::{SignatureVersion::V15, SigningKey, VerifyingKey};
use upvest_sandbox::Sandbox;
use upvest_tests::data;
use uuid::Uuid;

use crate::fixture::{
    Bench, GROUP, INCREASES, NOON, base, list, numbers, raw_numbers, raw_to, sealed, signature_by,
    signature_of, started, to, wire, with, with_body, without,
};

/// The cases that were checked.
struct Cases {
    bench: Bench,
    seen: BTreeMap<u8, Vec<String>>,
    /// The number of rejected requests with a valid signature.
    hostile: u32,
}

impl Cases {
    async fn new() -> Self {
        Self { bench: Bench::new().await, seen: BTreeMap::new(), hostile: 0 }
    }

    fn note(&mut self, number: u8, what: &str) {
        self.seen.entry(number).or_default().push(what.to_owned());
    }

    /// Checks that the request is rejected with a 401 that only says that the signature is wrong.
    async fn refused(&mut self, number: u8, what: &str, request: Request<Bytes>) {
        let (status, body) = self.bench.send(request).await;
        assert_eq!(status, 401, "case {number}, {what}: {body}");
        let problem: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!(problem["detail"], "Signature is incorrect", "case {number}, {what}");
        self.note(number, what);
    }

    /// The same, because one of the two signature headers is malformed.
    async fn malformed(&mut self, number: u8, what: &str, request: Request<Bytes>) {
        self.refused(number, what, request).await;
        let entry = self.bench.sandbox.log().last().unwrap();
        let reason = entry.reason.clone().unwrap_or_default();
        assert!(
            reason.starts_with("signature: invalid header `signature")
                || reason.starts_with("signature: the header `signature"),
            "case {number}, {what}: {reason}"
        );
    }

    /// The same, for a request whose signature is valid for its own parameters.
    async fn hostile(&mut self, number: u8, what: &str, request: Request<Bytes>) {
        self.refused(number, what, request).await;
        self.hostile += 1;
    }

    /// Checks that the request is rejected for another reason than its signature, which is valid.
    async fn rejected_for_another_reason(
        &mut self,
        number: u8,
        what: &str,
        request: Request<Bytes>,
        status: u16,
    ) {
        let (got, body) = self.bench.send(request).await;
        assert_eq!(got, status, "case {number}, {what}: {body}");
        self.hostile += 1;
        self.note(number, what);
    }

    async fn accepted(&mut self, number: u8, what: &str, request: Request<Bytes>) {
        let (status, body) = self.bench.send(request).await;
        assert_eq!(status, 202, "case {number}, {what}: {body}");
        self.note(number, what);
    }

    /// Checks that the HTTP layer rejects these bytes.
    async fn broken(&mut self, number: u8, what: &str, bytes: &[u8]) {
        let status = self.bench.raw(bytes).await;
        assert!(
            status.is_some_and(|status| (400..500).contains(&status)),
            "case {number}, {what}: {status:?}"
        );
        self.note(number, what);
    }

    async fn signed(&self) -> Request<Bytes> {
        self.bench.signed(self.bench.increase()).await
    }

    /// A request with a valid signature, whose `signature-input` is then rewritten.
    async fn reworded(&self, from: &str, to: &str) -> Request<Bytes> {
        let request = self.signed().await;
        let input = request.headers()["signature-input"].to_str().unwrap().to_owned();
        assert!(input.contains(from), "{from}");
        with(request, "signature-input", &input.replacen(from, to, 1))
    }
}

/// Returns the parameters with one of them changed.
fn changed(parameters: &str, from: &str, to: &str) -> String {
    assert!(parameters.contains(from), "{parameters}");
    parameters.replacen(from, to, 1)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_case_of_the_verifier() {
    let mut cases = Cases::new().await;
    forms::forms(&mut cases).await;
    forms::coverage(&mut cases).await;
    times::times(&mut cases).await;
    cryptography::cryptography(&mut cases).await;
    binding::binding(&mut cases).await;
    binding::availability(&mut cases).await;
    binding::what_must_verify(&mut cases);

    let missing: Vec<u8> = (1..=83).filter(|number| !cases.seen.contains_key(number)).collect();
    assert!(missing.is_empty(), "no test for the cases {missing:?}");
    let all: usize = cases.seen.values().map(Vec::len).sum();
    println!(
        "{all} requests and keys in 83 cases; {} hostile ones with a valid signature, all rejected",
        cases.hostile
    );
    // A panic would be logged as a 500.
    assert!(cases.bench.sandbox.log().entries().iter().all(|entry| entry.status < Some(500)));
}
