//! 63 to 67: what callers do.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::task::Poll;
use std::time::Duration;

use secrecy::ExposeSecret as _;
use upvest_core::{
    CallRecord, Client, ErrorKind, IdempotencyKey, IdempotentCall, Outcome, Timestamp,
};
use upvest_sandbox::Sandbox;
use upvest_tests::in_memory::{Server, Thing, Things, thing};
use upvest_tests::watch_logs;
use upvest_virtual_cash::{CreateVirtualCashIncrease, Currency, VirtualCash, VirtualCashIncrease};
use uuid::Uuid;

fn order(amount: &str) -> CreateVirtualCashIncrease {
    CreateVirtualCashIncrease {
        account_group_id: Uuid::new_v4().into(),
        amount: amount.parse().unwrap(),
        currency: Currency::Eur,
    }
}

/// Polls so often, then drops; whether it was ready before.
async fn polled<F: Future>(future: F, times: usize) -> bool {
    let mut future = pin!(future);
    for _ in 0..times {
        let ready = poll_fn(|context| Poll::Ready(future.as_mut().poll(context).is_ready())).await;
        if ready {
            return true;
        }
        // Lets whatever it waits for happen.
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    false
}

#[tokio::test]
async fn f63_a_call_may_be_dropped_anywhere() {
    let sandbox = Sandbox::start().await.unwrap();
    watch_logs(sandbox.credentials().client_secret().expose_secret());
    let mut was_done = false;
    for times in 0..200 {
        // With one slot, which a dropped call must give back.
        let builder = sandbox.client_builder().scopes(<dyn VirtualCash>::SCOPES);
        let client = builder.max_in_flight(1).build().unwrap();
        let order = order("1.00");
        let call = client.increase(&order);
        let key = call.key();
        let record = call.record();
        was_done = polled(call.into_future(), times).await;
        // The client is as good as before, and the same key takes effect once.
        let again = client.replay::<VirtualCashIncrease>(record).unwrap().await.unwrap();
        let same = client.increase(&order).idempotency_key(key).await.unwrap();
        assert_eq!(again.id, same.id, "dropped after {times} polls");
        let entries = sandbox.state().ledger_entries(order.account_group_id, &order.currency);
        assert_eq!(entries, 1, "dropped after {times} polls");
        if was_done {
            break;
        }
    }
    assert!(was_done, "every place was tried");
}

#[tokio::test]
async fn f64_the_same_key_with_another_body_is_refused() {
    let sandbox = Sandbox::start().await.unwrap();
    watch_logs(sandbox.credentials().client_secret().expose_secret());
    let client = sandbox.client().unwrap();
    let (first, mut second) = (order("1.00"), order("2.00"));
    second.account_group_id = first.account_group_id;
    let call = client.increase(&first);
    let key = call.key();
    call.await.unwrap();
    let error = client.increase(&second).idempotency_key(key).await.unwrap_err();
    assert_eq!((error.status().unwrap().as_u16(), error.outcome()), (422, Outcome::Rejected));
    assert_eq!(sandbox.state().ledger_entries(first.account_group_id, &first.currency), 1);
}

/// A client with a clock, and the clock.
fn clocked(server: &Server) -> (Client, Arc<AtomicI64>) {
    let clock = Arc::new(AtomicI64::new(1_800_000_000));
    let reading = Arc::clone(&clock);
    let now = move || Timestamp::from_unix_seconds(reading.load(Ordering::SeqCst)).unwrap();
    (server.builder().clock(now).build().unwrap(), clock)
}

#[tokio::test(start_paused = true)]
async fn f65_a_key_is_not_sent_when_its_window_has_passed() {
    let server = Server::new(|_, _| thing());
    let (client, clock) = clocked(&server);
    let record = client.create("x").record();
    let until = record.replayable_until().unwrap().unix_seconds();
    assert_eq!(until, 1_800_000_000 + 23 * 3_600);

    clock.store(until - 1, Ordering::SeqCst);
    let in_time = client.replay::<Thing>(record.clone()).unwrap();
    let too_late = client.replay::<Thing>(record.clone()).unwrap();
    in_time.await.unwrap();
    clock.store(until, Ordering::SeqCst);
    let error = client.replay::<Thing>(record).unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Replay, Outcome::Unknown));
    assert!(error.to_string().contains("more than 23 hours ago"), "{error}");
    // Nor if it passes between the making of the call and its sending.
    let error = too_late.await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Replay, Outcome::Unknown));
    assert_eq!(server.sent().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn f65_nor_if_it_passes_while_the_call_waits_for_its_turn() {
    let clock = Arc::new(AtomicI64::new(1_800_000_000));
    let (reading, passing) = (Arc::clone(&clock), Arc::clone(&clock));
    let server = Server::new(|_, _| thing()).with_tokens(move |number| {
        passing.fetch_add(86_400, Ordering::SeqCst);
        Box::pin(async move {
            let token = upvest_tests::in_memory::token(number, 1800);
            upvest_tests::in_memory::reply(200, "application/json", &token)
        })
    });
    let now = move || Timestamp::from_unix_seconds(reading.load(Ordering::SeqCst)).unwrap();
    let client = server.builder().clock(now).build().unwrap();
    let error = client.create("x").await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Replay, Outcome::NotSent));
    assert!(server.sent().is_empty());
}

