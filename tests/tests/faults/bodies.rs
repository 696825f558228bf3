//! Bodies that an intermediary changed, or that lack a content type.

use upvest_core::transport::Body;
use upvest_core::{Bytes, Call, Error, ErrorKind, Outcome, api};
use upvest_tests::in_memory::{Reply, Server, Thing, Things as _, token};

#[api(scope = "things:admin")]
trait Documents {
    #[endpoint(GET, "/document", accept = "application/pdf", signed)]
    fn print(&self) -> Call<Bytes>;
}

const ID: (&str, &str) = ("upvest-request-id", "the-request-id");
const JSON: (&str, &str) = ("content-type", "application/json");
/// The start of `{"id":7}` compressed with gzip: not valid JSON.
const ZIPPED: &[u8] = b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xabV\xcaLQ\xb22\xaf\x05\0";

fn response(status: u16, headers: &[(&str, &str)], body: &'static [u8]) -> Reply {
    let mut response = http::Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    Ok(response.body(Body::from(body)).unwrap())
}

/// Returns the result of a creation that gets this response.
async fn result_for(
    status: u16,
    headers: &'static [(&'static str, &'static str)],
    body: &'static [u8],
) -> Result<Thing, Error> {
    let server = Server::new(move |_, _| response(status, headers, body));
    server.client().create("x").await
}

#[tokio::test(start_paused = true)]
async fn an_encoding_that_hides_the_body_is_named() {
    let types: &[&'static [(&str, &str)]] = &[
        &[ID, JSON, ("content-encoding", "gzip")],
        &[ID, JSON, ("content-encoding", "br")],
        &[ID, JSON, ("content-encoding", "zstd")],
        &[ID, JSON, ("content-encoding", "deflate, GZip")],
        &[ID, JSON, ("content-encoding", "identity"), ("content-encoding", "x-unheard-of")],
        &[ID, ("content-type", "application/octet-stream"), ("content-encoding", "gzip")],
        &[ID, ("content-encoding", "gzip")],
    ];
    for &headers in types {
        let (_, encoding) = headers[headers.len() - 1];
        let error = result_for(200, headers, ZIPPED).await.unwrap_err();
        let shown = error.to_string();
        assert!(shown.contains("content-encoding: ") && shown.contains(encoding), "{shown}");
        assert_eq!(error.kind(), ErrorKind::Decode);
        let is_marked = headers.contains(&JSON);
        let outcome = if is_marked { Outcome::Applied } else { Outcome::Unknown };
        assert_eq!((error.outcome(), error.body()), (outcome, ZIPPED), "{shown}");
    }
}

