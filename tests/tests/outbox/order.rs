//! Payments that must not overtake each other.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use upvest_outbox::{Evidence, PaymentState, Resolution};
use upvest_tests::in_memory::{Server, problem};

use crate::database::{Fixture, TestDatabase, accepted, client, on_each_database};

on_each_database! {
    payments_of_one_order_are_sent_one_after_the_other,
    a_payment_waits_until_the_one_before_is_settled_and_others_go_on,
    an_unresolved_payment_holds_up_those_after_it,
    what_is_too_old_does_not_wait,
}

fn bodies(server: &Server) -> Vec<String> {
    let body = |request: &http::Request<bytes::Bytes>| {
        String::from_utf8(request.body().to_vec()).unwrap().replace('"', "")
    };
    server.sent().iter().map(body).collect()
}

async fn payments_of_one_order_are_sent_one_after_the_other<DB: TestDatabase>(test: &Fixture<DB>) {
    let server = Server::new(|number, _| match number {
        3 => problem(422, "unprocessable_entity"),
        _ => accepted(&number.to_string()),
    });
    for number in 0..20 {
        let (id, order) = (number.to_string(), (number % 2).to_string());
        test.enqueue_after(&client(&server), &id, &id, Some(&order)).await;
    }
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..4 {
        tasks.spawn(test.worker(&client(&server)).run_until_idle());
    }
    for result in tasks.join_all().await {
        result.unwrap();
    }
    test.send(&client(&server)).await;
    let sent: Vec<u8> = bodies(&server).iter().map(|body| body.parse().unwrap()).collect();
    assert_eq!(sent.len(), 20);
    for order in 0..2 {
        let of_this: Vec<u8> = sent.iter().copied().filter(|body| body % 2 == order).collect();
        assert!(of_this.is_sorted(), "{of_this:?}");
    }
    assert_eq!(test.payment("4").await.ordered_by(), Some("0"));
}

async fn a_payment_waits_until_the_one_before_is_settled_and_others_go_on<DB: TestDatabase>(
    test: &Fixture<DB>,
) {
    let server = Server::new(|number, _| match number {
        0 => problem(503, "unavailable"),
        _ => accepted(&number.to_string()),
    });
    for (id, order) in [("a1", Some("a")), ("a2", Some("a")), ("b1", Some("b")), ("free", None)] {
        test.enqueue_after(&client(&server), id, id, order).await;
    }
    test.worker(&client(&server)).concurrency(1).run_until_idle().await.unwrap();
    assert_eq!(bodies(&server), ["a1", "b1", "free"]);
    assert_eq!(test.state("a2").await, PaymentState::Pending);
    test.advance(Duration::from_secs(300)).await;
    test.worker(&client(&server)).concurrency(1).run_until_idle().await.unwrap();
    assert_eq!(bodies(&server), ["a1", "b1", "free", "a1", "a2"]);
}

async fn an_unresolved_payment_holds_up_those_after_it<DB: TestDatabase>(test: &Fixture<DB>) {
    let server = Server::new(|number, _| match number {
        0 => problem(500, "internal"),
        _ => accepted(&number.to_string()),
    });
    test.enqueue_after(&client(&server), "a1", "a1", Some("a")).await;
    test.send(&client(&server)).await;
    test.advance(Duration::from_secs(24 * 60 * 60)).await;
    test.enqueue_after(&client(&server), "a2", "a2", Some("a")).await;
    test.send(&client(&server)).await;
    assert_eq!(test.state("a1").await, PaymentState::Unresolved);
    assert_eq!(test.state("a2").await, PaymentState::Pending);
    let resolution = Resolution::had_no_effect(Evidence::Statement, "anna", "not in the statement");
    test.outbox.resolve("a1", &resolution).await.unwrap();
    test.send(&client(&server)).await;
    assert_eq!(test.state("a2").await, PaymentState::Accepted);
    assert_eq!(bodies(&server), ["a1", "a2"]);
}

async fn what_is_too_old_does_not_wait<DB: TestDatabase>(test: &Fixture<DB>) {
    let server = Server::new(|_, _| problem(503, "unavailable"));
    for id in ["a1", "a2", "a3"] {
        test.enqueue_after(&client(&server), id, id, Some("a")).await;
    }
    test.send(&client(&server)).await;
    test.advance(Duration::from_secs(24 * 60 * 60)).await;
    test.send(&client(&server)).await;
    assert_eq!(bodies(&server), ["a1"]);
    for id in ["a1", "a2", "a3"] {
        assert_eq!(test.state(id).await, PaymentState::Unresolved);
    }
}

/// A transaction that began earlier is committed while a later payment is under way. SQLite has only
/// one transaction that writes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payment_that_was_committed_late_waits_as_well() {
    use upvest_tests::in_memory::Things as _;
    let Some(test) = Fixture::<sqlx::Postgres>::new().await else { return };
    let (received, gate) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (told, opened) = (Arc::clone(&received), Arc::clone(&gate));
    let slow = Server::slow(move |_, _| {
        let (told, opened) = (Arc::clone(&told), Arc::clone(&opened));
        Box::pin(async move {
            told.notify_one();
            opened.notified().await;
            accepted("op-1")
        })
    });
    let first = client(&slow).create("a1");
    let mut tx = test.pool.begin().await.unwrap();
    test.outbox.enqueue(&mut tx, "a1", &first).ordered_by("a").await.unwrap();
    test.enqueue_after(&client(&slow), "a2", "a2", Some("a")).await;
    let running = tokio::spawn(test.worker(&client(&slow)).run_until_idle());
    received.notified().await;
    tx.commit().await.unwrap();
    let second = Server::new(|_, _| accepted("op-2"));
    test.send(&client(&second)).await;
    assert!(second.sent().is_empty(), "two at a time");
    gate.notify_one();
    received.notified().await;
    gate.notify_one();
    running.await.unwrap().unwrap();
    assert_eq!(bodies(&slow), ["a2", "a1"]);
    test.end().await;
}
