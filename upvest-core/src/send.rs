//! What happens on `await`: the one loop that every call goes through.
//!
//! An attempt is, in this order: deadline, token, sign, send, classify. The signature is made last,
//! over exactly what is sent, and anew for each attempt; key and body bytes are the same in all.

use std::sync::Arc;

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, USER_AGENT};
use http::{HeaderValue, StatusCode};
use tokio::time::{Instant, timeout_at};

use crate::auth::Token;
use crate::client::Client;
use crate::endpoint::Endpoint;
use crate::error::{Error, ErrorKind, Outcome, Problem, Result};
use crate::headers::{API_VERSION, CLIENT_ID, IDEMPOTENCY_KEY, REQUEST_ID};
use crate::idempotency::IdempotencyKey;
use crate::request::Target;
use crate::signature;
use crate::transport::Body;

/// Beyond this an answer is an attack or a mistake, not a resource.
const LONGEST_BODY: usize = 1024 * 1024;
const LONGEST_ERROR_BODY: usize = 64 * 1024;

/// A 2xx answer whose body is not read yet.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) request_id: Option<String>,
    pub(crate) body: Bytes,
    /// What is known of the effect, should the body turn out unreadable.
    pub(crate) outcome: Outcome,
}

/// Sends until there is an answer, an error that another attempt cannot mend, or no time.
pub(crate) async fn send(
    client: &Client,
    endpoint: &'static Endpoint,
    target: &Target,
    key: Option<IdempotencyKey>,
    deadline: Instant,
) -> Result<Answer> {
    let mut worst = Outcome::NotSent;
    let mut refreshed = false;
    loop {
        if Instant::now() >= deadline {
            return Err(out_of_time(endpoint, worst));
        }
        let token = if endpoint.is_anonymous() {
            None
        } else {
            let token = client.tokens().get(client, deadline).await;
            Some(token.map_err(|error| error.with_outcome(worst))?)
        };
        let error = match attempt(client, endpoint, target, key, token.as_ref(), deadline).await {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        worst = worst.max(error.outcome());
        match token {
            // The token may have been withdrawn before its time: once, a new one may help.
            Some(token) if error.kind() == ErrorKind::Unauthorized && !refreshed => {
                refreshed = true;
                client.tokens().refuse(&token).await;
            }
            _ => return Err(error.with_outcome(worst)),
        }
    }
}

/// Sends once.
async fn attempt(
    client: &Client,
    endpoint: &'static Endpoint,
    target: &Target,
    key: Option<IdempotencyKey>,
    token: Option<&Arc<Token>>,
    deadline: Instant,
) -> Result<Answer> {
    let attempt_ends = Instant::now() + client.attempt_timeout();
    let mut request = build(client, endpoint, target, key, token)?;
    let signature_base = if endpoint.is_signed() {
        let signing = sign(client, endpoint, &mut request);
        Some(
            timeout_at(deadline, signing)
                .await
                .map_err(|_| out_of_time(endpoint, Outcome::NotSent))??,
        )
    } else {
        None
    };
    let exchange = async {
        let response = client.transport().send(request).await.map_err(|error| {
            let (kind, outcome) = if error.may_have_left() {
                (ErrorKind::Transport, Outcome::Unknown)
            } else {
                (ErrorKind::Connect, Outcome::NotSent)
            };
            Error::new(kind, outcome, format!("{endpoint} has no answer: {error}")).because(error)
        })?;
        classify(endpoint, response).await
    };
    let result = match timeout_at(deadline.min(attempt_ends), exchange).await {
        Ok(result) => result,
        Err(_) => Err(out_of_time(endpoint, Outcome::Unknown)),
    };
    match &result {
        Ok(answer) => tracing::debug!(
            %endpoint,
            status = answer.status.as_u16(),
            request_id = answer.request_id,
            "answered"
        ),
        Err(error) => tracing::debug!(%endpoint, %error, request_id = error.request_id(), "failed"),
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
    endpoint: &Endpoint,
    target: &Target,
    key: Option<IdempotencyKey>,
    token: Option<&Arc<Token>>,
) -> Result<http::Request<Bytes>> {
    let mut request = http::Request::builder()
        .method(http::Method::from(endpoint.verb()))
        .uri(format!("{}{}", client.base_url(), target.path))
        .body(target.body.clone())
        .map_err(|error| {
            let message = format!("{endpoint} was not sent: it makes no URL");
            Error::new(ErrorKind::Request, Outcome::NotSent, message).because(error)
        })?;
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
    if let Some(content_type) = endpoint.body().content_type() {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    if let Some(key) = key.and_then(|key| HeaderValue::from_str(&key.to_string()).ok()) {
        headers.insert(IDEMPOTENCY_KEY, key);
    }
    *request.headers_mut() = headers;
    Ok(request)
}

async fn sign(
    client: &Client,
    endpoint: &Endpoint,
    request: &mut http::Request<Bytes>,
) -> Result<String> {
    let nonce = client.random_bytes()?;
    signature::sign(request, client.signer(), client.now(), nonce).await.map_err(|error| {
        let message = format!("{endpoint} was not sent: it could not be signed");
        Error::new(ErrorKind::Sign, Outcome::NotSent, message).because(error)
    })
}

/// What an answer means: a success to be decoded, or the error that it is.
async fn classify(endpoint: &Endpoint, response: http::Response<Body>) -> Result<Answer> {
    let (head, body) = response.into_parts();
    let status = head.status;
    let request_id = text(&head.headers, REQUEST_ID.as_str()).map(str::to_owned);
    let is_json = text(&head.headers, CONTENT_TYPE.as_str()).is_some_and(is_json);

    if status.is_success() {
        // Without its marks, a 200 may come from a portal or proxy in between.
        let outcome = if request_id.is_some() { Outcome::Applied } else { Outcome::Unknown };
        let unreadable = |why: &str| {
            let message = format!("{endpoint} answered {}, but {why}", status.as_u16());
            Error::new(ErrorKind::Decode, outcome, message)
                .with_status(status)
                .with_request_id(request_id.clone())
        };
        let body = body
            .read(LONGEST_BODY)
            .await
            .map_err(|error| unreadable("its body could not be read to the end").because(error))?;
        if !body.is_empty() && !is_json {
            return Err(unreadable("its body is no JSON"));
        }
        return Ok(Answer { status, request_id, body, outcome });
    }

    // The status says what happened; a body that cannot be read takes nothing from that.
    let body = body.read(LONGEST_ERROR_BODY).await.unwrap_or_default();
    let problem = if is_json { serde_json::from_slice::<Problem>(&body).ok() } else { None };
    Err(Error::answered(&endpoint.to_string(), status, problem).with_request_id(request_id))
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

/// `application/json` and all that ends in `+json`, with any parameters.
fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || essence.ends_with("+json")
}

fn out_of_time(endpoint: &Endpoint, outcome: Outcome) -> Error {
    let sent = if outcome == Outcome::NotSent { " before it was sent" } else { "" };
    Error::new(ErrorKind::Timeout, outcome, format!("{endpoint} ran out of time{sent}"))
}

#[cfg(test)]
mod tests {
    use super::is_json;

    #[test]
    fn json_is_told_by_its_content_type() {
        for (content_type, expected) in [
            ("application/json", true),
            ("application/json; charset=utf-8", true),
            ("application/problem+json", true),
            ("Application/JSON", true),
            ("text/html", false),
            ("application/jsonp", false),
            ("", false),
        ] {
            assert_eq!(is_json(content_type), expected, "{content_type}");
        }
    }
}
