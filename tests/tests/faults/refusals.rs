//! A token that is refused: one call tries the next one for all of them.

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

#[tokio::test(start_paused = true)]
async fn calls_that_wait_leave_room_for_others() {
    let server = revoked(|_, number| match number {
        0 => silence(),
        _ => takes(100, thing),
    });
    let client = server.builder().max_in_flight(2).build().unwrap();
    client.create("warm").await.unwrap();
    let mut waiting = JoinSet::new();
    spawn(&mut waiting, &client, 2);
    sleep(200 * MILLISECOND).await;
    let started = Instant::now();
    client.create("new").await.unwrap();
    assert_eq!(started.elapsed(), 100 * MILLISECOND);
    assert_eq!(waiting.join_next().await.unwrap().unwrap().unwrap().id, 7);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_of_another_call_does_not_refute_a_token() {
    // Something else may be wrong with it, and the probe says more: its request was good before.
    let server = revoked(|_, number| match number {
        0 => takes(500, thing),
        1 => takes(100, unauthorised),
        _ => takes(100, thing),
    });
    let client = warm(&server).await;
    let mut set = JoinSet::new();
    spawn(&mut set, &client, 100);
    sleep(200 * MILLISECOND).await;
    let error = client.create("bad").await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Unauthorized, 1));
    assert!(set.join_all().await.iter().all(Result::is_ok));
    assert_eq!(server.token_requests(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_probe_does_not_wait_behind_all_others() {
    // With one slot and a long queue, it goes out before the calls that have not been sent yet.
    let server = revoked(|_, _| takes(1_000, thing));
    let client = server.builder().max_in_flight(1).build().unwrap();
    client.create("warm").await.unwrap();
    let mut set = JoinSet::new();
    spawn(&mut set, &client, 50);
    sleep(160 * MILLISECOND).await;
    let keys: Vec<_> =
        server.sent().iter().map(|sent| sent.headers()["idempotency-key"].clone()).collect();
    assert!(keys.len() == 3 && keys[1] == keys[2], "{keys:?}");
    assert!(set.join_all().await.iter().all(Result::is_ok));
    // One after the other, and nothing is lost between them.
    assert_eq!((server.sent().len(), server.token_requests()), (1 + 1 + 50, 2));
}

#[tokio::test(start_paused = true)]
async fn a_refused_token_whose_successor_cannot_be_had_is_reported() {
    let is_down = Arc::new(AtomicBool::new(false));
    let down = Arc::clone(&is_down);
    let server = revoked(|_, _| takes(100, thing)).with_tokens(move |number| {
        let is_down = down.load(Ordering::SeqCst);
        Box::pin(async move {
            sleep(50 * MILLISECOND).await;
            if is_down {
                return problem(403, "forbidden");
            }
            reply(200, "application/json", &token(number, 1800))
        })
    });
    let client = warm(&server).await;
    is_down.store(true, Ordering::SeqCst);
    for error in together(&client, 250).await.into_iter().map(Result::unwrap_err) {
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Token, Outcome::Rejected));
        assert!(error.to_string().ends_with("; an earlier attempt was refused"), "{error}");
        assert_eq!((error.attempts(), error.is_retryable()), (1, false));
    }
    assert_eq!((server.token_requests(), server.sent().len()), (2, 251));
}

#[tokio::test(start_paused = true)]
async fn tokens_that_live_for_no_time_are_tried_too() {
    let server = by_token(|token, _| takes(100, if token == 0 { unauthorised } else { thing }))
        .with_tokens(|number| {
            Box::pin(async move { reply(200, "application/json", &token(number, 0)) })
        });
    assert!(together(&server.client(), 100).await.iter().all(Result::is_ok));
    assert_eq!((server.sent().len(), server.token_requests()), (200, 2));
}

