//! Enqueueing: with the intent or not at all, and once for each id.

use upvest_core::{Call, IdempotentCall, Timestamp, api};
use upvest_outbox::{ErrorKind, PaymentState};
use upvest_tests::in_memory::Things as _;

use crate::database::{
    Fixture, TestDatabase, accepting, builder, client, key_of, on_each_database,
};

/// An endpoint that returns nothing.
#[api(scope = "things:admin")]
trait Silent: Send + Sync {
    /// Writes.
    #[endpoint(POST, "/silent", idempotent, signed)]
    fn create_silently(&self, body: &str) -> IdempotentCall<()>;
}

on_each_database! {
    a_payment_is_stored_with_its_intent_or_not_at_all,
    the_worker_sends_what_was_stored,
    the_same_id_with_the_same_request_is_the_same_payment,
    what_cannot_be_sent_is_refused,
    concurrent_transactions_with_one_id_make_one_payment,
    a_payment_that_another_client_enqueued_is_not_paid_again,
    a_clock_that_is_ahead_does_not_extend_the_window,
}

async fn a_payment_is_stored_with_its_intent_or_not_at_all<DB: TestDatabase>(test: &Fixture<DB>) {
    let server = accepting();
    let call = client(&server).create("x");
    let mut tx = test.pool.begin().await.unwrap();
    let payment = test.outbox.enqueue(&mut tx, "invoice-1", &call).await.unwrap();
    assert_eq!((payment.id(), payment.state()), ("invoice-1", PaymentState::Pending));
    tx.rollback().await.unwrap();
    let error = test.outbox.payment("invoice-1").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(
        error.to_string(),
        "cannot read payment `invoice-1`: no payment has this id (was its transaction committed?)"
    );
    test.send(&client(&server)).await;
    assert!(server.sent().is_empty());

    test.enqueue(&client(&server), "invoice-1", "x").await;
    let payment = test.payment("invoice-1").await;
    assert_eq!((payment.state(), payment.claims()), (PaymentState::Pending, 0));
    assert!(payment.due_at().is_some() && payment.settled_at().is_none());
}

async fn the_worker_sends_what_was_stored<DB: TestDatabase>(test: &Fixture<DB>) {
    let server = accepting();
    let call = client(&server).create("the body");
    let mut tx = test.pool.begin().await.unwrap();
    test.outbox.enqueue(&mut tx, "invoice-1", &call).await.unwrap();
    tx.commit().await.unwrap();
    // Another client with the same credentials, as in another process.
    test.send(&client(&server)).await;
    let [request] = &server.sent()[..] else { panic!("{:?}", server.sent()) };
    assert_eq!(key_of(request), call.key().to_string());
    assert_eq!(request.body(), "\"the body\"");
    let payment = test.payment("invoice-1").await;
    assert_eq!(payment.state(), PaymentState::Accepted);
    assert_eq!(payment.record(), Some(&call.record()));
    let operation = payment.operation().unwrap();
    assert_eq!((operation.id.as_str(), operation.status.as_deref()), ("op-0", Some("ISSUED")));
    assert_eq!(payment.response().unwrap()["status"], "ISSUED");
    assert_eq!(payment.request_id(), Some("the-request-id"));
    assert!(payment.settled_at().is_some() && payment.due_at().is_none());
    assert_eq!((payment.error(), payment.claims()), (None, 1));
    // It is not sent again.
    test.send(&client(&server)).await;
    assert_eq!(server.sent().len(), 1);
}

async fn the_same_id_with_the_same_request_is_the_same_payment<DB: TestDatabase>(
    test: &Fixture<DB>,
) {
    let client = client(&accepting());
    let first = client.create("x");
    let mut tx = test.pool.begin().await.unwrap();
    test.outbox.enqueue(&mut tx, "invoice-1", &first).ordered_by("a").await.unwrap();
    tx.commit().await.unwrap();

    // Made again, as after a crash: it has another random key.
    let again = client.create("x");
    let mut tx = test.pool.begin().await.unwrap();
    let payment = test.outbox.enqueue(&mut tx, "invoice-1", &again).ordered_by("a").await.unwrap();
    assert_eq!(payment.record().unwrap().idempotency_key(), Some(first.key()));

    let error = test.outbox.enqueue(&mut tx, "invoice-1", &client.create("y")).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.to_string().as_str()),
        (
            ErrorKind::Conflict,
            "cannot enqueue payment `invoice-1`: there is a payment with this id and a different \
             request (use a different id)"
        )
    );
    let error =
        test.outbox.enqueue(&mut tx, "invoice-1", &again).ordered_by("b").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    // One key is one payment.
    let error = test.outbox.enqueue(&mut tx, "invoice-2", &first).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.to_string().as_str()),
        (
            ErrorKind::Conflict,
            "cannot enqueue payment `invoice-2`: its idempotency key belongs to payment `invoice-1` \
             (make a new call: each payment needs its own key)"
        )
    );
    tx.commit().await.unwrap();
    assert_eq!(test.outbox.stats().await.unwrap().pending, 1);
}

