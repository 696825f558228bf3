//! The numbered cases that a webhook verifier must handle, each in both versions.
//!
//! Letters: A header parsing, B coverage, C time and replay, D cryptography, E binding of the
//! signature, F availability, G what must verify. `sandbox/verifier_cases` has the same cases for
//! requests.

mod content;
mod forms;

use std::collections::BTreeMap;
use std::time::Duration;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P521_SHA256_ASN1_SIGNING, EcdsaKeyPair};
use http::{HeaderValue, Request, StatusCode};
use tokio::task::JoinSet;
use upvest_core::__sandbox::Message;
use upvest_core::signature::SignatureVersion::{self, V6, V15};
use upvest_core::signature::{SignatureBase, VerifyError};
use upvest_core::webhook::{WebhookError, WebhookId, WebhookVerifier};

use crate::forge::{
    BODY, ED25519, Forge, NOON, P521, at, builder, digest_name, digest_of, verify, webhook, with,
};

struct Cases {
    version: SignatureVersion,
    verifier: WebhookVerifier,
    seen: BTreeMap<u8, u32>,
}

impl Cases {
    fn note(&mut self, number: u8) {
        *self.seen.entry(number).or_default() += 1;
    }

    /// Checks that the webhook is rejected with a 401, and that `is_it` accepts the error for the
    /// log.
    async fn refused(
        &mut self,
        number: u8,
        what: &str,
        request: Request<Vec<u8>>,
        is_it: impl Fn(&VerifyError) -> bool,
    ) {
        let version = self.version;
        let error = match verify(&self.verifier, request).await {
            Err(WebhookError::Refused(error)) => error,
            Err(WebhookError::UnknownKey { .. }) => VerifyError::UnknownKey,
            Err(WebhookError::WrongSignature { .. }) => {
                let empty = Request::new(());
                let message = Message::of(&empty);
                let base = SignatureBase::new(version, &message, &[""; 0], "").unwrap();
                VerifyError::WrongSignature(base)
            }
            other => panic!("case {number} in {version:?}, {what}: {other:?}"),
        };
        assert!(is_it(&error), "case {number} in {version:?}, {what}: {error}");
        self.note(number);
    }

    /// The same, for a webhook whose signature is valid for its own parameters.
    async fn hostile(
        &mut self,
        number: u8,
        what: &str,
        change: impl FnOnce(&mut Forge),
        is_it: impl Fn(&VerifyError) -> bool,
    ) {
        let mut forge = Forge::new(self.version);
        change(&mut forge);
        self.refused(number, what, forge.made().await, is_it).await;
    }

    async fn accepted(&mut self, number: u8, what: &str, change: impl FnOnce(&mut Forge)) {
        let mut forge = Forge::new(self.version);
        change(&mut forge);
        let result = verify(&self.verifier, forge.made().await).await;
        let version = self.version;
        let delivery =
            result.unwrap_or_else(|error| panic!("case {number} in {version:?}, {what}: {error}"));
        assert_eq!(delivery.events.len(), 2);
        self.note(number);
    }

    async fn made(&self) -> Request<Vec<u8>> {
        Forge::new(self.version).made().await
    }

    fn digest(&self) -> &'static str {
        digest_name(self.version)
    }
}

fn is_malformed(error: &VerifyError) -> bool {
    matches!(error, VerifyError::Malformed(..) | VerifyError::MissingHeader(_))
}

fn is_wrong(error: &VerifyError) -> bool {
    matches!(error, VerifyError::WrongSignature(_))
}

fn is_base(error: &VerifyError) -> bool {
    matches!(error, VerifyError::Base(_))
}