#[tokio::test(start_paused = true)]
async fn f65_not_even_within_one_call() {
    // A server that wants a day, a caller that has two: the second request would pay twice.
    let clock = Arc::new(AtomicI64::new(1_800_000_000));
    let (reading, passing) = (Arc::clone(&clock), Arc::clone(&clock));
    let server = Server::new(move |_, _| {
        passing.fetch_add(86_400, Ordering::SeqCst);
        upvest_tests::in_memory::problem(503, "x").map(|mut reply| {
            reply.headers_mut().insert("retry-after", "86400".parse().unwrap());
            reply
        })
    });
    let now = move || Timestamp::from_unix_seconds(reading.load(Ordering::SeqCst)).unwrap();
    let client = server.builder().clock(now).build().unwrap();
    let error = client.create("x").timeout(Duration::from_hours(48)).await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Replay, Outcome::Unknown), "{error}");
    assert_eq!(server.sent().len(), 1);
}

#[test]
fn f67_a_client_outlives_its_runtime() {
    let runtime = || {
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
    };
    let (home, first) = (runtime(), runtime());
    let sandbox = home.block_on(Sandbox::start()).unwrap();
    let client = sandbox.client().unwrap();
    first.block_on(client.increase(&order("1.00")).into_future()).unwrap();
    // Its connections die with it, and so would a fetch that is under way.
    drop(first);
    let second = runtime();
    second.block_on(client.increase(&order("1.00")).into_future()).unwrap();
    let others = (runtime(), runtime());
    let fresh = sandbox.client().unwrap();
    let call = || fresh.clone().increase(&order("1.00")).into_future();
    let both = (others.0.spawn(call()), others.1.spawn(call()));
    second.block_on(both.0).unwrap().unwrap();
    second.block_on(both.1).unwrap().unwrap();
}

#[test]
fn f67_a_fetch_that_died_with_its_runtime_is_begun_again() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let server = Server::new(|_, _| thing());
    let client = server.client();
    let first = runtime();
    // Begins to fetch, and is left alone.
    first.block_on(async { polled(client.create("x").into_future(), 3).await });
    assert_eq!(server.token_requests(), 1);
    drop(first);
    runtime().block_on(client.create("x").into_future()).unwrap();
    assert_eq!(server.token_requests(), 2);
}

#[test]
fn f67_a_fetch_that_nobody_drives_is_not_waited_for_for_ever() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let server = Server::new(|_, _| thing());
    let client = server.builder().timeout(Duration::from_millis(200)).build().unwrap();
    let idle = runtime();
    // Begins to fetch; then its runtime is there, and does nothing.
    idle.block_on(async { polled(client.create("x").into_future(), 3).await });
    let call = client.create("x").timeout(Duration::from_mins(1));
    runtime().block_on(call.into_future()).unwrap();
    assert_eq!(server.token_requests(), 2);
}

