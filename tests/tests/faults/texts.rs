//! Server texts that would overwrite a terminal, reverse the text direction or flood a log.

use std::error::Error as _;

use serde::Deserialize;
use serde_json::json;
use upvest_core::transport::{Body, TransportError};
use upvest_core::webhook::{Event, WebhookError};
use upvest_core::{Call, Currency, Error, Problem, Response, api};
use upvest_tests::in_memory::{Reply, Server, Thing, Things as _, reply};

/// Line separators, C0 and C1 control characters, and everything that changes the text direction.
const HOSTILE: &str = "a\0\u{7}\u{8}\t\r\n\u{b}\u{c}\u{1b}[2J\u{1b}]0;x\u{7f}\u{80}\u{85}\u{9b}\u{9d}\
                       \u{61c}\u{200e}\u{200f}\u{2028}\u{2029}\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\
                       \u{2066}\u{2067}\u{2068}\u{2069}z";

fn is_clean(what: &str, shown: &str) {
    let active = |c: char| c.is_control() || (HOSTILE.contains(c) && !c.is_ascii());
    let found = shown.chars().find(|&c| active(c));
    assert_eq!(found, None, "{what}: {shown:?}");
    assert!(shown.len() < 4_096, "{what} has {} bytes", shown.len());
}

/// Checks every representation of an error, its causes included.
fn error_is_clean(error: &Error) {
    is_clean("Display", &error.to_string());
    is_clean("Debug", &format!("{error:?}"));
    is_clean("the request id", error.request_id().unwrap_or_default());
    let mut cause = error.source();
    while let Some(error) = cause {
        is_clean("a cause", &error.to_string());
        is_clean("a cause in Debug", &format!("{error:?}"));
        cause = error.source();
    }
}

async fn error_for(reply: impl Fn() -> Reply + Send + Sync + 'static) -> Error {
    Server::new(move |_, _| reply()).client().create("x").await.unwrap_err()
}

#[tokio::test(start_paused = true)]
async fn a_problem_document_is_displayed_on_one_line() {
    for long in ["", &"y".repeat(60_000)] {
        let hostile = format!("{HOSTILE}{long}");
        for field in ["type", "title", "detail", "details", "instance", "request_id"] {
            let document = json!({ field: hostile }).to_string();
            for status in [400, 401, 404, 429, 503] {
                let document = document.clone();
                let error = error_for(move || {
                    let mut reply = reply(status, "application/problem+json", &document)?;
                    reply.headers_mut().remove("upvest-request-id");
                    Ok(reply)
                });
                error_is_clean(&error.await);
            }
            let problem: Problem = serde_json::from_str(&document).unwrap();
            is_clean("Debug of a problem", &format!("{problem:?}"));
        }
    }
    // Readable text stays unchanged.
    let detail = "Größe „zu klein“: 日本 \"x\" \\ 'y'";
    let document = json!({ "type": "https://x/errors/conflict", "detail": detail }).to_string();
    let error = error_for(move || reply(409, "application/problem+json", &document)).await;
    assert_eq!(error.to_string(), format!("POST /things returned 409 conflict: {detail}"));
    assert_eq!(error.problem().unwrap().detail.as_deref(), Some(detail));
}

fn with_header(status: u16, name: &'static str, value: &[u8], body: &'static str) -> Reply {
    let mut reply = reply(status, "application/json", body)?;
    reply.headers_mut().insert(name, http::HeaderValue::from_bytes(value).unwrap());
    Ok(reply)
}

