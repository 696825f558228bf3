//! The server: routes from the endpoint tables, one way through for every request.

use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use axum::Router;
use axum::extract::{RawPathParams, Request};
use axum::response::Response;
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
use crate::operations::Admitted;
use crate::problem::Refused;
use crate::routes::{Choice, Handling, Route, routes};
use crate::served::{Answering, Received, answered};

/// More than any request of these endpoints needs.
const LONGEST_BODY: usize = 64 * 1024;

pub(crate) struct Server {
    pub(crate) gate: Gate,
    pub(crate) log: Log,
    pub(crate) clock: Arc<dyn Clock>,
}

/// What has no endpoint is looked at all the same: whoever is not known does not learn what is here.
const NOWHERE: &Endpoint = &Endpoint::new("nowhere", Verb::Get, "").signed();

pub(crate) fn router(
    server: &Arc<Server>,
    added: Vec<(&'static Endpoint, Answering)>,
) -> Result<Router, StartError> {
    let mut router = Router::new();
    for Route { verb, path, choice } in routes(added)? {
        let filter = MethodFilter::try_from(Method::from(verb)).unwrap_or(MethodFilter::GET);
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
) -> impl Fn(RawPathParams, Request) -> BoxFuture<'static, Response> + Clone + use<> {
    let (server, choice) = (Arc::clone(server), Arc::new(choice));
    move |params: RawPathParams, request: Request| {
        let (server, choice) = (Arc::clone(&server), Arc::clone(&choice));
        Box::pin(async move {
            let params: Vec<(String, String)> =
                params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            let (endpoint, handling) = choice.fitting(request.headers().get(ACCEPT));
            server.serve(endpoint, handling, &params, request).await
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
                let response = answered(answering, &received)?.into_response();
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