#[test]
fn without_a_runtime_a_call_is_an_error() {
    let server = Server::new(|_, _| thing());
    let call: IdempotentCall<Thing> = server.client().create("x");
    let mut future = call.into_future();
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let Poll::Ready(Err(error)) = future.as_mut().poll(&mut context) else {
        panic!("it should fail at once")
    };
    let sentence = "a call must be awaited inside a tokio runtime, one with `enable_all`";
    assert_eq!(error.to_string(), sentence);
    assert_eq!(error.outcome(), Outcome::NotSent);
    // Of the call that a replay repeats that says nothing.
    let record = server.client().create("x").record();
    let mut replay = server.client().replay::<Thing>(record).unwrap().into_future();
    let Poll::Ready(Err(error)) = replay.as_mut().poll(&mut context) else {
        panic!("it should fail at once")
    };
    assert_eq!(error.outcome(), Outcome::Unknown);
}

fn read(json: &serde_json::Value) -> CallRecord {
    serde_json::from_value(json.clone()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_record_is_replayed_byte_for_byte() {
    let server = Server::new(|_, _| thing());
    let (client, clock) = clocked(&server);
    let call = client.create("x \u{fc}\u{1f4b6} \" \\");
    let record = call.record();
    let text = serde_json::to_string(&record).unwrap();
    for secret in ["the-client-secret", "ory_at_", "signature", "authorization"] {
        assert!(!text.contains(secret), "{text}");
    }
    let debug = format!("{record:?}");
    assert!(debug.contains("POST /things") && !debug.contains('\u{1f4b6}'), "{debug}");
    call.await.unwrap();

    clock.fetch_add(3_600, Ordering::SeqCst);
    let read: CallRecord = serde_json::from_str(&text).unwrap();
    assert_eq!(read, record);
    let replay = client.replay::<Thing>(read.clone()).unwrap();
    assert_eq!(replay.record(), record, "its age counts from the first");
    replay.await.unwrap();
    // With another key it would be another payment.
    let same = client.replay::<Thing>(read.clone()).unwrap();
    let key = same.key();
    same.idempotency_key(key).await.unwrap();
    let other = client.replay::<Thing>(read).unwrap().idempotency_key(IdempotencyKey::random());
    let error = other.await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Replay, Outcome::Unknown));
    assert_eq!(server.sent().len(), 3);
    let sent = server.sent();
    assert_eq!(sent[0].body(), sent[1].body());
    assert_eq!((sent[0].method(), sent[0].uri()), (sent[1].method(), sent[1].uri()));
    for (name, value) in sent[0].headers() {
        if !name.as_str().starts_with("signature") {
            assert_eq!(sent[1].headers().get(name), Some(value), "{name}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_replay_that_is_refused_says_nothing_of_the_first_sending() {
    let server = Server::new(|_, _| upvest_tests::in_memory::problem(422, "unprocessable_entity"));
    let client = server.client();
    let record = client.create("x").record();
    let error = client.replay::<Thing>(record).unwrap().await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::Unknown);
    assert!(error.to_string().ends_with("; an earlier attempt may have taken effect"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_record_that_does_not_fit_is_refused_before_anything_is_sent() {
    let server = Server::new(|_, _| thing());
    let (client, clock) = clocked(&server);
    let good = serde_json::to_value(client.create("x").record()).unwrap();
    let refused = |record: CallRecord, part: &str| {
        let error = client.replay::<Thing>(record).unwrap_err();
        assert!(error.to_string().starts_with("this record cannot be replayed: "), "{error}");
        assert!(error.to_string().contains(part), "{part}: {error}");
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Replay, Outcome::Unknown));
        assert!(!error.is_retryable());
    };
    assert!(client.replay::<Thing>(read(&good)).is_ok());
    let changed = "it was changed after it was made";
    for (pointer, value, part) in [
        ("/version", "2", "it is of version 2 and this library reads version 1"),
        ("/request/client_id", r#""5ec16164-6173-461d-b90d-116d68f55b41""#, "it is of client id"),
        ("/request/base_url", r#""https://api.upvest.co""#, "it is for \"https://api.upvest.co\""),
        ("/request", "null", "there is no request in it"),
        ("/request/body", r#""\"y\"""#, changed),
        ("/request/method", r#""PUT""#, changed),
        ("/request/path", r#""/other""#, changed),
        ("/request/template", r#""/other""#, changed),
        ("/request/content_type", "null", changed),
        ("/idempotency_key", r#""ccb07f42-4104-44ad-8e1f-c660bb7b269c""#, changed),
        ("/made_at", r#""2027-01-15T08:00:01Z""#, changed),
        ("/digest", r#""sha-512=:AA==:""#, changed),
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(pointer).unwrap() = serde_json::from_str(value).unwrap();
        let record = read(&bad);
        assert_eq!(serde_json::to_value(&record).unwrap(), bad, "it is kept as it is");
        refused(record, part);
    }
    let mut scrubbed = good.clone();
    scrubbed.as_object_mut().unwrap().remove("request");
    refused(read(&scrubbed), "there is no request in it");
    // Of a newer version, with a number that no 64 bits hold: it does not change from store to store.
    let newer = r#"{"version":2,"sequence":1111111111111111111110}"#;
    let newer: CallRecord = serde_json::from_str(newer).unwrap();
    let stored = serde_json::to_string(&newer).unwrap();
    assert!(serde_json::from_str::<CallRecord>(&stored).unwrap() == newer, "{stored}");
    for bad in ["{}", r#"{"version":1}"#, r#"{"version":"1"}"#, "[]", "7"] {
        assert!(serde_json::from_str::<CallRecord>(bad).is_err(), "{bad}");
    }
    let made = clock.load(Ordering::SeqCst);
    clock.store(made + 23 * 3_600, Ordering::SeqCst);
    refused(read(&good), "more than 23 hours ago");
    clock.store(made - 3_600, Ordering::SeqCst);
    refused(read(&good), "one of the clocks is wrong");
    assert!(server.sent().is_empty() && server.token_requests() == 0);
}

/// A record whose members were changed by somebody who knows how it is made.
fn forged(good: &serde_json::Value, member: &str, value: &str) -> CallRecord {
    let mut forged = good.clone();
    forged["request"][member] = serde_json::from_str(value).unwrap();
    let whole = ["version", "idempotency_key", "made_at"].map(|name| forged[name].to_string());
    // In the order in which it is written, which is not that of a `Value`.
    let request = &forged["request"];
    let members = ["base_url", "client_id", "method", "path", "template", "content_type", "body"]
        .map(|name| format!("\"{name}\":{}", request[name]));
    let text = format!("[{},{{{}}}]", whole.join(","), members.join(","));
    forged["digest"] = upvest_core::signature::SignatureVersion::V15.digest(text.as_bytes()).into();
    read(&forged)
}

#[tokio::test(start_paused = true)]
async fn a_forged_record_does_not_leave_the_host() {
    let server = Server::new(|_, _| thing());
    let client = server.client();
    let good = serde_json::to_value(client.create("x").record()).unwrap();
    assert!(client.replay::<Thing>(forged(&good, "path", r#""/other""#)).is_ok());
    for (member, value) in [
        ("path", r#""@evil.example/""#),
        ("path", r#"":1@evil.example/""#),
        ("path", r#""""#),
        ("path", r#""/things#x""#),
        ("path", r#""/th ings""#),
        ("method", r#""BREW""#),
        ("content_type", r#""text/plain""#),
        ("template", r#""/x\n/y""#),
    ] {
        let error = client.replay::<Thing>(forged(&good, member, value)).unwrap_err();
        assert!(error.to_string().contains("it was changed after it was made"), "{error}");
    }
}

#[tokio::test]
async fn the_record_of_a_fake_holds_its_key_and_is_not_replayed() {
    let fake: IdempotentCall<Thing> = upvest_core::Call::ready(Ok(Thing { id: 7 }));
    let (key, record) = (fake.key(), fake.record());
    assert_eq!(record.idempotency_key(), Some(key));
    let error = Server::new(|_, _| thing()).client().replay::<Thing>(record).unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Replay, Outcome::Unknown));
}
