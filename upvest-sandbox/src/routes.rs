//! The endpoints that are served, and which of them a request is for.

use http::header::{ACCEPT, HeaderValue};
use upvest_core::__sandbox::{AccessTokens, EventAcceptor};
use upvest_core::webhook::{VerificationKeys, Webhooks};
use upvest_core::{Endpoint, Method};
use upvest_virtual_cash::VirtualCash;

use crate::cash::balances::{self, CashBalances};
use crate::cash::orders;
use crate::error::StartError;
use crate::handler::Handler;
use crate::served::Responder;
use crate::token::create_access_token;
use crate::webhooks::{acceptor, endpoints as webhooks};

/// The scopes that the sandbox's client always has.
pub(crate) const SCOPES: [&str; 4] =
    ["virtual_cash_balances:admin", "positions:read", "webhooks:admin", "webhooks:read"];

/// Every endpoint that the sandbox serves; its declaration says what it requires.
pub(crate) const HANDLERS: [(&Endpoint, Handler); 18] = [
    (&<dyn AccessTokens>::CREATE_ACCESS_TOKEN, create_access_token),
    (&<dyn VirtualCash>::INCREASE, orders::increase),
    (&<dyn VirtualCash>::DECREASE, orders::decrease),
    (&<dyn VirtualCash>::CANCEL_DECREASE, orders::cancel_decrease),
    (&<dyn CashBalances>::CASH_BALANCE, balances::cash_balance),
    (&<dyn CashBalances>::CASH_BALANCES, balances::cash_balances),
    (&<dyn CashBalances>::CASH_BALANCE_IN, balances::cash_balance_in),
    (&<dyn Webhooks>::LIST_WEBHOOKS, webhooks::list_webhooks),
    (&<dyn Webhooks>::CREATE_WEBHOOK, webhooks::create_webhook),
    (&<dyn Webhooks>::GET_WEBHOOK, webhooks::get_webhook),
    (&<dyn Webhooks>::UPDATE_WEBHOOK, webhooks::update_webhook),
    (&<dyn Webhooks>::DELETE_WEBHOOK, webhooks::delete_webhook),
    (&<dyn Webhooks>::TEST_WEBHOOK, webhooks::test_webhook),
    (&<dyn VerificationKeys>::VERIFICATION_KEYS, webhooks::verification_keys),
    (&<dyn EventAcceptor>::ACCEPTOR_HEALTH, acceptor::acceptor_health),
    (&<dyn EventAcceptor>::OPEN_ACCEPTOR, acceptor::open_acceptor),
    (&<dyn EventAcceptor>::ACCEPTED_WEBHOOKS, acceptor::accepted_webhooks),
    (&<dyn EventAcceptor>::CLOSE_ACCEPTOR, acceptor::close_acceptor),
];

/// How an accepted request is handled.
#[derive(Clone)]
pub(crate) enum Handling {
    /// By a handler of the sandbox.
    Known(Handler),
    /// By a closure that was added with `serve`.
    Added(Responder),
}

/// A method, a path in the router's form, and the endpoints at it.
pub(crate) struct Route {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) choice: Choice,
}

