//! A rejected token: one call, the probe, tries the next token for all others.

mod probes;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::{Instant, advance, sleep};
use upvest_core::transport::TransportError;
use upvest_core::{BoxFuture, Client, Error, ErrorKind, Outcome};
use upvest_tests::in_memory::{Reply, Server, Thing, Things, problem, reply, thing, token};

const MILLISECOND: Duration = Duration::from_millis(1);
const SECOND: Duration = Duration::from_secs(1);

type Reaction = BoxFuture<'static, Reply>;

fn unauthorised() -> Reply {
    problem(401, "unauthorised")
}

/// Responds by the number of the token and the number of earlier requests with that token.
fn by_token(respond: impl Fn(usize, usize) -> Reaction + Send + Sync + 'static) -> Server {
    let counts: Arc<[AtomicUsize; 100]> = Arc::new(std::array::from_fn(|_| AtomicUsize::new(0)));
    Server::slow(move |_, request| {
        let bearer = request.headers()["authorization"].to_str().unwrap();
        let number: usize = bearer.strip_prefix("Bearer ory_at_").unwrap().parse().unwrap();
        respond(number, counts[number].fetch_add(1, Ordering::SeqCst))
    })
}

/// Responds after this many milliseconds.
fn takes(milliseconds: u64, reply: fn() -> Reply) -> Reaction {
    Box::pin(async move {
        sleep(MILLISECOND * u32::try_from(milliseconds).unwrap()).await;
        reply()
    })
}

/// Never responds.
fn silence() -> Reaction {
    Box::pin(std::future::pending())
}

fn spawn(set: &mut JoinSet<Result<Thing, Error>>, client: &Client, calls: usize) {
    (0..calls).for_each(|_| drop(set.spawn(client.create("x").into_future())));
}

/// Makes this many concurrent calls and returns their results.
async fn call_concurrently(client: &Client, calls: usize) -> Vec<Result<Thing, Error>> {
    let mut set = JoinSet::new();
    spawn(&mut set, client, calls);
    set.join_all().await
}

/// A server that accepts the first token for one call and then rejects it.
fn revoked(respond: impl Fn(usize, usize) -> Reaction + Send + Sync + 'static) -> Server {
    by_token(move |token, number| match (token, number) {
        (0, 0) => takes(0, thing),
        (0, _) => takes(100, unauthorised),
        _ => respond(token, number),
    })
}

/// Returns a client of the server that already has the first token.
async fn warm(server: &Server) -> Client {
    let client = server.client();
    client.create("warm").await.unwrap();
    client
}

