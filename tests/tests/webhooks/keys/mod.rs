//! Whom a verifier asks for keys, and how often.

mod entries;

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::task::Poll;
use std::time::Duration;

use http::{Request, StatusCode};
use serde_json::{Value, json};
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

/// A key as the API lists it.
fn listed(id: &str) -> Value {
    json!(JsonWebKey::new(id, &key(id).verifying_key().unwrap()).unwrap())
}

/// What the API answers when it knows these keys.
fn set(ids: &[&str]) -> Reply {
    let mut keys: Vec<_> = ids.iter().map(|id| listed(id)).collect();
    // Of a kind that may come some day.
    keys.push(json!({ "kid": "other", "kty": "RSA", "n": "AQAB", "e": "AQAB" }));
    reply(200, "application/json", &json!({ "keys": keys }).to_string())
}

/// A key of the API, with one member changed.
fn changed(id: &str, member: &str, value: Value) -> String {
    let mut key = listed(id);
    key[member] = value;
    key.to_string()
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

/// Polls it once.
async fn polled<F: Future>(mut future: Pin<&mut F>) -> Poll<F::Output> {
    poll_fn(|context| Poll::Ready(future.as_mut().poll(context))).await
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
    let verifier = build.policy(|policy| policy.max_age = Some(Duration::from_hours(240))).build();
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
    // It is not listed any more.
    assert!(verify(&verifier, signed(P521).await).await.is_err());
    assert_eq!(server.sent().len(), 3);
}

/// RFC 7517, section 5: a reader ignores what it does not understand in a set.
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

#[test]
fn a_fetch_that_another_runtime_does_not_drive_is_not_waited_for() {
    let time = Time::new();
    let server = Server::new(|_, _| set(&[P521]));
    let verifier = WebhookVerifier::new(client(&server, &time), [webhook()]);
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let idle = runtime();
    // Begins to fetch; then its runtime is there, and does nothing.
    idle.block_on(async {
        let request = signed(P521).await;
        let verifying = pin!(verify(&verifier, request));
        assert!(polled(verifying).await.is_pending());
    });
    assert_eq!(server.sent().len(), 0);
    runtime().block_on(async {
        // Less than the time that the first fetch has.
        let verifying = verify(&verifier, signed(P521).await);
        let verified = tokio::time::timeout(Duration::from_secs(9), verifying).await;
        assert!(verified.unwrap().is_ok());
        // Although the first one is still under way, a stranger's key is not asked for each time.
        for _ in 0..5 {
            assert!(is_unknown(verify(&verifier, signed(ED25519).await).await));
        }
    });
    assert_eq!(server.sent().len(), 1);
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
    let id = format!(" {P521}\n");
    let builder = WebhookVerifier::builder().key(id, key(P521).verifying_key().unwrap());
    let verifier = builder.clock(crate::forge::at(NOON)).build();
    assert!(verify(&verifier, signed(P521).await).await.is_ok());
    let mut other = listed;
    other.y = None;
    let error = WebhookVerifier::builder().json_web_key(&other).unwrap_err().to_string();
    assert!(error.starts_with("the key is \"EC\" on \"P-521\", and must be"), "{error}");
}

/// As for an access token: what a transport, a clock or a signer of the user's does must not look like a
/// key that nobody knows.
#[tokio::test(start_paused = true)]
async fn a_fetch_that_panics_makes_the_sender_come_again() {
    let server = Server::new(|_, request| match request.uri().path() {
        "/auth/verify_keys" => panic!("on purpose"),
        _ => unreachable!("tokens are answered by the server itself"),
    });
    let time = Time::new();
    let webhooks = WebhookVerifier::new(client(&server, &time), [webhook()]);
    let error = verify(&webhooks, signed(P521).await).await.unwrap_err();
    assert!(matches!(error, WebhookError::NoKeys(_)), "{error:?}");
    assert_eq!(error.status(), StatusCode::SERVICE_UNAVAILABLE);
}
