//! A value in a path, a query or a header arrives unchanged as one value, or is rejected before
//! anything is sent. The sandbox's router is the receiver.

use proptest::prelude::*;
use serde::Serialize;
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};
use upvest_core::{
    Bytes, Call, Client, CommaSeparated, Date, Endpoint, ErrorKind, Method, Outcome, Timestamp, api,
};
use upvest_sandbox::{ReceivedRequest, Sandbox};

#[derive(Serialize)]
struct Parameters<'a> {
    text: &'a str,
    list: Option<CommaSeparated<&'a str>>,
}

#[api(scope = ["echo:read", "echo:admin"])]
trait Echo: Send + Sync {
    #[endpoint(GET, "/echo/{first}/of/{second}", signed)]
    fn path(&self, first: &str, second: &str) -> Call<Value>;

    #[endpoint(GET, "/echo", signed)]
    fn query(&self, query: &Parameters<'_>) -> Call<Value>;

    #[endpoint(GET, "/echo/header", header = "accept-language", signed)]
    fn header(&self, accept_language: &str) -> Call<Value>;

    #[endpoint(GET, "/echo/report", header = "accept", signed)]
    fn report(&self, accept: &str) -> Call<Bytes>;

    #[endpoint(GET, "/echo/report", accept = "application/pdf", signed)]
    fn print(&self) -> Call<Bytes>;

    #[endpoint(GET, "/echo/report", signed)]
    fn read(&self) -> Call<Value>;
}

/// Returns the request as parsed by the sandbox's router.
fn echo(received: &ReceivedRequest) -> (u16, Value) {
    assert!(!format!("{received:?}").contains("ory_at_"), "the token is shown");
    let language = received.headers().get("accept-language");
    let response = json!({
        "first": received.param("first"),
        "second": received.param("second"),
        "query": received.queries(),
        "language": language.and_then(|value| value.to_str().ok()),
    });
    (200, response)
}

async fn start() -> (Sandbox, Client) {
    let sandbox = Sandbox::builder()
        .serve(&<dyn Echo>::PATH, echo)
        .serve(&<dyn Echo>::QUERY, echo)
        .serve(&<dyn Echo>::HEADER, echo)
        .serve(&<dyn Echo>::REPORT, |received| {
            let accept = received.headers()["accept"].clone();
            let mut report = http::Response::new(Bytes::from_static(b"a,b"));
            report.headers_mut().insert("content-type", accept);
            report
        })
        .serve(&<dyn Echo>::PRINT, |_| {
            let mut pdf = http::Response::new(Bytes::from_static(b"%PDF"));
            pdf.headers_mut().insert("content-type", "application/pdf".parse().unwrap());
            pdf
        })
        .serve(&<dyn Echo>::READ, echo)
        .start()
        .await
        .unwrap();
    let client = sandbox.client().unwrap();
    (sandbox, client)
}

fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// Any text, biased towards characters with a meaning in URLs.
fn text() -> impl Strategy<Value = String> {
    let letters = "[-._~:a-z0-9%/\\\\?#&=+ ;@{}\u{0}é\n,]{0,6}";
    prop_oneof![
        4 => letters.prop_map(String::from),
        2 => "[-._~:a-zA-Z0-9]{1,12}".prop_map(String::from),
        2 => any::<String>(),
        1 => prop_oneof![Just(".."), Just("."), Just("%2e%2e"), Just("%2F")].prop_map(str::to_owned),
    ]
}

/// Awaits a call; returns `None` if it was rejected before anything was sent.
fn ask(runtime: &Runtime, sandbox: &Sandbox, call: Call<Value>) -> Option<Value> {
    let before = sandbox.log().entries().len();
    match runtime.block_on(call.into_future()) {
        Ok(response) => Some(response),
        Err(error) => {
            assert_eq!(
                (error.kind(), error.outcome()),
                (ErrorKind::Request, Outcome::NotSent),
                "{error}"
            );
            assert_eq!(sandbox.log().entries().len(), before, "nothing is sent");
            None
        }
    }
}

fn is_segment(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:".contains(&byte);
    !matches!(text, "" | "." | "..") && text.bytes().all(is_plain)
}

#[test]
fn a_path_value_is_one_segment_or_rejected() {
    let runtime = runtime();
    let (sandbox, client) = runtime.block_on(start());
    proptest!(config(), |(first in text(), second in text())| {
        let response = ask(&runtime, &sandbox, client.path(&first, &second));
        prop_assert_eq!(response.is_some(), is_segment(&first) && is_segment(&second));
        if let Some(response) = response {
            prop_assert_eq!(&response["first"], &first);
            prop_assert_eq!(&response["second"], &second);
        }
    });
}

#[test]
fn a_query_value_is_one_value_or_rejected() {
    let runtime = runtime();
    let (sandbox, client) = runtime.block_on(start());
    proptest!(config(), |(text in text(), list in prop::option::of(prop::collection::vec(text(), 0..4)))| {
        let query = Parameters {
            text: &text,
            list: list.as_ref().map(|list| list.iter().map(String::as_str).collect()),
        };
        let is_list = |list: &Vec<String>| {
            !list.is_empty() && list.iter().all(|value| !value.is_empty() && !value.contains(','))
        };
        let response = ask(&runtime, &sandbox, client.query(&query));
        prop_assert_eq!(response.is_some(), list.as_ref().is_none_or(is_list));
        if let Some(response) = response {
            let mut expected = vec![json!(["text", text])];
            expected.extend(list.map(|list| json!(["list", list.join(",")])));
            prop_assert_eq!(&response["query"], &json!(expected));
        }
    });
}

#[test]
fn a_header_arrives_unchanged_or_is_rejected() {
    let runtime = runtime();
    let (sandbox, client) = runtime.block_on(start());
    proptest!(config(), |(language in text())| {
        let is_value = !language.is_empty()
            && language.trim() == language
            && language.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        let response = ask(&runtime, &sandbox, client.header(&language));
        prop_assert_eq!(response.is_some(), is_value, "{:?}", language);
        if let Some(response) = response {
            prop_assert_eq!(&response["language"], &language);
        }
    });
}

#[tokio::test]
async fn dates_and_times_have_the_format_of_the_api_in_a_query() {
    #[derive(Serialize)]
    struct Period {
        start_date: Date,
        end_date: Option<Timestamp>,
        none: Option<Date>,
    }

    #[api(scope = "echo:read")]
    trait Periods: Send + Sync {
        #[endpoint(GET, "/periods", signed)]
        fn list(&self, query: &Period) -> Call<Value>;
    }

    let sandbox = Sandbox::builder().serve(&<dyn Periods>::LIST, echo).start().await.unwrap();
    let query = Period {
        start_date: "2024-02-29".parse().unwrap(),
        end_date: Some("2024-03-01T12:00:00Z".parse().unwrap()),
        none: None,
    };
    let response = sandbox.client().unwrap().list(&query).await.unwrap();
    assert_eq!(
        response["query"],
        json!([["start_date", "2024-02-29"], ["end_date", "2024-03-01T12:00:00Z"]])
    );
}

#[tokio::test]
async fn endpoints_with_one_path_are_distinguished_by_accept() {
    let (_sandbox, client) = start().await;
    assert_eq!(client.print().await.unwrap(), "%PDF");
    assert_eq!(client.read().await.unwrap()["query"], json!([]));
    assert_eq!(client.report("application/pdf").await.unwrap(), "%PDF");
    assert_eq!(client.report("text/csv").await.unwrap(), "a,b");
    let error = client.report("text/csv ").await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::NotSent, "{error}");
}

