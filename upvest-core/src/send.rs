//! What happens on `await`: the one loop that every call goes through.
//!
//! An attempt is, in this order: deadline, token, sign, send, classify. The signature is made last,
//! over exactly what is sent, and anew for each attempt; key and body bytes are the same in all.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, USER_AGENT};
use http::{HeaderValue, StatusCode};
use tokio::time::{Instant, timeout_at};

use crate::auth::Token;
use crate::client::Client;
use crate::error::{Error, ErrorKind, Outcome, Problem, Result};
use crate::headers::{API_VERSION, CLIENT_ID, IDEMPOTENCY_KEY, REQUEST_ID};
use crate::idempotency::IdempotencyKey;
use crate::request::Target;
use crate::signature;
use crate::transport::BodyError;

/// Beyond this an answer is an attack or a mistake, not a resource.
const LONGEST_BODY: usize = 1024 * 1024;
const LONGEST_ERROR_BODY: usize = 64 * 1024;

/// A 2xx answer, not yet decoded.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) request_id: Option<String>,
    pub(crate) is_json: bool,
    pub(crate) body: std::result::Result<Bytes, BodyError>,
}

impl Answer {
    /// What is known of the effect, should the answer turn out unreadable: without its marks a 200
    /// may come from a portal or proxy in between.
    pub(crate) fn outcome(&self) -> Outcome {
        let is_marked = self.request_id.is_some() && self.is_json;
        if is_marked { Outcome::Applied } else { Outcome::Unknown }
    }
}

