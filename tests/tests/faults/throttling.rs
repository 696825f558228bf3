//! 40 to 46: an overloaded server, and a client that must not add to its load.

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

/// Returns a client that already has a token, so that only its back-off takes time.
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

/// Responds to reads with a success, and to writes by their number, counted from 0.
fn writes(respond: impl Fn(usize) -> Reply + Send + Sync + 'static) -> Server {
    let writes = std::sync::atomic::AtomicUsize::new(0);
    Server::new(move |_, request| {
        if request.method() == "GET" {
            return thing();
        }
        respond(writes.fetch_add(1, std::sync::atomic::Ordering::SeqCst))
    })
}

#[tokio::test(start_paused = true)]
async fn f40_a_retry_after_of_a_day_ends_the_call_at_once() {
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
async fn f41_a_valid_retry_after_is_respected_and_an_invalid_one_is_ignored() {
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

/// Returns the number of requests per call, for 1,000 calls that all get this response.
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
async fn f42_a_failing_server_gets_hardly_more_requests_than_calls() {
    for (what, reply) in [
        ("429", (|| busy(429, &[])) as fn() -> Reply),
        ("503", || busy(503, &[])),
        ("no connection", || Err(TransportError::not_sent("refused"))),
        ("no response", || Err(TransportError::maybe_sent("reset"))),
    ] {
        let times = amplification(reply).await;
        println!("1,000 calls, all {what}: {times} requests per call");
        assert!((1.0..=1.1).contains(&times), "{what}: {times}");
    }
}

#[tokio::test(start_paused = true)]
async fn f43_a_recovered_server_is_noticed() {
    let server = writes(|number| if number == 0 { busy(503, &[]) } else { thing() });
    let client = warm(&server, || u64::MAX).await;
    let started = Instant::now();
    let response = client.create("x").with_response().await.unwrap();
    assert_eq!(response.attempts(), 2);
    // The longest possible first delay.
    assert_eq!(started.elapsed(), Duration::from_millis(200));
}

#[tokio::test(start_paused = true)]
async fn f44_a_flapping_server_is_tolerated() {
    // One call for each combination of results of three attempts; seven of eight succeed.
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
    assert_eq!(server.sent().len() - 1, 5 * length, "the retry budget sufficed for all attempts");
}

#[tokio::test(start_paused = true)]
async fn f45_a_delay_beyond_the_deadline_is_not_started() {
    let server = writes(|_| busy(503, &["30"]));
    let client = warm(&server, || 0).await;
    let started = Instant::now();
    let error = client.create("x").timeout(Duration::from_secs(30)).await.unwrap_err();
    assert_eq!((started.elapsed(), error.attempts()), (Duration::ZERO, 1));
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Api, Outcome::Unknown));
}

#[tokio::test(start_paused = true)]
async fn f46_the_possible_effect_of_an_attempt_is_remembered() {
    // The first response is lost; whatever the second says, the first attempt may have taken
    // effect.
    for (second, kind) in [
        ((|| Err(TransportError::not_sent("refused"))) as fn() -> Reply, ErrorKind::Connect),
        (|| problem(400, "invalid_request"), ErrorKind::Api),
        (|| problem(404, "not_found"), ErrorKind::Api),
        (|| problem(409, "conflict"), ErrorKind::Api),
        (|| problem(422, "unprocessable_entity"), ErrorKind::Api),
        (|| busy(429, &["99"]), ErrorKind::Api),
    ] {
        let responses = move |number| {
            if number == 0 { Err(TransportError::maybe_sent("reset")) } else { second() }
        };
        let server = writes(responses);
        let error = warm(&server, || 0).await.create("x").await.unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (kind, Outcome::Unknown), "{error}");
        assert!(
            error.to_string().ends_with("; an earlier attempt may have taken effect"),
            "{error}"
        );
        // The same without a key: a 404 for a removal may mean that it was already removed.
        let server = writes(responses);
        let error = warm(&server, || 0).await.remove(7).await.unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (kind, Outcome::Unknown), "{error}");
    }
    // The same if the second attempt fails earlier, because its token has expired and there is no
    // other.
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
    // Once it is known to have taken effect, that stays known.
    let server = writes(|number| match number {
        0 => reply(202, "application/json", r#"{"id":"#),
        _ => problem(422, "unprocessable_entity"),
    });
    let error = warm(&server, || 0).await.create("x").await.unwrap_err();
    assert_eq!((error.outcome(), error.attempts()), (Outcome::Applied, 2));
    assert!(error.to_string().ends_with("; an earlier attempt took effect"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn the_delays_grow_and_the_key_stays() {
    let server = writes(|_| busy(503, &[]));
    let client = warm(&server, || u64::MAX).await;
    let started = Instant::now();
    let error = client.create("x").max_attempts(5).await.unwrap_err();
    // 200, 400, 800 and 1,600 milliseconds, minus a nanosecond each.
    let waited = started.elapsed().as_millis();
    assert!((3_000..=3_004).contains(&waited), "{waited}");
    assert_eq!(error.attempts(), 5);
    let keys: Vec<_> =
        server.sent()[1..].iter().map(|sent| sent.headers()["idempotency-key"].clone()).collect();
    assert!(keys.len() == 5 && keys.iter().all(|key| *key == keys[0]));
}

#[tokio::test(start_paused = true)]
async fn a_concurrent_duplicate_is_waited_for() {
    let server = writes(|number| match number {
        0 => Err(TransportError::maybe_sent("reset")),
        1 => problem(409, "conflict"),
        _ => thing(),
    });
    let response = warm(&server, || 0).await.create("x").with_response().await.unwrap();
    assert_eq!(response.attempts(), 3);
    let server = writes(|_| problem(409, "conflict"));
    let error = warm(&server, || 0).await.create("x").await.unwrap_err();
    assert_eq!((error.outcome(), error.attempts()), (Outcome::Rejected, 1), "a rejection");
}

#[tokio::test(start_paused = true)]
async fn clients_with_the_same_retry_after_return_one_by_one() {
    let server = writes(|number| if number == 0 { busy(503, &["2"]) } else { thing() });
    let client = warm(&server, || u64::MAX / 2).await;
    let started = Instant::now();
    client.create("x").await.unwrap();
    // The requested delay, plus half of the longest back-off.
    assert_eq!(started.elapsed().as_millis(), 2_100);
}

#[tokio::test(start_paused = true)]
async fn an_earlier_rejection_is_not_reported_as_an_effect() {
    let server = writes(|number| match number {
        0 => busy(429, &[]),
        _ => Err(TransportError::not_sent("refused")),
    });
    let error = warm(&server, || 0).await.create("x").await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Connect, Outcome::Rejected));
    assert!(error.to_string().ends_with("; an earlier attempt was refused"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_waiting_call_frees_its_slot() {
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