#[tokio::test]
async fn an_echo_that_compares_nothing_is_in_the_log() {
    #[derive(Serialize)]
    struct Order {
        amount: u8,
        #[serde(skip_serializing_if = "Option::is_none")]
        note: Option<u8>,
    }

    #[api(scope = "echo:read")]
    trait Orders: Send + Sync {
        #[endpoint(POST, "/orders", signed, echoes = ["amount", "note", "curency"])]
        fn place(&self, body: &Order) -> Call<Value>;
    }

    let response = json!({ "amount": 7, "note": null, "currency": "EUR" });
    let respond = move |_: &ReceivedRequest| (200, response.clone());
    let sandbox = Sandbox::builder().serve(&<dyn Orders>::PLACE, respond).start().await.unwrap();
    let client = sandbox.client().unwrap();
    for note in [None, Some(1)] {
        client.place(&Order { amount: 7, note }).await.unwrap();
        let hint = sandbox.log().last().unwrap().hint.clone().unwrap();
        assert!(hint.starts_with("`echoes` of this endpoint names `curency`, which"), "{hint}");
    }
}

#[tokio::test]
async fn a_closure_that_panics_is_a_500_with_the_reason_in_the_log() {
    let sandbox = Sandbox::builder()
        .serve(&<dyn Echo>::QUERY, |request| -> u16 {
            assert_eq!(request.query("text"), Some("expected"), "in the test");
            204
        })
        .start()
        .await
        .unwrap();
    let query = Parameters { text: "other", list: None };
    let call = sandbox.client().unwrap().query(&query).max_attempts(1);
    let error = call.await.unwrap_err();
    assert_eq!(error.status().map(|status| status.as_u16()), Some(500));
    let reason = sandbox.log().last().unwrap().reason.clone().unwrap();
    assert!(reason.contains("panicked") && reason.contains("in the test"), "{reason}");
}

