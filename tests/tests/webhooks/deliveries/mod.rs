//! Webhooks that the sandbox sends: events, batches, timing, and retries of rejected deliveries.

mod redelivery;

use std::time::Duration;

use bytes::Bytes;
use http::request::Parts;
use upvest_core::signature::SignatureVersion::V15;
use upvest_core::webhook::{
    BatchDelay, Event, VerificationKeys, WebhookConfig, WebhookVerifier, Webhooks,
};
use upvest_sandbox::{Assumption, Effect, Fault, Progress, Sandbox};
use upvest_virtual_cash::{
    AccountGroupId, CreateVirtualCashDecrease, CreateVirtualCashIncrease, Currency, VirtualCash,
    VirtualCashEvent, VirtualCashIncrease,
};
use uuid::Uuid;

use crate::receiver::{NEVER, Receiver, Stage, all_sent, created, enable, singly, until};

fn group() -> AccountGroupId {
    Uuid::from_u128(7).into()
}

fn increase(amount: &str) -> CreateVirtualCashIncrease {
    CreateVirtualCashIncrease {
        account_group_id: group(),
        amount: amount.parse().unwrap(),
        currency: Currency::Eur,
    }
}

fn decrease(amount: &str) -> CreateVirtualCashDecrease {
    CreateVirtualCashDecrease {
        account_group_id: group(),
        amount: amount.parse().unwrap(),
        currency: Currency::Eur,
    }
}

fn types(events: &[Event]) -> Vec<String> {
    events.iter().map(|event| event.event_type().to_owned()).collect()
}

