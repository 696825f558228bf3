//! 40 to 46: a server that is in trouble, and a client that must not make it worse.

use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::Instant;
use upvest_core::transport::TransportError;
use upvest_core::{Client, ErrorKind, Outcome};
use upvest_tests::in_memory::{Reply, Server, Things, problem, reply, thing, token};

fn busy(status: u16, retry_after: &[&str]) -> Reply {
    problem(status, "too_many_requests").map(|mut reply| {
        for value in retry_after {
            reply.headers_mut().append("retry-after", value.parse().unwrap());
        }
        reply
    })
}

/// A client that has its token already, so that only its waits take time.
async fn warm(server: &Server, waits: impl Fn() -> u64 + Send + Sync + 'static) -> Client {
    let count = upvest_tests::in_memory::counting();
    let randomness = move || {
        let mut bytes = count()?;
        bytes[..8].copy_from_slice(&waits().to_be_bytes());
        Ok(bytes)
    };
    let client = server.builder().randomness(randomness).build().unwrap();
    client.get("warm", &upvest_tests::in_memory::Paging { limit: None, note: None }).await.unwrap();
    client
}

/// Answers reads well, and the `number`th write, counted from 0, as given.
fn writes(answer: impl Fn(usize) -> Reply + Send + Sync + 'static) -> Server {
    let writes = std::sync::atomic::AtomicUsize::new(0);
    Server::new(move |_, request| {
        if request.method() == "GET" {
            return thing();
        }
        answer(writes.fetch_add(1, std::sync::atomic::Ordering::SeqCst))
    })
}

#[tokio::test(start_paused = true)]
async fn f40_a_server_that_wants_a_day_ends_the_call_at_once() {
    for (value, at_least) in [("86400", 86_400), ("Thu, 01 Jan 2099 00:00:00 GMT", 86_400 * 365)] {
        let server = writes(move |_| busy(429, &[value]));
        let client = warm(&server, || 0).await;
        let started = Instant::now();
        let error = client.create("x").await.unwrap_err();
        assert_eq!(started.elapsed(), Duration::ZERO);
        assert_eq!((error.outcome(), error.attempts()), (Outcome::Rejected, 1));
        assert!(error.is_retryable());
        assert!(error.retry_after().unwrap() >= Duration::from_secs(at_least));
    }
}

#[tokio::test(start_paused = true)]
async fn f41_a_wish_is_waited_for_and_what_is_no_wish_is_not() {
    for (values, wait) in [
        (&["2"][..], 2),
        (&["0"], 0),
        (&["-1"], 0),
        (&["abc"], 0),
        (&["1.5"], 0),
        (&["Sun, 06 Nov 1994 08:49:37 GMT"], 0),
        (&["1", "2"], 0),
    ] {
        let server = writes(move |number| if number == 0 { busy(429, values) } else { thing() });
        let client = warm(&server, || 0).await;
        let started = Instant::now();
        let response = client.create("x").with_response().await.unwrap();
        assert_eq!(response.attempts(), 2, "{values:?}");
        assert_eq!(started.elapsed(), Duration::from_secs(wait), "{values:?}");
    }
}

/// How many requests a server gets for 1,000 calls when it answers all of them like this.
async fn amplification(reply: fn() -> Reply) -> f64 {
    let server = writes(move |_| reply());
    let client = warm(&server, || u64::MAX).await;
    let before = server.sent().len();
    let mut calls = JoinSet::new();
    for _ in 0..1_000 {
        calls.spawn(client.clone().create("x").into_future());
    }
    assert!(calls.join_all().await.iter().all(Result::is_err));
    (server.sent().len() - before) as f64 / 1_000.0
}

