//! How an endpoint handles an admitted request.

use bytes::Bytes;
use http::StatusCode;
use serde::Serialize;
use upvest_core::{Endpoint, IdempotencyKey, Timestamp};

use crate::problem::Refused;
use crate::world::World;

/// Handles an admitted request.
pub(crate) type Handler = fn(&World, &Admitted<'_>) -> Result<JsonResponse, Refused>;

/// A request that has passed all checks.
pub(crate) struct Admitted<'a> {
    /// Requests are counted in the order in which they were admitted.
    pub(crate) number: u64,
    pub(crate) endpoint: &'static Endpoint,
    pub(crate) params: &'a [String],
    pub(crate) query: &'a str,
    pub(crate) body: &'a Bytes,
    pub(crate) key: Option<IdempotencyKey>,
    pub(crate) now: Timestamp,
}

/// A status, and a JSON body or an empty one.
pub(crate) struct JsonResponse {
    pub(crate) status: StatusCode,
    pub(crate) body: String,
    /// Whether it repeats the response to an earlier request with the same idempotency key.
    pub(crate) is_replay: bool,
    /// Whether the handler is asked again when a webhook was delivered, or after a while.
    pub(crate) may_wait: bool,
}

impl JsonResponse {
    pub(crate) fn new(status: StatusCode, body: &impl Serialize) -> Result<Self, Refused> {
        let body = serde_json::to_string(body)
            .map_err(|_| Refused::internal("cannot serialize the response"))?;
        Ok(Self { status, body, is_replay: false, may_wait: false })
    }

    pub(crate) fn without_body(status: StatusCode) -> Self {
        Self { status, body: String::new(), is_replay: false, may_wait: false }
    }
}
