//! A hop that repeats requests: a rejection of the second copy says nothing about the first.

use std::time::Duration;

use upvest_core::transport::TransportError;
use upvest_core::{BoxFuture, Call, Client, Error, ErrorKind, IdempotentCall, Outcome, api};
use upvest_tests::in_memory::{Reply, Server, Thing, problem, reply, thing, token};

#[api(scope = "things:admin")]
trait Writes: Send + Sync {
    #[endpoint(GET, "/things", signed)]
    fn get(&self) -> Call<Thing>;

    #[endpoint(POST, "/keyed", idempotent, signed)]
    fn keyed_post(&self, body: &str) -> IdempotentCall<Thing>;

    #[endpoint(DELETE, "/keyed", idempotent, signed)]
    fn keyed_delete(&self) -> IdempotentCall<Thing>;

    #[endpoint(POST, "/things", signed)]
    fn post(&self, body: &str) -> Call<Thing>;

    #[endpoint(PUT, "/things", signed)]
    fn put(&self, body: &str) -> Call<Thing>;

    #[endpoint(PATCH, "/things", signed)]
    fn patch(&self, body: &str) -> Call<Thing>;

    #[endpoint(DELETE, "/things", signed)]
    fn delete(&self) -> Call<Thing>;
}

type Sent = BoxFuture<'static, Result<Thing, Error>>;
type Write = fn(&Client) -> Sent;

const POST: (&str, Write) = ("POST", |client| client.post("x").into_future());
const PATCH: (&str, Write) = ("PATCH", |client| client.patch("x").into_future());
const PUT: (&str, Write) = ("PUT", |client| client.put("x").into_future());
const DELETE: (&str, Write) = ("DELETE", |client| client.delete().into_future());

/// Responds with each of these in turn, and then always with the last one.
async fn after(responses: Vec<fn() -> Reply>, write: Write) -> (Result<Thing, Error>, usize) {
    let server = Server::new(move |number, _| responses[number.min(responses.len() - 1)]());
    let result = write(&server.client()).await;
    (result, server.sent().len())
}

fn unauthorised() -> Reply {
    problem(401, "unauthorised")
}

fn throttled() -> Reply {
    problem(429, "too_many_requests")
}

fn throttled_for_a_day() -> Reply {
    problem(429, "too_many_requests").map(|mut reply| {
        reply.headers_mut().insert("retry-after", "86400".parse().unwrap());
        reply
    })
}

/// Responses of a server to the client's copy after another copy has taken effect.
const REFUSALS: [fn() -> Reply; 8] = [
    unauthorised,
    throttled_for_a_day,
    || problem(400, "invalid_request"),
    || problem(403, "forbidden"),
    || problem(404, "not_found"),
    || problem(409, "conflict"),
    || problem(410, "gone"),
    || problem(422, "unprocessable_entity"),
];

