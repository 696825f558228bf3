//! What becomes of a payment when a request fails.

use std::time::Duration;

use upvest_core::transport::TransportError;
use upvest_core::{Outcome, Timestamp};
use upvest_outbox::{ErrorKind, PaymentState};
use upvest_tests::in_memory::{Reply, Server, problem, reply};

use crate::database::{Fixture, TestDatabase, accepted, client, key_of, on_each_database};

on_each_database! {
    a_rejection_of_the_first_request_is_final,
    after_a_lost_response_no_rejection_is_certain,
    after_a_failed_connection_a_rejection_is_certain,
    a_failure_leaves_the_payment_pending_for_minutes,
    the_next_attempt_waits_as_long_as_the_server_asks,
    a_key_that_may_have_been_sent_before_is_never_rejected,
    after_a_refused_token_no_rejection_is_certain,
    a_response_that_may_not_be_upvests_settles_nothing,
    a_result_that_the_database_refuses_holds_up_no_other,
    odd_responses_are_stored,
    an_outage_costs_one_request_per_payment,
    a_database_that_fails_during_a_call_loses_nothing,
}

const MINUTE: Duration = Duration::from_secs(60);

fn lost() -> Reply {
    Err(TransportError::maybe_sent(std::io::Error::other("lost")))
}

/// Responds with these, one after the other, and accepts the rest.
fn replying(replies: &'static [fn() -> Reply]) -> Server {
    Server::new(|number, _| replies.get(number).map_or_else(|| accepted("op-1"), |reply| reply()))
}

async fn a_rejection_of_the_first_request_is_final<DB: TestDatabase>(test: &Fixture<DB>) {
    let server = replying(&[|| problem(422, "unprocessable_entity")]);
    test.enqueue(&client(&server), "1", "x").await;
    test.send(&client(&server)).await;
    let payment = test.payment("1").await;
    assert_eq!(payment.state(), PaymentState::Rejected);
    assert_eq!(payment.request_id(), Some("the-request-id"));
    let why = payment.error_summary().unwrap();
    assert_eq!((why.status, why.outcome), (Some(422), Outcome::Rejected));
    assert!(why.problem.is_some() && payment.error().unwrap().contains("422"));
    test.advance(60 * MINUTE).await;
    test.send(&client(&server)).await;
    assert_eq!(server.sent().len(), 1);
}

async fn after_a_lost_response_no_rejection_is_certain<DB: TestDatabase>(test: &Fixture<DB>) {
    let server = replying(&[lost, || problem(422, "unprocessable_entity")]);
    test.enqueue(&client(&server), "1", "x").await;
    for _ in 0..2 {
        test.send(&client(&server)).await;
        let payment = test.payment("1").await;
        assert_eq!(payment.state(), PaymentState::Pending);
        assert_eq!(payment.error_summary().unwrap().outcome, Outcome::Unknown);
        test.advance(30 * MINUTE).await;
    }
    test.send(&client(&server)).await;
    assert_eq!(test.state("1").await, PaymentState::Accepted);
    let keys: Vec<String> = server.sent().iter().map(key_of).collect();
    assert_eq!((keys.len(), &keys[0], &keys[0]), (3, &keys[1], &keys[2]));
}

async fn after_a_failed_connection_a_rejection_is_certain<DB: TestDatabase>(test: &Fixture<DB>) {
    let not_sent = || Err(TransportError::not_sent(std::io::Error::other("refused")));
    let server = Server::new(move |number, _| match number {
        0 => not_sent(),
        1 => problem(429, "too_many_requests"),
        _ => problem(422, "unprocessable_entity"),
    });
    test.enqueue(&client(&server), "1", "x").await;
    for _ in 0..2 {
        test.send(&client(&server)).await;
        assert_eq!(test.state("1").await, PaymentState::Pending);
        test.advance(30 * MINUTE).await;
    }
    test.send(&client(&server)).await;
    assert_eq!(test.state("1").await, PaymentState::Rejected);
    assert_eq!(server.sent().len(), 3);
}

async fn a_failure_leaves_the_payment_pending_for_minutes<DB: TestDatabase>(test: &Fixture<DB>) {
    let server = Server::new(|_, request| match request.body().as_ref() {
        b"\"401\"" => problem(401, "unauthorized"),
        b"\"403\"" => problem(403, "forbidden"),
        b"\"500\"" => problem(500, "internal"),
        b"\"301\"" => reply(301, "text/html", ""),
        b"\"torn\"" => reply(202, "application/json", "{"),
        _ => lost(),
    });
    let bodies = ["401", "403", "500", "301", "torn", "lost"];
    for body in bodies {
        test.enqueue(&client(&server), body, body).await;
    }
    test.send(&client(&server)).await;
    assert_eq!(server.sent().len(), bodies.len(), "one request each");
    for body in bodies {
        let payment = test.payment(body).await;
        assert_eq!(payment.state(), PaymentState::Pending, "{body}");
        assert!(payment.error().is_some(), "{body}");
    }
    test.advance(MINUTE - Duration::from_secs(10)).await;
    test.send(&client(&server)).await;
    assert_eq!(server.sent().len(), bodies.len(), "not within a minute");
    test.advance(MINUTE).await;
    test.send(&client(&server)).await;
    assert_eq!(server.sent().len(), 2 * bodies.len());
    // The second wait is at least two minutes.
    test.advance(MINUTE + Duration::from_secs(50)).await;
    test.send(&client(&server)).await;
    assert_eq!(server.sent().len(), 2 * bodies.len());
}

