//! Webhook events: each takes effect once, in whatever order they are received.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use serde_json::json;
use sqlx::Pool;
use tokio::task::JoinSet;
use upvest_core::webhook::{Event, EventTunnel};
use upvest_outbox::{ErrorKind, Outbox};
use upvest_sandbox::Sandbox;
use upvest_tests::Chance;
use upvest_virtual_cash::{
    AccountGroupId, CreateVirtualCashDecrease, CreateVirtualCashIncrease, Currency, VirtualCash,
    VirtualCashDecreaseId, VirtualCashDecreaseStatus,
};
use uuid::Uuid;

use crate::database::{Fixture, TestDatabase, accepting, client, on_each_database};

on_each_database! {
    an_event_is_new_once,
    events_before_and_after_the_response_tell_the_status,
    a_rollback_forgets_the_events,
    four_receivers_apply_each_event_once,
    the_statuses_are_those_of_the_sandbox,
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
    let mut tx = test.pool.begin().await.unwrap();
    let of = test.outbox.payment_of(&mut tx, &event(1, "op-0", "QUEUED", 2)).await.unwrap();
    assert_eq!(of.unwrap().id(), "1");
    let of = test.outbox.payment_of(&mut tx, &event(1, "op-7", "QUEUED", 2)).await.unwrap();
    assert!(of.is_none());
    drop(tx);
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

async fn four_receivers_apply_each_event_once<DB: TestDatabase>(test: &Fixture<DB>) {
    let events: Vec<Event> = (0..1_000).map(|number| event(number, "x", "ISSUED", 1)).collect();
    to_four_receivers(test, &events).await;
}

/// The events of a sandbox, with operations in every status.
async fn the_statuses_are_those_of_the_sandbox<DB: TestDatabase>(test: &Fixture<DB>) {
    let sandbox = Sandbox::start().await.unwrap();
    let client = sandbox.client().unwrap();
    let mut tunnel = EventTunnel::open(&client).await.unwrap();
    let mut tx = test.pool.begin().await.unwrap();
    for number in 0..60 {
        let group: AccountGroupId = Uuid::new_v4().into();
        let (amount, currency) = ("100.00".parse().unwrap(), Currency::Eur);
        let order = CreateVirtualCashIncrease { account_group_id: group, amount, currency };
        let (id, call) = (format!("increase-{number}"), client.increase(&order));
        test.outbox.enqueue(&mut tx, &id, &call).ordered_by(group).await.unwrap();
        // Half of them are more than the balance.
        let amount = if number % 2 == 0 { "50.00" } else { "500.00" };
        let (amount, currency) = (amount.parse().unwrap(), Currency::Eur);
        let order = CreateVirtualCashDecrease { account_group_id: group, amount, currency };
        let (id, call) = (format!("decrease-{number}"), client.decrease(&order));
        test.outbox.enqueue(&mut tx, &id, &call).ordered_by(group).await.unwrap();
    }
    tx.commit().await.unwrap();
    let worker = test.outbox.worker(client.clone(), <dyn VirtualCash>::ENDPOINTS);
    worker.run_until_idle().await.unwrap();
    let operation = async |id: String| test.payment(&id).await.operation().unwrap().id.clone();
    let is_queued = |id: VirtualCashDecreaseId| {
        let decrease = sandbox.state().decrease(id);
        decrease.is_some_and(|one| one.status == VirtualCashDecreaseStatus::Queued)
    };
    for number in (1..60).step_by(4) {
        let id: VirtualCashDecreaseId =
            operation(format!("decrease-{number}")).await.parse().unwrap();
        while !is_queued(id) {
            tokio::task::yield_now().await;
        }
        client.cancel_decrease(id).await.unwrap();
    }
    let (mut events, mut seen) = (Vec::new(), HashSet::new());
    let settled = |seen: &HashSet<(String, String)>| {
        let operations = sandbox.state().operations();
        let has_ended = |status: &str| status != "ISSUED";
        operations.iter().all(|one| {
            let (id, status) = (one.id.to_string(), one.status.to_string());
            has_ended(&status) && seen.contains(&(id, status))
        })
    };
    while !settled(&seen) {
        for event in tunnel.next().await.unwrap().unwrap().events {
            let object: serde_json::Value = event.object().unwrap();
            let text = |name: &str| object[name].as_str().unwrap().to_owned();
            seen.insert((text("id"), text("status")));
            events.push(event);
        }
    }
    tunnel.close().await.unwrap();
    to_four_receivers(test, &events).await;
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    for one in sandbox.state().operations() {
        let find = format!("SELECT id FROM upvest_payment WHERE operation_id = '{}'", one.id);
        let id = test.text(find).await;
        let known = status(test, &id).await.unwrap();
        assert_eq!(known, one.status.to_string(), "{id}");
        *counts.entry(known).or_default() += 1;
    }
    println!("{} events, {counts:?}", events.len());
    assert_eq!(counts["CONFIRMED"], 90);
    assert_eq!((counts["QUEUED"], counts["CANCELLED"]), (15, 15));
}

/// Delivers events to four receivers at once: doubled, shuffled, and with transactions that are
/// rolled back halfway, as after a kill.
async fn to_four_receivers<DB: TestDatabase>(test: &Fixture<DB>, events: &[Event]) {
    test.run("CREATE TABLE effect (event TEXT NOT NULL)").await;
    let mut chance = Chance::new();
    let mut receivers = JoinSet::new();
    for _ in 0..4 {
        let mut events = [events, events].concat();
        for at in (1..events.len()).rev() {
            events.swap(at, usize::try_from(chance.below(at as u64 + 1)).unwrap());
        }
        let batches: Vec<(Vec<Event>, bool)> =
            events.chunks(7).map(|batch| (batch.to_vec(), chance.below(4) == 0)).collect();
        let (pool, outbox) = (test.pool.clone(), test.outbox.clone());
        receivers.spawn(async move {
            for (events, is_killed) in batches {
                if is_killed {
                    receive(&pool, &outbox, &events, true).await;
                }
                // A delivery that fails is delivered again.
                while !receive(&pool, &outbox, &events, false).await {}
            }
        });
    }
    receivers.join_all().await;
    let effects = test.text("SELECT CAST(count(*) AS TEXT) FROM effect").await;
    let distinct = test.text("SELECT CAST(count(DISTINCT event) AS TEXT) FROM effect").await;
    assert_eq!((effects, distinct), (events.len().to_string(), events.len().to_string()));
}

/// Applies a delivery and its effects; returns whether that succeeded.
async fn receive<DB: TestDatabase>(
    pool: &Pool<DB>,
    outbox: &Outbox<DB>,
    events: &[Event],
    is_killed: bool,
) -> bool {
    let mut tx = pool.begin().await.unwrap();
    let new = match outbox.apply(&mut tx, events).await {
        Ok(new) => new,
        // SQLite has one writer, and the others may time out.
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::Database, "{error}");
            return false;
        }
    };
    for event in new {
        DB::execute_in(&mut tx, format!("INSERT INTO effect VALUES ('{}')", event.id())).await;
    }
    if is_killed {
        tx.rollback().await.unwrap();
    } else {
        tx.commit().await.unwrap();
    }
    !is_killed
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