#[tokio::test]
async fn an_invalid_query_is_explained() {
    #[derive(Serialize)]
    struct Many {
        ids: Vec<u32>,
    }

    #[api(scope = "echo:read")]
    trait Lists: Send + Sync {
        #[endpoint(GET, "/lists", signed)]
        fn list(&self, query: &Many) -> Call<Value>;
    }

    let (_sandbox, client) = start().await;
    let error = client.list(&Many { ids: vec![7] }).await.unwrap_err();
    assert!(error.to_string().contains("several values are a `CommaSeparated`"), "{error}");
    let none = Parameters { text: "", list: Some(CommaSeparated(Vec::new())) };
    let error = client.query(&none).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "GET /echo was not sent: cannot encode the query: a list of values is empty: leave it \
         out instead"
    );
}

#[tokio::test]
async fn a_custom_endpoint_is_checked_as_declared() {
    let (sandbox, _) = start().await;
    // A token without the scope: either of the two would be enough.
    let poor = sandbox.client_builder().scopes(["positions:read"]).build().unwrap();
    let error = poor.path("a", "b").await.unwrap_err();
    assert_eq!(error.status().map(|status| status.as_u16()), Some(403));
    assert_eq!(<dyn Echo>::SCOPES, ["echo:read"]);
    for scope in ["echo:read", "echo:admin"] {
        let rich = sandbox.client_builder().scopes([scope]).build().unwrap();
        assert!(rich.path("a", "b").await.is_ok(), "{scope}");
    }
}

#[tokio::test]
async fn a_declared_header_must_be_sent() {
    #[api(scope = "echo:read")]
    trait Silent: Send + Sync {
        #[endpoint(GET, "/echo/header", signed)]
        fn silent(&self) -> Call<Value>;
    }

    let (_sandbox, client) = start().await;
    let error = client.silent().await.unwrap_err();
    assert_eq!(error.status().map(|status| status.as_u16()), Some(400));
    let problem = error.problem().unwrap();
    assert_eq!(problem.detail.as_deref(), Some("The header accept-language is missing"));
}

/// The macro rejects such endpoints; a manually written table may contain them.
#[tokio::test]
async fn an_invalid_endpoint_is_rejected_before_sending() {
    use upvest_core::__private::{JsonResponse, PlainReturn, Request};

    const REMOVE: Endpoint = Endpoint::new("remove", Method::Delete, "/echo/{id}").signed();
    let (sandbox, client) = start().await;
    let call: Call<()> = Request::new(&client, REMOVE)
        .call(<Call<()> as PlainReturn<_>>::new, <() as JsonResponse>::decoder());
    let error = call.await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Request, Outcome::NotSent));
    assert_eq!(error.to_string(), "DELETE /echo/{id} was not sent: a placeholder is not filled");
    assert!(sandbox.log().entries().is_empty());

    const PRINT: Endpoint = Endpoint::new("print", Method::Get, "/echo").accept("text/é\n");
    let call: Call<()> = Request::new(&client, PRINT)
        .call(<Call<()> as PlainReturn<_>>::new, <() as JsonResponse>::decoder());
    let error = call.await.unwrap_err();
    let sentence = "GET /echo was not sent: its `accept` is not a valid header value";
    assert_eq!(error.to_string(), sentence);
    assert!(sandbox.log().entries().iter().all(|entry| entry.path == "/auth/token"));
}

#[tokio::test]
async fn an_invalid_endpoint_table_is_rejected_in_one_sentence() {
    const TWICE: Endpoint = Endpoint::new("twice", Method::Get, "/echo/{a}/of/{b}");
    let started = Sandbox::builder().serve(&<dyn Echo>::PATH, echo).serve(&TWICE, echo).start();
    assert_eq!(
        started.await.unwrap_err().to_string(),
        "the sandbox did not start: GET /echo/{a}/of/{b} is served twice (remove one of the two)"
    );
    const STRANGE: [Endpoint; 7] = [
        Endpoint::new("", Method::Get, ""),
        Endpoint::new("", Method::Get, "echo"),
        Endpoint::new("", Method::Get, "/:echo"),
        Endpoint::new("", Method::Get, "/*echo"),
        Endpoint::new("", Method::Get, "/{echo"),
        Endpoint::new("", Method::Get, "/a{echo}"),
        Endpoint::new("", Method::Get, "/é"),
    ];
    for strange in &STRANGE {
        let error = Sandbox::builder().serve(strange, echo).start().await.unwrap_err();
        assert!(error.to_string().ends_with("has a path that cannot be served"), "{error}");
    }
}
