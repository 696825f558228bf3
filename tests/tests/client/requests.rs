//! Requests that the client sends, and how it gets its token, over a transport in memory.

use std::time::Duration;

use upvest_core::__sandbox::{Message, verify};
use upvest_core::signature::{SigningKey, VerifierPolicy};
use upvest_core::{Call, Client, Error, ErrorKind, IdempotentCall, Outcome, Timestamp};
use upvest_tests::in_memory::{Paging, Server, Thing, Things, reply, signing_key, thing};

#[test]
fn shared_types_are_send_and_sync() {
    fn shared<T: Clone + Send + Sync + 'static>() {}
    fn moved<T: Send + 'static>() {}
    shared::<Client>();
    shared::<SigningKey>();
    moved::<Error>();
    moved::<Call<Thing>>();
    moved::<IdempotentCall<Thing>>();
    moved::<<IdempotentCall<Thing> as IntoFuture>::IntoFuture>();
}

#[tokio::test(start_paused = true)]
async fn a_request_has_the_required_headers_and_no_others() {
    let server = Server::new(|_, _| thing());
    let client = server.client();
    let call = client.create("x");
    let key = call.key();
    assert_eq!(call.await.unwrap(), Thing { id: 7 });

    let request = &server.sent()[0];
    assert_eq!(request.method(), "POST");
    assert_eq!(request.uri(), "https://sandbox.upvest.co/things");
    assert_eq!(request.body(), "\"x\"");
    let mut names: Vec<&str> = request.headers().keys().map(http::HeaderName::as_str).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "accept",
            "authorization",
            "content-digest",
            "content-length",
            "content-type",
            "idempotency-key",
            "signature",
            "signature-input",
            "upvest-api-version",
            "upvest-client-id",
            "upvest-signature-version",
            "user-agent",
        ]
    );
    let header = |name: &str| request.headers()[name].to_str().unwrap();
    assert_eq!(header("accept"), "application/json");
    assert_eq!(header("authorization"), "Bearer ory_at_0");
    assert_eq!(header("content-type"), "application/json");
    assert_eq!(header("idempotency-key"), key.to_string());
    assert_eq!(header("user-agent"), concat!("upvest-rs/", env!("CARGO_PKG_VERSION")));
    assert!(request.headers()["authorization"].is_sensitive());
}

#[tokio::test(start_paused = true)]
async fn the_query_is_signed_as_sent_and_omitted_when_empty() {
    let server = Server::new(|_, _| thing());
    let client = server.client();
    client
        .get("urn:isin:US0378331005", &Paging { limit: Some(2), note: Some("a b&ü") })
        .await
        .unwrap();
    client.get("7", &Paging { limit: None, note: None }).await.unwrap();
    let sent = server.sent();
    assert_eq!(sent[0].uri().path(), "/things/urn:isin:US0378331005");
    assert_eq!(sent[0].uri().query(), Some("limit=2&note=a+b%26%C3%BC"));
    assert!(sent[0].headers()["signature-input"].to_str().unwrap().contains("\"@query\""));
    assert_eq!(sent[1].uri().query(), None);
    assert!(!sent[1].headers()["signature-input"].to_str().unwrap().contains("@query"));
    assert!(!sent[1].headers().contains_key("idempotency-key"));
}

#[tokio::test(start_paused = true)]
async fn every_request_has_its_own_valid_signature() {
    let server = Server::new(|_, _| thing());
    let client = server.client();
    for _ in 0..3 {
        client.create("x").await.unwrap();
    }
    let key = signing_key().verifying_key().unwrap();
    let mut nonces = Vec::new();
    for request in server.sent() {
        let message = Message::of(&request);
        let verified = verify(
            &message,
            request.body(),
            |_| Some(&key),
            Timestamp::now(),
            &VerifierPolicy::default(),
        )
        .unwrap();
        nonces.push(verified.input.nonce);
    }
    nonces.sort_unstable();
    nonces.dedup();
    assert_eq!(nonces.len(), 3);
}

#[tokio::test(start_paused = true)]
async fn an_error_contains_the_problem_document() {
    let server = Server::new(|_, _| {
        reply(
            422,
            "application/problem+json",
            r#"{"type":"https://docs.upvest.co/errors/unprocessable_entity","status":418,"detail":"No","request_id":"y"}"#,
        )
    });
    let call = server.client().create("x");
    let key = call.key();
    let error = call.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Api);
    assert_eq!(error.status().unwrap().as_u16(), 422, "the real status counts");
    assert_eq!(error.problem().unwrap().code(), "unprocessable_entity");
    assert_eq!(error.request_id(), Some("the-request-id"));
    assert_eq!(error.idempotency_key(), Some(key));
    assert_eq!(error.outcome(), Outcome::Rejected);
    assert_eq!(error.to_string(), "POST /things returned 422 unprocessable_entity: No");
}

#[tokio::test(start_paused = true)]
async fn a_rejected_token_is_replaced_once() {
    let unauthorised = || reply(401, "application/problem+json", r#"{"type":"unauthorised"}"#);
    let server = Server::new(move |number, _| if number == 0 { unauthorised() } else { thing() });
    let call = server.client().create("x");
    call.await.unwrap();
    let sent = server.sent();
    assert_eq!((sent.len(), server.token_requests()), (2, 2));
    let header = |index: usize, name: &str| sent[index].headers()[name].clone();
    assert_eq!(header(0, "idempotency-key"), header(1, "idempotency-key"));
    assert_eq!(sent[0].body(), sent[1].body());
    assert_eq!(header(1, "authorization"), "Bearer ory_at_1");
    assert_ne!(header(0, "signature-input"), header(1, "signature-input"));

    let server = Server::new(move |_, _| unauthorised());
    let error = server.client().create("x").await.unwrap_err();
    assert_eq!((server.sent().len(), server.token_requests()), (2, 2), "and not a third time");
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Unauthorized, Outcome::Rejected));
    let base = error.signature_base().unwrap().expose_token();
    assert!(
        base.contains("\"authorization\": Bearer ***") && base.contains("\"@path\": /things"),
        "{base}"
    );
}

#[tokio::test(start_paused = true)]
async fn concurrent_calls_share_a_token_that_is_refreshed_early() {
    let server = Server::new(|_, _| thing());
    let client = server.client();
    let calls: Vec<_> =
        (0..100).map(|_| tokio::spawn(client.clone().create("x").into_future())).collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!(server.token_requests(), 1);
    tokio::time::advance(Duration::from_secs(1739)).await;
    client.create("x").await.unwrap();
    assert_eq!(server.token_requests(), 1);
    // 60 seconds before it expires: no call waits for the next token.
    tokio::time::advance(Duration::from_secs(1)).await;
    client.create("x").await.unwrap();
    tokio::time::sleep(Duration::from_millis(60)).await;
    client.create("x").await.unwrap();
    assert_eq!(server.token_requests(), 2);
    let tokens: Vec<_> = server.sent()[100..]
        .iter()
        .map(|request| request.headers()["authorization"].to_str().unwrap().to_owned())
        .collect();
    assert_eq!(tokens, ["Bearer ory_at_0", "Bearer ory_at_0", "Bearer ory_at_1"]);
}
