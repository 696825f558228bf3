//! A webhook: verified, and its events read.

use std::hint::black_box;

use upvest_core::signature::{SignatureVersion, SigningKey};
use upvest_core::webhook::WebhookVerifier;
use upvest_tests::{data, now};

use super::{Work, noon};
use crate::batch;
use crate::shared::KEY_ID;

pub fn v6() -> Option<Work> {
    verify(SignatureVersion::V6)
}

pub fn v15() -> Option<Work> {
    verify(SignatureVersion::V15)
}

fn verify(version: SignatureVersion) -> Option<Work> {
    let pem = std::fs::read(data("keys/p8_plain.pem")).expect("a key file");
    let key = SigningKey::from_pem(KEY_ID, pem, None).expect("a P-521 key");
    let verifier = WebhookVerifier::builder()
        .key(KEY_ID, key.verifying_key().expect("a key"))
        .version(version)
        .clock(noon)
        .build();
    let (head, body, _) = batch::signed(version, &key, 4 * 1024);
    Some(Box::new(move || {
        let webhook = now(verifier.verify(black_box(&head), &body)).expect("a valid signature");
        assert_eq!(webhook.events.len(), 9);
    }))
}
