//! Somebody without the key, who has overheard right webhooks and tries everything.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use http::{HeaderName, HeaderValue, Request};
use serde_json::json;
use upvest_core::Timestamp;
use upvest_core::signature::JsonWebKey;
use upvest_core::signature::SignatureVersion::{V6, V15};
use upvest_core::webhook::WebhookVerifier;
use upvest_tests::Chance;
use upvest_tests::in_memory::{Server, reply};

use crate::forge::{ED25519, Forge, NOON, P521, key, verify, webhook};

const DELIVERIES: u64 = 10_000;

/// Changes one to three things of a request; one of them at least is signed.
fn mutate(chance: &mut Chance, right: &Request<Vec<u8>>) -> Request<Vec<u8>> {
    let mut request = right.clone();
    for _ in 0..=chance.below(3) {
        match chance.below(8) {
            0 => {
                let body = request.body_mut();
                let at = usize::try_from(chance.below(body.len() as u64 + 1)).unwrap();
                match body.get_mut(at) {
                    Some(byte) => *byte ^= 1 << chance.below(8),
                    None => body.push(b' '),
                }
            }
            1 => {
                let at = usize::try_from(chance.below(request.body().len() as u64 + 1)).unwrap();
                request.body_mut().truncate(at);
            }
            2 => {
                let methods = ["PUT", "GET", "DELETE", "PATCH", "POSTS"];
                let at = usize::try_from(chance.below(methods.len() as u64)).unwrap();
                *request.method_mut() = methods[at].parse().unwrap();
            }
            3 => {
                let targets = ["/", "/webhooks", "/webhooks?tenant=8", "/webhook?tenant=7", "/%00"];
                let at = usize::try_from(chance.below(targets.len() as u64)).unwrap();
                *request.uri_mut() = targets[at].parse().unwrap();
            }
            4 => {
                // A key id of his own, each time another.
                let made_up = format!("{:x}", chance.below(u64::MAX));
                reword(&mut request, P521, &made_up);
            }
            5 => reword(&mut request, &NOON.to_string(), &(NOON + 1).to_string()),
            _ => {
                // Any byte of any header that matters.
                let names = ["signature", "signature-input", "content-type", "digest"];
                let at = usize::try_from(chance.below(names.len() as u64)).unwrap();
                let name = HeaderName::from_static(names[at]);
                let Some(value) = request.headers().get(&name) else { continue };
                let mut bytes = value.as_bytes().to_vec();
                if bytes.is_empty() {
                    continue;
                }
                let at = usize::try_from(chance.below(bytes.len() as u64)).unwrap();
                match chance.below(3) {
                    0 => bytes[at] ^= 1 << chance.below(7),
                    1 => bytes.truncate(at),
                    _ => bytes.insert(at, b' ' + u8::try_from(chance.below(95)).unwrap()),
                }
                if let Ok(value) = HeaderValue::from_bytes(&bytes) {
                    request.headers_mut().insert(name, value);
                }
            }
        }
    }
    request
}

fn reword(request: &mut Request<Vec<u8>>, from: &str, to: &str) {
    let input = request.headers()["signature-input"].to_str().unwrap_or_default();
    let input = HeaderValue::from_str(&input.replace(from, to)).unwrap();
    request.headers_mut().insert("signature-input", input);
}

/// Whether it says the same as the right one.
fn is_same(one: &Request<Vec<u8>>, other: &Request<Vec<u8>>) -> bool {
    let trimmed = |request: &Request<Vec<u8>>, name: &str| {
        let value = request.headers().get(name).map(|value| value.as_bytes().to_vec());
        // Spaces around a value belong to HTTP, not to the value.
        value.map(|value| value.trim_ascii().to_vec())
    };
    one.method() == other.method()
        && one.uri() == other.uri()
        && one.body() == other.body()
        && ["signature", "signature-input", "content-type", "digest"]
            .iter()
            .all(|name| trimmed(one, name) == trimmed(other, name))
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_deliveries_by_somebody_without_the_key() {
    let mut chance = Chance::new();
    let now = Arc::new(AtomicI64::new(NOON));
    let clock = {
        let now = Arc::clone(&now);
        move || Timestamp::from_unix_seconds(now.load(Ordering::SeqCst)).unwrap()
    };
    let fetches: Arc<std::sync::Mutex<Vec<i64>>> = Arc::default();
    let server = {
        let (now, fetches) = (Arc::clone(&now), Arc::clone(&fetches));
        Server::new(move |_, _| {
            fetches.lock().unwrap().push(now.load(Ordering::SeqCst));
            let keys = [P521, ED25519]
                .map(|id| json!(JsonWebKey::new(id, &key(id).verifying_key().unwrap()).unwrap()));
            reply(200, "application/json", &json!({ "keys": keys }).to_string())
        })
    };
    let verifier =
        WebhookVerifier::new(server.builder().clock(clock).build().unwrap(), [webhook()]);
    let mut overheard = Vec::new();
    for (version, id) in [(V6, P521), (V6, ED25519), (V15, P521)] {
        let mut forge = Forge::new(version);
        forge.reword(P521, id);
        forge.signs = id;
        overheard.push(forge.made().await);
    }
    let (mut seconds, mut harmless) = (0, 0);
    for number in 0..DELIVERIES {
        // Ten a second or so, for a quarter of an hour.
        let step = i64::from(chance.below(10) == 0);
        seconds += step;
        now.fetch_add(step, Ordering::SeqCst);
        let right = &overheard[usize::try_from(chance.below(3)).unwrap()];
        let request = mutate(&mut chance, right);
        if is_same(&request, right) {
            harmless += 1;
            continue;
        }
        let result = verify(&verifier, request.clone()).await;
        assert!(result.is_err(), "delivery {number} was taken: {request:?}");
    }
    let fetches = fetches.lock().unwrap().clone();
    println!(
        "{DELIVERIES} deliveries in {seconds} s, {harmless} of them unchanged; {} fetches of keys",
        fetches.len()
    );
    assert!(harmless < 500, "{harmless}");
    assert!(fetches.len() > 5, "{fetches:?}");
    assert!(fetches.windows(2).all(|two| two[1] - two[0] >= 60), "{fetches:?}");
    // And the right ones are still taken.
    for right in &overheard[..2] {
        assert!(verify(&verifier, right.clone()).await.is_ok());
    }
}
