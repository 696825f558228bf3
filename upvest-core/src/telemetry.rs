//! The telemetry of a call: a span for each attempt, an event for each retry.
//!
//! Names are the stable ones of OpenTelemetry's HTTP client conventions. The path is shown as its
//! template, because it contains ids. The idempotency key is shown: it is not a secret, and links the
//! request to its row in a ledger. Never shown: bodies, headers, tokens, signing keys.

use std::time::Duration;

use tracing::Span;
use tracing::field::Empty;
use upvest_types::IdempotencyKey;

use crate::call::prepared::PreparedRequest;
use crate::environment::Origin;
use crate::error::{Error, Result};
use crate::response::Response;

/// Returns the span of one attempt. `resends` is how many requests this call has sent before.
pub(crate) fn attempt(
    origin: &Origin,
    prepared: &PreparedRequest,
    key: Option<IdempotencyKey>,
    resends: u32,
) -> Span {
    let span = tracing::info_span!(
        "request",
        "otel.name" = %prepared,
        "otel.kind" = "client",
        "otel.status_code" = Empty,
        "http.request.method" = prepared.method.as_str(),
        "http.request.resend_count" = Empty,
        "http.response.status_code" = Empty,
        "url.template" = prepared.template,
        "server.address" = origin.host.as_str(),
        "server.port" = origin.port,
        "error.type" = Empty,
        "upvest.request_id" = Empty,
        "upvest.idempotency_key" = Empty,
        "upvest.outcome" = Empty,
    );
    if let Some(key) = key {
        span.record("upvest.idempotency_key", tracing::field::display(key));
    }
    if resends > 0 {
        span.record("http.request.resend_count", resends);
    }
    span
}

/// Records the result of an attempt in its span. The span of a dropped attempt gets none.
pub(crate) fn record<T>(span: &Span, result: &Result<Response<T>>) {
    let (status, request_id) = match result {
        Ok(response) => (Some(response.status()), response.request_id()),
        Err(error) => (error.status(), error.request_id()),
    };
    if let Some(status) = status {
        span.record("http.response.status_code", status.as_u16());
    }
    if let Some(request_id) = request_id {
        span.record("upvest.request_id", request_id);
    }
    let outcome = result.as_ref().err().map_or("success", |error| error.outcome().as_str());
    span.record("upvest.outcome", outcome);
    if let Err(error) = result {
        span.record("error.type", &*error.class());
        span.record("otel.status_code", "ERROR");
    }
    span.in_scope(|| match result {
        Ok(_) => tracing::debug!("succeeded"),
        Err(error) => tracing::debug!(%error, "failed"),
    });
}

/// Reports that a request is retried, why, and after how long.
pub(crate) fn retry(prepared: &PreparedRequest, attempts: u32, error: &Error, wait: Duration) {
    tracing::info!(
        endpoint = %prepared,
        attempts,
        reason = %error.class(),
        outcome = error.outcome().as_str(),
        ?wait,
        "retrying"
    );
}
