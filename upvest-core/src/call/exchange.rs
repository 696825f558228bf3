//! One attempt on the wire: the request is built and signed, sent once, and its response read.

use std::pin::pin;

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, LOCATION, USER_AGENT};
use http::{HeaderValue, StatusCode};
use tokio::time::Instant;
use upvest_signature::__core as signature;
use upvest_signature::{SignatureBase, SignatureVersion};
use upvest_transport::__core::{AttemptEnds, Failure, within};
use upvest_transport::{Body, BoxFuture, TransportError};
use upvest_types::__private::printable;
use upvest_types::IdempotencyKey;
use url::Url;

use super::prepared::PreparedRequest;
use super::retry::{clock_offset, retry_after};
use crate::auth::token::Token;
use crate::client::Client;
use crate::endpoint::ResponseKind;
use crate::error::{Error, ErrorKind, LONGEST_REQUEST_ID, Outcome, Problem, Result, classify};
use crate::headers::{API_VERSION, CLIENT_ID, IDEMPOTENCY_KEY, REQUEST_ID};
use crate::observer::Watched;
use crate::response::content::{self, Encoding};
use crate::response::raw::{LONGEST_ERROR_BODY, RawResponse, is_wanted, longest_body};

/// Builds the request, complete except for the signature.
pub(super) fn build(
    client: &Client,
    prepared: &PreparedRequest,
    key: Option<IdempotencyKey>,
    token: Option<&Token>,
) -> Result<http::Request<Bytes>> {
    let refused = |what| {
        let message = format!("{prepared} was not sent: {what}");
        Error::new(ErrorKind::Request, Outcome::NotSent, message)
    };
    // Those of a signed POST. `HeaderMap` allocates twice as much for one more.
    let mut headers = HeaderMap::with_capacity(12);
    let accept = HeaderValue::from_maybe_shared(Bytes::from_static(prepared.accept.as_bytes()))
        .map_err(|error| refused("its `accept` is not a valid header value").because(error))?;
    headers.insert(ACCEPT, accept);
    headers.insert(
        USER_AGENT,
        HeaderValue::from_static(concat!("upvest-rs/", env!("CARGO_PKG_VERSION"))),
    );
    headers.insert(API_VERSION, HeaderValue::from_static("1"));
    headers.insert(CLIENT_ID, client.client_id_header());
    if let Some(token) = token {
        headers.insert(AUTHORIZATION, token.header());
    }
    if let Some(content_type) = prepared.content_type {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    if let Some(key) = key {
        let key = HeaderValue::try_from(key.to_string()).map_err(|error| {
            refused("its idempotency key is not a valid header value").because(error)
        })?;
        headers.insert(IDEMPOTENCY_KEY, key);
    }
    if let Some((name, value)) = prepared.header.as_deref() {
        headers.insert(name, value.clone());
    }
    let mut request = http::Request::builder()
        .method(http::Method::from(prepared.method))
        .uri([client.base_url(), &*prepared.path].concat())
        .body(prepared.body.clone())
        .map_err(|error| refused("its URL is invalid").because(error))?;
    *request.headers_mut() = headers;
    Ok(request)
}

/// Signs the request, if it must be signed, and returns the signature base.
pub(super) async fn sign(
    client: &Client,
    prepared: &PreparedRequest,
    request: &mut http::Request<Bytes>,
    deadline: Instant,
) -> Result<Option<SignatureBase>> {
    if !prepared.is_signed {
        return Ok(None);
    }
    let nonce = client.random_bytes()?;
    let (signer, now) = (client.signer(), client.now());
    // Pinned here, because a future that is passed on is stored twice.
    let signing = pin!(signature::sign(SignatureVersion::V15, request, signer, now, nonce));
    match within(deadline, signing).await {
        Ok(Ok(base)) => Ok(Some(base)),
        Ok(Err(error)) => {
            let message = format!("{prepared} was not sent: signing failed");
            Err(Error::of(classify::signing(error.is_transient()), message).because(error))
        }
        Err(_) => Err(out_of_time(prepared, "while signing")),
    }
}

/// A request that the transport sends once this is awaited.
pub(super) type Sending<'c> =
    BoxFuture<'c, std::result::Result<http::Response<Body>, TransportError>>;

/// Hands the request to the transport, which has until `ends`.
pub(super) fn sending(
    client: &Client,
    mut request: http::Request<Bytes>,
    ends: Instant,
) -> Sending<'_> {
    request.extensions_mut().insert(AttemptEnds(ends));
    client.transport().send(request)
}

