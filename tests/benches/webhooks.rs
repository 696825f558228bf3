//! Measures the overhead of verifying a webhook: a batch of 4 kB against a bare verification by the
//! cryptographic library, in the same run.
//!
//! "Without the curve" means with a signature that is not a valid point, which the library rejects
//! at once. Everything else happens in the same order.

#[path = "shared/batch.rs"]
mod batch;
mod shared;

use std::hint::black_box;

use aws_lc_rs::signature::{ECDSA_P521_SHA512_ASN1, ParsedPublicKey};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use batch::NOON;
use bytes::Bytes;
use http::HeaderValue;
use http::request::Parts;
use shared::{KEY_ID, is_trial, median, time};
use upvest_core::Timestamp;
use upvest_core::signature::{SignatureVersion, SigningKey};
use upvest_core::webhook::{Event, Inbox, WebhookError, WebhookVerifier};
use upvest_tests::{data, now};

const LENGTH: usize = 4 * 1024;
/// The target for a webhook of Upvest, in V6, without the curve, in microseconds: checking it and
/// parsing its events.
const TARGET: f64 = 15.0;
const PER_TURN: usize = 50;

fn signed(version: SignatureVersion, key: &SigningKey) -> (Parts, Bytes, Vec<u8>, Vec<u8>) {
    let (head, body, base) = batch::signed(version, key, LENGTH);
    let signature = head.headers["signature"].to_str().expect("a text");
    let signature = signature.trim_start_matches("sig1=:").trim_end_matches(':');
    let signature = BASE64_STANDARD.decode(signature).expect("base64");
    (head, body, base, signature)
}

/// The time of one call, in microseconds.
fn per_call(work: &mut dyn FnMut()) -> f64 {
    time(|| (0..PER_TURN).for_each(|_| work())).as_secs_f64() * 1e6 / PER_TURN as f64
}

fn main() {
    let turns = if is_trial() { 1 } else { 201 };
    let pem = std::fs::read(data("keys/p8_plain.pem")).expect("a key file");
    let key = SigningKey::from_pem(KEY_ID, &pem, None).expect("a P-521 key");
    let public = pem::parse(key.public_key_pem()).expect("PEM");
    let bare = ParsedPublicKey::new(&ECDSA_P521_SHA512_ASN1, public.contents()).expect("a key");
    let clock = || Timestamp::from_unix_seconds(NOON).expect("a time");
    let mut is_over = false;
    for version in [SignatureVersion::V6, SignatureVersion::V15] {
        let verifier = WebhookVerifier::builder()
            .key(KEY_ID, key.verifying_key().expect("a key"))
            .version(version)
            .clock(clock)
            .build();
        let (head, body, base, signature) = signed(version, &key);
        let events = now(verifier.verify(&head, &body)).expect("a valid signature").events;

        let mut pointless = head.clone();
        let nothing = format!("sig1=:{}:", BASE64_STANDARD.encode(vec![0; signature.len()]));
        let nothing = HeaderValue::from_str(&nothing).expect("a header");
        pointless.headers.insert("signature", nothing);
        let mut checks = || {
            let refused = now(verifier.verify(black_box(&pointless), &body));
            let Err(WebhookError::WrongSignature { .. }) = refused else {
                panic!("rejected for another reason")
            };
        };
        let mut reading = || {
            for event in black_box(&events) {
                black_box(event.json().parse::<Event>().expect("an event"));
            }
        };
        let mut curve = || {
            bare.verify_sig(black_box(&base), &signature).expect("a valid signature");
        };
        let mut whole = || {
            black_box(now(verifier.verify(black_box(&head), &body)).expect("a valid signature"));
        };
        let mut inbox = || {
            black_box(Inbox::new().put(events.iter().cloned()));
        };
        let mut work: [&mut dyn FnMut(); 5] =
            [&mut checks, &mut reading, &mut curve, &mut whole, &mut inbox];
        // Alternately, so that variations of the machine affect all of them.
        let measured: Vec<[f64; 5]> =
            (0..turns).map(|_| work.each_mut().map(|work| per_call(work))).collect();
        let of = |number: usize| median(measured.iter().map(|turn| turn[number]).collect());
        let [checks, reading, curve, whole, inbox] = [0, 1, 2, 3, 4].map(of);
        let ratio = median(measured.iter().map(|turn| turn[3] / turn[2]).collect());
        println!(
            "{version:?}, {} bytes, {} events: checks without the curve {checks:.1} µs, reading the \
             events {reading:.1} µs, the curve {curve:.1} µs; whole {whole:.1} µs, ratio {ratio:.3}; an inbox \
             for them {inbox:.1} µs",
            body.len(),
            events.len(),
        );
        is_over |= version == SignatureVersion::V6 && checks + reading > TARGET;
    }
    if is_over && !is_trial() {
        println!("over the target of {TARGET} µs without the curve");
    }
}