#[tokio::test(start_paused = true)]
async fn f42_a_server_in_trouble_gets_hardly_more_than_its_load() {
    for (what, reply) in [
        ("429", (|| busy(429, &[])) as fn() -> Reply),
        ("503", || busy(503, &[])),
        ("no connection", || Err(TransportError::not_sent("refused"))),
        ("no answer", || Err(TransportError::maybe_sent("reset"))),
    ] {
        let times = amplification(reply).await;
        println!("1,000 calls, all {what}: {times} requests a call");
        assert!((1.0..=1.1).contains(&times), "{what}: {times}");
    }
}

#[tokio::test(start_paused = true)]
async fn f43_one_that_is_back_is_noticed() {
    let server = writes(|number| if number == 0 { busy(503, &[]) } else { thing() });
    let client = warm(&server, || u64::MAX).await;
    let started = Instant::now();
    let response = client.create("x").with_response().await.unwrap();
    assert_eq!(response.attempts(), 2);
    // The longest that the first wait can be.
    assert_eq!(started.elapsed(), Duration::from_millis(200));
}

#[tokio::test(start_paused = true)]
async fn f44_one_that_flaps_is_borne() {
    // Every way in which three attempts can go, one call each; seven of eight end well.
    let pattern = [
        &[true][..],
        &[true],
        &[true],
        &[true],
        &[false, true],
        &[false, true],
        &[false, false, true],
        &[false, false, false],
    ]
    .concat();
    let length = pattern.len();
    let server =
        writes(move |number| if pattern[number % length] { thing() } else { busy(503, &[]) });
    let client = warm(&server, || 0).await;
    let mut succeeded = 0;
    for _ in 0..40 {
        succeeded += usize::from(client.create("x").await.is_ok());
    }
    assert_eq!(succeeded, 35);
    assert_eq!(server.sent().len() - 1, 5 * length, "the budget was enough for all attempts");
}

#[tokio::test(start_paused = true)]
async fn f45_a_wait_that_does_not_fit_is_not_begun() {
    let server = writes(|_| busy(503, &["30"]));
    let client = warm(&server, || 0).await;
    let started = Instant::now();
    let error = client.create("x").timeout(Duration::from_secs(30)).await.unwrap_err();
    assert_eq!((started.elapsed(), error.attempts()), (Duration::ZERO, 1));
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Api, Outcome::Unknown));
}

