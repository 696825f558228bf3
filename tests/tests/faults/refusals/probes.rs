//! The probe, the call that tries a new token: other calls wait no longer than necessary.

use super::*;

#[tokio::test(start_paused = true)]
async fn waiting_calls_free_their_slots() {
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
async fn a_rejection_of_another_call_does_not_discard_the_token() {
    // The rejection may have another cause. The probe is better evidence, because its request
    // succeeded before.
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
async fn a_probe_is_sent_before_queued_calls() {
    // With one slot and a long queue, the probe is sent before the calls that are still queued.
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
    // One after the other, without a gap.
    assert_eq!((server.sent().len(), server.token_requests()), (1 + 1 + 50, 2));
}

#[tokio::test(start_paused = true)]
async fn a_rejected_token_without_a_successor_is_reported() {
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
    for error in call_concurrently(&client, 250).await.into_iter().map(Result::unwrap_err) {
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Token, Outcome::Rejected));
        assert!(error.to_string().ends_with("; an earlier attempt was refused"), "{error}");
        assert_eq!((error.attempts(), error.is_retryable()), (1, false));
    }
    assert_eq!((server.token_requests(), server.sent().len()), (2, 251));
}

#[tokio::test(start_paused = true)]
async fn tokens_with_a_lifetime_of_zero_are_probed_too() {
    let server = by_token(|token, _| takes(100, if token == 0 { unauthorised } else { thing }))
        .with_tokens(|number| {
            Box::pin(async move { reply(200, "application/json", &token(number, 0)) })
        });
    assert!(call_concurrently(&server.client(), 100).await.iter().all(Result::is_ok));
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
    // The probe tries the new token; then its runtime stays alive but idle.
    let probe = start(&idle, 4);
    gate.notify_one();
    busy.block_on(waiting).unwrap().unwrap();
    assert_eq!(server.sent().len(), 5);
    drop(probe);
}

#[tokio::test(start_paused = true)]
async fn a_token_that_is_too_large_is_replaced_like_a_rejected_one() {
    const TOO_LARGE: fn() -> Reply = || problem(431, "request_header_fields_too_large");
    // One token is too large, as happens with many scopes: the next one is accepted.
    let server = by_token(|token, _| takes(100, if token == 0 { TOO_LARGE } else { thing }));
    let client = server.client();
    let response = client.create("x").with_response().await.unwrap();
    assert_eq!((response.attempts(), server.token_requests()), (2, 2));
    client.create("x").await.unwrap();
    assert_eq!((server.sent().len(), server.token_requests()), (3, 2));

    // All tokens are too large: each call ends with its own rejection, and there is one probe per
    // token.
    let server = by_token(|_, _| takes(1_500, TOO_LARGE));
    let client = server.builder().max_in_flight(250).build().unwrap();
    for error in call_concurrently(&client, 1_000).await.into_iter().map(Result::unwrap_err) {
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Api, Outcome::Rejected), "{error}");
        assert_eq!(error.status().unwrap().as_u16(), 431);
        assert!(error.attempts() <= 2 && !error.is_retryable());
    }
    let sent = server.sent().len();
    println!("1,000 calls, each rejected with 431 after 1,500 ms: {sent} requests");
    assert!(sent <= 1_100, "{sent}");

    // The same for a write without a key; whether it took effect is then unknown.
    let server = by_token(|token, _| match token {
        0 => takes(100, TOO_LARGE),
        _ => takes(100, || problem(422, "unprocessable_entity")),
    });
    let error = server.client().note(7, "x").await.unwrap_err();
    assert_eq!((error.outcome(), error.attempts()), (Outcome::Unknown, 2), "{error}");

    // With a single attempt, the next call uses another token.
    let server = by_token(|token, _| takes(100, if token == 0 { TOO_LARGE } else { thing }));
    let client = server.client();
    let error = client.create("x").max_attempts(1).await.unwrap_err();
    assert_eq!((error.status().unwrap().as_u16(), server.sent().len()), (431, 1));
    client.create("x").max_attempts(1).await.unwrap();

    // No other status is attributed to the token.
    for status in [400, 403, 407, 413, 414] {
        let server = Server::new(move |_, _| problem(status, "x"));
        let client = server.client();
        let attempts = client.create("x").await.unwrap_err().attempts();
        advance(SECOND).await;
        client.create("x").await.unwrap_err();
        assert_eq!((attempts, server.token_requests()), (1, 1), "{status}");
    }
}
