//! Delivery faults, key rotation and redelivery.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn faults_duplicate_lose_and_reorder_deliveries() {
    let add = |stage: &Stage, fault: Fault| {
        stage.sandbox.faults().clear();
        stage.sandbox.faults().add(fault.of_webhooks()).unwrap();
    };
    let delivered = async |stage: &Stage| {
        let before = stage.receiver.received().len();
        stage.client.increase(&increase("1.00")).await.unwrap();
        for _ in 0..100 {
            stage.sandbox.clock().advance(Duration::from_secs(1));
            let sent = stage.sandbox.webhooks();
            if tokio::time::timeout(Duration::from_millis(200), sent.all_sent()).await.is_ok() {
                return ids(&stage.receiver.received()[before..]);
            }
        }
        panic!("deliveries do not end")
    };
    let stage = Stage::new(singly()).await;
    // Even without a limit, a copy is not duplicated again.
    add(&stage, Fault::new(Effect::Duplicate));
    let mut doubled = delivered(&stage).await;
    doubled.sort_unstable();
    assert_eq!(doubled.len(), 4, "{doubled:?}");
    assert!(doubled[0] == doubled[1] && doubled[2] == doubled[3], "{doubled:?}");

    // Not sent and then retried: the receiver gets it once.
    add(&stage, Fault::new(Effect::Reset).times(2));
    let once = delivered(&stage).await;
    assert_eq!(once.len(), 2, "{once:?}");
    assert_eq!(stage.sandbox.faults().active()[0].hits, 2);

    // Accepted, but the response is lost: it is delivered again.
    add(&stage, Fault::new(Effect::Reset).after_commit().times(1));
    let again = delivered(&stage).await;
    assert_eq!(again.len(), 3, "{again:?}");
    assert_eq!(again[0], again[1]);

    // Delayed by a second: CONFIRMED arrives before ISSUED.
    add(&stage, Fault::new(Effect::Overtake).times(1));
    let begun = stage.receiver.received().len();
    stage.client.increase(&increase("1.00")).await.unwrap();
    stage.receiver.wait(begun + 1).await;
    stage.sandbox.clock().advance(Duration::from_secs(1));
    all_sent(&stage.sandbox).await;
    let events = stage.receiver.events(&stage.verifier).await[begun..].concat();
    assert_eq!(types(&events), ["VIRTUAL_CASH_INCREASE.CONFIRMED", "VIRTUAL_CASH_INCREASE.ISSUED"]);

    for fault in [
        Fault::new(Effect::Hang).of_webhooks(),
        Fault::new(Effect::Duplicate),
        Fault::new(Effect::Reset).in_body().of_webhooks(),
        Fault::new(Effect::Duplicate).after_commit().of_webhooks(),
        Fault::new(Effect::Overtake).on("GET", "/webhooks").of_webhooks(),
    ] {
        assert!(stage.sandbox.faults().add(fault.clone()).is_err(), "{fault:?}");
    }
    // A fault for webhooks does not apply to requests, and vice versa.
    add(&stage, Fault::new(Effect::Reset));
    stage.client.verification_keys().await.unwrap();
    stage.sandbox.faults().clear();
    stage.sandbox.faults().add(Fault::new(Effect::Reset).on("POST", "/webhooks")).unwrap();
    assert_eq!(delivered(&stage).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_change_while_webhooks_are_sent() {
    let stage = Stage::new(singly()).await;
    let send = async |stage: &Stage| {
        stage.client.increase(&increase("1.00")).await.unwrap();
        all_sent(&stage.sandbox).await;
        stage.receiver.received().pop().unwrap()
    };
    let verified = async |(head, body): &(Parts, Bytes)| {
        stage.verifier.verify(head, body).await.map(|delivery| delivery.events.len())
    };
    let keys = async || stage.client.verification_keys().await.unwrap().keys;
    let first = send(&stage).await;
    assert_eq!(verified(&first).await.unwrap(), 1);
    assert_eq!(keys().await.len(), 1);
    stage.sandbox.webhooks().rotate_key().unwrap();
    let second = send(&stage).await;
    // The keys were already fetched within this minute.
    assert!(verified(&second).await.is_err());
    stage.sandbox.clock().advance(Duration::from_secs(60));
    assert_eq!(verified(&second).await.unwrap(), 1);
    // A webhook signed before the rotation is verified with the previous key.
    assert_eq!(verified(&first).await.unwrap(), 1);
    assert_eq!(keys().await.len(), 2);
    stage.sandbox.webhooks().rotate_key().unwrap();
    stage.sandbox.clock().advance(Duration::from_secs(60));
    let third = send(&stage).await;
    assert_eq!(verified(&third).await.unwrap(), 1);
    assert!(verified(&first).await.is_err());
    assert_eq!(keys().await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_can_keep_its_signature_and_use_the_other_version() {
    for is_once in [false, true] {
        let mut builder = Sandbox::builder();
        if is_once {
            builder = builder.assume(Assumption::WebhooksSignedOnce);
        }
        let stage = Stage::of(builder.start().await.unwrap(), singly()).await;
        stage.receiver.respond(&[500]);
        stage.client.increase(&increase("1.00")).await.unwrap();
        stage.tried(1).await;
        stage.sandbox.clock().advance(Duration::from_secs(1));
        all_sent(&stage.sandbox).await;
        let deliveries = stage.deliveries().await;
        let repeats: Vec<bool> = deliveries.iter().map(|delivery| delivery.is_repeat).collect();
        assert_eq!(repeats, [false, is_once, false]);
        assert_eq!(deliveries[0].events, deliveries[1].events);
    }

    let builder = Sandbox::builder().assume(Assumption::WebhooksV15);
    let stage = Stage::of(builder.start().await.unwrap(), singly()).await;
    stage.client.increase(&increase("1.00")).await.unwrap();
    all_sent(&stage.sandbox).await;
    let builder = WebhookVerifier::builder().client(stage.client.clone()).version(V15);
    let of_15 = builder.build();
    for (head, body) in stage.receiver.received() {
        assert!(stage.verifier.verify(&head, &body).await.is_err());
        assert!(of_15.verify(&head, &body).await.is_ok());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_can_be_redelivered_and_a_test_sent_at_any_time() {
    let stage = Stage::new(singly()).await;
    stage.client.increase(&increase("1.00")).await.unwrap();
    all_sent(&stage.sandbox).await;
    let first = stage.sandbox.webhooks().deliveries().pop().unwrap();
    stage.sandbox.webhooks().redeliver(first.number).unwrap();
    all_sent(&stage.sandbox).await;
    let received = stage.receiver.wait(3).await;
    assert_eq!(received[2].1, received[0].1);
    let error = stage.sandbox.webhooks().redeliver(99).unwrap_err();
    assert_eq!(error.to_string(), "There is no such delivery");

    // A test is also sent while the subscription is disabled, once, and does not delay other
    // deliveries.
    enable(&stage.client, &stage.webhook, false).await;
    stage.client.increase(&increase("1.00")).await.unwrap();
    stage.receiver.respond(&[500]);
    stage.client.test_webhook(stage.webhook.id).await.unwrap();
    all_sent(&stage.sandbox).await;
    stage.client.test_webhook(stage.webhook.id).await.unwrap();
    all_sent(&stage.sandbox).await;
    stage.receiver.wait(5).await;
    let events = stage.receiver.events(&stage.verifier).await.concat();
    assert_eq!(types(&events[3..]), ["WEBHOOK.TEST", "WEBHOOK.TEST"]);
    assert_eq!(events[3].object::<upvest_core::webhook::Webhook>().unwrap().id, stage.webhook.id);
    // Events from the meantime are not sent later.
    enable(&stage.client, &stage.webhook, true).await;
    all_sent(&stage.sandbox).await;
    stage.receiver.wait(5).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timed_transition_sends_an_event_without_a_request() {
    let builder = Sandbox::builder().progress(Progress::After(Duration::from_secs(30)));
    let stage = Stage::of(builder.start().await.unwrap(), singly()).await;
    stage.client.increase(&increase("1.00")).await.unwrap();
    stage.receiver.wait(1).await;
    stage.sandbox.clock().advance(Duration::from_secs(30));
    stage.receiver.wait(2).await;
    let events = stage.receiver.events(&stage.verifier).await.concat();
    let confirmed = events[1].object::<VirtualCashIncrease>().unwrap();
    assert_eq!(events[1].created_at(), confirmed.updated_at);
    assert_eq!(events[1].created_at().unix_seconds() - events[0].created_at().unix_seconds(), 30);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_gets_the_event_types_that_it_lists() {
    let stage = Stage::new(singly()).await;
    for (types, excluded, expected) in [
        (&["VIRTUAL_CASH_DECREASE"][..], &[][..], 2),
        (&["VIRTUAL_CASH_INCREASE", "VIRTUAL_CASH_DECREASE"], &[], 4),
        (&["ALL"], &["VIRTUAL_CASH_INCREASE"], 2),
        (&["ALL"], &["USER"], 4),
        (&["USER"], &[], 0),
        (&[], &[], 0),
    ] {
        let receiver = Receiver::new().await;
        let texts = |list: &[&str]| Some(list.iter().map(|&text| text.to_owned()).collect());
        let webhook = created(&stage.client, &receiver.url, singly()).await;
        let change = upvest_core::webhook::UpdateWebhook {
            types: texts(types),
            excluded_types: texts(excluded),
            enabled: Some(true),
            ..Default::default()
        };
        stage.client.update_webhook(webhook.id, &change).await.unwrap();
        stage.client.increase(&increase("1.00")).await.unwrap();
        stage.client.decrease(&decrease("1.00")).await.unwrap();
        all_sent(&stage.sandbox).await;
        assert_eq!(receiver.received().len(), expected, "{types:?} {excluded:?}");
        stage.client.delete_webhook(webhook.id).await.unwrap();
        stage.client.increase(&increase("1.00")).await.unwrap();
        all_sent(&stage.sandbox).await;
        assert_eq!(receiver.received().len(), expected, "after it was deleted");
    }
}
