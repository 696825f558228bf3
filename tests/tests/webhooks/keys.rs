//! Whom a verifier asks for keys, and how often.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use http::{Request, StatusCode};
use serde_json::json;
use tokio::sync::Semaphore;
use upvest_core::signature::JsonWebKey;
use upvest_core::signature::SignatureVersion::V6;
use upvest_core::webhook::{Delivery, WebhookError, WebhookVerifier};
use upvest_core::{Client, Timestamp};
use upvest_tests::in_memory::{Reply, Server, problem, reply};

use crate::forge::{ED25519, Forge, NOON, P521, key, verify, webhook};

/// A clock that a test puts forward.
#[derive(Clone)]
struct Time(Arc<AtomicI64>);

impl Time {
    fn new() -> Self {
        Self(Arc::new(AtomicI64::new(NOON)))
    }

    fn add(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

/// What the API answers when it knows these keys.
fn set(ids: &[&str]) -> Reply {
    let keys =
        ids.iter().map(|id| JsonWebKey::new(*id, &key(id).verifying_key().unwrap()).unwrap());
    let mut keys: Vec<_> = keys.map(|key| json!(key)).collect();
    // Of a kind that may come some day.
    keys.push(json!({ "kid": "other", "kty": "RSA", "n": "AQAB", "e": "AQAB" }));
    reply(200, "application/json", &json!({ "keys": keys }).to_string())
}

fn client(server: &Server, time: &Time) -> Client {
    let time = time.clone();
    let clock = move || Timestamp::from_unix_seconds(time.0.load(Ordering::SeqCst)).unwrap();
    server.builder().clock(clock).build().unwrap()
}

/// A webhook signed with this key, at noon.
async fn signed(id: &'static str) -> Request<Vec<u8>> {
    let mut forge = Forge::new(V6);
    forge.reword(P521, id);
    forge.signs = if id == ED25519 { ED25519 } else { P521 };
    forge.made().await
}

/// Lets time pass, which is not real, until the server has been asked.
async fn until_asked(server: &Server) {
    while server.sent().is_empty() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

fn is_unknown(result: Result<Delivery, WebhookError>) -> bool {
    matches!(result, Err(WebhookError::UnknownKey { .. }))
}

#[tokio::test(start_paused = true)]
async fn keys_are_fetched_when_they_are_needed_and_not_again() {
    let time = Time::new();
    let server = Server::new(|_, request| {
        assert_eq!((request.method().as_str(), request.uri().path()), ("GET", "/auth/verify_keys"));
        set(&[P521])
    });
    let verifier = WebhookVerifier::new(client(&server, &time), [webhook()]);
    assert_eq!(server.sent().len(), 0);
    for _ in 0..3 {
        assert!(verify(&verifier, signed(P521).await).await.is_ok());
    }
    assert!(verify(&verifier.clone(), signed(P521).await).await.is_ok());
    assert_eq!(server.sent().len(), 1);
    assert!(server.sent()[0].headers().contains_key("signature"));
}

#[tokio::test(start_paused = true)]
async fn an_unknown_key_is_asked_for_once_a_minute_at_most() {
    let time = Time::new();
    let server = Server::new(|number, _| if number < 2 { set(&[P521]) } else { set(&[ED25519]) });
    let verifier = WebhookVerifier::new(client(&server, &time), [webhook()]);
    assert!(verify(&verifier, signed(P521).await).await.is_ok());
    // It has just been asked.
    for _ in 0..5 {
        assert!(is_unknown(verify(&verifier, signed(ED25519).await).await));
    }
    assert_eq!(server.sent().len(), 1);
    time.add(59);
    assert!(is_unknown(verify(&verifier, signed(ED25519).await).await));
    assert_eq!(server.sent().len(), 1);
    time.add(1);
    for _ in 0..5 {
        assert!(is_unknown(verify(&verifier, signed(ED25519).await).await));
    }
    assert_eq!(server.sent().len(), 2);
    time.add(60);
    assert!(verify(&verifier, signed(ED25519).await).await.is_ok());
    // What is not listed any more is not taken any more.
    assert!(is_unknown(verify(&verifier, signed(P521).await).await));
    assert_eq!(server.sent().len(), 3);
    // A clock that was put back does not keep it from asking.
    time.add(-3600);
    let mut forge = Forge::new(V6);
    forge.reword(&NOON.to_string(), &(NOON - 3600).to_string());
    forge.reword(&(NOON + 60).to_string(), &(NOON - 3540).to_string());
    assert!(is_unknown(verify(&verifier, forge.made().await).await));
    assert_eq!(server.sent().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn after_a_day_the_keys_are_fetched_anew() {
    let time = Time::new();
    let server = Server::new(|number, _| match number {
        0 => set(&[P521]),
        1 => problem(503, "service_unavailable"),
        _ => set(&[]),
    });
    let client = client(&server, &time);
    let build = WebhookVerifier::builder().client(client);
    // Otherwise the webhook itself would be too old.
    let verifier = build.policy(|policy| policy.max_age_seconds = Some(10 * 86_400)).build();
    assert!(verify(&verifier, signed(P521).await).await.is_ok());
    time.add(86_399);
    assert!(verify(&verifier, signed(P521).await).await.is_ok());
    assert_eq!(server.sent().len(), 1);
    time.add(1);
    // While nobody answers, the old ones are the best there are.
    assert!(verify(&verifier, signed(P521).await).await.is_ok());
    assert!(verify(&verifier, signed(P521).await).await.is_ok());
    assert_eq!(server.sent().len(), 2);
    time.add(60);
    assert!(is_unknown(verify(&verifier, signed(P521).await).await));
    assert_eq!(server.sent().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn without_keys_the_sender_is_told_to_come_again() {
    let time = Time::new();
    let server = Server::new(|number, _| match number {
        0 => problem(403, "forbidden"),
        _ => set(&[P521]),
    });
    let verifier = WebhookVerifier::new(client(&server, &time), [webhook()]);
    for _ in 0..3 {
        let error = verify(&verifier, signed(P521).await).await.unwrap_err();
        assert_eq!(error.status(), StatusCode::SERVICE_UNAVAILABLE);
        let sentence = "the keys to check the signature with could not be fetched: GET \
                        /auth/verify_keys answered 403 forbidden";
        assert_eq!(error.to_string(), sentence);
    }
    // A failure is not tried again at once, neither by the client.
    assert_eq!(server.sent().len(), 1);
    time.add(60);
    assert!(verify(&verifier, signed(P521).await).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn many_at_once_ask_once_and_whoever_leaves_takes_nothing_from_the_others() {
    let time = Time::new();
    let gate = Arc::new(Semaphore::new(0));
    let waiting = Arc::clone(&gate);
    let server = Server::slow(move |_, _| {
        let waiting = Arc::clone(&waiting);
        Box::pin(async move {
            waiting.acquire().await.unwrap().forget();
            set(&[P521])
        })
    });
    let verifier = WebhookVerifier::new(client(&server, &time), [webhook()]);
    let mut tries: Vec<_> = Vec::new();
    for _ in 0..20 {
        let (verifier, request) = (verifier.clone(), signed(P521).await);
        tries.push(tokio::spawn(async move { verify(&verifier, request).await.map(|_| ()) }));
        tokio::task::yield_now().await;
    }
    // The one that has begun it.
    tries.remove(0).abort();
    until_asked(&server).await;
    gate.add_permits(1);
    for attempt in tries {
        attempt.await.unwrap().unwrap();
    }
    assert_eq!(server.sent().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_fetch_that_does_not_end_is_given_up_and_a_known_key_never_waits_for_it() {
    let time = Time::new();
    let server = Server::slow(|_, _| Box::pin(std::future::pending()));
    let verifier = WebhookVerifier::builder()
        .client(client(&server, &time))
        .key(ED25519, key(ED25519).verifying_key().unwrap())
        .build();
    let stranger = {
        let (verifier, request) = (verifier.clone(), signed(P521).await);
        tokio::spawn(async move { verify(&verifier, request).await })
    };
    until_asked(&server).await;
    let before = tokio::time::Instant::now();
    assert!(verify(&verifier, signed(ED25519).await).await.is_ok());
    assert_eq!(tokio::time::Instant::now(), before);
    let error = stranger.await.unwrap().unwrap_err();
    assert_eq!(error.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(tokio::time::Instant::now() - before <= Duration::from_secs(11));
}

#[tokio::test]
async fn without_a_client_nobody_is_asked() {
    let verifier = WebhookVerifier::builder().build();
    let error = verify(&verifier, signed(P521).await).await.unwrap_err();
    let sentence = format!("the signature is refused: none of the 0 known keys is {P521:?}");
    assert_eq!((error.status(), error.to_string()), (StatusCode::UNAUTHORIZED, sentence));
    let listed = JsonWebKey::new(P521, &key(P521).verifying_key().unwrap()).unwrap();
    let clock = crate::forge::at(NOON);
    let verifier = WebhookVerifier::builder().json_web_key(&listed).unwrap().clock(clock).build();
    assert!(verify(&verifier, signed(P521).await).await.is_ok());
    let mut other = listed;
    other.y = None;
    let error = WebhookVerifier::builder().json_web_key(&other).unwrap_err().to_string();
    assert!(error.starts_with("the key is \"EC\" on \"P-521\", and must be"), "{error}");
}
