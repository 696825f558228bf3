//! The endpoints under `/_sandbox/`: the log, the state, the webhooks, the faults and the clock as
//! JSON, described by `openapi.json`, and a page that shows them.
//!
//! There is no login; `access.rs` says which requests are accepted.

mod access;
mod handlers;
mod page;
#[cfg(test)]
mod tests;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{RawPathParams, RawQuery, Request};
use axum::routing::{MethodFilter, any, get, on};
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use upvest_core::BoxFuture;

use self::access::{is_accepted, is_for_here};
use crate::connections::{BodyError, LATE_BODY, UNREADABLE_BODY, read_body};
use crate::server::Server;
use crate::shape::{Field, read};
use crate::state::StateError;

/// The longest time to wait for a request.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// A request to one of the routes.
struct AdminRequest {
    params: Vec<String>,
    query: Vec<(String, String)>,
    body: Bytes,
}

impl AdminRequest {
    fn id<T: std::str::FromStr>(&self) -> Result<T, AdminError> {
        let id = self.params.first().and_then(|id| id.parse().ok());
        id.ok_or_else(|| AdminError::not_found("Unknown id"))
    }

    fn number(&self, name: &str) -> Result<u64, AdminError> {
        match self.query.iter().find(|(known, _)| known == name) {
            None => Ok(0),
            Some((_, text)) => text.parse().map_err(|_| {
                AdminError::new(400, format!("`{name}` must be a whole number from 0"))
            }),
        }
    }

    /// Returns how many items of a list are requested at most, which is `limit` by default.
    fn most(&self, limit: u32) -> Result<u32, AdminError> {
        let wanted = match self.query.iter().find(|(known, _)| known == "most") {
            None => Some(limit),
            Some((_, text)) => text.parse().ok().filter(|most| (1..=limit).contains(most)),
        };
        let sentence = || format!("`most` must be a whole number from 1 to {limit}");
        wanted.ok_or_else(|| AdminError::new(400, sentence()))
    }

    fn json<T: DeserializeOwned>(&self, fields: &[Field], example: &str) -> Result<T, AdminError> {
        read(&self.body, fields, example).map_err(|why| {
            let sentence = format!("The body does not match /_sandbox/openapi.json: {why}");
            AdminError::new(400, sentence)
        })
    }
}

/// Why a request failed: a status and a sentence.
struct AdminError {
    status: u16,
    sentence: String,
}

impl AdminError {
    fn new(status: u16, sentence: impl Into<String>) -> Self {
        Self { status, sentence: sentence.into() }
    }

    fn not_found(sentence: &str) -> Self {
        Self::new(404, sentence)
    }
}

impl From<StateError> for AdminError {
    fn from(error: StateError) -> Self {
        Self::new(error.status, error.to_string())
    }
}

type AdminResult = Result<Value, AdminError>;
type Handler = fn(&Server, &AdminRequest) -> AdminResult;

/// Every route except the page, with its handler. `openapi.json` describes the same routes.
const ROUTES: [(Method, &str, Handler); 22] = [
    (Method::GET, "/_sandbox/health", handlers::health),
    (Method::GET, "/_sandbox/openapi.json", handlers::openapi),
    (Method::GET, "/_sandbox/fidelity", handlers::fidelity_table),
    (Method::GET, "/_sandbox/requests", handlers::requests),
    (Method::DELETE, "/_sandbox/requests", handlers::clear_requests),
    (Method::GET, "/_sandbox/account_groups", handlers::account_groups),
    (Method::POST, "/_sandbox/account_groups", handlers::add_account_group),
    (Method::GET, "/_sandbox/operations", handlers::operations),
    (Method::POST, "/_sandbox/operations/{id}/confirm", handlers::confirm),
    (Method::POST, "/_sandbox/operations/{id}/queue", handlers::queue),
    (Method::POST, "/_sandbox/operations/{id}/cancel", handlers::cancel),
    (Method::GET, "/_sandbox/webhooks", handlers::webhooks),
    (Method::GET, "/_sandbox/deliveries", handlers::deliveries),
    (Method::POST, "/_sandbox/deliveries/{number}/redeliver", handlers::redeliver),
    (Method::POST, "/_sandbox/verify_keys/rotate", handlers::rotate_key),
    (Method::GET, "/_sandbox/faults", handlers::faults),
    (Method::POST, "/_sandbox/faults", handlers::add_fault),
    (Method::DELETE, "/_sandbox/faults", handlers::remove_faults),
    (Method::DELETE, "/_sandbox/faults/{id}", handlers::remove_fault),
    (Method::GET, "/_sandbox/clock", handlers::clock),
    (Method::POST, "/_sandbox/clock", handlers::set_clock),
    (Method::POST, "/_sandbox/reset", handlers::reset),
];