async fn the_next_attempt_waits_as_long_as_the_server_asks<DB: TestDatabase>(test: &Fixture<DB>) {
    let server = Server::new(|number, _| {
        if number > 0 {
            return accepted("op-1");
        }
        let mut reply = problem(503, "unavailable")?;
        reply.headers_mut().insert("retry-after", 7_200.into());
        Ok(reply)
    });
    test.enqueue(&client(&server), "1", "x").await;
    let before = Timestamp::now();
    test.send(&client(&server)).await;
    let wait = test.payment("1").await.due_at().unwrap().duration_since(before).unwrap();
    assert!(wait > 120 * MINUTE && wait < 123 * MINUTE, "{wait:?}");
}

/// An earlier process may have sent the key, so nothing that this one receives is about its request
/// alone.
async fn a_key_that_may_have_been_sent_before_is_never_rejected<DB: TestDatabase>(
    test: &Fixture<DB>,
) {
    use upvest_core::IdempotencyKey;
    use upvest_tests::in_memory::Things as _;
    let server = Server::new(|_, _| problem(422, "unprocessable_entity"));
    let client = client(&server);
    let key = IdempotencyKey::derive(&upvest_core::Uuid::NAMESPACE_OID, "1");
    let passed = client.create("x").idempotency_key(key, Timestamp::now());
    let cloned = client.create("x");
    let _clone = cloned.clone();
    let fresh = client.create("x");
    let mut tx = test.pool.begin().await.unwrap();
    for (id, call) in [("passed", &passed), ("cloned", &cloned), ("fresh", &fresh)] {
        test.outbox.enqueue(&mut tx, id, call).await.unwrap();
    }
    tx.commit().await.unwrap();
    test.send(&client).await;
    assert_eq!(test.state("passed").await, PaymentState::Pending);
    assert_eq!(test.state("cloned").await, PaymentState::Pending);
    assert_eq!(test.state("fresh").await, PaymentState::Rejected);
}

/// A proxy may have made a copy of a request that was accepted, and the copy is refused for its nonce.
async fn after_a_refused_token_no_rejection_is_certain<DB: TestDatabase>(test: &Fixture<DB>) {
    let server = Server::new(|_, request| {
        let number = request.body().as_ref();
        match number {
            b"\"409\"" => problem(409, "conflict"),
            _ => problem(401, "unauthorized"),
        }
    });
    for body in ["401", "409"] {
        test.enqueue(&client(&server), body, body).await;
    }
    test.send(&client(&server)).await;
    test.advance(30 * MINUTE).await;
    let refusing = Server::new(|_, _| problem(422, "unprocessable_entity"));
    test.send(&client(&refusing)).await;
    for id in ["401", "409"] {
        let payment = test.payment(id).await;
        assert_eq!((payment.state(), payment.failures()), (PaymentState::Pending, 2), "{id}");
    }
}

