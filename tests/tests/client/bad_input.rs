//! Bad input is rejected with one clear sentence, before anything is sent.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use serde::{Serialize, Serializer, ser};
use upvest_core::signature::SigningKey;
use upvest_core::transport::{Body, TransportError};
use upvest_core::{
    Call, Client, ClientBuilder, Environment, Error, ErrorKind, IdempotencyKey, IdempotentCall,
    Outcome, api,
};
use upvest_tests::data;

struct Unwritable;

impl Serialize for Unwritable {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(ser::Error::custom("a map key that is not a string"))
    }
}

#[api(scope = "files:read")]
trait Files: Send + Sync {
    #[endpoint(GET, "/files/{folder}/{file_name}", signed)]
    fn get(&self, folder: &str, file_name: &str) -> Call<()>;

    #[endpoint(POST, "/files", idempotent, signed)]
    fn create(&self, body: &Unwritable) -> IdempotentCall<()>;

    #[endpoint(GET, "/files", signed)]
    fn list(&self, query: &Unwritable) -> Call<()>;
}

fn builder() -> ClientBuilder {
    let pem = std::fs::read(data("keys/ed25519_plain.pem")).unwrap();
    Client::builder(Environment::Sandbox)
        .credentials("5ec16164-6173-461d-b90d-116d68f55b40", "the-client-secret")
        .signing_key(SigningKey::from_pem("the-key-id", pem, None).unwrap())
        .scopes(["files:read"])
}

/// Returns a client whose token endpoint gives this response, and its number of requests.
fn client(content_type: &'static str, response: &str) -> (Client, Arc<AtomicUsize>) {
    let (response, count) = (response.to_owned(), Arc::new(AtomicUsize::new(0)));
    let requests = Arc::clone(&count);
    let transport = move |request: http::Request<Bytes>| {
        requests.fetch_add(1, Ordering::SeqCst);
        let is_token = request.uri().path() == "/auth/token";
        let body = if is_token { response.clone() } else { String::new() };
        async move {
            let reply = http::Response::builder()
                .header("content-type", content_type)
                .header("upvest-request-id", "the-request-id");
            Ok::<_, TransportError>(reply.body(Body::from(body)).unwrap())
        }
    };
    (builder().transport(transport).build().unwrap(), count)
}

/// Checks that the message is one short sentence, not a dump.
fn is_one_sentence(error: &Error) {
    let text = error.to_string();
    assert!(!text.contains('\n') && text.len() < 400 && text.len() > 10, "{text}");
    assert!(!text.contains("secret"), "{text}");
}

#[tokio::test]
async fn a_path_value_cannot_reach_another_route() {
    for value in
        ["", ".", "..", "a/b", "/", "?x=1", "a?b", "#", "a#b", "%2e%2e", "a b", "ü", "\r\nx: y"]
    {
        let (client, requests) = client("application/json", "{}");
        for call in [client.get(value, "x"), client.get("x", value)] {
            let error = call.await.unwrap_err();
            assert_eq!(
                (error.kind(), error.outcome()),
                (ErrorKind::Request, Outcome::NotSent),
                "{value:?}"
            );
            assert!(
                error
                    .to_string()
                    .starts_with("GET /files/{folder}/{file_name} was not sent: the path value")
            );
            is_one_sentence(&error);
        }
        assert_eq!(requests.load(Ordering::SeqCst), 0);
    }
}

#[tokio::test]
async fn an_unserializable_value_is_not_sent() {
    let (client, requests) = client("application/json", "{}");
    let call = client.create(&Unwritable);
    let key = call.key();
    let error = call.await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "POST /files was not sent: cannot encode the body as JSON: a map key that is not a string"
    );
    assert_eq!((error.outcome(), error.idempotency_key()), (Outcome::NotSent, Some(key)));
    let error = client.list(&Unwritable).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "GET /files was not sent: cannot encode the query: a map key that is not a string"
    );
    assert_eq!(requests.load(Ordering::SeqCst), 0);
}

#[tokio::test(start_paused = true)]
async fn an_unusable_token_response_is_explained() {
    let with = |expires_in: &str| {
        format!(
            r#"{{"access_token":"the-secret-token","token_type":"bearer","expires_in":{expires_in}}}"#
        )
    };
    // A response that may have been damaged in transit is requested again.
    for (content_type, response, sentence, expected_requests) in [
        (
            "text/html",
            "<html>the-secret-token".to_owned(),
            "no access token: POST /auth/token returned 200, but its `content-type` is not JSON",
            3,
        ),
        (
            "application/json",
            String::new(),
            "no access token: POST /auth/token returned 200, but its body is empty",
            3,
        ),
        (
            "application/json",
            with("\"soon\""),
            "no access token: POST /auth/token returned 200, but its `expires_in` is a string \
             that is not a number: expected a whole number of seconds",
            1,
        ),
    ] {
        let (client, requests) = client(content_type, &response);
        let error = client.get("a", "b").await.unwrap_err();
        assert_eq!(error.to_string(), sentence);
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Token, Outcome::NotSent));
        let mut chain = format!("{error:?} {error}");
        let mut cause = std::error::Error::source(&error);
        while let Some(error) = cause {
            chain.push_str(&format!(" {error} {error:?}"));
            cause = error.source();
        }
        assert!(!chain.contains("the-secret-token"), "{chain}");
        assert_eq!(requests.load(Ordering::SeqCst), expected_requests);
        assert_eq!((error.attempts(), error.body()), (0, &b""[..]));
    }
}

