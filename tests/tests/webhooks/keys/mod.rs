//! How a verifier fetches keys, and how often.

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

/// A clock that a test advances.
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

/// Returns a key as listed by the API.
fn listed(id: &str) -> Value {
    json!(JsonWebKey::new(id, &key(id).verifying_key().unwrap()).unwrap())
}

/// Returns the API's response with these keys.
fn set(ids: &[&str]) -> Reply {
    let mut keys: Vec<_> = ids.iter().map(|id| listed(id)).collect();
    // A key type that the API may add later.
    keys.push(json!({ "kid": "other", "kty": "RSA", "n": "AQAB", "e": "AQAB" }));
    reply(200, "application/json", &json!({ "keys": keys }).to_string())
}

/// Returns a key of the API with one field changed.
fn changed(id: &str, field: &str, value: Value) -> String {
    let mut key = listed(id);
    key[field] = value;
    key.to_string()
}

fn client(server: &Server, time: &Time) -> Client {
    let time = time.clone();
    let clock = move || Timestamp::from_unix_seconds(time.0.load(Ordering::SeqCst)).unwrap();
    server.builder().clock(clock).build().unwrap()
}

/// Returns a webhook signed with this key at noon.
async fn signed(id: &'static str) -> Request<Vec<u8>> {
    let mut forge = Forge::new(V6);
    forge.reword(P521, id);
    forge.signs = if id == ED25519 { ED25519 } else { P521 };
    forge.made().await
}

