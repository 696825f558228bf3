//! The server: routes from the endpoint tables, and one path through the code for every request.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::routing::{MethodFilter, on};
use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, DATE, HeaderName, HeaderValue};
use http::request::Parts;
use http::{Response, StatusCode};
use tokio::time::{Instant, timeout_at};
use upvest_core::__sandbox::headers::{IDEMPOTENCY_KEY, REQUEST_ID};
use upvest_core::{BoxFuture, Endpoint, IdempotencyKey, Method};

use crate::concurrent::{Duplicate, InFlight};
use crate::connections::{BodyError, LATE_BODY, UNREADABLE_BODY, read_body};
use crate::error::StartError;
use crate::explain::explain;
use crate::faults::wire::WireHandle;
use crate::faults::{Effect, Fault, Faults, placeholder_response};
use crate::gate;
use crate::handler::{Admitted, Handler, JsonResponse};
use crate::hints::other_path;
use crate::log::{Log, Outcome, Verdict};
use crate::problem::Refused;
use crate::routes::{Choice, Handling, Route, params, routes};
use crate::served::{ReceivedRequest, Responder, misspelt_echo, respond};
use crate::settings::Assumption;
use crate::world::World;

/// The response header that says what is probably wrong with the signature: the problem document
/// says no more than that of the real API.
const HINT: HeaderName = HeaderName::from_static("upvest-sandbox-hint");

/// How long a request for webhooks waits for one.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

pub(crate) struct Server {
    pub(crate) world: World,
    pub(crate) log: Log,
    pub(crate) faults: Faults,
    pub(crate) in_flight: InFlight,
    /// How many requests were admitted.
    pub(crate) admitted: AtomicU64,
}

/// Stands for all unknown paths. Requests to them are checked too, so that an unknown client does
/// not learn which paths exist.
const NOWHERE: &Endpoint = &Endpoint::new("nowhere", Method::Get, "").signed();

pub(crate) fn router(
    server: &Arc<Server>,
    added: Vec<(&'static Endpoint, Responder)>,
) -> Result<Router, StartError> {
    let mut router = Router::new();
    for Route { method, path, choice } in routes(added)? {
        let filter =
            MethodFilter::try_from(http::Method::from(method)).unwrap_or(MethodFilter::GET);
        router = router.route(&path, on(filter, handler(server, choice)));
    }
    let nowhere = |operation| handler(server, Choice::of(NOWHERE, Handling::Known(operation)));
    let router = router
        .method_not_allowed_fallback(nowhere(|_, _| Err(Refused::method_not_allowed())))
        .fallback(nowhere(|_, _| Err(Refused::not_found("The sandbox does not know this path"))));
    Ok(router)
}

fn handler(
    server: &Arc<Server>,
    choice: Choice,
) -> impl Fn(Request) -> BoxFuture<'static, Response<Body>> + Clone + use<> {
    let (server, choice) = (Arc::clone(server), Arc::new(choice));
    move |request: Request| {
        let (server, choice) = (Arc::clone(&server), Arc::clone(&choice));
        Box::pin(async move {
            // A separate task, so that a request is carried out even if its client disconnects.
            let serving = tokio::spawn(async move { server.serve(&choice, request).await });
            serving.await.unwrap_or_else(|_| {
                let mut response = Response::new(Body::empty());
                *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
                response
            })
        })
    }
}

impl Server {
    async fn serve(&self, choice: &Choice, request: Request) -> Response<Body> {
        let wire_handle = request.extensions().get::<WireHandle>().cloned();
        let (head, body) = request.into_parts();
        let body = read_body(body).await;
        let (endpoint, handling) = choice.fitting(head.headers.get(ACCEPT));
        let draft = self.log.draft(&head, body.as_deref().unwrap_or_default());
        let fault = self.faults.pick(head.method.as_str(), head.uri.path());
        let duplicate = self.duplicate(endpoint, &head);

        let is_lost = fault.as_ref().is_some_and(Fault::is_instead_of_commit);
        if let Some(Effect::Delay { milliseconds }) = before(fault.as_ref()) {
            tokio::time::sleep(Duration::from_millis(*milliseconds)).await;
        }
        let (mut response, mut outcome) = if is_lost {
            self.lost()
        } else {
            match body {
                Ok(body) => {
                    let is_second = duplicate.as_ref().is_some_and(|duplicate| duplicate.is_second);
                    self.handle(endpoint, handling, &head, &body, is_second).await
                }
                Err(BodyError::Late) => self.refuse(&Refused::request_timeout(LATE_BODY)),
                Err(BodyError::Unreadable) => {
                    self.refuse(&Refused::invalid_request(UNREADABLE_BODY))
                }
            }
        };
        if let Some(Effect::Delay { milliseconds }) = after(fault.as_ref()) {
            tokio::time::sleep(Duration::from_millis(*milliseconds)).await;
        }
        drop(duplicate);
        outcome.fault = fault.as_ref().map(ToString::to_string);
        self.add_headers(&mut response, &outcome);
        let response = match &fault {
            Some(fault) => {
                let (seed, id) = (self.world.store.seed(), &outcome.request_id);
                fault.spoil(response, wire_handle.as_ref(), seed, id)
            }
            None => response.map(Body::from),
        };
        self.log.push(draft, self.world.clock.now(), outcome);
        response
    }

