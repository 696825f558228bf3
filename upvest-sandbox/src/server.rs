//! The server: routes from the endpoint tables, one way through for every request.

use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use axum::Router;
use axum::extract::{RawPathParams, Request};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodFilter, on};
use http::header::{ACCEPT, CONTENT_TYPE, DATE, HeaderValue};
use http::request::Parts;
use http::{Method, StatusCode};
use http_body_util::{BodyExt as _, Limited};
use upvest_core::headers::REQUEST_ID;
use upvest_core::{BoxFuture, Clock, Endpoint, Verb};

use crate::StartError;
use crate::cash::Answer;
use crate::gate::Gate;
use crate::log::{Bases, Entry, Log};
use crate::operations::{Admitted, OPERATIONS, Operation};
use crate::problem::Refused;
use crate::served::{Answering, Received};

/// More than any request of these endpoints needs.
const LONGEST_BODY: usize = 64 * 1024;

pub(crate) struct Server {
    pub(crate) gate: Gate,
    pub(crate) log: Log,
    pub(crate) clock: Arc<dyn Clock>,
}

/// What has no endpoint is looked at all the same: whoever is not known does not learn what is here.
const NOWHERE: &Endpoint = &Endpoint::new("nowhere", Verb::Get, "").signed();

/// What is done with a request that was let in.
#[derive(Clone)]
pub(crate) enum Handling {
    /// What the sandbox knows of the API.
    Known(Operation),
    /// What somebody has added.
    Added(Answering),
}

/// Routes to each endpoint. Those that share one are told apart by the answer that they ask for.
pub(crate) fn router(
    server: &Arc<Server>,
    added: Vec<(&'static Endpoint, Answering)>,
) -> Result<Router, StartError> {
    let known = OPERATIONS.into_iter().map(|(at, operation)| (at, Handling::Known(operation)));
    let added = added.into_iter().map(|(at, answering)| (at, Handling::Added(answering)));
    let mut routes: Vec<(Verb, String, Choice)> = Vec::new();
    for (endpoint, handling) in known.chain(added) {
        let (verb, path) = (endpoint.verb(), route(endpoint)?);
        let asks = |endpoint: &Endpoint| (endpoint.accepts(), endpoint.header_name());
        let route = routes.iter_mut().find(|route| (route.0, &route.1) == (verb, &path));
        let Some((_, _, choice)) = route else {
            routes.push((verb, path, vec![(endpoint, handling)]));
            continue;
        };
        if choice.iter().any(|(other, _)| asks(other) == asks(endpoint)) {
            let message = format!("{endpoint} is served twice: remove one of the two");
            return Err(StartError::new(message));
        }
        choice.push((endpoint, handling));
    }
    let mut router = Router::new();
    for (verb, path, choice) in routes {
        let filter = MethodFilter::try_from(Method::from(verb));
        router =
            router.route(&path, on(filter.unwrap_or(MethodFilter::GET), handler(server, choice)));
    }
    let nowhere = |operation| handler(server, vec![(NOWHERE, Handling::Known(operation))]);
    let router = router
        .method_not_allowed_fallback(nowhere(|_, _| Err(Refused::method_not_allowed())))
        .fallback(nowhere(|_, _| Err(Refused::not_found("The sandbox does not know this path"))));
    Ok(router)
}

/// The endpoints of one verb and path.
type Choice = Vec<(&'static Endpoint, Handling)>;

/// The one that asks for what is accepted, or else one whose caller says it, or else the first.
fn choose<'c>(
    choice: &'c Choice,
    accept: Option<&HeaderValue>,
) -> Option<&'c (&'static Endpoint, Handling)> {
    let asks = |endpoint: &Endpoint| accept.is_some_and(|accept| accept == endpoint.accepts());
    let is_told = |endpoint: &Endpoint| endpoint.header_name() == Some(ACCEPT.as_str());
    let find = |fits: &dyn Fn(&Endpoint) -> bool| choice.iter().find(|(at, _)| fits(at));
    find(&|at| asks(at) && !is_told(at)).or_else(|| find(&is_told)).or_else(|| choice.first())
}

