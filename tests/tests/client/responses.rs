//! Deadlines, failures and unreadable responses, over a transport in memory.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use upvest_core::signature::{SignError, Signer, SigningKey};
use upvest_core::transport::{Body, TransportError};
use upvest_core::{BoxFuture, Client, Environment, Error, ErrorKind, Outcome, Timestamp};
use upvest_tests::data;
use upvest_tests::in_memory::{Server, Stalled, Things, problem, reply, thing};

#[tokio::test(start_paused = true)]
async fn a_deadline_covers_every_phase_of_a_call() {
    let never = || Server::slow(|_, _| Box::pin(std::future::pending()));
    let stalls =
        Server::slow(|_, _| Box::pin(async { Ok(http::Response::new(Body::new(Stalled))) }));
    for server in [never(), stalls] {
        let started = tokio::time::Instant::now();
        let error = server.client().create("x").timeout(Duration::from_secs(2)).await.unwrap_err();
        assert_eq!(started.elapsed(), Duration::from_secs(2));
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Timeout, Outcome::Unknown));
    }
    // One attempt takes at most 15 seconds, although the call has 60.
    let started = tokio::time::Instant::now();
    let error = never().client().create("x").max_attempts(1).await.unwrap_err();
    assert_eq!(started.elapsed() - Duration::from_millis(50), Duration::from_secs(15));
    assert_eq!(error.kind(), ErrorKind::Timeout);
    // Waiting for a token counts towards the deadline; nothing has been sent by then.
    let server = Server::new(|_, _| thing());
    let error = server.client().create("x").timeout(Duration::from_millis(20)).await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Timeout, Outcome::NotSent));
    let error = server.client().create("x").timeout(Duration::ZERO).await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Timeout, Outcome::NotSent));
    assert!(server.sent().is_empty());
}

/// A response without the request id that every response from Upvest has.
fn unmarked(status: u16, content_type: &'static str, body: &'static str) -> Server {
    Server::new(move |_, _| {
        let reply = http::Response::builder().status(status).header("content-type", content_type);
        Ok(reply.body(Body::from(body)).unwrap())
    })
}

#[tokio::test(start_paused = true)]
async fn an_unreadable_success_is_distinguished_from_a_forged_one() {
    for (server, outcome) in [
        (Server::new(|_, _| reply(200, "application/json", r#"{"id":"#)), Outcome::Applied),
        (Server::new(|_, _| reply(200, "application/json", "")), Outcome::Applied),
        (Server::new(|_, _| reply(200, "text/html", "<html>")), Outcome::Unknown),
        (
            Server::new(|_, _| reply(200, "application/problem+json", r#"{"id":7}"#)),
            Outcome::Unknown,
        ),
        (unmarked(200, "text/html", "<html>Please log in"), Outcome::Unknown),
        (unmarked(200, "application/json", "[]"), Outcome::Unknown),
    ] {
        let error = server.client().create("x").await.unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Decode, outcome), "{error}");
        assert!(error.idempotency_key().is_some() && error.status().is_some());
    }
}

#[tokio::test(start_paused = true)]
async fn a_cancellation_needs_a_response_with_a_request_id() {
    for server in [
        unmarked(200, "text/html", "<html>Please log in"),
        unmarked(200, "application/json", "{}"),
        unmarked(204, "application/json", ""),
    ] {
        let error = server.client().remove(7).await.unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Decode, Outcome::Unknown));
    }
    let server = Server::new(|_, _| reply(202, "text/plain", "accepted"));
    assert!(server.client().remove(7).await.is_ok(), "the request id shows that it is Upvest's");
}

#[tokio::test(start_paused = true)]
async fn a_stalled_body_keeps_the_status() {
    let stalls = |status: u16| {
        Server::new(move |_, _| {
            let reply = http::Response::builder()
                .status(status)
                .header("content-type", "application/json")
                .header("upvest-request-id", "the-request-id");
            Ok(reply.body(Body::new(Stalled)).unwrap())
        })
    };
    for (status, kind, outcome) in [
        (202, ErrorKind::Timeout, Outcome::Applied),
        (422, ErrorKind::Api, Outcome::Rejected),
        (500, ErrorKind::Api, Outcome::Unknown),
        (401, ErrorKind::Unauthorized, Outcome::Rejected),
    ] {
        let error = stalls(status).client().create("x").await.unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (kind, outcome), "{status}");
        assert_eq!(error.status().unwrap().as_u16(), status);
        assert_eq!(error.request_id(), Some("the-request-id"));
    }
    assert!(stalls(202).client().remove(7).await.is_ok());
}

