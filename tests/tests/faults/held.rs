//! Held calls: the replay window of the key starts when the call is created, whatever happens
//! afterwards.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use tokio::time::advance;
use upvest_core::transport::TransportError;
use upvest_core::{Call, Client, Error, ErrorKind, IdempotencyKey, IdempotentCall};
use upvest_core::{Outcome, Timestamp};
use upvest_sandbox::Sandbox;
use upvest_tests::in_memory::{Server, Thing, Things, problem, thing};
use upvest_virtual_cash::{CreateVirtualCashIncrease, Currency, VirtualCash, VirtualCashIncrease};
use uuid::Uuid;

const HOUR: i64 = 3_600;
/// The initial time of the client's clock.
const START: i64 = 1_800_000_000;

fn order() -> CreateVirtualCashIncrease {
    CreateVirtualCashIncrease {
        account_group_id: Uuid::new_v4().into(),
        amount: "200.00".parse().unwrap(),
        currency: Currency::Eur,
    }
}

/// Returns a client and the clock that it reads.
fn clocked(server: &Server) -> (Client, Arc<AtomicI64>) {
    let clock = Arc::new(AtomicI64::new(START));
    let reading = Arc::clone(&clock);
    let now = move || Timestamp::from_unix_seconds(reading.load(Ordering::SeqCst)).unwrap();
    (server.builder().clock(now).build().unwrap(), clock)
}

/// Checks that the call was not sent because its key is too old.
fn is_too_old(error: &Error) {
    assert_eq!(error.outcome(), Outcome::NotSent, "{error}");
    is_refused(error);
}

/// Checks the same of a call whose key may have been sent before.
fn is_refused(error: &Error) {
    assert_eq!(error.kind(), ErrorKind::Replay, "{error}");
    assert!(error.attempts() == 0 && !error.is_retryable(), "{error}");
}