/// The path, with its placeholders by number: two endpoints may call one segment differently.
fn route(endpoint: &Endpoint) -> Result<String, StartError> {
    // `#[api]` lets no other path through, but a table can be written by hand.
    let strange = || StartError::new(format!("{endpoint} has a path that cannot be served"));
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:".contains(&byte);
    let mut number = 0;
    let mut route = String::new();
    for segment in endpoint.path().strip_prefix('/').ok_or_else(strange)?.split('/') {
        let placeholder = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
        let is_literal = !segment.starts_with(':') && segment.bytes().all(is_plain);
        if segment.is_empty() || !(placeholder.is_some() || is_literal) {
            return Err(strange());
        }
        route.push('/');
        if placeholder.is_some() {
            number += 1;
            route.extend(["{", &number.to_string(), "}"]);
        } else {
            route.push_str(segment);
        }
    }
    Ok(route)
}

fn handler(
    server: &Arc<Server>,
    choice: Choice,
) -> impl Fn(RawPathParams, Request) -> BoxFuture<'static, Response> + Clone + use<> {
    let (server, choice) = (Arc::clone(server), Arc::new(choice));
    move |params: RawPathParams, request: Request| {
        let (server, choice) = (Arc::clone(&server), Arc::clone(&choice));
        Box::pin(async move {
            let params: Vec<(String, String)> =
                params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            match choose(&choice, request.headers().get(ACCEPT)) {
                Some((endpoint, handling)) => {
                    server.serve(endpoint, handling, &params, request).await
                }
                None => StatusCode::NOT_FOUND.into_response(),
            }
        })
    }
}

impl Server {
    async fn serve(
        &self,
        endpoint: &'static Endpoint,
        handling: &Handling,
        params: &[(String, String)],
        request: Request,
    ) -> Response {
        let (head, body) = request.into_parts();
        let Ok(body) = Limited::new(body, LONGEST_BODY).collect().await else {
            let refused = Refused::invalid_request("The body is too long or broke off");
            return self.refuse(&head, &refused, None);
        };
        let body = body.to_bytes();
        let now = self.clock.now();
        let answer = self.gate.admit(endpoint, &head, &body, now).and_then(|key| match handling {
            Handling::Known(operation) => {
                let admitted = Admitted { endpoint, params, body: &body, key, now };
                Ok(self.answer(&head, operation(&self.gate, &admitted)?))
            }
            Handling::Added(answering) => {
                let received = Received::new(endpoint, params, &head, body.clone(), key);
                let response = answering(&received).into_response();
                let entry = Entry::new(&head, response.status());
                Ok(self.log(entry, response))
            }
        });
        match answer {
            Ok(answer) => answer,
            Err(refused) => {
                let refusal = refused.signature.as_deref();
                let bases = refusal.and_then(|refusal| Bases::of(refusal, endpoint, &head, &body));
                self.refuse(&head, &refused, bases)
            }
        }
    }

    fn answer(&self, head: &Parts, answer: Answer) -> Response {
        let entry = Entry { is_replay: answer.is_replay, ..Entry::new(head, answer.status) };
        self.respond(entry, answer.status, "application/json", answer.body)
    }

    fn refuse(&self, head: &Parts, refused: &Refused, bases: Option<Bases>) -> Response {
        let reason = Some(refused.reason.clone());
        let entry = Entry { reason, bases, ..Entry::new(head, refused.status) };
        let problem =
            serde_json::to_string(&refused.problem(&entry.request_id)).unwrap_or_default();
        self.respond(entry, refused.status, "application/problem+json", problem)
    }

    fn respond(
        &self,
        entry: Entry,
        status: StatusCode,
        content_type: &'static str,
        body: String,
    ) -> Response {
        let is_empty = body.is_empty();
        let mut response = Response::new(body.into());
        *response.status_mut() = status;
        if !is_empty {
            let content_type = HeaderValue::from_static(content_type);
            response.headers_mut().insert(CONTENT_TYPE, content_type);
        }
        self.log(entry, response)
    }

    /// Marks an answer as ours, and remembers it.
    fn log(&self, entry: Entry, mut response: Response) -> Response {
        let headers = response.headers_mut();
        if let Ok(id) = HeaderValue::from_str(&entry.request_id) {
            headers.insert(REQUEST_ID, id);
        }
        // By our clock, not that of the system: clients tell by it whether theirs is right.
        let now = u64::try_from(self.clock.now().unix_seconds()).unwrap_or(0);
        let date = httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(now));
        if let Ok(date) = HeaderValue::from_str(&date) {
            headers.insert(DATE, date);
        }
        self.log.push(entry);
        response
    }
}