/// The endpoints of one route, which differ in the response type that they accept.
pub(crate) struct Choice {
    first: (&'static Endpoint, Handling),
    others: Vec<(&'static Endpoint, Handling)>,
}

/// Groups all endpoints into routes.
pub(crate) fn routes(added: Vec<(&'static Endpoint, Responder)>) -> Result<Vec<Route>, StartError> {
    let known = HANDLERS.into_iter().map(|(at, handler)| (at, Handling::Known(handler)));
    let added = added.into_iter().map(|(at, responder)| (at, Handling::Added(responder)));
    let mut routes: Vec<Route> = Vec::new();
    for (endpoint, handling) in known.chain(added) {
        let (method, path) = (endpoint.method(), path_of(endpoint)?);
        match routes.iter_mut().find(|route| (route.method, &route.path) == (method, &path)) {
            Some(route) => route.choice.add(endpoint, handling)?,
            None => routes.push(Route { method, path, choice: Choice::of(endpoint, handling) }),
        }
    }
    Ok(routes)
}

impl Choice {
    pub(crate) fn of(endpoint: &'static Endpoint, handling: Handling) -> Self {
        Self { first: (endpoint, handling), others: Vec::new() }
    }

    fn add(&mut self, endpoint: &'static Endpoint, handling: Handling) -> Result<(), StartError> {
        let asks = |endpoint: &Endpoint| (endpoint.accepts(), endpoint.header_name());
        if self.all().any(|(other, _)| asks(other) == asks(endpoint)) {
            let message = format!("{endpoint} is served twice (remove one of the two)");
            return Err(StartError::new(message));
        }
        self.others.push((endpoint, handling));
        Ok(())
    }

    fn all(&self) -> impl Iterator<Item = &(&'static Endpoint, Handling)> {
        std::iter::once(&self.first).chain(&self.others)
    }

    /// Returns the endpoint with the accepted response type. Without one, returns an endpoint whose
    /// caller sets `accept`, or else the first.
    pub(crate) fn fitting(&self, accept: Option<&HeaderValue>) -> (&'static Endpoint, &Handling) {
        let is_set_by_caller = |at: &Endpoint| at.header_name() == Some(ACCEPT.as_str());
        let asks = |at: &Endpoint| accept.is_some_and(|accept| accept == at.accepts());
        let chosen = self.all().find(|(at, _)| asks(at) && !is_set_by_caller(at));
        let chosen = chosen.or_else(|| self.all().find(|(at, _)| is_set_by_caller(at)));
        let (endpoint, handling) = chosen.unwrap_or(&self.first);
        (endpoint, handling)
    }
}

/// Returns the path with numbered placeholders: two endpoints may name one segment differently.
fn path_of(endpoint: &Endpoint) -> Result<String, StartError> {
    // `#[api]` accepts no other path, but a table can be written manually.
    let strange = || StartError::new(format!("{endpoint} has a path that cannot be served"));
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:".contains(&byte);
    if endpoint.path() == "/_sandbox" || endpoint.path().starts_with("/_sandbox/") {
        return Err(strange());
    }
    let mut number = 0;
    let mut path = String::new();
    for segment in endpoint.path().strip_prefix('/').ok_or_else(strange)?.split('/') {
        let placeholder = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
        let is_literal = !segment.starts_with(':') && segment.bytes().all(is_plain);
        if segment.is_empty() || !(placeholder.is_some() || is_literal) {
            return Err(strange());
        }
        path.push('/');
        if placeholder.is_some() {
            number += 1;
            path.extend(["{", &number.to_string(), "}"]);
        } else {
            path.push_str(segment);
        }
    }
    Ok(path)
}

/// Returns the values of the placeholders in the path as they were signed: not decoded.
pub(crate) fn params(endpoint: &Endpoint, path: &str) -> Vec<String> {
    let segments = endpoint.path().split('/').zip(path.split('/'));
    segments
        .filter(|(segment, _)| segment.starts_with('{'))
        .map(|(_, value)| value.to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{
        AccessTokens, CashBalances, EventAcceptor, HANDLERS, SCOPES, VerificationKeys, VirtualCash,
        Webhooks,
    };

    #[test]
    fn every_declared_endpoint_is_served() {
        let declared = [
            <dyn AccessTokens>::ENDPOINTS,
            <dyn VirtualCash>::ENDPOINTS,
            <dyn CashBalances>::ENDPOINTS,
            <dyn Webhooks>::ENDPOINTS,
            <dyn VerificationKeys>::ENDPOINTS,
            <dyn EventAcceptor>::ENDPOINTS,
        ];
        for declared in declared.into_iter().flatten() {
            assert!(HANDLERS.iter().any(|(served, _)| *served == declared), "{declared}");
            assert!(declared.scopes().iter().all(|scope| SCOPES.contains(scope)), "{declared}");
        }
    }
}