#[tokio::test]
async fn a_call_held_beyond_its_replay_window_is_not_sent() {
    type Hold = fn(IdempotentCall<VirtualCashIncrease>) -> upvest_core::BoxFuture<'static, Error>;
    let holds: [(&str, Hold); 4] = [
        ("unchanged", |call| Box::pin(async { call.await.unwrap_err() })),
        ("with another setting", |call| {
            let call = call.timeout(Duration::from_secs(20)).max_attempts(5);
            Box::pin(async { call.await.unwrap_err() })
        }),
        ("as a future", |call| {
            let future = call.with_response();
            Box::pin(async { future.await.unwrap_err() })
        }),
        ("in a task", |call| {
            let call = Box::new(call);
            let task = async { tokio::spawn((*call).into_future()).await.unwrap().unwrap_err() };
            Box::pin(task)
        }),
    ];
    for (how, hold) in holds {
        let sandbox = Sandbox::start().await.unwrap();
        let client = sandbox.client().unwrap();
        let order = order();
        let call = client.increase(&order);
        let record = call.record();
        let held = hold(call);
        // Another worker finds the record and assumes that this one has died.
        let endpoints = <dyn VirtualCash>::ENDPOINTS;
        let replay = client.replay::<VirtualCashIncrease>(endpoints, record).unwrap();
        replay.await.unwrap();
        sandbox.clock().advance(Duration::from_secs(90_000));
        let requests = sandbox.log().entries().len();
        is_too_old(&held.await);
        assert_eq!(
            sandbox.log().entries().len(),
            requests,
            "{how}: nothing is sent, not even for a token"
        );
        assert_eq!(sandbox.state().balance(order.account_group_id, &order.currency), 20_000);
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_and_its_record_have_the_same_replay_window() {
    let server = Server::new(|_, _| thing());
    for (age, is_sent) in [(23 * HOUR - 1, true), (23 * HOUR, false), (25 * HOUR, false)] {
        let (client, clock) = clocked(&server);
        let call = client.create("x");
        clock.store(START + age, Ordering::SeqCst);
        // Now it returns the same value as on the first day.
        let until = call.record().replayable_until().unwrap();
        assert_eq!(until.unix_seconds(), START + 23 * HOUR);
        let before = server.sent().len();
        match call.await {
            Ok(_) => assert!(is_sent, "{age}"),
            Err(error) => is_too_old(&error),
        }
        assert_eq!(server.sent().len() - before, usize::from(is_sent), "{age}");
    }
}

#[tokio::test(start_paused = true)]
async fn setting_a_key_later_does_not_extend_the_replay_window() {
    let server = Server::new(|_, _| thing());
    let (client, clock) = clocked(&server);
    let call = client.create("x");
    clock.store(START + 22 * HOUR, Ordering::SeqCst);
    let call = call.idempotency_key(IdempotencyKey::random(), client.now());
    clock.store(START + 24 * HOUR, Ordering::SeqCst);
    is_refused(&call.await.unwrap_err());
    assert!(server.sent().is_empty() && server.token_requests() == 0);
}

#[tokio::test(start_paused = true)]
async fn a_key_of_the_caller_is_as_old_as_its_intent() {
    let server = Server::new(|_, _| thing());
    let (client, clock) = clocked(&server);
    let since = client.now();
    let key = IdempotencyKey::derive(&Uuid::NAMESPACE_OID, "payout-4711");
    let call = || client.create("x").idempotency_key(key, since);
    call().await.unwrap();
    // The program starts again after 22 hours, stores the record and is killed.
    clock.store(START + 22 * HOUR, Ordering::SeqCst);
    let record = call().record();
    assert_eq!(record.replayable_until().unwrap().unix_seconds(), START + 23 * HOUR);
    let held = client.replay::<Thing>(<dyn Things>::CREATE, record.clone()).unwrap();
    // A key that is set again does not make a replay younger.
    let held = held.idempotency_key(key, client.now());
    // Three hours later, Upvest may have forgotten the key.
    clock.store(START + 25 * HOUR, Ordering::SeqCst);
    let refused = client.replay::<Thing>(<dyn Things>::CREATE, record).unwrap_err();
    for error in [refused, held.await.unwrap_err(), call().await.unwrap_err()] {
        is_refused(&error);
        assert!(error.is_expired(), "{error}");
        assert_eq!(error.outcome(), Outcome::Unknown, "{error}");
    }
    assert_eq!(server.sent().len(), 1);
}

/// A time in the future, such as that of a scheduled payout, would look young on every day.
#[tokio::test(start_paused = true)]
async fn an_intent_from_the_future_is_refused() {
    let server = Server::new(|_, _| thing());
    let (client, clock) = clocked(&server);
    let key = IdempotencyKey::random();
    let since = Timestamp::from_unix_seconds(START + 72 * HOUR).unwrap();
    for hours in [0, 25, 71] {
        clock.store(START + hours * HOUR, Ordering::SeqCst);
        let call = client.create("x").idempotency_key(key, since);
        assert_eq!(call.record().made_at(), Some(since));
        let error = call.await.unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Replay, Outcome::Unknown));
        assert!(error.to_string().contains("one of the clocks is wrong"), "{error}");
    }
    assert!(server.sent().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_failure_with_a_key_of_the_caller_does_not_say_that_nothing_happened() {
    let rejecting = Server::new(|_, _| problem(422, "unprocessable_entity"));
    let unreachable = Server::new(|_, _| Err(TransportError::not_sent("refused")));
    let fake: IdempotentCall<Thing> =
        Call::ready(Err(Error::from_problem(422, "unprocessable_entity")));
    let new = |server: &Server| server.client().create("x");
    for (call, outcome) in [
        (new(&rejecting), Outcome::Rejected),
        (new(&unreachable), Outcome::NotSent),
        (fake, Outcome::Rejected),
    ] {
        assert_eq!(call.max_attempts(1).await.unwrap_err().outcome(), outcome);
    }
    let fake: IdempotentCall<Thing> =
        Call::ready(Err(Error::from_problem(422, "unprocessable_entity")));
    for call in [new(&rejecting), new(&unreachable), fake] {
        let call = call.idempotency_key(IdempotencyKey::random(), Timestamp::now());
        let error = call.max_attempts(1).await.unwrap_err();
        assert_eq!(error.outcome(), Outcome::Unknown);
        let remark = "; an earlier call with its key may have taken effect";
        assert!(error.to_string().ends_with(remark), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn setting_the_clock_back_does_not_extend_the_replay_window() {
    let server = Server::new(|_, _| thing());
    // The clock was a day ahead when the call was created and has been corrected since: the age of
    // the key is unknown.
    let (client, clock) = clocked(&server);
    let call = client.create("x");
    clock.store(START - 24 * HOUR, Ordering::SeqCst);
    let error = call.await.unwrap_err();
    is_too_old(&error);
    assert!(error.to_string().contains("one of the clocks is wrong"), "{error}");
    assert!(!error.is_expired(), "the clock can be corrected");
    // The clock was set back by four hours while 24 hours passed on the monotonic clock.
    for is_replay in [false, true] {
        let (client, clock) = clocked(&server);
        let mut call = client.create("x");
        if is_replay {
            let record = call.record();
            clock.store(START + 2 * HOUR, Ordering::SeqCst);
            call = client.replay::<Thing>(<dyn Things>::CREATE, record).unwrap();
            advance(Duration::from_secs(75_600)).await;
        } else {
            advance(Duration::from_secs(82_800)).await;
        }
        clock.store(START + 20 * HOUR, Ordering::SeqCst);
        let error = call.await.unwrap_err();
        let outcome = if is_replay { Outcome::Unknown } else { Outcome::NotSent };
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Replay, outcome), "{error}");
    }
    // Small adjustments of a clock are normal.
    let (client, clock) = clocked(&server);
    let call = client.create("x");
    clock.store(START - 300, Ordering::SeqCst);
    call.await.unwrap();
    assert_eq!(server.sent().len(), 1);
    let (client, clock) = clocked(&server);
    let call = client.create("x");
    clock.store(START - 301, Ordering::SeqCst);
    is_too_old(&call.await.unwrap_err());
}

#[tokio::test(start_paused = true)]
async fn a_retry_of_a_held_call_keeps_its_replay_window() {
    let clock = Arc::new(AtomicI64::new(START));
    let (reading, passing) = (Arc::clone(&clock), Arc::clone(&clock));
    let server = Server::new(move |_, _| {
        passing.store(START + 23 * HOUR, Ordering::SeqCst);
        problem(503, "service_unavailable")
    });
    let now = move || Timestamp::from_unix_seconds(reading.load(Ordering::SeqCst)).unwrap();
    let client = server.builder().clock(now).build().unwrap();
    let call = client.create("x");
    clock.store(START + 23 * HOUR - 1, Ordering::SeqCst);
    let error = call.await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Replay, Outcome::Unknown), "{error}");
    assert_eq!((error.attempts(), server.sent().len()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn setting_the_clock_back_during_a_call_does_not_extend_its_replay_window() {
    let clock = Arc::new(AtomicI64::new(START));
    let (reading, passing) = (Arc::clone(&clock), Arc::clone(&clock));
    let server = Server::new(move |_, _| {
        passing.store(START - HOUR, Ordering::SeqCst);
        problem(503, "service_unavailable").map(|mut reply| {
            reply.headers_mut().insert("retry-after", "86400".parse().unwrap());
            reply
        })
    });
    let now = move || Timestamp::from_unix_seconds(reading.load(Ordering::SeqCst)).unwrap();
    let client = server.builder().clock(now).build().unwrap();
    let error = client.create("x").timeout(Duration::from_secs(108_000)).await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Replay, Outcome::Unknown), "{error}");
    assert_eq!(server.sent().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_call_without_a_key_may_be_held() {
    let server = Server::new(|_, _| thing());
    let (client, clock) = clocked(&server);
    let call = client.note(7, "x");
    clock.store(START + 240 * HOUR, Ordering::SeqCst);
    advance(Duration::from_secs(864_000)).await;
    call.await.unwrap();
}

#[test]
fn the_record_of_a_fake_has_the_age_of_the_fake() {
    let before = Timestamp::now().unix_seconds();
    let fake: IdempotentCall<Thing> = Call::ready(Ok(Thing { id: 7 }));
    let until = fake.record().replayable_until().unwrap().unix_seconds();
    assert!((before..=Timestamp::now().unix_seconds()).contains(&(until - 23 * HOUR)));
    assert_eq!(fake.record(), fake.record());
}
