//! The end of the replay window, by the clock of the database, and what settles a payment after it.

use std::time::Duration;

use upvest_core::Timestamp;
use upvest_outbox::{ErrorKind, Evidence, PaymentState, Resolution};
use upvest_tests::in_memory::{Server, problem};

use crate::database::{Fixture, TestDatabase, accepting, builder, client, on_each_database};

on_each_database! {
    after_the_window_a_payment_is_unresolved_and_not_sent,
    an_unresolved_payment_is_resolved_once_with_who_and_why,
    the_clock_of_a_worker_does_not_end_the_window,
    a_retry_is_not_planned_beyond_the_window,
}

const HOUR: Duration = Duration::from_secs(3_600);

async fn after_the_window_a_payment_is_unresolved_and_not_sent<DB: TestDatabase>(
    test: &Fixture<DB>,
) {
    let server = Server::new(|_, _| problem(503, "unavailable"));
    test.enqueue(&client(&server), "tried", "x").await;
    test.send(&client(&server)).await;
    test.enqueue(&client(&server), "never tried", "x").await;
    test.advance(23 * HOUR).await;
    test.send(&client(&server)).await;
    assert_eq!(server.sent().len(), 1);
    let unresolved = test.outbox.payments(PaymentState::Unresolved, 10).await.unwrap();
    let ids: Vec<&str> = unresolved.iter().map(upvest_outbox::Payment::id).collect();
    assert_eq!(ids, ["tried", "never tried"]);
    assert_eq!(test.outbox.payments(PaymentState::Unresolved, 1).await.unwrap().len(), 1);
    for (id, known) in [("tried", "may have taken"), ("never tried", "no attempt is known")] {
        let payment = test.payment(id).await;
        assert_eq!(payment.state(), PaymentState::Unresolved);
        let why = payment.error().unwrap();
        assert!(why.contains("its replay window is over") && why.contains(known), "{why}");
        // What failed before is still known.
        assert_eq!(why.contains("503"), id == "tried", "{why}");
        assert_eq!(payment.error_summary().is_some(), id == "tried");
    }
    test.advance(23 * HOUR).await;
    test.send(&client(&server)).await;
    assert_eq!(server.sent().len(), 1);
}

async fn an_unresolved_payment_is_resolved_once_with_who_and_why<DB: TestDatabase>(
    test: &Fixture<DB>,
) {
    let client = client(&accepting());
    let effect = Resolution::took_effect(Evidence::Webhook, "anna", "the event says so");
    let effect = effect.operation("op-7");
    let none = Resolution::had_no_effect(Evidence::Person, "ben", "Upvest says so");
    for id in ["1", "2"] {
        test.enqueue(&client, id, "x").await;
        let error = test.outbox.resolve(id, &effect).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::State);
        assert_eq!(
            error.to_string(),
            format!(
                "cannot resolve payment `{id}`: it is pending (only an unresolved payment can be \
                 resolved)"
            )
        );
    }
    test.advance(24 * HOUR).await;
    test.send(&client).await;
    for (who, why) in [("", "because"), ("anna", " ")] {
        let empty = Resolution::took_effect(Evidence::Person, who, why);
        let error = test.outbox.resolve("1", &empty).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid);
    }
    let mut tx = test.pool.begin().await.unwrap();
    test.outbox.resolve_in(&mut tx, "1", &none).await.unwrap();
    let seen = test.outbox.payment_in(&mut tx, "1").await.unwrap();
    assert_eq!(seen.state(), PaymentState::Rejected);
    tx.rollback().await.unwrap();
    test.outbox.resolve("1", &effect).await.unwrap();
    test.outbox.resolve("2", &none).await.unwrap();
    let payment = test.payment("1").await;
    assert_eq!(payment.state(), PaymentState::Accepted);
    assert_eq!(
        (payment.operation().unwrap().id.as_str(), payment.resolution()),
        ("op-7", Some(&effect))
    );
    let payment = test.payment("2").await;
    assert_eq!(payment.state(), PaymentState::Rejected);
    let resolution = payment.resolution().unwrap();
    assert_eq!((resolution.evidence(), resolution.who()), (Evidence::Person, "ben"));
    assert_eq!((resolution.why(), resolution.is_effect()), ("Upvest says so", false));
    test.outbox.resolve("2", &none).await.unwrap();
    assert_eq!(test.outbox.resolve("2", &effect).await.unwrap_err().kind(), ErrorKind::State);
    let missing = test.outbox.resolve("3", &effect).await.unwrap_err();
    assert_eq!(missing.kind(), ErrorKind::NotFound);
}

async fn the_clock_of_a_worker_does_not_end_the_window<DB: TestDatabase>(test: &Fixture<DB>) {
    let server = accepting();
    test.enqueue(&client(&server), "1", "x").await;
    let now = Timestamp::now();
    for wrong in [now.checked_add(24 * HOUR), now.checked_sub(HOUR)] {
        let wrong = wrong.unwrap();
        let client = builder(&server).clock(move || wrong).build().unwrap();
        test.send(&client).await;
        let payment = test.payment("1").await;
        assert_eq!(payment.state(), PaymentState::Pending);
        assert!(payment.error().is_some() && server.sent().is_empty());
        test.advance(HOUR).await;
    }
    // A worker with the right clock sends it, and its rejection would have been certain.
    test.send(&client(&server)).await;
    assert_eq!(test.state("1").await, PaymentState::Accepted);

    // A clock that is behind does not extend the window either.
    test.enqueue(&client(&server), "2", "x").await;
    test.advance(23 * HOUR).await;
    test.send(&builder(&server).clock(move || now).build().unwrap()).await;
    assert_eq!(test.state("2").await, PaymentState::Unresolved);
    assert_eq!(server.sent().len(), 1);
}

async fn a_retry_is_not_planned_beyond_the_window<DB: TestDatabase>(test: &Fixture<DB>) {
    let server = Server::new(|_, _| {
        let mut reply = problem(503, "unavailable")?;
        reply.headers_mut().insert("retry-after", 864_000.into());
        Ok(reply)
    });
    test.enqueue(&client(&server), "1", "x").await;
    test.send(&client(&server)).await;
    let payment = test.payment("1").await;
    // The last attempt is 5 minutes before its end.
    let until = payment.record().unwrap().replayable_until().unwrap();
    let left = until.duration_since(payment.due_at().unwrap()).unwrap();
    assert!(left.as_secs().abs_diff(300) < 60, "{left:?}");
}
