//! 30 to 39: access tokens.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, advance, sleep};
use upvest_core::__sandbox::{AccessTokens as _, TokenRequest};
use upvest_core::transport::TransportError;
use upvest_core::{Client, Error, ErrorKind, Outcome};
use upvest_tests::in_memory::{Server, Thing, Things, problem, reply, thing, token};
use uuid::Uuid;

const SECOND: Duration = Duration::from_secs(1);

/// Makes this many concurrent calls and returns their results.
async fn call_concurrently(client: &Client, calls: usize) -> Vec<Result<Thing, Error>> {
    let mut set = JoinSet::new();
    (0..calls).for_each(|_| drop(set.spawn(client.create("x").into_future())));
    set.join_all().await
}

#[tokio::test(start_paused = true)]
async fn f30_a_thousand_cold_calls_fetch_one_token() {
    let server = Server::new(|_, _| thing());
    let results = call_concurrently(&server.client(), 1_000).await;
    assert!(results.iter().all(Result::is_ok));
    assert_eq!((server.token_requests(), server.sent().len()), (1, 1_000));
}

#[tokio::test(start_paused = true)]
async fn f31_a_dead_token_endpoint_gets_one_fetch_and_all_calls_fail() {
    let dead = |_| -> upvest_core::BoxFuture<'static, _> {
        Box::pin(async {
            sleep(Duration::from_millis(10)).await;
            Err(TransportError::not_sent("refused"))
        })
    };
    let server = Server::new(|_, _| thing()).with_tokens(dead);
    let client = server.client();
    let started = Instant::now();
    let results = call_concurrently(&client, 100).await;
    assert!(started.elapsed() < SECOND);
    for result in results {
        let error = result.unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Token, Outcome::NotSent));
        assert!(error.is_retryable() && error.attempts() == 0);
        assert!(error.to_string().starts_with("no access token: "), "{error}");
    }
    assert_eq!(server.token_requests(), 3, "one fetch with its attempts");
    // Calls right after it get the same error, and then one of them fetches again.
    call_concurrently(&client, 100).await;
    assert_eq!(server.token_requests(), 3);
    advance(SECOND).await;
    call_concurrently(&client, 100).await;
    assert_eq!(server.token_requests(), 6);
}

#[tokio::test(start_paused = true)]
async fn f31_a_silent_token_endpoint_delays_no_call_beyond_its_deadline() {
    let silent = |_| -> upvest_core::BoxFuture<'static, _> { Box::pin(std::future::pending()) };
    let server = Server::new(|_, _| thing()).with_tokens(silent);
    let client = server.client();
    let mut set = JoinSet::new();
    for number in 1..=100 {
        let client = client.clone();
        set.spawn(async move {
            let (started, time) = (Instant::now(), Duration::from_millis(10 * number));
            let error = client.create("x").timeout(time).await.unwrap_err();
            assert_eq!(started.elapsed(), time);
            assert_eq!((error.kind(), error.outcome()), (ErrorKind::Timeout, Outcome::NotSent));
        });
    }
    while let Some(result) = set.join_next().await {
        result.unwrap();
    }
    assert_eq!(server.token_requests(), 1);
}

#[tokio::test(start_paused = true)]
async fn f31_the_retry_after_of_a_token_endpoint_is_respected() {
    let busy = |_| -> upvest_core::BoxFuture<'static, _> {
        Box::pin(async {
            problem(429, "too_many_requests").map(|mut reply| {
                reply.headers_mut().insert("retry-after", "600".parse().unwrap());
                reply
            })
        })
    };
    let server = Server::new(|_, _| thing()).with_tokens(busy);
    let client = server.client();
    for _ in 0..120 {
        let error = client.create("x").timeout(SECOND).await.unwrap_err();
        assert_eq!(error.retry_after(), Some(Duration::from_secs(600)));
        sleep(SECOND).await;
    }
    // A minute, not ten: without a token no call works.
    assert_eq!(server.token_requests(), 2);
}

#[tokio::test(start_paused = true)]
async fn f31_a_token_request_that_panics_is_not_repeated_at_once() {
    let broken = |_| -> upvest_core::BoxFuture<'static, _> { panic!("as a signer might") };
    let server = Server::new(|_, _| thing()).with_tokens(broken);
    let error = server.client().create("x").await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Token, Outcome::NotSent));
    assert_eq!(error.to_string(), "no access token: the token request panicked");
    assert_eq!(server.token_requests(), 1);
}

