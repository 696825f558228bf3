//! The endpoints under `/_sandbox/`: the log, the state, the webhooks, the faults and the clock as
//! JSON, described by `openapi.json`, and a page that shows them.
//!
//! There is no login; `access.rs` says which requests are accepted.

mod access;
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
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use upvest_core::{AccountGroupId, BoxFuture, Timestamp};
use uuid::Uuid;

use self::access::{is_accepted, is_for_here};
use crate::cash::Operation;
use crate::cash::balances::decimal;
use crate::connections::{BodyError, LATE_BODY, UNREADABLE_BODY, read_body};
use crate::faults::Fault;
use crate::fidelity;
use crate::server::Server;
use crate::shape::{Field, Kind, optional, read, required};
use crate::state::{State, StateError};
use crate::store::ClockSetting;
use crate::webhooks::handle::WebhookSender;

/// The longest time to wait for a request.
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// How many batches of webhooks are listed, and how much of each, in characters.
const MOST_DELIVERIES: u32 = 100;
const LONGEST_SHOWN: usize = 10_000;

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
    (Method::GET, "/_sandbox/health", health),
    (Method::GET, "/_sandbox/openapi.json", openapi),
    (Method::GET, "/_sandbox/fidelity", fidelity_table),
    (Method::GET, "/_sandbox/requests", requests),
    (Method::DELETE, "/_sandbox/requests", clear_requests),
    (Method::GET, "/_sandbox/account_groups", account_groups),
    (Method::POST, "/_sandbox/account_groups", add_account_group),
    (Method::GET, "/_sandbox/operations", operations),
    (Method::POST, "/_sandbox/operations/{id}/confirm", confirm),
    (Method::POST, "/_sandbox/operations/{id}/queue", queue),
    (Method::POST, "/_sandbox/operations/{id}/cancel", cancel),
    (Method::GET, "/_sandbox/webhooks", webhooks),
    (Method::GET, "/_sandbox/deliveries", deliveries),
    (Method::POST, "/_sandbox/deliveries/{number}/redeliver", redeliver),
    (Method::POST, "/_sandbox/verify_keys/rotate", rotate_key),
    (Method::GET, "/_sandbox/faults", faults),
    (Method::POST, "/_sandbox/faults", add_fault),
    (Method::DELETE, "/_sandbox/faults", remove_faults),
    (Method::DELETE, "/_sandbox/faults/{id}", remove_fault),
    (Method::GET, "/_sandbox/clock", clock),
    (Method::POST, "/_sandbox/clock", set_clock),
    (Method::POST, "/_sandbox/reset", reset),
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
                answer(server, host, handler, params, query, request)
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

