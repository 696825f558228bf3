//! The server: routes from the endpoint tables, one way through for every request.

use std::sync::Arc;

use aws_lc_rs::rand;
use axum::Router;
use axum::extract::{RawPathParams, Request};
use axum::response::Response;
use axum::routing::{MethodFilter, MethodRouter, on};
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::request::Parts;
use http::{Method, StatusCode};
use http_body_util::{BodyExt as _, Limited};
use secrecy::ExposeSecret as _;
use serde_json::{Map, Value, json};
use upvest_core::auth::AccessTokens;
use upvest_core::headers::REQUEST_ID;
use upvest_core::{AccountGroupId, Amount, Clock, Currency, Endpoint, IdempotencyKey, Timestamp};
use upvest_virtual_cash::VirtualCash;
use uuid::Uuid;

use crate::gate::Gate;
use crate::log::{Bases, Entry, Log};
use crate::problem::Refused;
use crate::state::{Answer, Keyed, Kind, Order};

/// How long a token lives, in seconds.
const TOKEN_LIFE: i64 = 1799;
/// More than any request of these endpoints needs.
const LONGEST_BODY: usize = 64 * 1024;
/// The scopes that the sandbox's client is set up for.
pub(crate) const SCOPES: [&str; 2] = ["virtual_cash_balances:admin", "positions:read"];

pub(crate) struct Server {
    pub(crate) gate: Gate,
    pub(crate) log: Log,
    pub(crate) clock: Arc<dyn Clock>,
}

/// What an endpoint does with a request that was let in.
type Operation = fn(&Server, &Admitted<'_>) -> Result<Answer, Refused>;

struct Admitted<'a> {
    endpoint: &'static Endpoint,
    params: &'a [(String, String)],
    body: &'a Bytes,
    key: Option<IdempotencyKey>,
    now: Timestamp,
}

/// Every endpoint that the sandbox serves: what it demands is in its declaration.
const OPERATIONS: [(&Endpoint, Operation); 4] = [
    (&<dyn AccessTokens>::CREATE_ACCESS_TOKEN, create_access_token),
    (&<dyn VirtualCash>::INCREASE, increase),
    (&<dyn VirtualCash>::DECREASE, decrease),
    (&<dyn VirtualCash>::CANCEL_DECREASE, cancel_decrease),
];

pub(crate) fn router(server: Arc<Server>) -> Router {
    let mut router = Router::new();
    for (endpoint, operation) in OPERATIONS {
        router = router.route(endpoint.path(), route(&server, endpoint, operation));
    }
    let missing = Arc::clone(&server);
    router
        .method_not_allowed_fallback(move |request: Request| {
            let server = Arc::clone(&server);
            async move { server.refuse(&request.into_parts().0, &Refused::method_not_allowed()) }
        })
        .fallback(move |request: Request| {
            let server = Arc::clone(&missing);
            async move {
                let refused = Refused::not_found("The sandbox does not know this path");
                server.refuse(&request.into_parts().0, &refused)
            }
        })
}

fn route(server: &Arc<Server>, endpoint: &'static Endpoint, operation: Operation) -> MethodRouter {
    let server = Arc::clone(server);
    let filter = MethodFilter::try_from(Method::from(endpoint.verb())).unwrap_or(MethodFilter::GET);
    on(filter, move |params: RawPathParams, request: Request| {
        let server = Arc::clone(&server);
        async move {
            let params: Vec<(String, String)> =
                params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            server.serve(endpoint, operation, &params, request).await
        }
    })
}

impl Server {
    async fn serve(
        &self,
        endpoint: &'static Endpoint,
        operation: Operation,
        params: &[(String, String)],
        request: Request,
    ) -> Response {
        let (head, body) = request.into_parts();
        let Ok(body) = Limited::new(body, LONGEST_BODY).collect().await else {
            return self
                .refuse(&head, &Refused::invalid_request("The body is too long or broke off"));
        };
        let body = body.to_bytes();
        let now = self.clock.now();
        let answer = self
            .gate
            .admit(endpoint, &head, &body, now)
            .and_then(|key| operation(self, &Admitted { endpoint, params, body: &body, key, now }));
        match answer {
            Ok(answer) => self.answer(&head, answer),
            Err(refused) => {
                let is_signature = refused.reason.starts_with("signature: ");
                let bases = if is_signature { Bases::of(endpoint, &head, &body) } else { None };
                self.refuse_with(&head, &refused, bases)
            }
        }
    }