/// Returns the routes of a sandbox that listens on `host`.
pub(crate) fn router(server: &Arc<Server>, host: IpAddr) -> Router {
    let mut router = Router::new();
    let nothing =
        || std::future::ready(error_response(&AdminError::not_found("This path does not exist")));
    router = router.route("/_sandbox/{*rest}", any(nothing));
    for (method, path, handler) in ROUTES {
        let filter = MethodFilter::try_from(method).unwrap_or(MethodFilter::GET);
        let server = Arc::clone(server);
        let responding =
            move |params: RawPathParams, RawQuery(query): RawQuery, request: Request| {
                let server = Arc::clone(&server);
                let params = params.iter().map(|(_, value)| value.to_owned()).collect();
                respond(server, host, handler, params, query, request)
            };
        router = router.route(path, on(filter, responding));
    }
    for (path, kind, text) in page::FILES {
        let serving = move |headers: HeaderMap| {
            let is_for_here = is_for_here(&headers, host);
            std::future::ready(if is_for_here {
                page::file(kind, text)
            } else {
                error_response(&forbidden())
            })
        };
        router = router.route(path, get(serving));
    }
    let to_page = || std::future::ready(page::redirect());
    let other = || {
        let sentence = "This path does not support this method";
        std::future::ready(error_response(&AdminError::new(405, sentence)))
    };
    router
        .route("/_sandbox", get(to_page))
        .route("/", get(to_page))
        .method_not_allowed_fallback(other)
}

fn respond(
    server: Arc<Server>,
    host: IpAddr,
    handler: Handler,
    params: Vec<String>,
    query: Option<String>,
    request: Request,
) -> BoxFuture<'static, Response<Body>> {
    Box::pin(async move {
        if !is_accepted(request.headers(), host) {
            return error_response(&forbidden());
        }
        let body = match read_body(request.into_body()).await {
            Ok(body) => body,
            Err(BodyError::Late) => return error_response(&AdminError::new(408, LATE_BODY)),
            Err(BodyError::Unreadable) => {
                return error_response(&AdminError::new(413, UNREADABLE_BODY));
            }
        };
        let query = serde_urlencoded::from_str(&query.unwrap_or_default()).unwrap_or_default();
        let asked = AdminRequest { params, query, body };
        // Only the log is waited for, and only if the request asks for it.
        if let (Ok(seconds @ 1..), Ok(after)) = (asked.number("wait"), asked.number("after")) {
            let longest = LONGEST_WAIT.min(Duration::from_secs(seconds));
            let _ = tokio::time::timeout(longest, server.log.changed(after)).await;
        }
        // On a thread that may be blocked: after a change of the clock, much can be due.
        let result = tokio::task::spawn_blocking(move || handler(&server, &asked)).await;
        let failed = |_| Err(AdminError::new(500, "The request could not be handled"));
        match result.unwrap_or_else(failed) {
            Ok(Value::Null) => status(StatusCode::NO_CONTENT),
            Ok(value) => json_of(StatusCode::OK, &value),
            Err(error) => error_response(&error),
        }
    })
}

fn forbidden() -> AdminError {
    let sentence = "Only the sandbox's own page and programs may send this request, and only to an \
                    address of this machine, such as 127.0.0.1 or localhost: see the headers \
                    `host` and `origin`. Webhooks are not accepted";
    AdminError::new(403, sentence)
}

fn error_response(error: &AdminError) -> Response<Body> {
    let status = StatusCode::from_u16(error.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    json_of(status, &json!({ "error": error.sentence }))
}

fn json_of(status: StatusCode, value: &Value) -> Response<Body> {
    let mut response = Response::new(value.to_string().into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

fn status(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}