#[tokio::test(start_paused = true)]
async fn a_storm_of_rejections_costs_hardly_more_requests_than_calls() {
    for (how, is_queue) in [("in the client's queue", true), ("by 250 workers", false)] {
        for milliseconds in [100, 500, 1_500] {
            let server = by_token(move |_, _| takes(milliseconds, unauthorised));
            let client = server.builder().max_in_flight(250).build().unwrap();
            let started = Instant::now();
            let mut errors = Vec::new();
            if is_queue {
                errors = call_concurrently(&client, 1_000).await;
            } else {
                let mut workers = JoinSet::new();
                for _ in 0..250 {
                    let client = client.clone();
                    workers.spawn(async move {
                        let mut errors = Vec::new();
                        for _ in 0..4 {
                            errors.push(client.create("x").await);
                        }
                        errors
                    });
                }
                errors.extend(workers.join_all().await.into_iter().flatten());
            }
            let per_call = server.sent().len() as f64 / 1_000.0;
            println!(
                "1,000 calls {how}, each rejected with 401 after {milliseconds} ms: {per_call} \
                 requests a call, {} tokens, {:?}",
                server.token_requests(),
                started.elapsed()
            );
            assert_eq!(errors.len(), 1_000);
            for error in errors.into_iter().map(Result::unwrap_err) {
                let known = (error.kind(), error.outcome());
                assert_eq!(known, (ErrorKind::Unauthorized, Outcome::Rejected), "{error}");
                assert!(error.attempts() <= 2 && !error.is_retryable(), "{error:?}");
            }
            assert!((1.0..=1.1).contains(&per_call), "{how}, {milliseconds} ms: {per_call}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_revoked_token_fails_no_call() {
    for (calls, most) in [(250, 250), (1_000, 250), (100, 1), (1, 1)] {
        let server = revoked(|_, _| takes(100, thing));
        let client = server.builder().max_in_flight(most).build().unwrap();
        client.create("warm").await.unwrap();
        let results = call_concurrently(&client, calls).await;
        let failed = results.iter().filter(|result| result.is_err()).count();
        let (sent, tokens) = (server.sent().len() - 1, server.token_requests());
        println!(
            "a revoked token, {calls} calls, {most} in flight: {failed} fail, {sent} requests, \
             {tokens} tokens"
        );
        assert_eq!((failed, tokens), (0, 2));
        assert_eq!(sent, calls + calls.min(most), "the calls in flight are retried");
    }
}

#[tokio::test(start_paused = true)]
async fn late_rejections_fail_no_call() {
    let server = by_token(|token, number| match (token, number) {
        (0, 0) => takes(0, thing),
        (0, _) => takes(20 * u64::try_from(number).unwrap(), unauthorised),
        _ => takes(100, thing),
    });
    let client = warm(&server).await;
    let results = call_concurrently(&client, 250).await;
    assert!(results.iter().all(Result::is_ok));
    assert_eq!((server.sent().len(), server.token_requests()), (501, 2));
}

#[tokio::test(start_paused = true)]
async fn any_response_except_a_rejection_proves_a_token() {
    let responses: [fn() -> Reply; 4] = [
        || problem(422, "unprocessable_entity"),
        || problem(403, "forbidden"),
        || problem(503, "service_unavailable"),
        || reply(200, "application/json", "{"),
    ];
    for respond in responses {
        let server = revoked(move |_, number| match number {
            0 => takes(100, respond),
            _ => takes(100, thing),
        });
        let client = warm(&server).await;
        let failed =
            call_concurrently(&client, 250).await.iter().filter(|result| result.is_err()).count();
        // The probe may have failed for its own reason.
        assert!(failed <= 1 && server.token_requests() == 2, "{failed}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_rejected_probe_ends_waiting_calls_with_their_own_rejection() {
    let server = revoked(|_, _| takes(100, unauthorised));
    let client = warm(&server).await;
    let started = Instant::now();
    let results = call_concurrently(&client, 250).await;
    assert_eq!(started.elapsed(), 250 * MILLISECOND, "their own attempt, the fetch, and the probe");
    let mut twice = 0;
    for error in results.into_iter().map(Result::unwrap_err) {
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Unauthorized, Outcome::Rejected));
        assert!(error.signature_base().is_some() && error.request_id().is_some());
        twice += usize::from(error.attempts() == 2);
    }
    assert_eq!((twice, server.sent().len(), server.token_requests()), (1, 252, 2));
    // Later rejections are not retried either, and the next call gets another token.
    sleep(SECOND).await;
    assert_eq!(client.create("x").await.unwrap_err().attempts(), 2);
    assert_eq!(server.token_requests(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_probe_without_a_response_hands_over() {
    // Its response never arrives; or it is lost; or the request was never sent.
    let responses: [fn() -> Reaction; 3] = [
        silence,
        || takes(50, || Err(TransportError::maybe_sent("reset"))),
        || takes(50, || Err(TransportError::not_sent("refused"))),
    ];
    for respond in responses {
        let server = revoked(move |_, number| match number {
            0 => respond(),
            _ => takes(100, thing),
        });
        let client = warm(&server).await;
        let results = call_concurrently(&client, 250).await;
        assert!(results.iter().all(Result::is_ok));
        assert_eq!(server.token_requests(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn a_dropped_probe_hands_over() {
    let server = revoked(|_, number| match number {
        0 => silence(),
        _ => takes(100, thing),
    });
    let client = warm(&server).await;
    // The probe tries the new token, which is available before the others are rejected.
    let probe = tokio::spawn(client.create("x").into_future());
    sleep(60 * MILLISECOND).await;
    let mut others = JoinSet::new();
    spawn(&mut others, &client, 249);
    sleep(SECOND).await;
    assert_eq!(server.sent().len(), 1 + 250 + 1, "the others wait");
    probe.abort();
    let started = Instant::now();
    assert!(others.join_all().await.iter().all(Result::is_ok));
    assert_eq!(started.elapsed(), 200 * MILLISECOND);
    assert_eq!((server.sent().len(), server.token_requests()), (1 + 250 + 1 + 249, 2));
}

#[tokio::test(start_paused = true)]
async fn a_call_that_waits_for_a_probe_ends_at_its_deadline() {
    let server = revoked(|_, _| silence());
    let client = warm(&server).await;
    let probe = tokio::spawn(client.create("x").into_future());
    sleep(60 * MILLISECOND).await;
    let started = Instant::now();
    let error = client.create("x").timeout(5 * SECOND).await.unwrap_err();
    assert_eq!(started.elapsed(), 5 * SECOND);
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Unauthorized, Outcome::Rejected));
    assert_eq!(error.attempts(), 1, "it was not retried");
    probe.abort();
}

#[tokio::test(start_paused = true)]
async fn a_new_call_proves_a_token_while_the_probe_hangs() {
    let server = revoked(|_, number| match number {
        0 => silence(),
        _ => takes(100, thing),
    });
    let client = warm(&server).await;
    let probe = tokio::spawn(client.create("x").into_future());
    sleep(60 * MILLISECOND).await;
    let mut others = JoinSet::new();
    spawn(&mut others, &client, 100);
    sleep(SECOND).await;
    let started = Instant::now();
    client.create("new").await.unwrap();
    assert!(others.join_all().await.iter().all(Result::is_ok));
    assert_eq!(started.elapsed(), 200 * MILLISECOND);
    probe.abort();
}

#[tokio::test(start_paused = true)]
async fn a_late_rejection_of_a_probe_does_not_discard_the_token() {
    let server = by_token(|token, number| match (token, number) {
        (0, 0) => takes(0, thing),
        (0, 1) => takes(100, unauthorised),
        (0, _) => takes(2_000, unauthorised),
        (_, 0) => takes(500, unauthorised),
        _ => takes(100, thing),
    });
    let client = warm(&server).await;
    let probe = tokio::spawn(client.create("x").into_future());
    sleep(60 * MILLISECOND).await;
    let mut late = JoinSet::new();
    spawn(&mut late, &client, 10);
    sleep(200 * MILLISECOND).await;
    client.create("new").await.unwrap();
    let error = probe.await.unwrap().unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Unauthorized, 2));
    assert!(late.join_all().await.iter().all(Result::is_ok));
    assert_eq!(server.token_requests(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_probe_without_a_response_proves_nothing() {
    let server = revoked(|_, number| match number {
        0 => takes(50, || Err(TransportError::maybe_sent("reset"))),
        _ => takes(100, unauthorised),
    });
    let client = warm(&server).await;
    assert!(call_concurrently(&client, 250).await.iter().all(Result::is_err));
    // The first probe, its retry, and the second probe.
    assert_eq!((server.sent().len(), server.token_requests()), (1 + 250 + 3, 2));
}
