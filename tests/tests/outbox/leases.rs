//! Leases: one worker holds a payment at a time, and changes nothing once another has claimed it.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::JoinSet;
use upvest_core::Timestamp;
use upvest_outbox::{Outbox, PaymentState};
use upvest_tests::in_memory::{Server, Things as _};

use crate::database::{
    Fixture, TestDatabase, accepted, accepting, builder, client, key_of, on_each_database,
};

on_each_database! {
    many_workers_send_each_payment_once,
    a_large_worker_stores_its_results_in_parts,
    a_worker_changes_nothing_once_another_has_claimed,
    a_late_result_does_not_end_the_claim_of_another,
    a_lease_that_has_not_ended_is_respected,
    a_worker_that_is_dropped_leaves_its_payments_to_others,
    a_shutdown_finishes_what_is_in_flight_and_claims_no_more,
    a_worker_respects_its_concurrency,
    enqueueing_wakes_a_worker,
    a_panic_of_the_transport_ends_only_its_call,
    a_worker_that_cannot_send_leaves_the_payments_to_others,
}

const MINUTE: Duration = Duration::from_secs(60);

/// A server that lets a request wait, and says that it has received it.
fn gated(received: &Arc<Notify>, gate: &Arc<Notify>, operation: &'static str) -> Server {
    let (received, gate) = (Arc::clone(received), Arc::clone(gate));
    Server::slow(move |_, _| {
        let (received, gate) = (Arc::clone(&received), Arc::clone(&gate));
        Box::pin(async move {
            received.notify_one();
            gate.notified().await;
            accepted(operation)
        })
    })
}

async fn many_workers_send_each_payment_once<DB: TestDatabase>(test: &Fixture<DB>) {
    const PAYMENTS: usize = 200;
    let server = accepting();
    for number in 0..PAYMENTS {
        test.enqueue(&client(&server), &number.to_string(), "x").await;
    }
    let mut tasks = JoinSet::new();
    for _ in 0..8 {
        tasks.spawn(test.worker(&client(&server)).concurrency(4).run_until_idle());
    }
    for result in tasks.join_all().await {
        result.unwrap();
    }
    let keys: HashSet<String> = server.sent().iter().map(key_of).collect();
    assert_eq!((keys.len(), server.sent().len()), (PAYMENTS, PAYMENTS));
    assert_eq!(test.outbox.stats().await.unwrap().accepted, PAYMENTS as u64);
}

async fn a_worker_changes_nothing_once_another_has_claimed<DB: TestDatabase>(test: &Fixture<DB>) {
    let (received, gate) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let slow = gated(&received, &gate, "of-the-first");
    test.enqueue(&client(&slow), "1", "x").await;
    let first = tokio::spawn(test.worker(&client(&slow)).run_until_idle());
    received.notified().await;
    // To the database, the first worker has been gone for longer than its lease.
    test.advance(2 * MINUTE).await;
    let second = Server::new(|_, _| accepted("of-the-second"));
    test.send(&client(&second)).await;
    let before = test.payment("1").await;
    assert_eq!(before.operation().unwrap().id, "of-the-second");

    gate.notify_one();
    first.await.unwrap().unwrap();
    let after = test.payment("1").await;
    assert_eq!(after.operation(), before.operation());
    assert_eq!((after.claims(), after.settled_at()), (2, before.settled_at()));
    assert_eq!(key_of(&slow.sent()[0]), key_of(&second.sent()[0]));
}

/// All responses arrive at the same time, and they are more than one transaction stores.
async fn a_large_worker_stores_its_results_in_parts<DB: TestDatabase>(test: &Fixture<DB>) {
    const PAYMENTS: usize = 600;
    let (waiting, all) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
    let server = Server::slow(move |number, _| {
        let (waiting, all) = (Arc::clone(&waiting), Arc::clone(&all));
        Box::pin(async move {
            let arrived = all.notified();
            if waiting.fetch_add(1, Ordering::SeqCst) + 1 == PAYMENTS {
                all.notify_waiters();
            } else {
                arrived.await;
            }
            accepted(&number.to_string())
        })
    });
    let mut tx = test.pool.begin().await.unwrap();
    for number in 0..PAYMENTS {
        let call = client(&server).create("x");
        test.outbox.enqueue(&mut tx, &number.to_string(), &call).await.unwrap();
    }
    tx.commit().await.unwrap();
    let sender = builder(&server).max_in_flight(PAYMENTS).build().unwrap();
    test.worker(&sender).concurrency(PAYMENTS).run_until_idle().await.unwrap();
    let stats = test.outbox.stats().await.unwrap();
    assert_eq!((stats.accepted, server.sent().len()), (PAYMENTS as u64, PAYMENTS));
}