async fn a_response_that_may_not_be_upvests_settles_nothing<DB: TestDatabase>(test: &Fixture<DB>) {
    let without_marks = |status: u16, content_type: &str, body: &str| {
        let mut reply = reply(status, content_type, body)?;
        reply.headers_mut().remove("upvest-request-id");
        Ok(reply)
    };
    let server = Server::new(move |number, _| match number {
        0 => without_marks(200, "application/json", r#"{"ok":true}"#),
        1 => without_marks(403, "text/html", "<html>blocked</html>"),
        2 => without_marks(404, "text/html", "<html>not here</html>"),
        _ => accepted("op-1"),
    });
    test.enqueue(&client(&server), "1", "x").await;
    for _ in 0..3 {
        test.send(&client(&server)).await;
        let payment = test.payment("1").await;
        assert_eq!(payment.state(), PaymentState::Pending);
        assert!(payment.error().is_some());
        test.advance(30 * MINUTE).await;
    }
    test.send(&client(&server)).await;
    assert_eq!(test.state("1").await, PaymentState::Accepted);
}

async fn a_result_that_the_database_refuses_holds_up_no_other<DB: TestDatabase>(
    test: &Fixture<DB>,
) {
    let server = Server::new(|number, _| accepted(&number.to_string()));
    for id in ["good", "bad", "fine"] {
        test.enqueue(&client(&server), id, id).await;
    }
    // Something of the application that refuses a change.
    for statement in DB::refuse("upvest_payment", "NEW.id = 'bad' AND NEW.state = 'accepted'") {
        test.run(statement).await;
    }
    test.send(&client(&server)).await;
    assert_eq!(test.state("good").await, PaymentState::Accepted);
    assert_eq!(test.state("fine").await, PaymentState::Accepted);
    let bad = test.payment("bad").await;
    assert_eq!((bad.state(), bad.claims()), (PaymentState::Pending, 1));
    test.send(&client(&server)).await;
    assert_eq!(server.sent().len(), 3, "its lease has not ended");
}

async fn odd_responses_are_stored<DB: TestDatabase>(test: &Fixture<DB>) {
    let bodies: [(&str, String); 4] = [
        ("nul", r#"{"id":"a\u0000b","status":"x\u0000"}"#.to_owned()),
        ("long", format!(r#"{{"id":"{}"}}"#, "x".repeat(100_000))),
        ("list", "[1]".to_owned()),
        ("umlauts", r#"{"id":"ä…𝄞"}"#.to_owned()),
    ];
    let known = bodies.clone();
    let server = Server::new(move |_, request| {
        let name = String::from_utf8_lossy(request.body()).replace('"', "");
        let (_, body) = known.iter().find(|(known, _)| *known == name).unwrap();
        reply(202, "application/json", body)
    });
    for (id, _) in &bodies {
        test.enqueue(&client(&server), id, id).await;
    }
    test.send(&client(&server)).await;
    for (id, body) in &bodies {
        let payment = test.payment(id).await;
        assert_eq!(payment.state(), PaymentState::Accepted, "{id}");
        let expected: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!(payment.response(), Some(&expected), "{id}");
    }
    assert_eq!(test.payment("umlauts").await.operation().unwrap().id, "ä…𝄞");
    assert!(test.payment("long").await.operation().is_none());
}

async fn an_outage_costs_one_request_per_payment<DB: TestDatabase>(test: &Fixture<DB>) {
    const PAYMENTS: usize = 60;
    for (round, server) in [
        Server::new(|_, _| problem(503, "unavailable")),
        Server::new(|_, _| lost()),
        Server::new(|_, _| Err(TransportError::not_sent(std::io::Error::other("refused")))),
    ]
    .into_iter()
    .enumerate()
    {
        for number in 0..PAYMENTS {
            test.enqueue(&client(&server), &format!("{round}-{number}"), "x").await;
        }
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..4 {
            // Each with its own client, as in its own process.
            tasks.spawn(test.worker(&client(&server)).concurrency(8).run_until_idle());
        }
        for result in tasks.join_all().await {
            result.unwrap();
        }
        test.advance(MINUTE - Duration::from_secs(5)).await;
        test.send(&client(&server)).await;
        let sent = server.sent().len();
        println!("outage {round}: {sent} requests for {PAYMENTS} payments in the first minute");
        assert!(sent >= PAYMENTS && sent * 10 <= PAYMENTS * 11, "{sent}");
        test.run("DELETE FROM upvest_payment").await;
    }
}

async fn a_database_that_fails_during_a_call_loses_nothing<DB: TestDatabase>(test: &Fixture<DB>) {
    // Its own pool, which can be closed.
    let pool = test.pool.options().clone().connect_with((*test.pool.connect_options()).clone());
    let closing = pool.await.unwrap();
    let seen = closing.clone();
    let server = Server::slow(move |number, _| {
        let pool = seen.clone();
        Box::pin(async move {
            if number == 0 {
                pool.close().await;
            }
            accepted("op-1")
        })
    });
    test.enqueue(&client(&server), "1", "x").await;
    let outbox = upvest_outbox::Outbox::new(closing);
    let worker = outbox.worker(client(&server), crate::database::ENDPOINTS);
    let error = worker.run_until_idle().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Database);
    assert!(error.to_string().starts_with("cannot store results and claim payments: "), "{error}");
    let error = outbox.worker(client(&server), crate::database::ENDPOINTS).run_until_idle().await;
    assert!(error.unwrap_err().to_string().starts_with("cannot start the worker: "));

    assert_eq!(test.state("1").await, PaymentState::Pending);
    test.send(&client(&server)).await;
    assert_eq!(server.sent().len(), 1, "the lease has not ended");
    test.advance(2 * MINUTE).await;
    test.send(&client(&server)).await;
    assert_eq!(test.state("1").await, PaymentState::Accepted);
    let sent = server.sent();
    assert_eq!(key_of(&sent[0]), key_of(&sent[1]));
}