fn ids(received: &[(Parts, Bytes)]) -> Vec<String> {
    let id = |body: &Bytes| {
        let body: serde_json::Value = serde_json::from_slice(body).unwrap();
        body["payload"][0]["id"].as_str().unwrap().to_owned()
    };
    received.iter().map(|(_, body)| id(body)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_step_of_an_operation_sends_an_event_with_its_state() {
    let stage = Stage::new(singly()).await;
    let first = stage.client.increase(&increase("200.00")).await.unwrap();
    stage.client.decrease(&decrease("50.00")).await.unwrap();
    let waiting = stage.client.decrease(&decrease("500.00")).await.unwrap();
    stage.client.cancel_decrease(waiting.id).await.unwrap();
    all_sent(&stage.sandbox).await;

    let events = stage.receiver.events(&stage.verifier).await.concat();
    assert_eq!(
        types(&events),
        [
            "VIRTUAL_CASH_INCREASE.ISSUED",
            "VIRTUAL_CASH_INCREASE.CONFIRMED",
            "VIRTUAL_CASH_DECREASE.ISSUED",
            "VIRTUAL_CASH_DECREASE.CONFIRMED",
            "VIRTUAL_CASH_DECREASE.ISSUED",
            "VIRTUAL_CASH_DECREASE.QUEUED",
            "VIRTUAL_CASH_DECREASE.CANCELLED",
        ]
    );
    let typed: Vec<VirtualCashEvent> =
        events.iter().map(|event| event.try_into().unwrap()).collect();
    let [
        VirtualCashEvent::IncreaseIssued(issued),
        VirtualCashEvent::IncreaseConfirmed(confirmed),
        ..,
    ] = &typed[..]
    else {
        panic!("{typed:?}");
    };
    // The first event contains the response of the call.
    assert_eq!(issued, &first);
    assert_eq!(confirmed, &stage.sandbox.state().increase(first.id).unwrap());
    let VirtualCashEvent::DecreaseCancelled(cancelled) = &typed[6] else { panic!("{typed:?}") };
    assert_eq!(cancelled, &stage.sandbox.state().decrease(waiting.id).unwrap());
    let mut ids: Vec<_> = events.iter().map(Event::id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 7);
    assert!(events.iter().all(|event| event.webhook_id() == stage.webhook.id));

    let (head, _) = &stage.receiver.received()[0];
    assert_eq!(head.headers["content-type"], "application/json");
    assert!(!head.headers.contains_key("upvest-signature-version"));
    let input = head.headers["signature-input"].to_str().unwrap();
    let covered =
        "(\"@method\" \"@path\" \"@query\" \"content-length\" \"content-type\" \"digest\")";
    assert!(input.contains(covered), "{input}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_event_of_virtual_cash_has_its_type() {
    let builder = Sandbox::builder().progress(Progress::Manual);
    let stage = Stage::of(builder.start().await.unwrap(), singly()).await;
    let first: Uuid = stage.client.increase(&increase("5.00")).await.unwrap().id.into();
    let second: Uuid = stage.client.increase(&increase("6.00")).await.unwrap().id.into();
    let third: Uuid = stage.client.decrease(&decrease("1.00")).await.unwrap().id.into();
    let fourth: Uuid = stage.client.decrease(&decrease("2.00")).await.unwrap().id.into();
    let state = stage.sandbox.state();
    state.confirm(first).unwrap();
    state.cancel(second).unwrap();
    state.confirm(third).unwrap();
    state.queue(fourth).unwrap();
    state.cancel(fourth).unwrap();
    all_sent(&stage.sandbox).await;
    let mut seen = Vec::new();
    for event in stage.receiver.events(&stage.verifier).await.concat() {
        use VirtualCashEvent as News;
        let (name, sent): (&str, (Uuid, String)) = match News::try_from(&event).unwrap() {
            News::IncreaseIssued(it) => ("increase ISSUED", (it.id.into(), it.status.to_string())),
            News::IncreaseConfirmed(it) => {
                ("increase CONFIRMED", (it.id.into(), it.status.to_string()))
            }
            News::IncreaseCancelled(it) => {
                ("increase CANCELLED", (it.id.into(), it.status.to_string()))
            }
            News::DecreaseIssued(it) => ("decrease ISSUED", (it.id.into(), it.status.to_string())),
            News::DecreaseQueued(it) => ("decrease QUEUED", (it.id.into(), it.status.to_string())),
            News::DecreaseConfirmed(it) => {
                ("decrease CONFIRMED", (it.id.into(), it.status.to_string()))
            }
            News::DecreaseCancelled(it) => {
                ("decrease CANCELLED", (it.id.into(), it.status.to_string()))
            }
            other => panic!("{other:?}"),
        };
        // The event type matches the status of the object.
        assert!(name.ends_with(&format!(" {}", sent.1)), "{name}: {sent:?}");
        seen.push((sent.0, name));
    }
    let expected = [
        (first, "increase ISSUED"),
        (second, "increase ISSUED"),
        (third, "decrease ISSUED"),
        (fourth, "decrease ISSUED"),
        (first, "increase CONFIRMED"),
        (second, "increase CANCELLED"),
        (third, "decrease CONFIRMED"),
        (fourth, "decrease QUEUED"),
        (fourth, "decrease CANCELLED"),
    ];
    assert_eq!(seen, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn events_within_the_delay_are_one_batch() {
    let delay: BatchDelay = "5s".parse().unwrap();
    let config = WebhookConfig { delay: Some(delay), max_package_size: None };
    let stage = Stage::new(config).await;
    let began = stage.sandbox.clock().now().unix_seconds();
    stage.client.increase(&increase("1.00")).await.unwrap();
    stage.sandbox.clock().advance(Duration::from_secs(4));
    stage.client.increase(&increase("2.00")).await.unwrap();
    assert!(stage.sandbox.webhooks().deliveries().is_empty());
    stage.sandbox.clock().advance(Duration::from_secs(1));
    stage.receiver.wait(1).await;
    all_sent(&stage.sandbox).await;
    let [delivery] = &stage.sandbox.webhooks().deliveries()[..] else { panic!("one batch") };
    // Not before the delay of the first event has passed.
    assert_eq!(delivery.created_at.unix_seconds(), began + 5);
    assert_eq!((delivery.events, delivery.attempts, delivery.is_delivered), (4, 1, true));
    assert_eq!(delivery.last.as_deref(), Some("200"));
    let [events] = &stage.receiver.events(&stage.verifier).await[..] else { panic!("one request") };
    assert_eq!(events.len(), 4);
    assert!(events.is_sorted_by_key(Event::created_at));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_is_filled_up_to_its_size_limit() {
    let config = WebhookConfig { max_package_size: Some(1_500), delay: "1m".parse().ok() };
    let stage = Stage::new(config).await;
    for _ in 0..10 {
        stage.client.increase(&increase("1.00")).await.unwrap();
    }
    // A batch that is not full waits for the rest of the minute.
    until(|| stage.receiver.received().len() >= 6).await;
    stage.sandbox.clock().advance(Duration::from_secs(60));
    all_sent(&stage.sandbox).await;
    let received = stage.receiver.received();
    assert!(received.iter().all(|(_, body)| body.len() <= 1_500));
    let lengths: Vec<usize> =
        stage.receiver.events(&stage.verifier).await.iter().map(Vec::len).collect();
    assert_eq!(lengths.iter().sum::<usize>(), 20);
    assert!(lengths[..lengths.len() - 1].iter().all(|length| *length == lengths[0]), "{lengths:?}");
    assert!(lengths[0] > 1, "{lengths:?}");
    // In the order of the events.
    let events = stage.receiver.events(&stage.verifier).await.concat();
    let issued: Vec<VirtualCashIncrease> = events
        .iter()
        .filter(|event| event.event_type().ends_with(".ISSUED"))
        .map(|event| event.object().unwrap())
        .collect();
    let mut known = stage.sandbox.state().operations();
    known.reverse();
    let known: Vec<Uuid> = known.iter().map(|operation| operation.id).collect();
    let sent: Vec<Uuid> = issued.iter().map(|increase| increase.id.into()).collect();
    assert_eq!(sent, known);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rejected_delivery_is_retried_and_blocks_later_ones() {
    let stage = Stage::new(singly()).await;
    let other = Receiver::new().await;
    let second = created(&stage.client, &other.url, singly()).await;
    enable(&stage.client, &second, true).await;
    stage.receiver.respond(&[500; 16]);
    stage.client.increase(&increase("1.00")).await.unwrap();
    // The other subscription is not affected.
    other.wait(2).await;

    let now = || stage.sandbox.clock().now().unix_seconds();
    let webhooks = stage.sandbox.webhooks();
    let own = || {
        let mut all = webhooks.deliveries();
        all.retain(|delivery| delivery.webhook_id == stage.webhook.id);
        all.pop().unwrap()
    };
    let mut pauses = Vec::new();
    for attempts in 1..=16 {
        until(|| webhooks.deliveries().iter().any(|one| one.webhook_id == stage.webhook.id)).await;
        until(|| own().attempts == attempts).await;
        let delivery = own();
        assert_eq!((delivery.is_delivered, delivery.last.as_deref()), (false, Some("500")));
        let pause = delivery.due_at.unwrap().unix_seconds() - now();
        pauses.push(pause);
        stage.sandbox.clock().advance(Duration::from_secs(pause.unsigned_abs()));
    }
    assert_eq!(pauses, [1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377, 600, 600, 600]);
    all_sent(&stage.sandbox).await;
    let received = stage.receiver.wait(18).await;
    let ids = ids(&received);
    assert!(ids[..17].iter().all(|id| *id == ids[0]), "repeated until accepted: {ids:?}");
    assert_ne!(ids[17], ids[0]);
    // Each attempt is signed at its time.
    let mut inputs: Vec<_> =
        received.iter().map(|(head, _)| head.headers["signature-input"].clone()).collect();
    inputs.dedup();
    assert_eq!(inputs.len(), 18);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_200_is_a_success_unless_assumed_otherwise() {
    let stage = Stage::new(singly()).await;
    stage.receiver.respond(&[204, 202, 301]);
    stage.client.increase(&increase("1.00")).await.unwrap();
    for (attempts, pause, said) in [
        (
            1,
            1,
            "204, but only 200 counts as delivered (`--assume webhook-no-content-succeeds` accepts \
             204)",
        ),
        (2, 2, "202, but only 200 counts as delivered"),
        (3, 3, "301"),
    ] {
        stage.tried(attempts).await;
        let delivery = stage.sandbox.webhooks().deliveries().pop().unwrap();
        assert_eq!((delivery.is_delivered, delivery.last.as_deref()), (false, Some(said)));
        stage.sandbox.clock().advance(Duration::from_secs(pause));
    }
    all_sent(&stage.sandbox).await;
    stage.receiver.wait(5).await;

    let sandbox = Sandbox::builder().assume(Assumption::WebhookNoContentSucceeds);
    let stage = Stage::of(sandbox.start().await.unwrap(), singly()).await;
    stage.receiver.respond(&[204, 204]);
    stage.client.increase(&increase("1.00")).await.unwrap();
    all_sent(&stage.sandbox).await;
    stage.receiver.wait(2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_times_out_or_is_unreachable_has_not_accepted() {
    let timeout = Duration::from_secs(2);
    let sandbox = Sandbox::builder().webhook_timeout(timeout).start().await.unwrap();
    let stage = Stage::of(sandbox, singly()).await;
    stage.receiver.respond(&[NEVER]);
    stage.client.increase(&increase("1.00")).await.unwrap();
    stage.tried(1).await;
    let delivery = stage.sandbox.webhooks().deliveries().pop().unwrap();
    assert_eq!(delivery.last.as_deref(), Some("no response within 2s"));
    stage.sandbox.clock().advance(Duration::from_secs(1));
    all_sent(&stage.sandbox).await;
    stage.receiver.wait(3).await;

    let nobody = created(&stage.client, "http://127.0.0.1:1/x", singly()).await;
    enable(&stage.client, &nobody, true).await;
    stage.client.increase(&increase("1.00")).await.unwrap();
    let failed = || {
        let mut all = stage.sandbox.webhooks().deliveries();
        all.retain(|delivery| delivery.webhook_id == nobody.id);
        all.pop().and_then(|delivery| delivery.last)
    };
    until(|| failed().is_some()).await;
    assert_eq!(failed().as_deref(), Some("no connection could be made"));
    // `all_sent` returns when nothing is left to be sent.
    let deleting = async {
        stage.client.delete_webhook(nobody.id).await.unwrap();
    };
    tokio::join!(all_sent(&stage.sandbox), deleting);
}

#[tokio::test(flavor = "multi_thread")]
async fn unsent_events_survive_a_restart_of_the_sandbox() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.sqlite");
    let sandbox = Sandbox::builder().state_file(&file).start().await.unwrap();
    let stage = Stage::of(sandbox, singly()).await;
    stage.receiver.respond(&[500]);
    stage.client.increase(&increase("1.00")).await.unwrap();
    stage.tried(1).await;
    let before = stage.client.verification_keys().await.unwrap();
    let Stage { sandbox, receiver, webhook, .. } = stage;
    drop(sandbox);

    let sandbox = Sandbox::builder().state_file(&file).start().await.unwrap();
    sandbox.clock().advance(Duration::from_secs(1));
    all_sent(&sandbox).await;
    let received = receiver.wait(3).await;
    let ids = ids(&received);
    assert_eq!(ids[0], ids[1]);
    assert_ne!(ids[1], ids[2]);
    let client = sandbox.client().unwrap();
    assert_eq!(client.get_webhook(webhook.id).await.unwrap().url, webhook.url);
    assert_eq!(client.verification_keys().await.unwrap(), before);
}
