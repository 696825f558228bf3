//! 63 to 67: behaviour of callers.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::task::Poll;
use std::time::Duration;

use secrecy::ExposeSecret as _;
use upvest_core::{Client, ErrorKind, IdempotentCall, Outcome, Timestamp};
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

/// Polls `times` times, then drops the future. Returns whether it completed before that.
async fn polled<F: Future>(future: F, times: usize) -> bool {
    let mut future = pin!(future);
    for _ in 0..times {
        let ready = poll_fn(|context| Poll::Ready(future.as_mut().poll(context).is_ready())).await;
        if ready {
            return true;
        }
        // Let the event that it waits for happen.
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
        // With one slot, which a dropped call must release.
        let builder = sandbox.client_builder().scopes(<dyn VirtualCash>::SCOPES);
        let client = builder.max_in_flight(1).build().unwrap();
        let order = order("1.00");
        let call = client.increase(&order);
        let (key, since) = (call.key(), Timestamp::now());
        let record = call.record();
        was_done = polled(call.into_future(), times).await;
        // The client still works, and the same key takes effect once.
        let again = client
            .replay::<VirtualCashIncrease>(<dyn VirtualCash>::ENDPOINTS, record)
            .unwrap()
            .await
            .unwrap();
        let same = client.increase(&order).idempotency_key(key, since).await.unwrap();
        assert_eq!(again.id, same.id, "dropped after {times} polls");
        let entries = sandbox.state().ledger_entries(order.account_group_id, &order.currency);
        assert_eq!(entries, 1, "dropped after {times} polls");
        if was_done {
            break;
        }
    }
    assert!(was_done, "every await point was covered");
}

#[tokio::test]
async fn f64_the_same_key_with_another_body_is_refused() {
    let sandbox = Sandbox::start().await.unwrap();
    watch_logs(sandbox.credentials().client_secret().expose_secret());
    let client = sandbox.client().unwrap();
    let (first, mut second) = (order("1.00"), order("2.00"));
    second.account_group_id = first.account_group_id;
    let call = client.increase(&first);
    let (key, since) = (call.key(), Timestamp::now());
    call.await.unwrap();
    let error = client.increase(&second).idempotency_key(key, since).await.unwrap_err();
    assert_eq!((error.status().unwrap().as_u16(), error.outcome()), (422, Outcome::Unknown));
    assert_eq!(sandbox.state().ledger_entries(first.account_group_id, &first.currency), 1);
}

/// Returns a client and the clock that it reads.
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
    let in_time = client.replay::<Thing>(<dyn Things>::ENDPOINTS, record.clone()).unwrap();
    let too_late = client.replay::<Thing>(<dyn Things>::ENDPOINTS, record.clone()).unwrap();
    in_time.await.unwrap();
    clock.store(until, Ordering::SeqCst);
    let error = client.replay::<Thing>(<dyn Things>::ENDPOINTS, record).unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Replay, Outcome::Unknown));
    assert!(error.to_string().contains("more than 23 hours ago"), "{error}");
    // It is not sent either if the window passes between creating and sending the call.
    let error = too_late.await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Replay, Outcome::Unknown));
    assert_eq!(server.sent().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn f65_a_key_is_not_sent_if_its_window_passes_while_the_call_waits() {
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
async fn f65_a_key_is_not_retried_if_its_window_passes_within_one_call() {
    // The server asks for a day and the caller has two: the second request would pay twice.
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
    let error = client.create("x").timeout(Duration::from_secs(172_800)).await.unwrap_err();
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
    // Its connections end with the runtime, and so would a fetch in flight.
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
fn f67_a_token_fetch_that_ended_with_its_runtime_is_restarted() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    // The first fetch never completes.
    let server = Server::new(|_, _| thing()).with_tokens(|number| {
        Box::pin(async move {
            if number == 0 {
                std::future::pending::<()>().await;
            }
            let token = upvest_tests::in_memory::token(number, 1800);
            upvest_tests::in_memory::reply(200, "application/json", &token)
        })
    });
    let client = server.client();
    let first = runtime();
    // Starts a fetch that is then abandoned.
    first.block_on(async { polled(client.create("x").into_future(), 3).await });
    assert_eq!(server.token_requests(), 1);
    drop(first);
    runtime().block_on(client.create("x").into_future()).unwrap();
    assert_eq!(server.token_requests(), 2);
}

#[test]
fn f67_a_token_fetch_on_an_idle_runtime_is_not_waited_for() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let server = Server::new(|_, _| thing());
    let client = server.client();
    let idle = runtime();
    // Starts a fetch; then its runtime stays alive but idle.
    idle.block_on(async { polled(client.create("x").into_future(), 3).await });
    assert_eq!(server.token_requests(), 1);
    // Less than the timeout of the first fetch.
    let call = || client.create("x").timeout(Duration::from_secs(30)).into_future();
    runtime().block_on(call()).unwrap();
    assert_eq!(server.token_requests(), 2);
    // On one runtime, all callers wait for one fetch.
    let (fresh, both) = (server.client(), runtime());
    both.block_on(async {
        let calls = [0; 20].map(|_| tokio::spawn(fresh.create("x").into_future()));
        for call in calls {
            call.await.unwrap().unwrap();
        }
    });
    assert_eq!(server.token_requests(), 3);
}

#[test]
fn a_call_without_a_runtime_is_an_error() {
    let server = Server::new(|_, _| thing());
    let call: IdempotentCall<Thing> = server.client().create("x");
    let mut future = call.into_future();
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let Poll::Ready(Err(error)) = future.as_mut().poll(&mut context) else {
        panic!("the call should fail at once")
    };
    let sentence = "cannot send the call: no tokio runtime (await it inside one that was built \
                    with `enable_all`)";
    assert_eq!(error.to_string(), sentence);
    assert_eq!(error.outcome(), Outcome::NotSent);
    // For a replay, this says nothing about the original call.
    let record = server.client().create("x").record();
    let mut replay =
        server.client().replay::<Thing>(<dyn Things>::ENDPOINTS, record).unwrap().into_future();
    let Poll::Ready(Err(error)) = replay.as_mut().poll(&mut context) else {
        panic!("the call should fail at once")
    };
    assert_eq!(error.outcome(), Outcome::Unknown);
}