#[tokio::test(start_paused = true)]
async fn f46_what_an_attempt_may_have_done_is_not_forgotten() {
    // The first answer is lost; whatever the second says, the first may have taken effect.
    for (second, kind) in [
        ((|| Err(TransportError::not_sent("refused"))) as fn() -> Reply, ErrorKind::Connect),
        (|| problem(400, "invalid_request"), ErrorKind::Api),
        (|| problem(404, "not_found"), ErrorKind::Api),
        (|| problem(409, "conflict"), ErrorKind::Api),
        (|| problem(422, "unprocessable_entity"), ErrorKind::Api),
        (|| busy(429, &["99"]), ErrorKind::Api),
    ] {
        let answers = move |number| {
            if number == 0 { Err(TransportError::maybe_sent("reset")) } else { second() }
        };
        let server = writes(answers);
        let error = warm(&server, || 0).await.create("x").await.unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (kind, Outcome::Unknown), "{error}");
        assert!(
            error.to_string().ends_with("; an earlier attempt may have taken effect"),
            "{error}"
        );
        // Without a key it is the same: a removal that is not found may be removed already.
        let server = writes(answers);
        let error = warm(&server, || 0).await.remove(7).await.unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (kind, Outcome::Unknown), "{error}");
    }
    // Nor if the second attempt never gets as far as that: its token has ended, and there is no other.
    for (stalls, kind) in [(false, ErrorKind::Token), (true, ErrorKind::Timeout)] {
        let server = Server::slow(|_, _| {
            Box::pin(async {
                tokio::time::sleep(Duration::from_secs(2)).await;
                Err(TransportError::maybe_sent("reset"))
            })
        })
        .with_tokens(move |number| {
            Box::pin(async move {
                match number {
                    0 => reply(200, "application/json", &token(number, 1)),
                    _ if stalls => std::future::pending().await,
                    _ => Err(TransportError::not_sent("refused")),
                }
            })
        });
        let (started, time) = (Instant::now(), Duration::from_secs(9));
        let error = server.client().create("x").timeout(time).await.unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (kind, Outcome::Unknown), "{error}");
        assert!(if stalls { started.elapsed() == time } else { started.elapsed() < time });
        assert_eq!((error.attempts(), server.token_requests() > 1), (1, true));
        let remark = "; an earlier attempt may have taken effect";
        assert!(error.to_string().ends_with(remark), "{error}");
    }
    // Once it is known to have happened, it has.
    let server = writes(|number| match number {
        0 => reply(202, "application/json", r#"{"id":"#),
        _ => problem(422, "unprocessable_entity"),
    });
    let error = warm(&server, || 0).await.create("x").await.unwrap_err();
    assert_eq!((error.outcome(), error.attempts()), (Outcome::Applied, 2));
    assert!(error.to_string().ends_with("; an earlier attempt took effect"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn the_waits_grow_and_the_key_stays() {
    let server = writes(|_| busy(503, &[]));
    let client = warm(&server, || u64::MAX).await;
    let started = Instant::now();
    let error = client.create("x").max_attempts(5).await.unwrap_err();
    // 200, 400, 800 and 1,600 milliseconds, but for the last nanosecond of each.
    let waited = started.elapsed().as_millis();
    assert!((3_000..=3_004).contains(&waited), "{waited}");
    assert_eq!(error.attempts(), 5);
    let keys: Vec<_> =
        server.sent()[1..].iter().map(|sent| sent.headers()["idempotency-key"].clone()).collect();
    assert!(keys.len() == 5 && keys.iter().all(|key| *key == keys[0]));
}

#[tokio::test(start_paused = true)]
async fn a_twin_at_work_is_waited_for() {
    let server = writes(|number| match number {
        0 => Err(TransportError::maybe_sent("reset")),
        1 => problem(409, "conflict"),
        _ => thing(),
    });
    let response = warm(&server, || 0).await.create("x").with_response().await.unwrap();
    assert_eq!(response.attempts(), 3);
    let server = writes(|_| problem(409, "conflict"));
    let error = warm(&server, || 0).await.create("x").await.unwrap_err();
    assert_eq!((error.outcome(), error.attempts()), (Outcome::Rejected, 1), "else it is a no");
}

#[tokio::test(start_paused = true)]
async fn those_whom_a_server_told_the_same_come_back_one_by_one() {
    let server = writes(|number| if number == 0 { busy(503, &["2"]) } else { thing() });
    let client = warm(&server, || u64::MAX / 2).await;
    let started = Instant::now();
    client.create("x").await.unwrap();
    // What it wants, and half of the longest wait.
    assert_eq!(started.elapsed().as_millis(), 2_100);
}

#[tokio::test(start_paused = true)]
async fn what_was_refused_before_is_not_said_to_have_taken_effect() {
    let server = writes(|number| match number {
        0 => busy(429, &[]),
        _ => Err(TransportError::not_sent("refused")),
    });
    let error = warm(&server, || 0).await.create("x").await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Connect, Outcome::Rejected));
    assert!(error.to_string().ends_with("; an earlier attempt was refused"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_call_that_waits_leaves_room_for_others() {
    let server = writes(|number| if number == 0 { busy(503, &["10"]) } else { thing() });
    let client = server.builder().max_in_flight(1).build().unwrap();
    let waiting = tokio::spawn(client.create("x").into_future());
    tokio::time::sleep(Duration::from_secs(1)).await;
    let started = Instant::now();
    client.create("x").await.unwrap();
    assert_eq!(started.elapsed(), Duration::ZERO);
    waiting.await.unwrap().unwrap();
    assert_eq!(started.elapsed(), Duration::from_millis(9_050));
}