/// Sends the request and reads the response, until `ends`.
pub(super) async fn exchange(
    client: &Client,
    prepared: &PreparedRequest,
    sending: Sending<'_>,
    ends: Instant,
    watched: &Watched<'_>,
) -> Result<RawResponse> {
    let response = match within(ends, sending).await {
        Ok(Ok(response)) => Ok(response),
        Ok(Err(error)) => {
            let failed = no_response(prepared, client.base_url(), error.__failure());
            Err(failed.because(error.__into_cause()))
        }
        Err(_) => Err(late_response(prepared)),
    };
    let (mut head, body) = match response {
        Ok(response) => response.into_parts(),
        Err(error) => {
            watched.received(Err(&error));
            return Err(error);
        }
    };
    if prepared.response == ResponseKind::Redirect
        && let Some(location) = head.headers.get_mut(LOCATION)
    {
        // It may be all that is needed to read a document.
        location.set_sensitive(true);
    }
    watched.received(Ok(&head));
    let now = client.now();
    let status = head.status;
    let request_id = text(&head.headers, REQUEST_ID.as_str());
    let request_id = request_id.map(|id| printable(id, LONGEST_REQUEST_ID));
    let content_type = content::content_type(&head.headers);
    let encoding = Encoding::of(&head.headers);
    let is_wanted = is_wanted(prepared, status);
    let limit = if is_wanted {
        longest_body(prepared, client.max_response_bytes())
    } else {
        LONGEST_ERROR_BODY
    };
    let (body, broken) = body.read(limit, ends).await;

    if is_wanted {
        let is_as_asked = match &content_type {
            Some(kind) => content::is_asked_for(prepared.accepted(), kind),
            None => request_id.is_some() && broken.is_none() && content::is_json(prepared, &body),
        };
        let has_type = content_type.is_some();
        let location = text(&head.headers, LOCATION.as_str());
        let location = location.and_then(|to| absolute(client, prepared, to));
        return Ok(RawResponse {
            status,
            request_id,
            headers: head.headers,
            is_as_asked,
            has_type,
            encoding,
            location,
            body,
            broken,
        });
    }
    // The status says what happened, even if the body cannot be read.
    let is_json =
        content_type.is_none_or(|kind| kind == "application/json" || kind.ends_with("+json"));
    let problem = (is_json && broken.is_none())
        .then(|| serde_json::from_slice::<Problem>(&body).ok())
        .flatten();
    let hidden = encoding.filter(|_| problem.is_none() && !body.is_empty());
    // A server that repeats what it was sent would repeat the client secret.
    let problem = problem
        .filter(|problem| !prepared.asks_for_token() || !problem.quotes_secret_of(&prepared.body));
    let error = Error::from_response(&prepared.to_string(), status, problem)
        .with_remark(hidden.map(|encoding| encoding.remark()))
        .with_advice(missing_scope(prepared, status))
        .with_request_id(request_id)
        .with_retry_after(retry_after(&head.headers, now))
        .with_body(if prepared.asks_for_token() { Bytes::new() } else { body });
    Err(match clock_offset(&head.headers, now) {
        Some(offset) if status == StatusCode::UNAUTHORIZED => error.with_clock_offset(offset),
        _ => error,
    })
}

/// Names what a token must hold, if that is why the API refuses the request.
fn missing_scope(prepared: &PreparedRequest, status: StatusCode) -> Option<String> {
    let is_missing = status == StatusCode::FORBIDDEN && !prepared.scopes.is_empty();
    is_missing.then(|| {
        let scopes: Vec<String> = prepared.scopes.iter().map(|it| format!("`{it}`")).collect();
        format!("request a token with the scope {}", scopes.join(" or "))
    })
}

/// Resolves a location, which may be relative to the requested URL.
fn absolute(client: &Client, prepared: &PreparedRequest, location: &str) -> Option<String> {
    let asked = Url::parse(&format!("{}{}", client.base_url(), prepared.path)).ok()?;
    Some(asked.join(location).ok()?.into())
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

/// Returns the error of a call whose deadline passed before it was sent; `during` says when.
pub(super) fn out_of_time(prepared: &PreparedRequest, during: &str) -> Error {
    let message = format!("{prepared} was not sent: the deadline passed {during}");
    Error::of(classify::timeout(false), message)
}

/// Returns the error of a request without a response.
fn no_response(prepared: &PreparedRequest, host: &str, failure: Failure) -> Error {
    let message = match failure {
        Failure::MaybeSent => format!("{prepared} got no response: the connection to {host} broke"),
        Failure::Refused(why) => format!("{prepared} got no response from {host}: {why}"),
        Failure::NotSent => {
            format!("{prepared} was not sent: could not connect to {host}")
        }
        Failure::Unprocessed => format!("{prepared} was not sent: {host} did not process it"),
        Failure::Final(why) | Failure::Misconfigured(why) => {
            format!("{prepared} was not sent to {host}: {why}")
        }
    };
    Error::of(classify::failure(failure), message)
}

/// Returns the error of a request that may have been sent and got no response in time.
fn late_response(prepared: &PreparedRequest) -> Error {
    let message = format!("{prepared} got no response before its timeout");
    Error::of(classify::timeout(true), message)
}
