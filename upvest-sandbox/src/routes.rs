//! Which endpoint a request is for: routes from the endpoint tables, ours and those that were added.

use http::header::{ACCEPT, HeaderValue};
use upvest_core::{Endpoint, Method};

use crate::StartError;
use crate::operations::{OPERATIONS, Operation};
use crate::served::Answering;

/// What is done with a request that was let in.
#[derive(Clone)]
pub(crate) enum Handling {
    /// What the sandbox knows of the API.
    Known(Operation),
    /// What somebody has added.
    Added(Answering),
}

/// Method and path, as the router wants it, and the endpoints that are there.
pub(crate) struct Route {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) choice: Choice,
}

/// The endpoints of one route, which differ in the answer that they ask for.
pub(crate) struct Choice {
    first: (&'static Endpoint, Handling),
    others: Vec<(&'static Endpoint, Handling)>,
}

/// All routes.
pub(crate) fn routes(added: Vec<(&'static Endpoint, Answering)>) -> Result<Vec<Route>, StartError> {
    let known = OPERATIONS.into_iter().map(|(at, operation)| (at, Handling::Known(operation)));
    let added = added.into_iter().map(|(at, answering)| (at, Handling::Added(answering)));
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
            let message = format!("{endpoint} is served twice: remove one of the two");
            return Err(StartError::new(message));
        }
        self.others.push((endpoint, handling));
        Ok(())
    }

    fn all(&self) -> impl Iterator<Item = &(&'static Endpoint, Handling)> {
        std::iter::once(&self.first).chain(&self.others)
    }

    /// The one that asks for what is accepted, or else one whose caller says it, or else the first.
    pub(crate) fn fitting(&self, accept: Option<&HeaderValue>) -> (&'static Endpoint, &Handling) {
        let is_told = |at: &Endpoint| at.header_name() == Some(ACCEPT.as_str());
        let asks = |at: &Endpoint| accept.is_some_and(|accept| accept == at.accepts());
        let chosen = self.all().find(|(at, _)| asks(at) && !is_told(at));
        let chosen = chosen.or_else(|| self.all().find(|(at, _)| is_told(at)));
        let (endpoint, handling) = chosen.unwrap_or(&self.first);
        (endpoint, handling)
    }
}

/// The path, with its placeholders by number: two endpoints may call one segment differently.
fn path_of(endpoint: &Endpoint) -> Result<String, StartError> {
    // `#[api]` lets no other path through, but a table can be written by hand.
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