fn answer(
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
        match handler(&server, &asked) {
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

fn error_response(error_response: &AdminError) -> Response<Body> {
    let status =
        StatusCode::from_u16(error_response.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    json_of(status, &json!({ "error": error_response.sentence }))
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

fn value_of<T: Serialize>(value: &T) -> AdminResult {
    serde_json::to_value(value).map_err(|error| AdminError::new(500, error.to_string()))
}

#[expect(clippy::unnecessary_wraps, reason = "it is a handler, and others can fail")]
fn health(server: &Server, _: &AdminRequest) -> AdminResult {
    let settings = &server.world.settings;
    Ok(json!({
        "status": "ok",
        "version": env!("CARGO_PKG_VERSION"),
        "spec": settings.spec,
        "progress": settings.progress.to_string(),
        "loose": settings.loose,
        "assume": settings.assumptions,
    }))
}

fn openapi(_: &Server, _: &AdminRequest) -> AdminResult {
    serde_json::from_str(include_str!("openapi.json"))
        .map_err(|error| AdminError::new(500, error.to_string()))
}

fn fidelity_table(_: &Server, _: &AdminRequest) -> AdminResult {
    value_of(&fidelity::ROWS)
}

fn requests(server: &Server, asked: &AdminRequest) -> AdminResult {
    value_of(
        &server.log.after(asked.number("after")?).iter().map(AsRef::as_ref).collect::<Vec<_>>(),
    )
}

#[expect(clippy::unnecessary_wraps, reason = "as `health`")]
fn clear_requests(server: &Server, _: &AdminRequest) -> AdminResult {
    server.log.clear();
    Ok(Value::Null)
}

#[expect(clippy::unnecessary_wraps, reason = "as `health`")]
fn account_groups(server: &Server, _: &AdminRequest) -> AdminResult {
    let groups = State::of(&server.world).account_groups().into_iter();
    Ok(groups.map(|id| shown_group(server, id)).collect())
}

fn shown_group(server: &Server, id: AccountGroupId) -> Value {
    let balances = server.world.store.balances(id, server.world.clock.now());
    let balances: serde_json::Map<String, Value> = balances
        .ok()
        .flatten()
        .unwrap_or_default()
        .into_iter()
        .map(|(currency, units)| (currency, decimal(units).into()))
        .collect();
    json!({ "id": id, "balances": balances })
}

fn add_account_group(server: &Server, asked: &AdminRequest) -> AdminResult {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct New {
        id: AccountGroupId,
    }
    let id = r#""ac1c39e9-2101-46b8-a624-d10a9e351b6c""#;
    let New { id } = asked.json(&[required("id", Kind::Id, id)], &format!(r#"{{"id": {id}}}"#))?;
    State::of(&server.world).add_account_group(id)?;
    Ok(shown_group(server, id))
}

fn listed(operation: &Operation) -> AdminResult {
    let mut value = value_of(operation)?;
    if let Value::Object(members) = &mut value {
        members.insert("kind".to_owned(), value_of(&operation.kind)?);
    }
    Ok(value)
}

fn operations(server: &Server, _: &AdminRequest) -> AdminResult {
    State::of(&server.world)
        .operations()
        .iter()
        .map(listed)
        .collect::<Result<Vec<_>, _>>()
        .map(Value::from)
}

fn confirm(server: &Server, asked: &AdminRequest) -> AdminResult {
    listed(&State::of(&server.world).confirm(asked.id::<Uuid>()?)?)
}

fn queue(server: &Server, asked: &AdminRequest) -> AdminResult {
    listed(&State::of(&server.world).queue(asked.id::<Uuid>()?)?)
}

fn cancel(server: &Server, asked: &AdminRequest) -> AdminResult {
    listed(&State::of(&server.world).cancel(asked.id::<Uuid>()?)?)
}

fn webhooks(server: &Server, _: &AdminRequest) -> AdminResult {
    value_of(&WebhookSender::of(&server.world).subscriptions())
}

fn deliveries(server: &Server, _: &AdminRequest) -> AdminResult {
    let mut deliveries = WebhookSender::of(&server.world).newest(MOST_DELIVERIES);
    for delivery in &mut deliveries {
        if let Some((end, _)) = delivery.body.char_indices().nth(LONGEST_SHOWN) {
            delivery.body.truncate(end);
            delivery.body.push('…');
        }
    }
    value_of(&deliveries)
}

fn redeliver(server: &Server, asked: &AdminRequest) -> AdminResult {
    WebhookSender::of(&server.world).redeliver(asked.id()?)?;
    Ok(Value::Null)
}

fn rotate_key(server: &Server, _: &AdminRequest) -> AdminResult {
    WebhookSender::of(&server.world).rotate_key()?;
    Ok(Value::Null)
}

fn faults(server: &Server, _: &AdminRequest) -> AdminResult {
    value_of(&server.faults.active())
}

fn add_fault(server: &Server, asked: &AdminRequest) -> AdminResult {
    let fault = Fault::from_json(&asked.body).and_then(|fault| server.faults.add(fault));
    let active = fault.map_err(|error| AdminError::new(400, error.to_string()))?;
    value_of(&active)
}

#[expect(clippy::unnecessary_wraps, reason = "as `health`")]
fn remove_faults(server: &Server, _: &AdminRequest) -> AdminResult {
    server.faults.clear();
    Ok(Value::Null)
}

fn remove_fault(server: &Server, asked: &AdminRequest) -> AdminResult {
    if server.faults.remove(asked.id()?) {
        Ok(Value::Null)
    } else {
        Err(AdminError::not_found("There is no fault with this id"))
    }
}

#[expect(clippy::unnecessary_wraps, reason = "as `health`")]
fn clock(server: &Server, _: &AdminRequest) -> AdminResult {
    let setting = server.world.clock.setting();
    Ok(json!({
        "now": server.world.clock.now(),
        "is_frozen": setting.frozen_at.is_some(),
        "ahead_seconds": setting.ahead_seconds,
    }))
}

fn set_clock(server: &Server, asked: &AdminRequest) -> AdminResult {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Change {
        freeze: Option<bool>,
        freeze_at: Option<Timestamp>,
        #[serde(default)]
        reset: bool,
        #[serde(default)]
        advance_seconds: u64,
    }
    let fields = [
        optional("freeze", Kind::Truth, "true"),
        optional("freeze_at", Kind::Time, r#""2026-01-01T12:00:00Z""#),
        optional("reset", Kind::Truth, "true"),
        optional("advance_seconds", Kind::Number { least: 0, most: u64::MAX }, "60"),
    ];
    let change: Change = asked.json(&fields, r#"{"advance_seconds": 60}"#)?;
    let changed = server.world.clock.change(|setting, source| {
        if change.reset {
            *setting = ClockSetting::default();
        }
        if let Some(time) = change.freeze_at {
            setting.freeze_at(time);
        }
        match change.freeze {
            Some(true) => setting.freeze(source),
            Some(false) => setting.resume(source),
            None => {}
        }
        setting.advance(Duration::from_secs(change.advance_seconds));
    });
    changed.map_err(StateError::from)?;
    clock(server, asked)
}

fn reset(server: &Server, _: &AdminRequest) -> AdminResult {
    server.world.store.reset().map_err(StateError::from)?;
    server.world.store.update_has_webhooks().map_err(StateError::from)?;
    server.faults.clear();
    server.log.clear();
    Ok(Value::Null)
}