/// Signs with its key after a delay.
struct Far(SigningKey, Duration);

impl Signer for Far {
    fn key_id(&self) -> &str {
        self.0.key_id()
    }

    fn sign<'a>(&'a self, base: &'a [u8]) -> BoxFuture<'a, Result<Vec<u8>, SignError>> {
        Box::pin(async move {
            tokio::time::sleep(self.1).await;
            self.0.sign(base).await
        })
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_signer_counts_towards_the_deadline_but_not_the_attempt() {
    let server = Server::new(|_, _| thing());
    let client = |delay| {
        let pem = std::fs::read(data("keys/ed25519_plain.pem")).unwrap();
        let key = SigningKey::from_pem("the-key-id", pem, None).unwrap();
        server
            .builder()
            .signing_key(Far(key, delay))
            .attempt_timeout(Duration::from_millis(200))
            .build()
            .unwrap()
    };
    client(Duration::from_millis(250)).create("x").await.unwrap();
    let sent = server.sent().len();
    // The token takes 250 + 50 ms and the signature another 250 ms: the deadline passes while
    // signing.
    let call = client(Duration::from_millis(250)).create("x").timeout(Duration::from_millis(500));
    let started = tokio::time::Instant::now();
    let error = call.await.unwrap_err();
    assert_eq!(started.elapsed(), Duration::from_millis(500));
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Timeout, Outcome::NotSent));
    assert_eq!(server.sent().len(), sent, "nothing is sent after the deadline");
}

#[tokio::test(start_paused = true)]
async fn the_number_of_requests_in_flight_is_limited() {
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (counting, highest) = (Arc::clone(&now), Arc::clone(&most));
    let server = Server::slow(move |_, _| {
        highest.fetch_max(counting.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        let counting = Arc::clone(&counting);
        Box::pin(async move {
            tokio::time::sleep(Duration::from_secs(1)).await;
            counting.fetch_sub(1, Ordering::SeqCst);
            thing()
        })
    });
    for (allowed, seconds) in [(0, 10), (2, 5), (256, 1), (usize::MAX, 1)] {
        let client = server.builder().max_in_flight(allowed).build().unwrap();
        most.store(0, Ordering::SeqCst);
        let started = tokio::time::Instant::now();
        let calls: Vec<_> =
            (0..10).map(|_| tokio::spawn(client.clone().create("x").into_future())).collect();
        for call in calls {
            call.await.unwrap().unwrap();
        }
        assert_eq!(most.load(Ordering::SeqCst), allowed.clamp(1, 10));
        let token = Duration::from_millis(50);
        assert_eq!(started.elapsed(), Duration::from_secs(seconds) + token, "{allowed}");
    }
}

#[tokio::test(start_paused = true)]
async fn no_timeout_value_panics() {
    let server = Server::new(|_, _| thing());
    let client =
        server.builder().timeout(Duration::MAX).attempt_timeout(Duration::MAX).build().unwrap();
    client.create("x").await.unwrap();
    client.create("x").timeout(Duration::MAX).await.unwrap();
    let far = tokio::time::Instant::now() + Duration::from_secs((24 * 365 * 100) * 60 * 60);
    client.create("x").deadline(far).await.unwrap();
    let past = std::time::Instant::now().checked_sub(Duration::from_secs(1)).unwrap();
    let error = client.create("x").deadline(past).await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Timeout, Outcome::NotSent));
}