#[test]
fn a_probe_on_an_idle_runtime_is_not_waited_for() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let gate = Arc::new(Notify::new());
    let opened = Arc::clone(&gate);
    let server = by_token(move |token, number| match (token, number) {
        (0, 0) => Box::pin(async { thing() }),
        (0, 1) => {
            let gate = Arc::clone(&opened);
            Box::pin(async move {
                gate.notified().await;
                unauthorised()
            })
        }
        (0, _) => Box::pin(async { unauthorised() }),
        (_, 0) => silence(),
        _ => Box::pin(async { thing() }),
    })
    .with_tokens(|number| {
        Box::pin(async move { reply(200, "application/json", &token(number, 1800)) })
    });
    let client = server.builder().attempt_timeout(Duration::from_secs(1)).build().unwrap();
    let (busy, idle) = (runtime(), runtime());
    let start = |runtime: &tokio::runtime::Runtime, requests| {
        let call = runtime.spawn(client.create("x").into_future());
        runtime.block_on(async {
            while server.sent().len() < requests {
                tokio::task::yield_now().await;
            }
        });
        call
    };
    busy.block_on(client.create("warm").into_future()).unwrap();
    let waiting = start(&busy, 2);
    // It tries the new token; then its runtime is there, and does nothing.
    let probe = start(&idle, 4);
    gate.notify_one();
    busy.block_on(waiting).unwrap().unwrap();
    assert_eq!(server.sent().len(), 5);
    drop(probe);
}

#[tokio::test(start_paused = true)]
async fn a_token_that_is_too_large_is_replaced_like_one_that_is_refused() {
    const TOO_LARGE: fn() -> Reply = || problem(431, "request_header_fields_too_large");
    // One large token, as it happens with many scopes: the next one is good.
    let server = by_token(|token, _| takes(100, if token == 0 { TOO_LARGE } else { thing }));
    let client = server.client();
    let response = client.create("x").with_response().await.unwrap();
    assert_eq!((response.attempts(), server.token_requests()), (2, 2));
    client.create("x").await.unwrap();
    assert_eq!((server.sent().len(), server.token_requests()), (3, 2));

    // All are: each call ends with what it was told, and one probe a token.
    let server = by_token(|_, _| takes(1_500, TOO_LARGE));
    let client = server.builder().max_in_flight(250).build().unwrap();
    for error in together(&client, 1_000).await.into_iter().map(Result::unwrap_err) {
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Api, Outcome::Rejected), "{error}");
        assert_eq!(error.status().unwrap().as_u16(), 431);
        assert!(error.attempts() <= 2 && !error.is_retryable());
    }
    let sent = server.sent().len();
    println!("1,000 calls, each refused with 431 after 1,500 ms: {sent} requests");
    assert!(sent <= 1_100, "{sent}");

    // A write without a key too; what it may have done by then is not known.
    let server = by_token(|token, _| match token {
        0 => takes(100, TOO_LARGE),
        _ => takes(100, || problem(422, "unprocessable_entity")),
    });
    let error = server.client().note(7, "x").await.unwrap_err();
    assert_eq!((error.outcome(), error.attempts()), (Outcome::Unknown, 2), "{error}");

    // With one attempt, the next call has another token.
    let server = by_token(|token, _| takes(100, if token == 0 { TOO_LARGE } else { thing }));
    let client = server.client();
    let error = client.create("x").max_attempts(1).await.unwrap_err();
    assert_eq!((error.status().unwrap().as_u16(), server.sent().len()), (431, 1));
    client.create("x").max_attempts(1).await.unwrap();

    // Nothing else is taken for the token's fault.
    for status in [400, 403, 407, 413, 414] {
        let server = Server::new(move |_, _| problem(status, "x"));
        let client = server.client();
        let attempts = client.create("x").await.unwrap_err().attempts();
        advance(SECOND).await;
        client.create("x").await.unwrap_err();
        assert_eq!((attempts, server.token_requests()), (1, 1), "{status}");
    }
}