#[tokio::test(start_paused = true)]
async fn a_write_without_a_key_is_unknown_when_a_retry_after_a_401_is_rejected() {
    for (method, write) in [POST, PATCH, PUT, DELETE] {
        for refusal in REFUSALS {
            let (result, sent) = after(vec![unauthorised, refusal], write).await;
            let error = result.unwrap_err();
            assert_eq!((error.outcome(), sent), (Outcome::Unknown, 2), "{method}: {error}");
            let remark = "; an earlier attempt may have taken effect";
            assert!(error.to_string().ends_with(remark), "{method}: {error}");
        }
        let (result, sent) = after(vec![unauthorised, thing], write).await;
        assert_eq!((result.unwrap().id, sent), (7, 2), "{method}");
        // A request sent once was either rejected or not.
        let (result, sent) = after(vec![|| problem(404, "not_found")], write).await;
        assert_eq!((result.unwrap_err().outcome(), sent), (Outcome::Rejected, 1), "{method}");
        // A request that was never sent is not a retry.
        let responses: Vec<fn() -> Reply> =
            vec![unauthorised, || Err(TransportError::not_sent("refused"))];
        let (result, _) = after(responses, write).await;
        assert_eq!(result.unwrap_err().outcome(), Outcome::Rejected, "{method}");
        let responses: Vec<fn() -> Reply> =
            vec![|| Err(TransportError::not_sent("refused")), || problem(422, "x")];
        let (result, sent) = after(responses, write).await;
        assert_eq!((result.unwrap_err().outcome(), sent), (Outcome::Rejected, 2), "{method}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_without_a_key_is_unknown_when_a_retry_after_any_failure_is_rejected() {
    let firsts: [fn() -> Reply; 9] = [
        throttled,
        || problem(408, "request_timeout"),
        || problem(425, "too_early"),
        || problem(500, "internal_server_error"),
        || problem(502, "bad_gateway"),
        || problem(503, "service_unavailable"),
        || problem(504, "gateway_timeout"),
        || Err(TransportError::maybe_sent("reset")),
        // Truncated: it has taken effect, and that stays known.
        || reply(200, "application/json", r#"{"id":"#),
    ];
    for (method, write) in [PUT, DELETE] {
        for (number, first) in firsts.into_iter().enumerate() {
            for refusal in REFUSALS {
                let (result, sent) = after(vec![first, refusal], write).await;
                let error = result.unwrap_err();
                let is_torn = number == 8;
                let outcome = if is_torn { Outcome::Applied } else { Outcome::Unknown };
                // After a 401 there is a third attempt.
                assert_eq!((error.outcome(), sent >= 2), (outcome, true), "{method}: {error}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_rejected_retry_with_a_key_or_of_a_read_is_rejected() {
    let writes: [Write; 3] = [
        |client| client.get().into_future(),
        |client| client.keyed_post("x").into_future(),
        |client| client.keyed_delete().into_future(),
    ];
    for write in writes {
        for first in [unauthorised as fn() -> Reply, throttled] {
            let (result, sent) = after(vec![first, || problem(422, "x")], write).await;
            let error = result.unwrap_err();
            assert_eq!((error.outcome(), sent), (Outcome::Rejected, 2), "{error}");
        }
    }
}

/// A copy of the request may still be in progress.
#[tokio::test(start_paused = true)]
async fn a_conflict_after_a_rejected_attempt_is_not_a_rejection() {
    let conflict: fn() -> Reply = || problem(409, "conflict");
    let write: Write = |client| client.keyed_post("x").into_future();
    for first in [unauthorised as fn() -> Reply, throttled] {
        let (result, sent) = after(vec![first, conflict, thing], write).await;
        assert_eq!((result.unwrap().id, sent), (7, 3));
        let (result, sent) = after(vec![first, conflict], write).await;
        let error = result.unwrap_err();
        assert_eq!((error.outcome(), sent), (Outcome::Unknown, 3), "{error}");
    }
    // Without an earlier request, there is nothing to conflict with.
    let (result, sent) = after(vec![conflict], write).await;
    assert_eq!((result.unwrap_err().outcome(), sent), (Outcome::Rejected, 1));
}

#[tokio::test(start_paused = true)]
async fn a_cancellation_repeated_by_a_hop_is_not_reported_as_rejected() {
    use std::sync::atomic::{AtomicBool, Ordering};

    // As nginx does: the response of the first upstream is lost, and the same bytes go to the next
    // one, which has already seen the nonce.
    let is_cancelled = AtomicBool::new(false);
    let server = Server::new(move |number, _| {
        if is_cancelled.swap(true, Ordering::SeqCst) {
            return problem(422, "unprocessable_entity");
        }
        assert_eq!(number, 0);
        unauthorised()
    })
    .with_tokens(|number| {
        Box::pin(async move {
            tokio::time::sleep(Duration::from_millis(50)).await;
            reply(200, "application/json", &token(number, 1800))
        })
    });
    let error = server.client().delete().await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Api, Outcome::Unknown), "{error}");
    assert_eq!((error.status().unwrap().as_u16(), error.attempts()), (422, 2));
}