    /// Counts the request as in flight, if a concurrent duplicate of it is a conflict.
    fn duplicate(&self, endpoint: &Endpoint, head: &Parts) -> Option<Duplicate<'_>> {
        let may_conflict = self.world.settings.assumes(Assumption::DuplicateConflicts);
        if !may_conflict || !endpoint.is_idempotent() {
            return None;
        }
        let key: IdempotencyKey = head.headers.get(IDEMPOTENCY_KEY)?.to_str().ok()?.parse().ok()?;
        Some(self.in_flight.enter(format!("{endpoint} {key}")))
    }

    async fn handle(
        &self,
        endpoint: &'static Endpoint,
        handling: &Handling,
        head: &Parts,
        body: &Bytes,
        is_second: bool,
    ) -> (Response<Bytes>, Outcome) {
        let now = self.world.clock.now();
        let params = &*params(endpoint, head.uri.path());
        let query = head.uri.query().unwrap_or_default();
        let response = async {
            let key = gate::admit(&self.world, endpoint, head, body, now)?;
            if head.method == http::Method::HEAD {
                return Err(Refused::method_not_allowed());
            }
            if is_second {
                return Err(Refused::conflict("A request with the same key is in flight"));
            }
            match handling {
                Handling::Known(handler) => {
                    let number = self.admitted.fetch_add(1, Ordering::Relaxed);
                    let admitted = Admitted { number, endpoint, params, query, body, key, now };
                    Ok(self.respond(self.ask(*handler, &admitted).await?))
                }
                Handling::Added(responder) => {
                    let received = ReceivedRequest::new(endpoint, params, head, body.clone(), key);
                    let response = respond(responder, &received)?.into_response();
                    let is_refusal = response.status().as_u16() >= 400;
                    let verdict = if is_refusal { Verdict::Refused } else { Verdict::Accepted };
                    let mut outcome = self.outcome(verdict, response.status());
                    if !is_refusal {
                        outcome.hint = misspelt_echo(endpoint, body, response.body());
                    }
                    Ok((response, outcome))
                }
            }
        };
        response.await.unwrap_or_else(|refused| {
            let (response, mut outcome) = self.refuse(&refused);
            outcome.hint.clone_from(&refused.hint);
            if let Some(refusal) = &refused.signature {
                let (hint, bases) = explain(&self.world, refusal, endpoint, head, body, now);
                (outcome.hint, outcome.bases) = (Some(self.log.masked(&hint)), bases);
            }
            if endpoint == NOWHERE {
                let other = other_path(head.uri.path(), &self.world.endpoints);
                outcome.hint = other.map(|text| self.log.masked(&text)).or(outcome.hint);
            }
            (response, outcome)
        })
    }

    /// Asks a handler, and again while it may wait and webhooks are delivered.
    async fn ask(&self, handler: Handler, request: &Admitted<'_>) -> Result<JsonResponse, Refused> {
        let end = Instant::now() + LONGEST_WAIT;
        let mut deliveries = self.world.store.watch_deliveries();
        loop {
            let response = handler(&self.world, request)?;
            let waits = response.may_wait;
            if !waits || !matches!(timeout_at(end, deliveries.changed()).await, Ok(Ok(()))) {
                return Ok(response);
            }
        }
    }

    fn respond(&self, response: JsonResponse) -> (Response<Bytes>, Outcome) {
        let verdict = if response.is_replay { Verdict::Replayed } else { Verdict::Accepted };
        let outcome = self.outcome(verdict, response.status);
        (document(response.status, "application/json", response.body), outcome)
    }

    fn refuse(&self, refused: &Refused) -> (Response<Bytes>, Outcome) {
        let mut outcome = self.outcome(Verdict::Refused, refused.status);
        outcome.reason = Some(refused.reason.clone());
        let problem = refused.problem(&outcome.request_id);
        let problem = serde_json::to_string(&problem).unwrap_or_default();
        (document(refused.status, "application/problem+json", problem), outcome)
    }

    fn lost(&self) -> (Response<Bytes>, Outcome) {
        let mut outcome = self.outcome(Verdict::Lost, StatusCode::INTERNAL_SERVER_ERROR);
        outcome.status = None;
        (placeholder_response(&outcome.request_id), outcome)
    }

    fn outcome(&self, verdict: Verdict, status: StatusCode) -> Outcome {
        Outcome {
            verdict,
            status: Some(status.as_u16()),
            request_id: self.world.store.fresh_uuid("request").to_string(),
            reason: None,
            hint: None,
            bases: None,
            fault: None,
        }
    }

    /// Adds the request id, the date and the hint to a response.
    fn add_headers(&self, response: &mut Response<Bytes>, outcome: &Outcome) {
        // The sandbox's clock, not the system's: clients use it to check their own clock.
        let now = u64::try_from(self.world.clock.now().unix_seconds()).unwrap_or(0);
        let date = httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(now));
        let hint = outcome.hint.as_deref().map(ascii);
        let headers =
            [(REQUEST_ID, Some(outcome.request_id.clone())), (DATE, Some(date)), (HINT, hint)];
        for (name, text) in headers {
            if let Some(Ok(value)) = text.map(HeaderValue::try_from) {
                response.headers_mut().insert(name, value);
            }
        }
    }
}

/// Replaces the characters that a header cannot contain.
fn ascii(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '…' => '.',
            ' '..='~' => c,
            _ => '?',
        })
        .collect()
}

fn before(fault: Option<&Fault>) -> Option<&Effect> {
    fault.filter(|fault| !fault.is_after_commit()).map(Fault::effect)
}

fn after(fault: Option<&Fault>) -> Option<&Effect> {
    fault.filter(|fault| fault.is_after_commit()).map(Fault::effect)
}

fn document(status: StatusCode, content_type: &'static str, body: String) -> Response<Bytes> {
    let is_empty = body.is_empty();
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = status;
    if !is_empty {
        let content_type = HeaderValue::from_static(content_type);
        response.headers_mut().insert(CONTENT_TYPE, content_type);
    }
    response
}