    fn answer(&self, head: &Parts, answer: Answer) -> Response {
        let request_id = Uuid::new_v4().to_string();
        self.log.push(Entry {
            method: head.method.to_string(),
            path: head.uri.path().to_owned(),
            status: answer.status.as_u16(),
            request_id: request_id.clone(),
            is_replay: answer.is_replay,
            reason: None,
            bases: None,
        });
        respond(answer.status, "application/json", answer.body, &request_id)
    }

    fn refuse(&self, head: &Parts, refused: &Refused) -> Response {
        self.refuse_with(head, refused, None)
    }

    fn refuse_with(&self, head: &Parts, refused: &Refused, bases: Option<Bases>) -> Response {
        let request_id = Uuid::new_v4().to_string();
        let problem = serde_json::to_string(&refused.problem(&request_id)).unwrap_or_default();
        self.log.push(Entry {
            method: head.method.to_string(),
            path: head.uri.path().to_owned(),
            status: refused.status.as_u16(),
            request_id: request_id.clone(),
            is_replay: false,
            reason: Some(refused.reason.clone()),
            bases,
        });
        respond(refused.status, "application/problem+json", problem, &request_id)
    }
}

fn respond(
    status: StatusCode,
    content_type: &'static str,
    body: String,
    request_id: &str,
) -> Response {
    let is_empty = body.is_empty();
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    if !is_empty {
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    if let Ok(id) = HeaderValue::from_str(request_id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

fn create_access_token(server: &Server, request: &Admitted<'_>) -> Result<Answer, Refused> {
    let fields: Vec<(String, String)> = serde_urlencoded::from_bytes(request.body)
        .map_err(|_| Refused::invalid_request("The body is no form"))?;
    let names = ["client_id", "client_secret", "grant_type", "scope"];
    if let Some((unknown, _)) = fields.iter().find(|(name, _)| !names.contains(&name.as_str())) {
        return Err(Refused::invalid_request(format!("(root): unknown field '{unknown}'")));
    }
    let field = |name: &str| {
        let mut values = fields.iter().filter(|(field, _)| field == name).map(|(_, value)| value);
        match (values.next(), values.next()) {
            (Some(value), None) if !value.is_empty() => Ok(value.as_str()),
            (_, Some(_)) => {
                Err(Refused::invalid_request(format!("(root): field '{name}' is there twice")))
            }
            _ => Err(Refused::invalid_request(format!("(root): field '{name}' was not filled"))),
        }
    };
    if field("grant_type")? != "client_credentials" {
        return Err(Refused::invalid_request("grant_type: it must be client_credentials"));
    }
    let credentials = &server.gate.credentials;
    let is_known = field("client_id")?.eq_ignore_ascii_case(&credentials.client_id().to_string())
        && field("client_secret")? == credentials.client_secret().expose_secret();
    if !is_known {
        return Err(Refused::unauthorised("The client credentials are incorrect"));
    }
    let scope = field("scope")?;
    if let Some(unknown) = scope.split(' ').find(|scope| !SCOPES.contains(scope)) {
        return Err(Refused::unauthorised("The client is not set up for this scope")
            .for_the_log(format!("the client is not set up for the scope `{unknown}`")));
    }

    let mut random = [0; 16];
    rand::fill(&mut random).map_err(|_| Refused::internal("no random bytes for a token"))?;
    let token = format!("ory_at_{:032x}", u128::from_be_bytes(random));
    let expires = request.now.unix_seconds().saturating_add(TOKEN_LIFE);
    server.gate.state.add_token(&token, scope, expires)?;
    let body = json!({
        "access_token": token,
        "expires_in": TOKEN_LIFE,
        "scope": scope,
        "token_type": "bearer",
    });
    Ok(Answer { status: StatusCode::OK, body: body.to_string(), is_replay: false })
}

fn increase(server: &Server, request: &Admitted<'_>) -> Result<Answer, Refused> {
    place(server, request, Kind::Increase)
}

fn decrease(server: &Server, request: &Admitted<'_>) -> Result<Answer, Refused> {
    place(server, request, Kind::Decrease)
}

fn place(server: &Server, request: &Admitted<'_>, kind: Kind) -> Result<Answer, Refused> {
    let order = read_order(request.body)?;
    let key = request.key.ok_or_else(Refused::missing_idempotency_key)?;
    let keyed = Keyed { key, endpoint: request.endpoint.name(), body: request.body };
    server.gate.state.order(kind, &keyed, &order, request.now)
}

fn cancel_decrease(server: &Server, request: &Admitted<'_>) -> Result<Answer, Refused> {
    let id = request.params.first().map_or("", |(_, value)| value);
    server.gate.state.cancel_decrease(id, request.now)?;
    Ok(Answer { status: StatusCode::ACCEPTED, body: String::new(), is_replay: false })
}

/// The body of an increase or a decrease: three members, and no others.
fn read_order(body: &[u8]) -> Result<Order, Refused> {
    let body: Map<String, Value> = serde_json::from_slice(body)
        .map_err(|_| Refused::invalid_request("(root): it must be a JSON object"))?;
    let names = ["account_group_id", "amount", "currency"];
    if let Some(unknown) = body.keys().find(|name| !names.contains(&name.as_str())) {
        return Err(Refused::invalid_request(format!(
            "(root): additional property '{unknown}' is not allowed"
        )));
    }
    let field = |name: &str| match body.get(name) {
        Some(Value::String(text)) => Ok(text.as_str()),
        Some(_) => Err(Refused::invalid_request(format!("{name}: it must be a string"))),
        None => Err(Refused::invalid_request(format!("(root): field '{name}' was not filled"))),
    };
    let account_group_id: AccountGroupId = field("account_group_id")?
        .parse()
        .map_err(|_| Refused::invalid_request("account_group_id: it must be a UUID"))?;
    let amount: Amount = field("amount")?.parse().map_err(|_| {
        Refused::invalid_request(r"amount: it does not match ^[0-9]{1,9}(\.[0-9]{2})?$")
    })?;
    if amount.minor_units() == 0 {
        return Err(Refused::invalid_request("amount: it must be more than 0"));
    }
    let currency = match Currency::from(field("currency")?) {
        Currency::Unknown(_) => {
            return Err(Refused::invalid_request("currency: it must be one of EUR, GBP, USD"));
        }
        known => known,
    };
    Ok(Order { account_group_id, amount, currency })
}

#[cfg(test)]
mod tests {
    use super::{AccessTokens, OPERATIONS, SCOPES, VirtualCash, read_order};

    #[test]
    fn every_declared_endpoint_is_served() {
        for declared in <dyn VirtualCash>::ENDPOINTS.iter().chain(<dyn AccessTokens>::ENDPOINTS) {
            assert!(OPERATIONS.iter().any(|(served, _)| *served == declared), "{declared}");
        }
        assert!(<dyn VirtualCash>::SCOPES.iter().all(|scope| SCOPES.contains(scope)));
    }

    #[test]
    fn an_order_is_read_strictly() {
        let group = "ac1c39e9-2101-46b8-a624-d10a9e351b6c";
        let good =
            format!(r#"{{"account_group_id":"{group}","amount":"200.00","currency":"EUR"}}"#);
        assert!(read_order(good.as_bytes()).is_ok());
        for (from, to) in [
            (r#""200.00""#, "200.00"),
            ("200.00", "0.00"),
            ("200.00", "-1.00"),
            ("200.00", "1.5"),
            ("EUR", "CHF"),
            ("EUR\"", "EUR\",\"note\":\"x\""),
            (group, "x"),
            ("{", "["),
            (r#","currency":"EUR""#, ""),
        ] {
            let bad = good.replacen(from, to, 1);
            assert_eq!(
                read_order(bad.as_bytes()).err().map(|r| r.status.as_u16()),
                Some(400),
                "{bad}"
            );
        }
    }
}