#[tokio::test(start_paused = true)]
async fn f32_an_unusual_lifetime_is_tolerated() {
    // Two calls in sequence: a token with a lifetime of zero is used once, without a refresh loop.
    for (expires_in, requests) in [(0, 2), (-5, 2), (1_000_000_000_000, 1), (1, 1)] {
        let server = Server::new(|_, _| thing()).with_tokens(move |number| {
            Box::pin(async move { reply(200, "application/json", &token(number, expires_in)) })
        });
        let client = server.client();
        for _ in 0..2 {
            client.create("x").await.unwrap();
            advance(Duration::from_millis(1)).await;
        }
        assert_eq!(server.token_requests(), requests, "{expires_in}");
    }
    // After a day the token is replaced, whatever its lifetime.
    let server = Server::new(|_, _| thing()).with_tokens(|number| {
        Box::pin(async move { reply(200, "application/json", &token(number, i64::MAX)) })
    });
    let client = server.client();
    client.create("x").await.unwrap();
    advance(Duration::from_secs(86_400)).await;
    client.create("x").await.unwrap();
    assert_eq!(server.token_requests(), 2);
}

/// Returns the error of a call whose token request gets this response.
async fn with_token(answer: &'static str) -> (Error, Server) {
    let server = Server::new(|_, _| thing())
        .with_tokens(move |_| Box::pin(async move { reply(200, "application/json", answer) }));
    (server.client().create("x").await.unwrap_err(), server)
}

#[tokio::test(start_paused = true)]
async fn f33_a_token_of_another_type_is_rejected() {
    let (error, server) =
        with_token(r#"{"access_token":"ory_at_x","token_type":"mac","expires_in":1}"#).await;
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Token, Outcome::NotSent));
    assert!(server.sent().is_empty() && !error.is_retryable());
}

#[tokio::test(start_paused = true)]
async fn f34_a_token_cannot_inject_a_header() {
    for answer in [
        r#"{"access_token":"ory_at_x\r\nx: y","token_type":"bearer","expires_in":1}"#,
        r#"{"access_token":"ory_at_ü","token_type":"bearer","expires_in":1}"#,
        r#"{"access_token":"ory_at_ x","token_type":"bearer","expires_in":1}"#,
    ] {
        let (error, server) = with_token(answer).await;
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Token, Outcome::NotSent));
        assert!(server.sent().is_empty());
        assert!(!format!("{error:?}").contains("ory_at_") && error.body().is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn f35_a_token_revoked_early_costs_one_extra_request() {
    let server = Server::new(|_, request| {
        let is_first = request.headers()["authorization"] == "Bearer ory_at_0";
        if is_first { problem(401, "unauthorised") } else { thing() }
    });
    let response = server.client().create("x").with_response().await.unwrap();
    assert_eq!(response.attempts(), 2);
    assert_eq!((server.sent().len(), server.token_requests()), (2, 2));
}

#[tokio::test(start_paused = true)]
async fn f36_a_storm_of_rejections_fetches_one_token_per_second() {
    let server = Server::new(|number, _| match number {
        0 => thing(),
        _ => problem(401, "unauthorised"),
    });
    let client = server.client();
    client.create("x").await.unwrap();
    for error in call_concurrently(&client, 100).await.into_iter().map(Result::unwrap_err) {
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Unauthorized, Outcome::Rejected));
        assert!(error.attempts() <= 2 && !error.is_retryable());
    }
    let sent = server.sent().len();
    assert_eq!((sent, server.token_requests()), (102, 2), "one probe tries the new token for all");
    // Immediately again: no call gets another token or fetches twice.
    call_concurrently(&client, 100).await;
    assert_eq!((server.sent().len(), server.token_requests()), (sent + 100, 2));
    advance(SECOND).await;
    call_concurrently(&client, 100).await;
    assert_eq!((server.sent().len(), server.token_requests()), (sent + 201, 3));
}