#[tokio::test(start_paused = true)]
async fn a_request_id_is_bounded() {
    let id = |length: usize| "i".repeat(length);
    for (length, shown) in
        [(36, id(36)), (256, id(256)), (257, id(256) + "…"), (300_000, id(256) + "…")]
    {
        let error =
            error_for(move || with_header(422, "upvest-request-id", id(length).as_bytes(), "{}"))
                .await;
        assert_eq!(error.request_id(), Some(&*shown));
        error_is_clean(&error);
        let error =
            error_for(move || with_header(200, "upvest-request-id", id(length).as_bytes(), "7"))
                .await;
        assert_eq!(error.request_id(), Some(&*shown));
        let server = Server::new(move |_, _| {
            with_header(200, "upvest-request-id", id(length).as_bytes(), r#"{"id":7}"#)
        });
        let response: Response<Thing> = server.client().create("x").with_response().await.unwrap();
        assert_eq!(response.request_id(), Some(&*shown));
        is_clean("Debug of a response", &format!("{response:?}"));
    }
    let server = Server::new(|_, _| with_header(200, "upvest-request-id", b"a\tb", r#"{"id":7}"#));
    let response = server.client().create("x").with_response().await.unwrap();
    assert_eq!(response.request_id(), Some("a\\tb"));
}

#[tokio::test(start_paused = true)]
async fn a_header_is_displayed_on_one_line_or_not_at_all() {
    // The only control character that reaches this point in a header is the tab.
    let hostile: String = HOSTILE.chars().filter(|c| !c.is_ascii_control()).collect();
    let long = format!("{hostile}{}", "y".repeat(60_000));
    for value in [hostile, long] {
        for name in
            ["content-type", "content-encoding", "location", "retry-after", "date", "x-reason"]
        {
            for status in [200, 302, 401, 422, 503] {
                let value = value.clone();
                let error =
                    error_for(move || with_header(status, name, value.as_bytes(), "no json"));
                error_is_clean(&error.await);
            }
        }
    }
}

/// The error message of serde quotes an unknown value.
#[derive(Debug, Deserialize)]
struct Quoting {
    #[serde(rename = "kind")]
    _kind: Kind,
}

#[derive(Debug, Deserialize)]
enum Kind {
    #[serde(rename = "a")]
    _A,
}

#[api(scope = "things:admin")]
trait Quotes {
    #[endpoint(GET, "/quote", signed)]
    fn quote(&self) -> Call<Quoting>;
}

#[tokio::test(start_paused = true)]
async fn an_unknown_value_is_quoted_on_one_line() {
    for long in ["", &"y".repeat(60_000)] {
        let body = json!({ "kind": format!("{HOSTILE}{long}") }).to_string();
        let server = Server::new(move |_, _| reply(200, "application/json", &body));
        let error = server.client().quote().await.unwrap_err();
        error_is_clean(&error);
        assert!(
            error.source().unwrap().to_string().starts_with("unknown variant `a\\0"),
            "{error:?}"
        );
    }
    let server = Server::new(|_, _| reply(200, "application/json", r#"{"kind":"b"}"#));
    let error = server.client().quote().await.unwrap_err();
    assert!(error.source().unwrap().is::<serde_json::Error>(), "a clean cause keeps its type");
}

#[tokio::test(start_paused = true)]
async fn a_transport_error_is_displayed_on_one_line() {
    let error = error_for(|| Err(TransportError::maybe_sent(HOSTILE))).await;
    error_is_clean(&error);
    let error = error_for(|| Err(TransportError::not_sent(HOSTILE))).await;
    error_is_clean(&error);
    let broken = || Ok(http::Response::new(Body::new(FailingBody)));
    error_is_clean(&error_for(broken).await);
}

struct FailingBody;

impl http_body::Body for FailingBody {
    type Data = bytes::Bytes;
    type Error = String;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<bytes::Bytes>, String>>> {
        std::task::Poll::Ready(Some(Err(HOSTILE.to_owned())))
    }
}

#[test]
fn an_unknown_enum_value_is_displayed_on_one_line() {
    let currency: Currency = serde_json::from_value(HOSTILE.into()).unwrap();
    is_clean("Display", &format!("{currency}"));
    is_clean("Debug", &format!("{currency:?}"));
    assert_eq!(currency.as_str(), HOSTILE, "the value itself is unchanged");
    assert_eq!(serde_json::to_value(&currency).unwrap(), HOSTILE);
    assert_eq!("SEK".parse::<Currency>().unwrap().to_string(), "SEK");
}

#[test]
fn an_event_is_displayed_on_one_line() {
    for long in ["", &"y".repeat(60_000)] {
        let event = json!({
            "id": "8962b496-8d42-4560-bfab-10c8d1a3b5c7",
            "created_at": "2021-07-21T14:10:00Z",
            "type": format!("{HOSTILE}{long}"),
            "object": {},
            "webhook_id": "a8eb3540-5a84-40f9-b2bb-7f99f282fc5a",
        });
        let event: Event = event.to_string().parse().unwrap();
        is_clean("Debug", &format!("{event:?}"));
        let error = event.object::<Thing>().unwrap_err();
        is_clean("Display", &error.to_string());
        is_clean("Debug", &format!("{error:?}"));
        assert!(event.event_type().starts_with(HOSTILE));
    }
}

#[test]
fn a_rejected_webhook_is_displayed_on_one_line() {
    let long = format!("{HOSTILE}{}", "y".repeat(60_000));
    for error in [
        WebhookError::UnknownKey { key_id: long.clone(), known: 1 },
        WebhookError::WrongSignature { base: format!("\"@path\": {long}\n\"x\": {long}\nlast") },
    ] {
        is_clean("Display", &error.to_string());
    }
}