/// Sends until there is an answer, an error that another attempt cannot mend, or no time.
pub(crate) async fn send(
    client: &Client,
    target: &Target,
    key: Option<IdempotencyKey>,
    deadline: Instant,
) -> Result<Answer> {
    let mut worst = Outcome::NotSent;
    let mut refreshed = false;
    loop {
        if Instant::now() >= deadline {
            return Err(out_of_time(target, worst));
        }
        let token = if target.is_anonymous {
            None
        } else {
            let token = client.tokens().get(client, deadline).await;
            Some(token.map_err(|error| error.with_outcome(worst))?)
        };
        let error = match attempt(client, target, key, token.as_ref(), deadline).await {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        worst = worst.max(error.outcome());
        match token {
            // The token may have been withdrawn before its time: once, a new one may help.
            Some(token) if error.kind() == ErrorKind::Unauthorized && !refreshed => {
                refreshed = true;
                token.refuse();
            }
            _ => return Err(error.with_outcome(worst)),
        }
    }
}

/// Sends once.
async fn attempt(
    client: &Client,
    target: &Target,
    key: Option<IdempotencyKey>,
    token: Option<&Arc<Token>>,
    deadline: Instant,
) -> Result<Answer> {
    let mut request = build(client, target, key, token)?;
    let signature_base = if target.is_signed {
        let signing = sign(client, target, &mut request);
        Some(
            timeout_at(deadline, signing)
                .await
                .map_err(|_| out_of_time(target, Outcome::NotSent))??,
        )
    } else {
        None
    };
    // Signing may have taken long, if the key is elsewhere.
    if Instant::now() >= deadline {
        return Err(out_of_time(target, Outcome::NotSent));
    }
    let attempt_ends = deadline.min(after(client.attempt_timeout()));
    let result = exchange(client, target, request, attempt_ends).await;
    match &result {
        Ok(answer) => tracing::debug!(
            endpoint = %target,
            status = answer.status.as_u16(),
            request_id = answer.request_id,
            "answered"
        ),
        Err(error) => {
            tracing::debug!(endpoint = %target, %error, request_id = error.request_id(), "failed");
        }
    }
    result.map_err(|error| match error.kind() {
        ErrorKind::Unauthorized => {
            error.with_signature_base(signature_base.as_deref().map(signature::mask_token))
        }
        _ => error,
    })
}

/// The request, complete but for the signature.
fn build(
    client: &Client,
    target: &Target,
    key: Option<IdempotencyKey>,
    token: Option<&Arc<Token>>,
) -> Result<http::Request<Bytes>> {
    let refused = |what| {
        let message = format!("{target} was not sent: {what}");
        Error::new(ErrorKind::Request, Outcome::NotSent, message)
    };
    // Room for the signature's headers too.
    let mut headers = HeaderMap::with_capacity(16);
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    headers.insert(
        USER_AGENT,
        HeaderValue::from_static(concat!("upvest-rs/", env!("CARGO_PKG_VERSION"))),
    );
    headers.insert(API_VERSION, HeaderValue::from_static("1"));
    headers.insert(CLIENT_ID, client.client_id_header());
    if let Some(token) = token {
        headers.insert(AUTHORIZATION, token.header());
    }
    if let Some(content_type) = target.content_type {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    if let Some(key) = key {
        let key = HeaderValue::from_str(&key.to_string()).map_err(|error| {
            refused("its idempotency key cannot stand in a header").because(error)
        })?;
        headers.insert(IDEMPOTENCY_KEY, key);
    }
    let mut request = http::Request::builder()
        .method(http::Method::from(target.verb))
        .uri(format!("{}{}", client.base_url(), target.path))
        .body(target.body.clone())
        .map_err(|error| refused("its URL is invalid").because(error))?;
    *request.headers_mut() = headers;
    Ok(request)
}

async fn sign(
    client: &Client,
    target: &Target,
    request: &mut http::Request<Bytes>,
) -> Result<String> {
    let nonce = client.random_bytes()?;
    signature::sign(request, client.signer(), client.now(), nonce).await.map_err(|error| {
        let message = format!("{target} was not sent: it could not be signed");
        Error::new(ErrorKind::Sign, Outcome::NotSent, message).because(error)
    })
}

/// Sends the request, and takes in what comes back until `ends`.
async fn exchange(
    client: &Client,
    target: &Target,
    request: http::Request<Bytes>,
    ends: Instant,
) -> Result<Answer> {
    let response = match timeout_at(ends, client.transport().send(request)).await {
        Ok(Ok(response)) => response,
        Ok(Err(error)) => {
            let host = client.base_url();
            let failed = if error.may_have_been_sent() {
                let message = format!("{target} has no answer: the connection to {host} broke");
                Error::new(ErrorKind::Transport, Outcome::Unknown, message)
            } else {
                let message =
                    format!("{target} was not sent: no connection to {host} could be made");
                Error::new(ErrorKind::Connect, Outcome::NotSent, message)
            };
            return Err(failed.because(error.into_cause()));
        }
        Err(_) => return Err(out_of_time(target, Outcome::Unknown)),
    };
    let (head, body) = response.into_parts();
    let status = head.status;
    let request_id = text(&head.headers, REQUEST_ID.as_str()).map(str::to_owned);
    let content_type = text(&head.headers, CONTENT_TYPE.as_str()).map(essence);
    let limit = if status.is_success() { LONGEST_BODY } else { LONGEST_ERROR_BODY };
    let body = timeout_at(ends, body.read(limit)).await.unwrap_or(Err(BodyError::OutOfTime));

    if status.is_success() {
        let is_json = content_type.as_deref() == Some("application/json");
        return Ok(Answer { status, request_id, is_json, body });
    }
    // The status says what happened; a body that cannot be read takes nothing from that.
    let is_json =
        content_type.is_some_and(|kind| kind == "application/json" || kind.ends_with("+json"));
    let problem = body
        .ok()
        .filter(|_| is_json)
        .and_then(|body| serde_json::from_slice::<Problem>(&body).ok());
    Err(Error::answered(&target.to_string(), status, problem).with_request_id(request_id))
}

/// When `timeout` has passed; a year is as good as never.
pub(crate) fn after(timeout: Duration) -> Instant {
    Instant::now() + timeout.min(Duration::from_hours(365 * 24))
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

/// A content type without its parameters.
fn essence(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn out_of_time(target: &Target, outcome: Outcome) -> Error {
    let sent = if outcome == Outcome::NotSent { " before it was sent" } else { "" };
    Error::new(ErrorKind::Timeout, outcome, format!("{target} ran out of time{sent}"))
}

#[cfg(test)]
mod tests {
    use super::essence;

    #[test]
    fn parameters_of_a_content_type_say_nothing() {
        for (content_type, expected) in [
            ("application/json", "application/json"),
            ("Application/JSON; charset=utf-8", "application/json"),
            ("application/problem+json ;x", "application/problem+json"),
            ("", ""),
        ] {
            assert_eq!(essence(content_type), expected);
        }
    }
}