#[tokio::test(start_paused = true)]
async fn f36_one_attempt_means_one_request_even_for_a_rejected_token() {
    let server = Server::new(|_, _| problem(401, "unauthorised"));
    let client = server.client();
    let error = client.create("x").max_attempts(1).await.unwrap_err();
    assert_eq!((error.attempts(), server.sent().len()), (1, 1));
    client.create("x").max_attempts(1).await.unwrap_err();
    assert_eq!(server.token_requests(), 2, "the next call uses another token");
}

#[tokio::test(start_paused = true)]
async fn f37_a_late_rejection_of_an_old_token_keeps_the_new_one() {
    // One request is rejected at once; the other, with the same token, after a new token was
    // fetched.
    let server = Server::slow(|number, request| {
        let is_old = request.headers()["authorization"] == "Bearer ory_at_0" && number > 0;
        Box::pin(async move {
            let takes = if number == 2 { SECOND } else { Duration::from_millis(10) };
            sleep(takes).await;
            if is_old { problem(401, "unauthorised") } else { thing() }
        })
    });
    let client = server.client();
    client.create("x").await.unwrap();
    let results = call_concurrently(&client, 2).await;
    assert!(results.iter().all(Result::is_ok));
    assert_eq!((server.token_requests(), server.sent().len()), (2, 5));
}

#[tokio::test(start_paused = true)]
async fn f38_the_call_that_fetches_may_be_dropped() {
    let server = Server::new(|_, _| thing());
    let client = server.client();
    let first = tokio::spawn(client.create("x").into_future());
    sleep(Duration::from_millis(10)).await;
    let second = tokio::spawn(client.create("x").into_future());
    sleep(Duration::from_millis(10)).await;
    first.abort();
    second.await.unwrap().unwrap();
    assert_eq!((server.token_requests(), server.sent().len()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn f39_a_valid_token_is_used_until_there_is_a_new_one() {
    let is_down = Arc::new(AtomicBool::new(false));
    let down = Arc::clone(&is_down);
    let server = Server::new(|_, _| thing()).with_tokens(move |number| {
        let is_down = down.load(Ordering::SeqCst);
        Box::pin(async move {
            sleep(Duration::from_millis(50)).await;
            if is_down {
                return problem(503, "service_unavailable");
            }
            reply(200, "application/json", &token(number, 1800))
        })
    });
    let client = server.client();
    client.create("x").await.unwrap();
    is_down.store(true, Ordering::SeqCst);
    advance(Duration::from_secs(1740)).await;
    for _ in 0..10 {
        let started = Instant::now();
        client.create("x").await.unwrap();
        assert_eq!(started.elapsed(), Duration::ZERO, "no call waits for the next token");
        sleep(Duration::from_millis(500)).await;
    }
    // One fetch per second, with one request each.
    let asked = server.token_requests();
    assert!((5..=7).contains(&asked), "{asked}");
    is_down.store(false, Ordering::SeqCst);
    sleep(SECOND).await;
    client.create("x").await.unwrap();
    sleep(SECOND).await;
    client.create("x").await.unwrap();
    let last = server.sent().pop().unwrap();
    assert_eq!(last.headers()["authorization"], format!("Bearer ory_at_{asked}").as_str());
    // When the old token has expired and there is no new one, calls fail.
    is_down.store(true, Ordering::SeqCst);
    advance(Duration::from_secs(1801)).await;
    let error = client.create("x").await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Token, Outcome::NotSent));
}

#[tokio::test(start_paused = true)]
async fn a_token_error_does_not_repeat_the_secret() {
    let echo = r#"{"type":"https://x/invalid_request","detail":"client_secret=the-client-secret is wrong"}"#;
    let server = Server::new(|_, _| thing()).with_tokens(move |_| {
        Box::pin(async move { reply(400, "application/problem+json", echo) })
    });
    let client = server.client();
    let request = TokenRequest {
        client_id: Uuid::nil(),
        client_secret: "the-client-secret".into(),
        scope: "x".to_owned(),
    };
    for error in [
        client.create("x").await.unwrap_err(),
        client.create_access_token(&request).await.unwrap_err(),
    ] {
        assert!(error.body().is_empty() && error.problem().is_none());
        assert!(!format!("{error} {error:?}").contains("the-client-secret"));
    }
}