async fn what_cannot_be_sent_is_refused<DB: TestDatabase>(test: &Fixture<DB>) {
    let client = client(&accepting());
    let mut tx = test.pool.begin().await.unwrap();
    let fake: IdempotentCall<u8> = Call::ready(Ok(7));
    let error = test.outbox.enqueue(&mut tx, "invoice-1", &fake).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Request);
    let nothing = client.create_silently("x");
    let error = test.outbox.enqueue(&mut tx, "invoice-1", &nothing).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Request);
    assert!(error.to_string().contains("returns no body"), "{error}");
    let long = "x".repeat(256);
    for id in ["", "a\nb", "a\0b", &long] {
        let error = test.outbox.enqueue(&mut tx, id, &client.create("x")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid, "{id}");
        let call = client.create("x");
        let enqueue = test.outbox.enqueue(&mut tx, "invoice-1", &call).ordered_by(id);
        assert_eq!(enqueue.await.unwrap_err().kind(), ErrorKind::Invalid, "{id}");
    }
    // The transaction is intact.
    let odd = "Rechnung 4711 / ä ' \" ; --";
    test.outbox.enqueue(&mut tx, odd, &client.create("x")).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(test.payment(odd).await.id(), odd);
}

async fn concurrent_transactions_with_one_id_make_one_payment<DB: TestDatabase>(
    test: &Fixture<DB>,
) {
    let client = client(&accepting());
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (pool, outbox, client) = (test.pool.clone(), test.outbox.clone(), client.clone());
        tasks.spawn(async move {
            let mut tx = pool.begin().await.unwrap();
            let payment = outbox.enqueue(&mut tx, "one", &client.create("x")).await;
            let key = payment.map(|payment| payment.record().unwrap().idempotency_key().unwrap());
            tx.commit().await.unwrap();
            key
        });
    }
    let keys = tasks.join_all().await;
    let stored = test.payment("one").await.record().unwrap().idempotency_key().unwrap();
    for key in keys {
        assert_eq!(key.unwrap(), stored);
    }
}

async fn a_payment_that_another_client_enqueued_is_not_paid_again<DB: TestDatabase>(
    test: &Fixture<DB>,
) {
    let server = accepting();
    test.enqueue(&client(&server), "1", "x").await;
    let id = "00000000-0000-4000-8000-000000000001";
    let other = builder(&server).credentials(id, upvest_tests::CLIENT_SECRET).build().unwrap();
    let mut tx = test.pool.begin().await.unwrap();
    let error = test.outbox.enqueue(&mut tx, "1", &other.create("x")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert!(
        error.to_string().ends_with("(it may have taken effect: find out, and do not pay again)")
    );
    drop(tx);
    // Nor if its record cannot be read.
    test.run("UPDATE upvest_payment SET record = '{}'").await;
    let mut tx = test.pool.begin().await.unwrap();
    let again = client(&server).create("x");
    let error = test.outbox.enqueue(&mut tx, "1", &again).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Edited);
}

async fn a_clock_that_is_ahead_does_not_extend_the_window<DB: TestDatabase>(test: &Fixture<DB>) {
    let server = accepting();
    let hours = |hours: u64| std::time::Duration::from_secs(hours * 3_600);
    let ahead = Timestamp::now().checked_add(hours(2)).unwrap();
    test.enqueue(&builder(&server).clock(move || ahead).build().unwrap(), "1", "x").await;
    test.advance(hours(23)).await;
    let later = Timestamp::now().checked_add(hours(23)).unwrap();
    test.send(&builder(&server).clock(move || later).build().unwrap()).await;
    assert_eq!(test.state("1").await, PaymentState::Unresolved);
    assert!(server.sent().is_empty());
}