#[tokio::test]
async fn an_unusual_token_lifetime_is_tolerated() {
    // Requests expected: a token with a lifetime of zero is used once, without a refresh loop.
    for (expires_in, requests) in
        [("0", 4), ("-5", 4), ("1000000000000", 3), ("\"1799\"", 3), ("1799.0", 3)]
    {
        let response =
            format!(r#"{{"access_token":"t","token_type":"bearer","expires_in":{expires_in}}}"#);
        let (client, count) = client("application/json", &response);
        for _ in 0..2 {
            client.get("a", "b").await.unwrap();
        }
        assert_eq!(count.load(Ordering::SeqCst), requests, "{expires_in}");
    }
}

#[test]
fn a_client_is_not_built_from_incomplete_settings() {
    let error = Client::builder(Environment::Sandbox).build().unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot build the client: missing credentials (`.credentials(client_id, client_secret)`), \
         signing key (`.signing_key(…)`), scopes (`.scopes(<dyn Users>::SCOPES)` for a trait \
         `Users`)"
    );
    let error = builder().credentials("acme", "the-client-secret").build().unwrap_err();
    let sentence = "invalid client id: not a UUID (use the id that Upvest issued to you)";
    assert_eq!(error.to_string(), sentence);
    is_one_sentence(&error);
}

#[test]
fn plain_http_to_another_host_is_rejected() {
    for host in [
        "http://api.upvest.co",
        "http://10.0.0.1",
        "http://127.0.0.1.nip.io",
        "nonsense",
        "https://x/y",
    ] {
        let pem = std::fs::read(data("keys/ed25519_plain.pem")).unwrap();
        let error = Client::builder(Environment::Custom(host.to_owned()))
            .credentials("5ec16164-6173-461d-b90d-116d68f55b40", "the-client-secret")
            .signing_key(SigningKey::from_pem("x", pem, None).unwrap())
            .scopes(["x"])
            .build()
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        is_one_sentence(&error);
    }
}

#[test]
fn white_space_around_credentials_is_trimmed_or_reported() {
    let error = builder().credentials("5ec16164-6173-461d-b90d-116d68f55b40", "hunter2\n");
    let error = error.build().unwrap_err();
    let sentence = "invalid client secret: it ends with a newline (remove it)";
    assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::Config, sentence));
    let id = " 5ec16164-6173-461d-b90d-116d68f55b40\n";
    let trimmed = builder().credentials(id, "hunter2").scopes(["b:read\n", " files:read"]);
    let shown = format!("{trimmed:?}");
    assert!(shown.contains(id.trim()), "{shown}");
    assert!(shown.contains(r#"["files:read", "b:read"]"#), "{shown}");
    trimmed.build().unwrap();
}

#[test]
fn f66_keys_of_the_wrong_kind_are_refused_with_the_reason() {
    for (text, part) in [
        ("01890a5d-ac96-774b-bcce-b302099a8057", "rejects this version"),
        ("1ec9414c-232a-6b00-b3c8-9e6bdeced846", "rejects this version"),
        ("01890a5d-ac96-874b-bcce-b302099a8057", "rejects this version"),
        ("00000000-0000-0000-0000-000000000000", "nil UUID"),
        ("ffffffff-ffff-ffff-ffff-ffffffffffff", "RFC 4122"),
        ("payout-4711", "expected a UUID"),
        ("", "expected a UUID"),
        ("{ccb07f42-4104-44ad-8e1f-c660bb7b269c}", "expected a UUID"),
        ("urn:uuid:ccb07f42-4104-44ad-8e1f-c660bb7b269c", "expected a UUID"),
    ] {
        let error = text.parse::<IdempotencyKey>().unwrap_err().to_string();
        assert!(error.contains(part), "{text}: {error}");
    }
    let bare: IdempotencyKey = "ccb07f42410444ad8e1fc660bb7b269c".parse().unwrap();
    assert_eq!(bare.to_string(), "ccb07f42-4104-44ad-8e1f-c660bb7b269c");
}