/// The second worker is still waiting for its response when the first one stores its own.
async fn a_late_result_does_not_end_the_claim_of_another<DB: TestDatabase>(test: &Fixture<DB>) {
    let (received, first_gate) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let slow = gated(&received, &first_gate, "of-the-first");
    test.enqueue(&client(&slow), "1", "x").await;
    let first = tokio::spawn(test.worker(&client(&slow)).run_until_idle());
    received.notified().await;
    test.advance(2 * MINUTE).await;
    let second_gate = Arc::new(Notify::new());
    let slower = gated(&received, &second_gate, "of-the-second");
    let second = tokio::spawn(test.worker(&client(&slower)).run_until_idle());
    received.notified().await;

    first_gate.notify_one();
    first.await.unwrap().unwrap();
    let payment = test.payment("1").await;
    assert_eq!((payment.state(), payment.claims()), (PaymentState::Pending, 2));
    assert_eq!(test.outbox.stats().await.unwrap().leased, 1);
    second_gate.notify_one();
    second.await.unwrap().unwrap();
    assert_eq!(test.payment("1").await.operation().unwrap().id, "of-the-second");
}

async fn a_lease_that_has_not_ended_is_respected<DB: TestDatabase>(test: &Fixture<DB>) {
    let (received, gate) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let slow = gated(&received, &gate, "of-the-first");
    test.enqueue(&client(&slow), "1", "x").await;
    let worker = test.worker(&client(&slow)).timeout(Duration::from_secs(10));
    let first = tokio::spawn(worker.run_until_idle());
    received.notified().await;
    assert_eq!(test.outbox.stats().await.unwrap().leased, 1);
    // The lease is 25 seconds.
    test.advance(Duration::from_secs(20)).await;
    let second = accepting();
    test.send(&client(&second)).await;
    assert!(second.sent().is_empty());
    gate.notify_one();
    first.await.unwrap().unwrap();
    assert_eq!(test.payment("1").await.operation().unwrap().id, "of-the-first");
}

async fn a_worker_that_is_dropped_leaves_its_payments_to_others<DB: TestDatabase>(
    test: &Fixture<DB>,
) {
    let (received, gate) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let slow = gated(&received, &gate, "of-the-first");
    test.enqueue(&client(&slow), "1", "x").await;
    let first = tokio::spawn(test.worker(&client(&slow)).run_until_idle());
    received.notified().await;
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    assert_eq!(test.state("1").await, PaymentState::Pending);
    test.advance(2 * MINUTE).await;
    let second = accepting();
    test.send(&client(&second)).await;
    assert_eq!(test.state("1").await, PaymentState::Accepted);
    assert_eq!(key_of(&slow.sent()[0]), key_of(&second.sent()[0]));
}

async fn a_shutdown_finishes_what_is_in_flight_and_claims_no_more<DB: TestDatabase>(
    test: &Fixture<DB>,
) {
    let (received, gate) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let slow = gated(&received, &gate, "op-1");
    for id in ["1", "2", "3", "4"] {
        test.enqueue(&client(&slow), id, "x").await;
    }
    let shutdown = Arc::new(Notify::new());
    let signal = Arc::clone(&shutdown);
    // Two in flight, and one that waits for them.
    let worker = test.worker(&client(&slow)).concurrency(2);
    let running = tokio::spawn(worker.run_until(async move { signal.notified().await }));
    received.notified().await;
    received.notified().await;
    shutdown.notify_one();
    // Once the shutdown was noticed, the third is let go.
    while test.outbox.stats().await.unwrap().leased > 2 {
        tokio::task::yield_now().await;
    }
    gate.notify_one();
    gate.notify_one();
    running.await.unwrap().unwrap();
    assert_eq!(slow.sent().len(), 2);
    let stats = test.outbox.stats().await.unwrap();
    assert_eq!((stats.accepted, stats.pending, stats.due, stats.leased), (2, 2, 2, 0));
    // What was let go was not sent, so a rejection is still certain.
    let refusing =
        Server::new(|_, _| upvest_tests::in_memory::problem(422, "unprocessable_entity"));
    test.send(&client(&refusing)).await;
    assert_eq!(test.outbox.stats().await.unwrap().rejected, 2);
}

