//! A token that is refused: one call tries the next one for all of them.

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

type Answer = BoxFuture<'static, Reply>;

fn unauthorised() -> Reply {
    problem(401, "unauthorised")
}

/// Answers by what is made of the number of the token, and of how many requests came with it before.
fn by_token(answer: impl Fn(usize, usize) -> Answer + Send + Sync + 'static) -> Server {
    let counts: Arc<[AtomicUsize; 100]> = Arc::new(std::array::from_fn(|_| AtomicUsize::new(0)));
    Server::slow(move |_, request| {
        let bearer = request.headers()["authorization"].to_str().unwrap();
        let number: usize = bearer.strip_prefix("Bearer ory_at_").unwrap().parse().unwrap();
        answer(number, counts[number].fetch_add(1, Ordering::SeqCst))
    })
}

/// After so many milliseconds.
fn takes(milliseconds: u64, reply: fn() -> Reply) -> Answer {
    Box::pin(async move {
        sleep(MILLISECOND * u32::try_from(milliseconds).unwrap()).await;
        reply()
    })
}

/// Never.
fn silence() -> Answer {
    Box::pin(std::future::pending())
}

fn spawn(set: &mut JoinSet<Result<Thing, Error>>, client: &Client, calls: usize) {
    (0..calls).for_each(|_| drop(set.spawn(client.create("x").into_future())));
}

/// Makes this many calls at once, and gives back what came of them.
async fn together(client: &Client, calls: usize) -> Vec<Result<Thing, Error>> {
    let mut set = JoinSet::new();
    spawn(&mut set, client, calls);
    set.join_all().await
}

/// A server that takes the first token for one call, and has revoked it then.
fn revoked(answer: impl Fn(usize, usize) -> Answer + Send + Sync + 'static) -> Server {
    by_token(move |token, number| match (token, number) {
        (0, 0) => takes(0, thing),
        (0, _) => takes(100, unauthorised),
        _ => answer(token, number),
    })
}

/// A client of it, which has the first token.
async fn warm(server: &Server) -> Client {
    let client = server.client();
    client.create("warm").await.unwrap();
    client
}

#[tokio::test(start_paused = true)]
async fn a_storm_of_refusals_costs_hardly_more_than_its_calls() {
    for (how, is_queue) in [("in the client's queue", true), ("by 250 workers", false)] {
        for milliseconds in [100, 500, 1_500] {
            let server = by_token(move |_, _| takes(milliseconds, unauthorised));
            let client = server.builder().max_in_flight(250).build().unwrap();
            let started = Instant::now();
            let mut errors = Vec::new();
            if is_queue {
                errors = together(&client, 1_000).await;
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
                "1,000 calls {how}, each refused with 401 after {milliseconds} ms: {per_call} \
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
async fn a_revoked_token_costs_no_call() {
    for (calls, most) in [(250, 250), (1_000, 250), (100, 1), (1, 1)] {
        let server = revoked(|_, _| takes(100, thing));
        let client = server.builder().max_in_flight(most).build().unwrap();
        client.create("warm").await.unwrap();
        let results = together(&client, calls).await;
        let failed = results.iter().filter(|result| result.is_err()).count();
        let (sent, tokens) = (server.sent().len() - 1, server.token_requests());
        println!(
            "a revoked token, {calls} calls, {most} in flight: {failed} fail, {sent} requests, \
             {tokens} tokens"
        );
        assert_eq!((failed, tokens), (0, 2));
        assert_eq!(sent, calls + calls.min(most), "those that were in flight go out again");
    }
}

#[tokio::test(start_paused = true)]
async fn refusals_that_come_in_late_cost_no_call_either() {
    let server = by_token(|token, number| match (token, number) {
        (0, 0) => takes(0, thing),
        (0, _) => takes(20 * u64::try_from(number).unwrap(), unauthorised),
        _ => takes(100, thing),
    });
    let client = warm(&server).await;
    let results = together(&client, 250).await;
    assert!(results.iter().all(Result::is_ok));
    assert_eq!((server.sent().len(), server.token_requests()), (501, 2));
}

#[tokio::test(start_paused = true)]
async fn any_answer_but_a_refusal_proves_a_token() {
    let answers: [fn() -> Reply; 4] = [
        || problem(422, "unprocessable_entity"),
        || problem(403, "forbidden"),
        || problem(503, "service_unavailable"),
        || reply(200, "application/json", "{"),
    ];
    for answer in answers {
        let server = revoked(move |_, number| match number {
            0 => takes(100, answer),
            _ => takes(100, thing),
        });
        let client = warm(&server).await;
        let failed = together(&client, 250).await.iter().filter(|result| result.is_err()).count();
        // The probe may have failed, for its own reason.
        assert!(failed <= 1 && server.token_requests() == 2, "{failed}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_refuted_token_ends_those_who_wait_with_their_own_refusal() {
    let server = revoked(|_, _| takes(100, unauthorised));
    let client = warm(&server).await;
    let started = Instant::now();
    let results = together(&client, 250).await;
    assert_eq!(started.elapsed(), 250 * MILLISECOND, "their own, the fetch, and the probe");
    let mut twice = 0;
    for error in results.into_iter().map(Result::unwrap_err) {
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Unauthorized, Outcome::Rejected));
        assert!(error.signature_base().is_some() && error.request_id().is_some());
        twice += usize::from(error.attempts() == 2);
    }
    assert_eq!((twice, server.sent().len(), server.token_requests()), (1, 252, 2));
    // What is refused later is not sent again either, and the next call gets another token.
    sleep(SECOND).await;
    assert_eq!(client.create("x").await.unwrap_err().attempts(), 2);
    assert_eq!(server.token_requests(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_probe_without_an_answer_hands_over() {
    // Its answer never comes; or it is lost; or it never left.
    let answers: [fn() -> Answer; 3] = [
        silence,
        || takes(50, || Err(TransportError::maybe_sent("reset"))),
        || takes(50, || Err(TransportError::not_sent("refused"))),
    ];
    for answer in answers {
        let server = revoked(move |_, number| match number {
            0 => answer(),
            _ => takes(100, thing),
        });
        let client = warm(&server).await;
        let results = together(&client, 250).await;
        assert!(results.iter().all(Result::is_ok));
        assert_eq!(server.token_requests(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn a_probe_that_is_dropped_hands_over() {
    let server = revoked(|_, number| match number {
        0 => silence(),
        _ => takes(100, thing),
    });
    let client = warm(&server).await;
    // It tries the new token, which is there before the others are refused.
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
async fn a_call_that_waits_for_a_probe_ends_with_its_time() {
    let server = revoked(|_, _| silence());
    let client = warm(&server).await;
    let probe = tokio::spawn(client.create("x").into_future());
    sleep(60 * MILLISECOND).await;
    let started = Instant::now();
    let error = client.create("x").timeout(5 * SECOND).await.unwrap_err();
    assert_eq!(started.elapsed(), 5 * SECOND);
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Unauthorized, Outcome::Rejected));
    assert_eq!(error.attempts(), 1, "it was not sent again");
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
async fn a_probe_that_is_refused_after_that_refutes_nothing() {
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
async fn a_probe_without_an_answer_proves_nothing() {
    let server = revoked(|_, number| match number {
        0 => takes(50, || Err(TransportError::maybe_sent("reset"))),
        _ => takes(100, unauthorised),
    });
    let client = warm(&server).await;
    assert!(together(&client, 250).await.iter().all(Result::is_err));
    // The first probe, its next attempt, and the second probe.
    assert_eq!((server.sent().len(), server.token_requests()), (1 + 250 + 3, 2));
}