#[tokio::test(start_paused = true)]
async fn no_connection_means_not_sent_and_a_broken_one_means_unknown() {
    for (error, kind, outcome) in [
        (TransportError::not_sent as fn(&'static str) -> _, ErrorKind::Connect, Outcome::NotSent),
        (TransportError::maybe_sent, ErrorKind::Transport, Outcome::Unknown),
    ] {
        let server = Server::new(move |_, _| Err(error("the reason")));
        let failed: Error = server.client().create("x").await.unwrap_err();
        assert_eq!((failed.kind(), failed.outcome()), (kind, outcome));
    }
}

#[tokio::test]
async fn a_refused_connection_is_not_sent() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let pem = std::fs::read(data("keys/ed25519_plain.pem")).unwrap();
    let client = Client::builder(Environment::Custom(format!("http://{address}")))
        .credentials("5ec16164-6173-461d-b90d-116d68f55b40", "the-client-secret")
        .signing_key(SigningKey::from_pem("the-key-id", pem, None).unwrap())
        .scopes(<dyn Things>::SCOPES)
        .build()
        .unwrap();
    let error = client.create("x").await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Token, Outcome::NotSent));
    assert!(
        error.to_string().starts_with(
            "no access token: POST /auth/token was not sent: could not connect to http://127.0.0.1:"
        ),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn time_and_randomness_come_from_the_client() {
    let server = Server::new(|_, _| thing());
    let at = Timestamp::from_unix_seconds(1_633_529_659).unwrap();
    let client = server.builder().clock(move || at).randomness(|| Ok([0x11; 16])).build().unwrap();
    let call = client.create("x");
    assert_eq!(call.key().to_string(), "11111111-1111-4111-9111-111111111111");
    call.await.unwrap();
    let sent = &server.sent()[0];
    let input = sent.headers()["signature-input"].to_str().unwrap();
    let expected = format!("created=1633529659;expires=1633529689;nonce=\"{}\"", "11".repeat(16));
    assert!(input.ends_with(&expected), "{input}");

    let dry = || Err(std::io::Error::other("dry"));
    let broken = server.builder().randomness(dry).build().unwrap();
    let error = broken.create("x").await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::NotSent);
    assert_eq!(server.sent().len(), 1);
}

/// A body that is always ready but yields only empty frames.
struct Empty;

impl http_body::Body for Empty {
    type Data = bytes::Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<bytes::Bytes>, Self::Error>>> {
        std::task::Poll::Ready(Some(Ok(http_body::Frame::data(bytes::Bytes::new()))))
    }
}

#[tokio::test]
async fn a_body_that_is_always_ready_ends_with_the_attempt() {
    let server = Server::new(|_, _| Ok(http::Response::new(Body::new(Empty))));
    let call = server.client().create("x").max_attempts(1).timeout(Duration::from_millis(200));
    let error = call.await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Timeout, Outcome::Unknown));
}

#[tokio::test(start_paused = true)]
async fn a_response_has_its_headers_and_its_body() {
    let json = r#"{"id": 7, "new": ["field"]}"#;
    let server = Server::new(move |_, _| {
        reply(201, "application/json", json).map(|mut reply| {
            reply.headers_mut().insert("x-rate-limit", "99".parse().unwrap());
            reply
        })
    });
    let response = server.client().create("x").with_response().await.unwrap();
    assert_eq!((response.value().id, response.status().as_u16()), (7, 201));
    assert_eq!(response.headers()["x-rate-limit"], "99");
    assert_eq!(response.body(), json);
    assert!(!format!("{response:?}").contains("field"), "the body may be personal data");
    let fake: upvest_core::Call<u8> = upvest_core::Call::ready(Ok(7));
    let response = fake.with_response().await.unwrap();
    assert!(response.headers().is_empty() && response.body().is_empty());
}

#[tokio::test]
async fn a_refusal_for_want_of_a_scope_names_it() {
    for (status, code, is_named) in [(403, "forbidden", true), (422, "unprocessable_entity", false)]
    {
        let server = Server::new(move |_, _| problem(status, code));
        let error = server.client().remove(7).await.unwrap_err().to_string();
        let advice = " (request a token with the scope `things:admin`)";
        assert_eq!(error.ends_with(advice), is_named, "{error}");
    }
}
