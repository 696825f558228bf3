//! Webhook events: each takes effect once, in whatever order they are received.

use std::time::Duration;

use serde_json::json;
use upvest_core::webhook::Event;
use upvest_outbox::ErrorKind;
use upvest_tests::Chance;
use uuid::Uuid;

use crate::database::{Fixture, TestDatabase, accepting, client, on_each_database};

on_each_database! {
    an_event_is_new_once,
    events_before_and_after_the_response_tell_the_status,
    a_rollback_forgets_the_events,
    four_receivers_apply_each_event_once,
    events_without_a_payment_are_purged,
    events_without_tables_fail,
}

fn event(number: u128, operation: &str, status: &str, second: u8) -> Event {
    let json = json!({
        "id": Uuid::from_u128(number),
        "type": format!("THING.{status}"),
        "created_at": format!("2026-11-25T10:00:{second:02}Z"),
        "webhook_id": Uuid::from_u128(1),
        "object": {"id": operation, "status": status},
    });
    json.to_string().parse().unwrap()
}

async fn apply<DB: TestDatabase>(test: &Fixture<DB>, events: &[Event]) -> Vec<Event> {
    let mut tx = test.pool.begin().await.unwrap();
    let new = test.outbox.apply(&mut tx, events).await.unwrap();
    tx.commit().await.unwrap();
    new
}

async fn status<DB: TestDatabase>(test: &Fixture<DB>, id: &str) -> Option<String> {
    test.payment(id).await.operation().unwrap().status.clone()
}

async fn an_event_is_new_once<DB: TestDatabase>(test: &Fixture<DB>) {
    let events: Vec<Event> = [3, 1, 2].map(|number| event(number, "x", "ISSUED", 1)).into();
    assert_eq!(apply(test, &events).await, events, "in their order");
    assert!(apply(test, &events).await.is_empty());
    let more = [events[0].clone(), event(4, "x", "ISSUED", 1), event(4, "x", "ISSUED", 1)];
    assert_eq!(apply(test, &more).await, [more[1].clone()], "once within a delivery, too");
    // An event whose object has neither id nor status is an event as well.
    let odd = r#"{"id":"00000000-0000-4000-8000-000000000009","type":"A.B",
        "created_at":"2026-11-25T10:00:00Z","webhook_id":"00000000-0000-4000-8000-000000000001",
        "object":[{"id":7}]}"#;
    let odd: Event = odd.parse().unwrap();
    let odd = [odd];
    assert_eq!(apply(test, &odd).await, odd);
    assert!(apply(test, &odd).await.is_empty());
}

async fn events_before_and_after_the_response_tell_the_status<DB: TestDatabase>(
    test: &Fixture<DB>,
) {
    let server = accepting();
    // The response of the server is of 10:00:00.
    test.enqueue(&client(&server), "1", "x").await;
    apply(test, &[event(1, "op-0", "QUEUED", 2)]).await;
    test.send(&client(&server)).await;
    assert_eq!(status(test, "1").await.as_deref(), Some("QUEUED"));
    apply(test, &[event(2, "op-0", "ISSUED", 1), event(3, "other", "CANCELLED", 9)]).await;
    assert_eq!(status(test, "1").await.as_deref(), Some("QUEUED"));
    apply(test, &[event(4, "op-0", "CONFIRMED", 3)]).await;
    apply(test, &[event(5, "op-0", "QUEUED", 2)]).await;
    assert_eq!(status(test, "1").await.as_deref(), Some("CONFIRMED"));
    // No event yet: as the response says.
    test.enqueue(&client(&server), "2", "x").await;
    test.send(&client(&server)).await;
    assert_eq!(status(test, "2").await.as_deref(), Some("ISSUED"));
}

async fn a_rollback_forgets_the_events<DB: TestDatabase>(test: &Fixture<DB>) {
    let events = [event(1, "x", "ISSUED", 1)];
    let mut tx = test.pool.begin().await.unwrap();
    assert_eq!(test.outbox.apply(&mut tx, &events).await.unwrap(), events);
    tx.rollback().await.unwrap();
    assert_eq!(apply(test, &events).await, events);
}

/// Doubled, shuffled, and with transactions that are rolled back halfway, as after a kill.
async fn four_receivers_apply_each_event_once<DB: TestDatabase>(test: &Fixture<DB>) {
    const EVENTS: u64 = 200;
    test.run("CREATE TABLE effect (event TEXT NOT NULL)").await;
    let mut chance = Chance::new();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let mut numbers: Vec<u64> = (0..EVENTS).chain(0..EVENTS).collect();
        for at in (1..numbers.len()).rev() {
            numbers.swap(at, usize::try_from(chance.below(at as u64 + 1)).unwrap());
        }
        let kills: Vec<bool> = numbers.iter().map(|_| chance.below(4) == 0).collect();
        let (pool, outbox) = (test.pool.clone(), test.outbox.clone());
        tasks.spawn(async move {
            for (batch, kills) in numbers.chunks(7).zip(kills) {
                let events: Vec<Event> = batch
                    .iter()
                    .map(|number| event(u128::from(*number), "x", "ISSUED", 1))
                    .collect();
                // A delivery that fails is delivered again, first without success.
                let mut attempts = if kills { 2 } else { 1 };
                while attempts > 0 {
                    let mut tx = pool.begin().await.unwrap();
                    let new = match outbox.apply(&mut tx, &events).await {
                        Ok(new) => new,
                        // SQLite has one writer, and a queue of limited patience.
                        Err(error) => {
                            assert_eq!(error.kind(), ErrorKind::Database, "{error}");
                            continue;
                        }
                    };
                    for event in new {
                        let sql = format!("INSERT INTO effect VALUES ('{}')", event.id());
                        DB::execute_in(&mut tx, sql).await;
                    }
                    attempts -= 1;
                    if attempts == 0 {
                        tx.commit().await.unwrap();
                    } else {
                        tx.rollback().await.unwrap();
                    }
                }
            }
        });
    }
    tasks.join_all().await;
    let effects = test.text("SELECT CAST(count(*) AS TEXT) FROM effect").await;
    let events = test.text("SELECT CAST(count(DISTINCT event) AS TEXT) FROM effect").await;
    assert_eq!((effects, events), (EVENTS.to_string(), EVENTS.to_string()));
}

async fn events_without_a_payment_are_purged<DB: TestDatabase>(test: &Fixture<DB>) {
    let server = accepting();
    test.enqueue(&client(&server), "1", "x").await;
    test.send(&client(&server)).await;
    apply(test, &[event(1, "op-0", "CONFIRMED", 1), event(2, "other", "CONFIRMED", 1)]).await;
    let week = Duration::from_secs(7 * 86_400);
    test.run("UPDATE upvest_event SET received_at = received_at - 999999999").await;
    test.outbox.purge(week).await.unwrap();
    assert_eq!(status(test, "1").await.as_deref(), Some("CONFIRMED"));
    assert_eq!(test.text("SELECT CAST(count(*) AS TEXT) FROM upvest_event").await, "1");
}

async fn events_without_tables_fail<DB: TestDatabase>(test: &Fixture<DB>) {
    test.run("DROP TABLE upvest_event").await;
    let mut tx = test.pool.begin().await.unwrap();
    let error = test.outbox.apply(&mut tx, &[event(1, "x", "ISSUED", 1)]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Schema);
    assert!(error.to_string().starts_with("cannot store event 00000000-"), "{error}");
}
