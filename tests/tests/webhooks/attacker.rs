//! An attacker without the key, who has recorded valid webhooks and sends mutations of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use http::{HeaderName, HeaderValue, Request};
use serde_json::json;
use upvest_core::Timestamp;
use upvest_core::signature::JsonWebKey;
use upvest_core::signature::SignatureVersion::{V6, V15};
use upvest_core::webhook::{WebhookError, WebhookVerifier};
use upvest_tests::Chance;
use upvest_tests::in_memory::{Server, reply};

use crate::forge::{BODY, ED25519, Forge, NOON, P521, digest_name, key, verify, webhook};

const DELIVERIES: u64 = 10_000;

/// The headers that the verifier reads.
const SIGNED: [&str; 6] =
    ["signature", "signature-input", "content-type", "content-length", "digest", "content-digest"];

/// Makes one to three changes to a request, at least one of them to a signed part.
fn mutate(
    chance: &mut Chance,
    right: &Request<Vec<u8>>,
    other: &Request<Vec<u8>>,
) -> Request<Vec<u8>> {
    let mut request = right.clone();
    for _ in 0..=chance.below(3) {
        match chance.below(10) {
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
                // A new made-up key id.
                let made_up = format!("{:x}", chance.below(u64::MAX));
                reword(&mut request, P521, &made_up);
            }
            // Parts of another valid webhook.
            6 => {
                let at = usize::try_from(chance.below(SIGNED.len() as u64)).unwrap();
                let name = HeaderName::from_static(SIGNED[at]);
                if let Some(value) = other.headers().get(&name) {
                    request.headers_mut().insert(name, value.clone());
                }
            }
            7 => *request.body_mut() = other.body().clone(),
            8 => {
                let at = usize::try_from(chance.below(SIGNED.len() as u64)).unwrap();
                let name = HeaderName::from_static(SIGNED[at]);
                if let Some(value) = request.headers().get(&name).cloned() {
                    request.headers_mut().append(name, value);
                }
            }
            5 => reword(&mut request, &NOON.to_string(), &(NOON + 1).to_string()),
            _ => {
                // Any byte of any of these headers.
                let at = usize::try_from(chance.below(SIGNED.len() as u64)).unwrap();
                let name = HeaderName::from_static(SIGNED[at]);
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

/// Returns whether two requests are equal in everything that is signed or compared. The digest of
/// the other version is neither.
fn is_same(one: &Request<Vec<u8>>, other: &Request<Vec<u8>>) -> bool {
    let is_v6 = !other.headers().contains_key("upvest-signature-version");
    let other_digest = digest_name(if is_v6 { V15 } else { V6 });
    let trimmed = |request: &Request<Vec<u8>>, name: &str| {
        // White space around a value is not part of the value.
        let values = request.headers().get_all(name).iter();
        let mut values: Vec<_> =
            values.map(|value| value.as_bytes().trim_ascii().to_vec()).collect();
        // The length is not covered here, and the same value twice is equivalent.
        if name == "content-length" {
            values.dedup();
        }
        values
    };
    one.method() == other.method()
        && one.uri() == other.uri()
        && one.body() == other.body()
        && SIGNED
            .iter()
            .filter(|name| **name != other_digest)
            .all(|name| trimmed(one, name) == trimmed(other, name))
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_forged_deliveries_are_rejected() {
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
    let client = server.builder().clock(clock).build().unwrap();
    let v6 = WebhookVerifier::new(client.clone(), [webhook()]);
    let v15 = WebhookVerifier::builder().client(client).version(V15).build();
    let mut overheard = Vec::new();
    for (version, id) in [(V6, P521), (V6, ED25519), (V15, P521), (V6, P521)] {
        let mut forge = Forge::new(version);
        forge.reword(P521, id);
        forge.signs = id;
        if overheard.len() == 3 {
            forge.set_body(BODY.replace("200.00", "900.00").as_bytes());
        }
        overheard.push((if version == V6 { &v6 } else { &v15 }, forge.made().await));
    }
    let (mut seconds, mut tried, mut harmless) = (0, 0, 0);
    while tried < DELIVERIES {
        // About ten per second, for a quarter of an hour.
        let step = i64::from(chance.below(10) == 0);
        seconds += step;
        now.fetch_add(step, Ordering::SeqCst);
        let mut any = || &overheard[usize::try_from(chance.below(4)).unwrap()];
        let ((verifier, right), (_, other)) = (any(), any());
        let request = mutate(&mut chance, right, other);
        if overheard.iter().any(|(_, right)| is_same(&request, right)) {
            harmless += 1;
            continue;
        }
        tried += 1;
        // An unreadable delivery, for example for another subscription, had a valid signature.
        let result = verify(verifier, request.clone()).await;
        let is_refused = matches!(
            result,
            Err(WebhookError::Refused(_)
                | WebhookError::UnknownKey { .. }
                | WebhookError::WrongSignature { .. })
        );
        assert!(is_refused, "delivery {tried} was accepted: {request:?} {result:?}");
    }
    let fetches = fetches.lock().unwrap().clone();
    println!(
        "{tried} deliveries in {seconds} s, {harmless} equivalent to a valid one; {} key fetches",
        fetches.len()
    );
    assert!(fetches.len() > 5, "{fetches:?}");
    // Two verifiers, each of which fetches keys at most once a minute.
    assert!(fetches.windows(3).all(|three| three[2] - three[0] >= 60), "{fetches:?}");
    // Valid webhooks are still accepted.
    for (verifier, right) in &overheard {
        assert!(verify(verifier, right.clone()).await.is_ok());
    }
}