fn uncovered(component: &'static str) -> impl Fn(&VerifyError) -> bool {
    move |error| *error == VerifyError::NotCovered(component)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_case_of_the_verifier() {
    for version in [V6, V15] {
        let verifier = builder(version).build();
        let mut cases = Cases { version, verifier, seen: BTreeMap::new() };
        forms::forms(&mut cases).await;
        forms::coverage(&mut cases).await;
        forms::times(&mut cases).await;
        forms::replays(&mut cases).await;
        content::cryptography(&mut cases).await;
        content::binding(&mut cases).await;
        content::availability(&mut cases).await;
        // 16: a `HeaderValue` cannot hold such a value. 35: such a name is not a `HeaderName`. 48:
        // repetitions are flagged, not rejected. 58, 60: such a key is rejected before it verifies
        // anything (`upvest-signature/src/jwk.rs`, `webhooks/keys`). 73: each host has its own keys. 80: fuzzed as `webhook`.
        // 81: `vectors.rs`. 82, 83: the parser is shared, see `sandbox/verifier_cases`.
        let elsewhere = [16, 35, 48, 58, 60, 73, 80, 81, 82, 83];
        let missing: Vec<u8> = (1..=83)
            .filter(|number| !cases.seen.contains_key(number) && !elsewhere.contains(number))
            .collect();
        assert!(missing.is_empty(), "no test for the cases {missing:?}");
        let all: u32 = cases.seen.values().sum();
        println!("{all} webhooks in {} cases, in {version:?}", cases.seen.len());
    }
}

#[tokio::test]
async fn an_empty_body_needs_no_digest_and_is_not_a_batch() {
    for version in [V6, V15] {
        let mut forge = Forge::new(version);
        forge.set_body(b"");
        forge.cover(&["@method", "@path", "@query"]);
        let error = verify(&builder(version).build(), forge.made().await).await.unwrap_err();
        assert!(matches!(error, WebhookError::Unreadable(_)), "{error}");
    }
}

/// Another client of Upvest can subscribe with this receiver's URL.
#[tokio::test]
async fn a_delivery_for_another_subscription_is_not_accepted() {
    let request = Forge::new(V6).made().await;
    let ours: WebhookId = "11111111-5a84-40f9-b2bb-7f99f282fc5a".parse().unwrap();
    let verifier = builder(V6).webhooks([ours]).build();
    let error = verify(&verifier, request.clone()).await.unwrap_err();
    assert!(matches!(error, WebhookError::Foreign(id) if id == webhook()), "{error}");
    assert_eq!(error.status(), StatusCode::UNAUTHORIZED);
    let both = builder(V6).webhooks([ours]).webhooks([webhook()]).build();
    assert!(verify(&both, request.clone()).await.is_ok());
    // A single such event among others is enough.
    let mut mixed = Forge::new(V6);
    mixed.set_body(BODY.replacen("a8eb3540", "11111111", 1).as_bytes());
    let error = verify(&verifier, mixed.made().await).await.unwrap_err();
    assert!(matches!(error, WebhookError::Foreign(_)), "{error}");
}

/// Upvest does not document which components a webhook's signature covers.
#[tokio::test]
async fn the_required_components_can_be_configured() {
    let mut forge = Forge::new(V6);
    forge.uncover("content-type");
    let request = forge.made().await;
    assert!(verify(&builder(V6).build(), request.clone()).await.is_err());
    let lenient = builder(V6).policy(|policy| policy.required_with_body.clear()).build();
    assert!(verify(&lenient, request).await.is_ok());
    // The digest cannot be made optional.
    forge.uncover("digest");
    assert!(verify(&lenient, forge.made().await).await.is_err());
}

#[tokio::test]
async fn a_delivery_has_its_events_in_order_and_unchanged() {
    let delivery = verify(&builder(V6).build(), Forge::new(V6).made().await).await.unwrap();
    let types: Vec<&str> = delivery.events.iter().map(|event| event.event_type()).collect();
    assert_eq!(types, ["VIRTUAL_CASH_INCREASE.CONFIRMED", "SOMETHING.NEW"]);
    let texts: Vec<&str> = delivery.events.iter().map(|event| event.json()).collect();
    assert_eq!(format!(r#"{{"payload":[{}]}}"#, texts.join(",")), BODY);
    assert!(!delivery.is_repeat);
}
