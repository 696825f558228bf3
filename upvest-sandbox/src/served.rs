//! Endpoints of a library author: checked by their declaration, handled by a closure.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::request::Parts;
use http::{HeaderMap, Response, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use upvest_core::{Endpoint, IdempotencyKey};

use crate::problem::Refused;

/// A request to a custom endpoint that has passed all checks.
///
/// You add such an endpoint with [`serve`](crate::SandboxBuilder::serve).
pub struct ReceivedRequest {
    params: Vec<(&'static str, String)>,
    query: Vec<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
    key: Option<IdempotencyKey>,
}

impl ReceivedRequest {
    pub(crate) fn new(
        endpoint: &'static Endpoint,
        params: &[String],
        head: &Parts,
        body: Bytes,
        key: Option<IdempotencyKey>,
    ) -> Self {
        let query = head.uri.query().unwrap_or_default();
        Self {
            params: placeholders(endpoint).zip(params.iter().cloned()).collect(),
            query: serde_urlencoded::from_str(query).unwrap_or_default(),
            headers: head.headers.clone(),
            body,
            key,
        }
    }

    /// Returns the value of the placeholder `{name}` in the path, if there is one.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// Returns the first query parameter with this name.
    #[must_use]
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Returns all query parameters, in the order in which they were sent.
    #[must_use]
    pub fn queries(&self) -> &[(String, String)] {
        &self.query
    }

    /// Returns the headers, including the access token.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Returns the body, byte for byte.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// Parses the body as JSON.
    ///
    /// # Errors
    /// Fails if the body does not match the type.
    pub fn json<T: DeserializeOwned>(&self) -> serde_json::Result<T> {
        serde_json::from_slice(&self.body)
    }

    /// Returns the idempotency key, if the endpoint takes one.
    ///
    /// The closure must remember what it did for a key before.
    #[must_use]
    pub fn idempotency_key(&self) -> Option<IdempotencyKey> {
        self.key
    }
}

/// Omits the access token.
impl fmt::Debug for ReceivedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReceivedRequest")
            .field("params", &self.params)
            .field("query", &self.query)
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

/// The response of an endpoint: a status and JSON, only a status, or any HTTP response.
///
/// # Examples
///
/// ```
/// use upvest_sandbox::Reply;
///
/// let _: Reply = (202, serde_json::json!({ "id": 7 })).into();
/// let _: Reply = 204.into();
/// let _: Reply = http::Response::new(bytes::Bytes::from_static(b"%PDF-1.7")).into();
/// ```
#[derive(Debug)]
pub struct Reply(Response<Bytes>);

impl From<u16> for Reply {
    fn from(status: u16) -> Self {
        let mut response = Response::new(Bytes::new());
        // An invalid status is a mistake of the closure.
        *response.status_mut() =
            StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self(response)
    }
}

impl From<(u16, Value)> for Reply {
    fn from((status, body): (u16, Value)) -> Self {
        let Self(mut response) = status.into();
        let is_problem = status >= 400;
        let kind = if is_problem { "application/problem+json" } else { "application/json" };
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        *response.body_mut() = body.to_string().into();
        Self(response)
    }
}

impl From<Response<Bytes>> for Reply {
    fn from(response: Response<Bytes>) -> Self {
        Self(response)
    }
}

impl Reply {
    pub(crate) fn into_response(self) -> Response<Bytes> {
        self.0
    }
}

/// Responds to requests for an endpoint.
pub(crate) type Responder = Arc<dyn Fn(&ReceivedRequest) -> Reply + Send + Sync>;

/// Calls the closure. A panic becomes a response with its message: a client would take a closed
/// connection for a lost response.
pub(crate) fn respond(responder: &Responder, received: &ReceivedRequest) -> Result<Reply, Refused> {
    catch_unwind(AssertUnwindSafe(|| responder(received))).map_err(|panic| {
        let words = panic.downcast_ref::<String>().map(String::as_str);
        let words = words.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or_default();
        Refused::internal(format!("the closure of the endpoint panicked: {words}"))
    })
}

/// Says which field of `echoes` is in neither body, so that nothing is compared for it.
pub(crate) fn misspelt_echo(endpoint: &Endpoint, sent: &[u8], received: &[u8]) -> Option<String> {
    let fields = |json| serde_json::from_slice::<Map<String, Value>>(json).unwrap_or_default();
    let (sent, received) = (fields(sent), fields(received));
    let is_absent = |name: &&&str| !sent.contains_key(**name) && !received.contains_key(**name);
    let name = endpoint.echoes().iter().find(is_absent)?;
    Some(format!(
        "`echoes` of this endpoint names `{name}`, which neither the request nor the response has, \
         so nothing is compared (is it misspelt?)"
    ))
}

/// Returns the names of the placeholders in the path of an endpoint, in order.
pub(crate) fn placeholders(endpoint: &Endpoint) -> impl Iterator<Item = &'static str> + use<> {
    let segments = endpoint.path().split('/');
    segments.filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
}