/// A proxy may decode the body and leave the header unchanged.
#[tokio::test(start_paused = true)]
async fn an_encoding_that_hides_nothing_is_ignored() {
    let types: [&'static [(&str, &str)]; 3] = [
        &[ID, JSON, ("content-encoding", "gzip")],
        &[ID, JSON, ("content-encoding", "identity")],
        &[ID, JSON, ("content-encoding", "")],
    ];
    for headers in types {
        assert_eq!(result_for(200, headers, br#"{"id":7}"#).await.unwrap(), Thing { id: 7 });
        let error = result_for(200, headers, br#"{"id":"x"}"#).await.unwrap_err().to_string();
        assert!(error.ends_with("its body does not match the expected type"), "{error}");
    }
    let error = result_for(200, types[1], b"nonsense").await.unwrap_err().to_string();
    assert!(error.ends_with("its body does not match the expected type"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn an_encoded_error_keeps_its_status_and_says_so() {
    let headers: &'static [_] =
        &[ID, ("content-type", "application/problem+json"), ("content-encoding", "gzip")];
    for (status, outcome) in [(422, Outcome::Rejected), (503, Outcome::Unknown)] {
        let error = result_for(status, headers, ZIPPED).await.unwrap_err();
        let shown = error.to_string();
        assert!(shown.starts_with(&format!("POST /things returned {status} ")), "{shown}");
        assert!(shown.contains("content-encoding: gzip"), "{shown}");
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Api, outcome));
        assert_eq!(error.body(), ZIPPED);
    }
    for body in [&b""[..], br#"{"type":"https://x/errors/conflict"}"#] {
        let error = result_for(422, headers, body).await.unwrap_err().to_string();
        assert!(!error.contains("encoding"), "the encoding hides nothing: {error}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_encoded_document_is_not_returned() {
    let pdf = ("content-type", "application/pdf");
    let server =
        Server::new(move |_, _| response(200, &[ID, pdf, ("content-encoding", "gzip")], ZIPPED));
    let error = server.client().print().await.unwrap_err();
    assert!(error.to_string().contains("content-encoding: gzip"), "{error}");
    let server = Server::new(move |_, _| response(200, &[ID, pdf], ZIPPED));
    assert_eq!(server.client().print().await.unwrap(), ZIPPED);
}

#[tokio::test(start_paused = true)]
async fn an_encoded_token_is_named_and_not_shown() {
    let server = Server::new(|_, _| panic!("without a token")).with_tokens(|_| {
        Box::pin(async { response(200, &[JSON, ("content-encoding", "gzip")], ZIPPED) })
    });
    let error = server.client().create("x").await.unwrap_err();
    assert!(error.to_string().contains("content-encoding: gzip"), "{error}");
    assert_eq!((error.kind(), error.body()), (ErrorKind::Token, &b""[..]));
}

#[tokio::test(start_paused = true)]
async fn json_without_a_content_type_is_read() {
    for headers in [&[ID][..], &[ID, ("content-type", "")]] {
        for status in [200, 201, 202] {
            let thing = result_for(status, headers, br#" {"id":7} "#).await.unwrap();
            assert_eq!(thing, Thing { id: 7 });
        }
        // The body is JSON and has Upvest's request id: the call has taken effect.
        let error = result_for(200, headers, br#"{"id":"x"}"#).await.unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Decode, Outcome::Applied));
        for body in [&b"{\"id\":7"[..], b"<html>", b"{\"id\":7}{\"id\":7}"] {
            let error = result_for(200, headers, body).await.unwrap_err();
            assert_eq!((error.kind(), error.outcome()), (ErrorKind::Decode, Outcome::Unknown));
            assert!(error.to_string().contains("`content-type`"), "{error}");
        }
    }
    // Another content type means that the body is something else.
    for name in ["text/plain", "text/html; charset=utf-8"] {
        let headers: &'static [_] = vec![ID, ("content-type", name)].leak();
        let error = result_for(200, headers, br#"{"id":7}"#).await.unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Decode, Outcome::Unknown));
    }
}

#[tokio::test(start_paused = true)]
async fn a_problem_without_a_content_type_is_read() {
    let error = result_for(422, &[], br#"{"type":"https://x/errors/conflict"}"#).await.unwrap_err();
    assert_eq!(error.problem().map(|problem| problem.code()), Some("conflict"));
    assert!(result_for(422, &[], b"<html>").await.unwrap_err().problem().is_none());
}

/// With neither header, the response may come from an intermediary.
#[tokio::test(start_paused = true)]
async fn json_without_content_type_and_request_id_is_not_trusted() {
    let error = result_for(200, &[], br#"{"id":7}"#).await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Decode, Outcome::Unknown));
    let shown = error.to_string();
    assert!(shown.contains("`content-type`") && shown.contains("request id"), "{shown}");
    assert!(error.is_retryable() && error.attempts() == 3);
}

#[tokio::test(start_paused = true)]
async fn a_document_without_a_content_type_is_rejected() {
    let server = Server::new(|_, _| response(200, &[ID], b"%PDF"));
    let error = server.client().print().await.unwrap_err();
    assert!(error.to_string().contains("`content-type`"), "{error}");
    assert_eq!(error.kind(), ErrorKind::Decode);
}

#[tokio::test(start_paused = true)]
async fn a_token_without_a_content_type_is_read_if_it_has_a_request_id() {
    for (headers, is_read) in [(&[ID][..], true), (&[], false)] {
        let server =
            Server::new(|_, _| upvest_tests::in_memory::thing()).with_tokens(move |number| {
                let body = token(number, 1800).leak().as_bytes();
                Box::pin(async move { response(200, headers, body) })
            });
        assert_eq!(server.client().create("x").await.is_ok(), is_read, "{headers:?}");
    }
}
