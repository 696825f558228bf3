//! Responses that are not JSON: documents and redirects.

use serde::Serialize;
use serde_json::{Value, json};
use upvest_core::{Bytes, Call, ErrorKind, Outcome, Redirect, api};
use upvest_tests::in_memory::{Reply, Server, problem, reply};

#[derive(Serialize)]
struct File {
    redirect: u8,
}

#[api(scope = "things:admin")]
trait Documents: Send + Sync {
    #[endpoint(GET, "/reports/{report_id}", accept = "application/pdf", signed)]
    fn print(&self, report_id: u32) -> Call<Bytes>;

    #[endpoint(GET, "/reports/{report_id}", header = "accept", signed)]
    fn print_as(&self, report_id: u32, accept: &str) -> Call<Bytes>;

    #[endpoint(GET, "/files/{folder}/{file_name}", signed)]
    fn describe(&self, folder: &str, file_name: &str) -> Call<Value>;

    #[endpoint(GET, "/files/{folder}/{file_name}", redirect, signed)]
    fn find(&self, folder: &str, file_name: &str, query: &File) -> Call<Redirect>;
}

fn pdf(bytes: Vec<u8>) -> Reply {
    let mut reply = reply(200, "application/pdf", "")?;
    *reply.body_mut() = bytes.into();
    Ok(reply)
}

#[tokio::test(start_paused = true)]
async fn a_document_arrives_byte_for_byte() {
    let bytes: Vec<u8> = (0..=255).collect();
    let expected = bytes.clone();
    let server = Server::new(move |_, _| pdf(bytes.clone()));
    assert_eq!(server.client().print(7).await.unwrap(), expected);
    assert_eq!(server.sent()[0].headers()["accept"], "application/pdf");
}

#[tokio::test(start_paused = true)]
async fn a_document_may_be_larger_than_json_but_is_limited() {
    const MIB: usize = 1024 * 1024;
    for (size, is_read) in [(2 * MIB, true), (32 * MIB, true), (32 * MIB + 1, false)] {
        let server = Server::new(move |_, _| pdf(vec![b'%'; size]));
        let response = server.client().print(7).await;
        assert_eq!(response.is_ok(), is_read, "{size}");
        if let Err(error) = response {
            assert_eq!(error.kind(), ErrorKind::Decode);
            assert!(error.body().len() <= 64 * 1024, "the whole body is stored");
            assert_eq!(server.sent().len(), 1, "requested again");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_unexpected_content_type_is_rejected() {
    let server = Server::new(|_, _| reply(200, "text/html", "<h1>Sign in</h1>"));
    let error = server.client().print(7).max_attempts(1).await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Decode, Outcome::Unknown));
    assert!(error.to_string().contains("not of the requested type"), "{error}");

    let server = Server::new(|_, _| reply(200, "application/pdf", ""));
    let error = server.client().print(7).max_attempts(1).await.unwrap_err();
    assert!(error.to_string().contains("is empty"), "{error}");

    let server = Server::new(|_, _| problem(404, "not_found"));
    let error = server.client().print(7).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Api);
    assert!(error.problem().is_some());
}

#[tokio::test(start_paused = true)]
async fn the_caller_can_choose_the_accept_header() {
    let server = Server::new(|_, _| reply(200, "text/csv; charset=utf-8", "a,b"));
    let client = server.client();
    for accept in ["text/csv", "application/pdf, text/csv;q=0.5", "text/*", "*/*"] {
        assert_eq!(client.print_as(7, accept).await.unwrap(), "a,b", "{accept}");
    }
    assert!(client.print_as(7, "application/pdf").max_attempts(1).await.is_err());
    // It is sent unchanged and signed.
    let sent = &server.sent()[1];
    assert_eq!(sent.headers()["accept"], "application/pdf, text/csv;q=0.5");
    assert!(sent.headers()["signature-input"].to_str().unwrap().contains("\"accept\""));
}

#[tokio::test(start_paused = true)]
async fn a_redirect_is_returned_and_not_followed() {
    let server = Server::new(|_, request| {
        if request.uri().query() == Some("redirect=1") {
            let mut reply = reply(302, "text/html", "<a href=...>")?;
            reply.headers_mut().insert("location", "/elsewhere/a.pdf?key=x".parse().unwrap());
            return Ok(reply);
        }
        reply(200, "application/json", r#"{"size":7}"#)
    });
    let client = server.client();
    let redirect = client.find("reports", "a.pdf", &File { redirect: 1 }).await.unwrap();
    assert_eq!(redirect.location(), "https://sandbox.upvest.co/elsewhere/a.pdf?key=x");
    assert_eq!(client.describe("reports", "a.pdf").await.unwrap(), json!({ "size": 7 }));
    // A 200 is not a redirect.
    let error = client.find("reports", "a.pdf", &File { redirect: 0 }).await.unwrap_err();
    assert_eq!(error.status().map(|status| status.as_u16()), Some(200), "{error}");
    assert_eq!(server.sent().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn an_invalid_redirect_location_is_rejected() {
    for (location, words) in [
        (None, "no `location`"),
        (Some("ftp://files.example/a"), "not a URL"),
        (Some("javascript:alert(1)"), "not a URL"),
        (Some("http://"), "no `location`"),
    ] {
        let server = Server::new(move |_, _| {
            let mut reply = reply(302, "text/html", "")?;
            if let Some(location) = location {
                reply.headers_mut().insert("location", location.parse().unwrap());
            }
            Ok(reply)
        });
        let call = server.client().find("a", "b", &File { redirect: 1 }).max_attempts(1);
        let error = call.await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert!(error.to_string().contains(words), "{location:?}: {error}");
    }
    // For other endpoints, a redirect is an error.
    let server = Server::new(|_, _| reply(302, "text/html", ""));
    let error = server.client().describe("a", "b").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Redirect);
}
