//! The tables: missing, of another version, counted and purged.

use std::time::Duration;

use upvest_outbox::{ErrorKind, PaymentState};
use upvest_tests::in_memory::{Server, problem};

use crate::database::{Fixture, TestDatabase, accepted, accepting, client, on_each_database};

on_each_database! {
    migrating_again_changes_nothing,
    missing_or_mismatched_tables_are_named,
    a_worker_without_endpoints_does_not_start,
    payments_are_counted,
    settled_payments_are_purged,
}

const DAY: Duration = Duration::from_secs(86_400);

async fn migrating_again_changes_nothing<DB: TestDatabase>(test: &Fixture<DB>) {
    test.enqueue(&client(&accepting()), "1", "x").await;
    let mut tasks = tokio::task::JoinSet::new();
    test.run("DROP TABLE upvest_event").await;
    test.run("DROP TABLE upvest_payment").await;
    test.run("DROP TABLE upvest_outbox").await;
    for _ in 0..4 {
        let outbox = test.outbox.clone();
        tasks.spawn(async move { outbox.migrate().await });
    }
    for result in tasks.join_all().await {
        result.unwrap();
    }
    test.enqueue(&client(&accepting()), "1", "x").await;
    test.outbox.migrate().await.unwrap();
    assert_eq!(test.state("1").await, PaymentState::Pending);
}

async fn missing_or_mismatched_tables_are_named<DB: TestDatabase>(test: &Fixture<DB>) {
    use upvest_tests::in_memory::Things as _;
    let client = client(&accepting());
    for (version, kind) in [("2", "use a newer upvest-outbox"), ("0", "restore the row")] {
        test.run(format!("UPDATE upvest_outbox SET version = {version}")).await;
        let error = test.worker(&client).run_until_idle().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Schema);
        assert!(error.to_string().contains(kind), "{error}");
        assert_eq!(test.outbox.migrate().await.unwrap_err().kind(), ErrorKind::Schema);
    }
    test.run("DROP TABLE upvest_event").await;
    test.run("DROP TABLE upvest_payment").await;
    test.run("DROP TABLE upvest_outbox").await;
    let (call, outbox) = (client.create("x"), &test.outbox);
    let mut tx = test.pool.begin().await.unwrap();
    let errors = [
        outbox.enqueue(&mut tx, "1", &call).await.unwrap_err(),
        outbox.payment("1").await.unwrap_err(),
        outbox.stats().await.unwrap_err(),
        outbox.purge(DAY).await.unwrap_err(),
        test.worker(&client).run_until_idle().await.unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.kind(), ErrorKind::Schema, "{error}");
        assert!(
            error.to_string().ends_with(
                "the tables of the outbox do not exist (call `Outbox::migrate`, or run \
                 `Outbox::SCHEMA`)"
            ),
            "{error}"
        );
    }
    drop(tx);
    // As another migration tool would.
    for statement in upvest_outbox::Outbox::<DB>::SCHEMA.split(';') {
        if statement.lines().any(|line| !line.trim().is_empty() && !line.starts_with("--")) {
            test.run(statement).await;
        }
    }
    test.enqueue(&client, "1", "x").await;
    test.send(&client).await;
    assert_eq!(test.state("1").await, PaymentState::Accepted);
}

async fn a_worker_without_endpoints_does_not_start<DB: TestDatabase>(test: &Fixture<DB>) {
    let worker = test.outbox.worker(client(&accepting()), []);
    let error = worker.run_until_idle().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid);
}

async fn payments_are_counted<DB: TestDatabase>(test: &Fixture<DB>) {
    let server = Server::new(|_, request| match request.body().as_ref() {
        b"\"422\"" => problem(422, "unprocessable_entity"),
        b"\"503\"" => problem(503, "unavailable"),
        _ => accepted("op-1"),
    });
    let empty = test.outbox.stats().await.unwrap();
    assert_eq!((empty.pending, empty.oldest_pending), (0, None));
    for (id, body) in [("1", "x"), ("2", "422"), ("3", "503"), ("4", "503")] {
        test.enqueue(&client(&server), id, body).await;
    }
    test.send(&client(&server)).await;
    test.run("UPDATE upvest_payment SET state = 'unresolved' WHERE id = '4'").await;
    test.advance(Duration::from_secs(30)).await;
    test.enqueue(&client(&server), "5", "x").await;
    let stats = test.outbox.stats().await.unwrap();
    assert_eq!((stats.pending, stats.accepted, stats.rejected, stats.unresolved), (2, 1, 1, 1));
    assert_eq!((stats.due, stats.leased), (1, 0));
    assert!(stats.oldest_pending.unwrap() >= Duration::from_secs(30));
}

async fn settled_payments_are_purged<DB: TestDatabase>(test: &Fixture<DB>) {
    let server = accepting();
    for id in ["old", "pending", "unresolved"] {
        test.enqueue(&client(&server), id, "x").await;
    }
    test.run("UPDATE upvest_payment SET due = due + 999999999 WHERE id <> 'old'").await;
    test.run("UPDATE upvest_payment SET state = 'unresolved' WHERE id = 'unresolved'").await;
    test.send(&client(&server)).await;
    test.advance(8 * DAY).await;
    test.enqueue(&client(&server), "new", "x").await;
    test.send(&client(&server)).await;
    assert_eq!(test.outbox.purge(30 * DAY).await.unwrap(), 0);
    assert_eq!(test.outbox.purge(7 * DAY).await.unwrap(), 1);
    assert_eq!(test.outbox.payment("old").await.unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(test.state("new").await, PaymentState::Accepted);
    assert_eq!(test.outbox.purge(Duration::MAX).await.unwrap(), 0);
    assert_eq!(test.outbox.stats().await.unwrap().unresolved, 1);
}