/// Advances the paused clock until the server has received a request.
async fn until_asked(server: &Server) {
    while server.sent().is_empty() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// Polls a future once.
async fn polled<F: Future>(mut future: Pin<&mut F>) -> Poll<F::Output> {
    poll_fn(|context| Poll::Ready(future.as_mut().poll(context))).await
}

fn is_unknown(result: Result<Delivery, WebhookError>) -> bool {
    matches!(result, Err(WebhookError::UnknownKey { .. }))
}

#[tokio::test(start_paused = true)]
async fn keys_are_fetched_once_when_needed() {
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
async fn an_unknown_key_is_fetched_at_most_once_a_minute() {
    let time = Time::new();
    let server = Server::new(|number, _| if number < 2 { set(&[P521]) } else { set(&[ED25519]) });
    let verifier = WebhookVerifier::new(client(&server, &time), [webhook()]);
    assert!(verify(&verifier, signed(P521).await).await.is_ok());
    // The keys were just fetched.
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
    // A key that is no longer listed is no longer accepted.
    assert!(is_unknown(verify(&verifier, signed(P521).await).await));
    assert_eq!(server.sent().len(), 3);
    // A clock that was set back does not prevent a fetch.
    time.add(-3600);
    let mut forge = Forge::new(V6);
    forge.reword(&NOON.to_string(), &(NOON - 3600).to_string());
    forge.reword(&(NOON + 60).to_string(), &(NOON - 3540).to_string());
    assert!(is_unknown(verify(&verifier, forge.made().await).await));
    assert_eq!(server.sent().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn the_keys_are_refreshed_after_a_day() {
    let time = Time::new();
    let server = Server::new(|number, _| match number {
        0 => set(&[P521]),
        1 => problem(503, "service_unavailable"),
        _ => set(&[]),
    });
    let client = client(&server, &time);
    let build = WebhookVerifier::builder().client(client);
    // Otherwise the webhook would be too old.
    let verifier =
        build.policy(|policy| policy.max_age = Some(Duration::from_secs(864_000))).build();
    assert!(verify(&verifier, signed(P521).await).await.is_ok());
    time.add(86_399);
    assert!(verify(&verifier, signed(P521).await).await.is_ok());
    assert_eq!(server.sent().len(), 1);
    time.add(1);
    // While the server does not respond, the old keys stay in use.
    assert!(verify(&verifier, signed(P521).await).await.is_ok());
    assert!(verify(&verifier, signed(P521).await).await.is_ok());
    assert_eq!(server.sent().len(), 2);
    time.add(60);
    // The key is no longer listed.
    assert!(verify(&verifier, signed(P521).await).await.is_err());
    assert_eq!(server.sent().len(), 3);
}

/// RFC 7517, section 5: implementations ignore entries of a set that they do not understand.
#[tokio::test(start_paused = true)]
async fn without_keys_the_sender_must_retry() {
    let time = Time::new();
    let server = Server::new(|number, _| match number {
        0 => problem(403, "forbidden"),
        _ => set(&[P521]),
    });
    let verifier = WebhookVerifier::new(client(&server, &time), [webhook()]);
    for _ in 0..3 {
        let error = verify(&verifier, signed(P521).await).await.unwrap_err();
        assert_eq!(error.status(), StatusCode::SERVICE_UNAVAILABLE);
        let sentence = "cannot fetch the verification keys: GET /auth/verify_keys returned 403 \
                        forbidden (request a token with the scope `webhooks:read` or \
                        `webhooks:admin`)";
        assert_eq!(error.to_string(), sentence);
    }
    // A failure is not retried at once, not even by the client.
    assert_eq!(server.sent().len(), 1);
    time.add(60);
    assert!(verify(&verifier, signed(P521).await).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn concurrent_deliveries_share_one_fetch_that_survives_a_dropped_one() {
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
    // The delivery that started the fetch.
    tries.remove(0).abort();
    until_asked(&server).await;
    gate.add_permits(1);
    for attempt in tries {
        attempt.await.unwrap().unwrap();
    }
    assert_eq!(server.sent().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_key_fetch_times_out_and_a_known_key_never_waits_for_it() {
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
    assert!(matches!(error, WebhookError::NoKeys(_)), "{error:?}");
    assert_eq!(error.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(tokio::time::Instant::now() - before <= Duration::from_secs(11));
}

/// A new key is in use, and the API hangs: a 401 would make the sender give up the webhook.
#[tokio::test(start_paused = true)]
async fn a_new_key_whose_fetch_times_out_makes_the_sender_retry() {
    let time = Time::new();
    let server = Server::slow(|number, _| match number {
        0 => Box::pin(async { set(&[P521]) }),
        _ => Box::pin(std::future::pending()),
    });
    let verifier = WebhookVerifier::new(client(&server, &time), [webhook()]);
    assert!(verify(&verifier, signed(P521).await).await.is_ok());
    time.add(60);
    let error = verify(&verifier, signed(ED25519).await).await.unwrap_err();
    assert!(matches!(error, WebhookError::NoKeys(_)), "{error:?}");
    assert_eq!(error.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(server.sent().len(), 2);
}

#[test]
fn a_key_fetch_on_an_idle_runtime_is_not_waited_for() {
    let time = Time::new();
    let server = Server::new(|_, _| set(&[P521]));
    let verifier = WebhookVerifier::new(client(&server, &time), [webhook()]);
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let idle = runtime();
    // Starts a fetch; then its runtime stays alive but idle.
    idle.block_on(async {
        let request = signed(P521).await;
        let verifying = pin!(verify(&verifier, request));
        assert!(polled(verifying).await.is_pending());
    });
    assert_eq!(server.sent().len(), 0);
    runtime().block_on(async {
        // Less than the timeout of the first fetch.
        let verifying = verify(&verifier, signed(P521).await);
        let verified = tokio::time::timeout(Duration::from_secs(9), verifying).await;
        assert!(verified.unwrap().is_ok());
        // Although the first fetch is in flight, an unknown key does not start a fetch each time.
        for _ in 0..5 {
            assert!(is_unknown(verify(&verifier, signed(ED25519).await).await));
        }
    });
    assert_eq!(server.sent().len(), 1);
}

#[tokio::test]
async fn without_a_client_no_keys_are_fetched() {
    let verifier = WebhookVerifier::builder().build();
    let error = verify(&verifier, signed(P521).await).await.unwrap_err();
    let sentence =
        "signature rejected: the verifier has neither keys nor a client to fetch them with";
    assert_eq!((error.status(), &*error.to_string()), (StatusCode::UNAUTHORIZED, sentence));
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
    assert!(error.starts_with("unsupported public key: \"EC\" on \"P-521\" (expected "), "{error}");
}

/// As for an access token: a panic in a transport, a clock or a signer must not be reported as an
/// unknown key.
#[tokio::test(start_paused = true)]
async fn a_key_fetch_that_panics_makes_the_sender_retry() {
    let server = Server::new(|_, request| match request.uri().path() {
        "/auth/verify_keys" => panic!("on purpose"),
        _ => unreachable!("the server handles token requests"),
    });
    let time = Time::new();
    let webhooks = WebhookVerifier::new(client(&server, &time), [webhook()]);
    let error = verify(&webhooks, signed(P521).await).await.unwrap_err();
    assert!(matches!(error, WebhookError::NoKeys(_)), "{error:?}");
    assert_eq!(error.status(), StatusCode::SERVICE_UNAVAILABLE);
}
