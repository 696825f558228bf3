//! Whom a verifier asks for keys, and how often.

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

/// Entries of a key set that no webhook can be checked with, some of which are no JSON web keys.
fn odd_entries() -> Vec<String> {
    let mut odd: Vec<String> = [
        r#"{"kty":"AKP","kid":"pq","crv":null}"#,
        r#"{"kty":"AKP","kid":"pq","alg":"ML-DSA-65","pub":"AQAB"}"#,
        r#"{"kty":"RSA","kid":"rsa","n":"AQAB","e":"AQAB"}"#,
        r#"{"kty":"oct","kid":"symmetric","k":"AQAB"}"#,
        r#"{"kty":"EC","kid":"k","crv":"P-256","x":"AQAB","y":"AQAB"}"#,
        r#"{"kty":"OKP","kid":"k","crv":"Ed448","x":"AQAB"}"#,
        r#"{"kty":5,"kid":{},"crv":[],"x":true}"#,
        r#"{"kid":"twice","kid":"twice"}"#,
        r#"{"kid":"\ud800","n":1e999999}"#,
        "{}",
        "null",
        "true",
        "5",
        "1e999999",
        r#""a text""#,
        "[]",
    ]
    .map(str::to_owned)
    .to_vec();
    odd.push(format!("{}{}", "[".repeat(200), "]".repeat(200)));
    let zero = "A".repeat(88);
    for (member, value) in [
        ("kid", Value::Null),
        ("kid", json!("")),
        ("kid", json!(5)),
        ("kty", json!("RSA")),
        ("kty", Value::Null),
        ("crv", json!("P-256")),
        ("crv", Value::Null),
        ("x", json!("%%%")),
        ("x", json!(zero)),
        ("x", json!(["a", "b"])),
        ("y", Value::Null),
        ("y", json!("")),
        ("use", json!("enc")),
        ("use", json!(5)),
        ("key_ops", json!(["deriveKey"])),
        ("key_ops", json!([])),
        ("key_ops", json!("verify")),
    ] {
        odd.push(changed(P521, member, value));
    }
    odd
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
async fn an_odd_entry_never_spoils_the_good_ones() {
    let odd = odd_entries();
    let good = listed(P521).to_string();
    let of = |entries: &[&str]| {
        let set = format!(r#"{{"more":[{{}}],"keys":[{}]}}"#, entries.join(","));
        Server::new(move |_, _| reply(200, "application/json", &set))
    };
    let mut all: Vec<&str> = odd.iter().map(String::as_str).collect();
    all.push(&good);
    all.extend(odd.iter().map(String::as_str));
    let single = odd.iter().flat_map(|odd| [vec![odd, &*good], vec![&*good, odd]]);
    for entries in single.chain([all]) {
        let time = Time::new();
        let server = of(&entries);
        let verifier = WebhookVerifier::new(client(&server, &time), [webhook()]);
        let result = verify(&verifier, signed(P521).await).await;
        assert!(result.is_ok(), "{entries:?}: {result:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_new_key_next_to_an_odd_entry_is_learned() {
    for odd in odd_entries() {
        let time = Time::new();
        let both = format!(r#"{{"keys":[{odd},{},{}]}}"#, listed(P521), listed(ED25519));
        let server = Server::new(move |number, _| match number {
            0 => set(&[P521]),
            _ => reply(200, "application/json", &both),
        });
        let verifier = WebhookVerifier::new(client(&server, &time), [webhook()]);
        assert!(verify(&verifier, signed(P521).await).await.is_ok());
        time.add(60);
        for id in [ED25519, P521] {
            let result = verify(&verifier, signed(id).await).await;
            assert!(result.is_ok(), "{odd}: {result:?}");
        }
        assert_eq!(server.sent().len(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_may_say_what_it_is_for() {
    for (member, value) in [
        ("use", json!("sig")),
        ("use", Value::Null),
        ("alg", json!("ES512")),
        ("key_ops", json!(["verify"])),
        ("key_ops", json!(["sign", "verify"])),
        ("key_ops", Value::Null),
        ("x5c", json!(["MII="])),
    ] {
        let time = Time::new();
        let one = format!(r#"{{"keys":[{}]}}"#, changed(P521, member, value));
        let answer = one.clone();
        let server = Server::new(move |_, _| reply(200, "application/json", &answer));
        let verifier = WebhookVerifier::new(client(&server, &time), [webhook()]);
        assert!(verify(&verifier, signed(P521).await).await.is_ok(), "{one}");
    }
}

/// RFC 7517, section 4.5: keys of different kinds may share an id.
#[tokio::test(start_paused = true)]
async fn each_key_of_an_id_is_tried() {
    let other = changed(ED25519, "kid", json!(P521));
    let good = listed(P521).to_string();
    for entries in [[&other, &good], [&good, &other]] {
        let time = Time::new();
        let answer = format!(r#"{{"keys":[{},{}]}}"#, entries[0], entries[1]);
        let server = Server::new(move |_, _| reply(200, "application/json", &answer));
        let verifier = WebhookVerifier::new(client(&server, &time), [webhook()]);
        let mut forge = Forge::new(V6);
        assert!(verify(&verifier, forge.made().await).await.is_ok());
        // A name that is not one of Ed25519.
        forge.parameters.push_str(";alg=\"ecdsa-p521-sha512\"");
        assert!(verify(&verifier, forge.made().await).await.is_ok());
        forge.signs = ED25519;
        forge.parameters = Forge::new(V6).parameters;
        assert!(verify(&verifier, forge.made().await).await.is_ok());
        let wrong = verify(&verifier, forge.made_with(&[7; 64])).await;
        assert!(matches!(wrong, Err(WebhookError::WrongSignature { .. })), "{wrong:?}");
    }
}

/// Otherwise a list that is empty by mistake makes good webhooks look like forged ones.
#[tokio::test(start_paused = true)]
async fn a_list_without_a_usable_key_is_a_reason_to_come_again() {
    let odd = format!(r#"{{"keys":[{}]}}"#, odd_entries().join(","));
    for empty in [r#"{"keys":[]}"#, r#"{"keys":null}"#, &odd] {
        let time = Time::new();
        let empty = empty.to_owned();
        let server = Server::new(move |number, _| match number {
            0 | 2 => reply(200, "application/json", &empty),
            _ => set(&[P521]),
        });
        let verifier = WebhookVerifier::builder()
            .client(client(&server, &time))
            .key(ED25519, key(ED25519).verifying_key().unwrap())
            .build();
        let is_told_to_come_again = async || {
            let error = verify(&verifier, signed(P521).await).await.unwrap_err();
            assert_eq!(error.status(), StatusCode::SERVICE_UNAVAILABLE, "{error}");
            let sentence = "the signature cannot be checked: GET /auth/verify_keys lists no key \
                            that can be used (at least one P-521 or Ed25519 key is expected)";
            assert_eq!(error.to_string(), sentence);
        };
        is_told_to_come_again().await;
        is_told_to_come_again().await;
        assert_eq!(server.sent().len(), 1);
        // A key that was given needs no list.
        assert!(verify(&verifier, signed(ED25519).await).await.is_ok());
        time.add(60);
        assert!(verify(&verifier, signed(P521).await).await.is_ok());
        // An unknown key is refused while the list holds any.
        let mut stranger = Forge::new(V6);
        stranger.reword(P521, "stranger");
        assert!(is_unknown(verify(&verifier, stranger.made().await).await));
        // And a list that has become empty withdraws what it held.
        time.add(86_400);
        is_told_to_come_again().await;
        assert_eq!(server.sent().len(), 3);
    }
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