async fn a_worker_respects_its_concurrency<DB: TestDatabase>(test: &Fixture<DB>) {
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (count, highest) = (Arc::clone(&now), Arc::clone(&most));
    let server = Server::slow(move |number, _| {
        let (count, highest) = (Arc::clone(&count), Arc::clone(&highest));
        Box::pin(async move {
            highest.fetch_max(count.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            tokio::task::yield_now().await;
            count.fetch_sub(1, Ordering::SeqCst);
            accepted(&number.to_string())
        })
    });
    for number in 0..60 {
        test.enqueue(&client(&server), &number.to_string(), "x").await;
    }
    test.worker(&client(&server)).concurrency(5).run_until_idle().await.unwrap();
    assert_eq!(server.sent().len(), 60);
    assert!(most.load(Ordering::SeqCst) <= 5, "{most:?}");
}

async fn enqueueing_wakes_a_worker<DB: TestDatabase>(test: &Fixture<DB>) {
    is_woken(test, &test.outbox).await;
}

/// As from another process: only the database can wake the worker. SQLite cannot.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn enqueueing_elsewhere_wakes_a_worker_on_postgres() {
    let Some(test) = Fixture::<sqlx::Postgres>::new().await else { return };
    is_woken(&test, &Outbox::new(test.pool.clone())).await;
    test.end().await;
}

/// Checks that enqueueing wakes a worker that would look only after an hour.
async fn is_woken<DB: TestDatabase>(test: &Fixture<DB>, elsewhere: &Outbox<DB>) {
    let (received, gate) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let server = gated(&received, &gate, "op-1");
    let shutdown = Arc::new(Notify::new());
    let signal = Arc::clone(&shutdown);
    let worker = test.worker(&client(&server)).poll_interval(60 * MINUTE);
    let running = tokio::spawn(worker.run_until(async move { signal.notified().await }));
    for id in ["1", "2", "3"] {
        let mut tx = test.pool.begin().await.unwrap();
        let call = client(&server).create("x");
        elsewhere.enqueue(&mut tx, id, &call).await.unwrap();
        tx.commit().await.unwrap();
        let wait = tokio::time::timeout(Duration::from_secs(30), received.notified()).await;
        assert!(wait.is_ok(), "the worker was not woken for {id}");
        gate.notify_one();
        while test.state(id).await == PaymentState::Pending {
            tokio::task::yield_now().await;
        }
    }
    shutdown.notify_one();
    running.await.unwrap().unwrap();
}

async fn a_panic_of_the_transport_ends_only_its_call<DB: TestDatabase>(test: &Fixture<DB>) {
    let server = Server::slow(|_, request| {
        Box::pin(async move {
            assert!(request.body().as_ref() != b"\"panic\"", "on purpose");
            accepted("op-1")
        })
    });
    test.enqueue(&client(&server), "1", "panic").await;
    test.enqueue(&client(&server), "2", "x").await;
    test.send(&client(&server)).await;
    assert_eq!(test.state("1").await, PaymentState::Pending);
    assert_eq!(test.state("2").await, PaymentState::Accepted);
}

async fn a_worker_that_cannot_send_leaves_the_payments_to_others<DB: TestDatabase>(
    test: &Fixture<DB>,
) {
    const PAYMENTS: u64 = 200;
    let server = accepting();
    let wrong = Timestamp::now().checked_add(Duration::from_secs(86_400)).unwrap();
    let unable = builder(&server).clock(move || wrong).build().unwrap();
    for number in 0..PAYMENTS {
        test.enqueue(&client(&server), &number.to_string(), "x").await;
    }
    let shutdown = Arc::new(Notify::new());
    let signal = Arc::clone(&shutdown);
    let worker = test.worker(&unable).poll_interval(Duration::from_millis(10));
    let running = tokio::spawn(worker.run_until(async move { signal.notified().await }));
    while test.outbox.stats().await.unwrap().due == PAYMENTS {
        tokio::task::yield_now().await;
    }
    test.send(&client(&server)).await;
    shutdown.notify_one();
    running.await.unwrap().unwrap();
    // What it held once is sent a minute later.
    let stats = test.outbox.stats().await.unwrap();
    assert!(stats.accepted >= PAYMENTS - 24 && stats.unresolved == 0, "{stats:?}");
    assert!(stats.pending > 0, "it took nothing: {stats:?}");
}
