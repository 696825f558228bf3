//! A server in memory that checks every part of a request and responds as the facts say.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::Request;
use serde_json::Value;
use upvest_core::__sandbox::{Message, verify};
use upvest_core::signature::{VerifierPolicy, VerifyingKey};
use upvest_core::{Client, Timestamp};
use upvest_tests::in_memory::{Reply, Server, reply, signing_key, token};

use crate::calls::{ID, INSTRUMENT, OTHER};
use crate::facts::Fact;

/// Returns a client of the server, and the names of the operations that were called. The answers are
/// by the names of the operations.
pub fn server(
    facts: Vec<Fact>,
    answers: BTreeMap<String, Value>,
) -> (Client, Arc<Mutex<Vec<String>>>) {
    let called = Arc::new(Mutex::new(Vec::new()));
    let (seen, key) = (Arc::clone(&called), signing_key().verifying_key().unwrap());
    let transport = move |request: Request<Bytes>| {
        let fact = fact(&facts, &request);
        seen.lock().unwrap().push(fact.name());
        check(fact, &request, &key);
        let answer = answer(fact, &request, &answers);
        async { answer }
    };
    let builder = Server::new(|_, _| unreachable!()).builder();
    (builder.transport(transport).build().unwrap(), called)
}

fn fact<'f>(facts: &'f [Fact], request: &Request<Bytes>) -> &'f Fact {
    let (method, path) = (request.method().as_str(), request.uri().path());
    // A literal path segment takes precedence over an id in the same position.
    let mut fitting: Vec<&Fact> =
        facts.iter().filter(|fact| fact.method == method && fact.has_path(path)).collect();
    fitting.sort_by_key(|fact| fact.path.matches('{').count());
    fitting.first().unwrap_or_else(|| panic!("no operation matches {method} {path}"))
}

/// Panics if a part of the request is wrong.
fn check(fact: &Fact, request: &Request<Bytes>, key: &VerifyingKey) {
    let name = fact.name();
    let header = |name: &str| request.headers().get(name).map(|value| value.to_str().unwrap());
    let is_token = fact.path == "/auth/token";

    assert_eq!(request.uri().path(), filled(fact), "{name}: the path");
    let query: Vec<(String, String)> =
        serde_urlencoded::from_str(request.uri().query().unwrap_or_default()).unwrap();
    assert!(query.iter().all(|(_, value)| !value.is_empty()), "{name}: {query:?}");
    let mut members: Vec<&str> = query.iter().map(|(member, _)| member.as_str()).collect();
    let mut known: Vec<&str> = fact.query.iter().map(String::as_str).collect();
    members.sort_unstable();
    known.sort_unstable();
    assert_eq!(members, known, "{name}: the query");
    for (member, value) in &query {
        assert!(fact.takes(member, value), "{name}: `{member}` is never {value}");
    }

    let content_type = match fact.body.as_str() {
        "json" => Some("application/json"),
        "form" => Some("application/x-www-form-urlencoded"),
        _ => None,
    };
    assert_eq!(header("content-type"), content_type, "{name}: the content type");
    assert_eq!(request.body().is_empty(), content_type.is_none(), "{name}: the body");
    if fact.body == "json" {
        serde_json::from_slice::<Value>(request.body()).unwrap();
    }
    assert_eq!(header("authorization").is_some(), !is_token, "{name}: the token");
    assert_eq!(header("idempotency-key").is_some(), fact.has_key, "{name}: the key");
    assert_eq!(header("upvest-api-version"), Some("1"), "{name}: the version");
    assert!(header("upvest-client-id").is_some(), "{name}: the client");
    assert!(matches!(header("accept"), Some("application/json" | "application/pdf")), "{name}");

    let message = Message::of(request);
    let mut policy = VerifierPolicy::default();
    policy.required.extend(["upvest-api-version", "upvest-client-id"]);
    policy.required.extend((!is_token).then_some("authorization"));
    policy.required.extend(fact.has_key.then_some("idempotency-key"));
    verify(&message, request.body(), |_| Some(key), Timestamp::now(), &policy)
        .unwrap_or_else(|error| panic!("{name}: {error}"));
}

/// Returns the path with the values of `calls`, in order.
fn filled(fact: &Fact) -> String {
    let mut ids = [ID, OTHER].into_iter();
    let segments = fact.path.split('/').map(|segment| match segment {
        "{instrument_id}" => INSTRUMENT.to_owned(),
        _ if segment.starts_with('{') => ids.next().unwrap().to_string(),
        _ => segment.to_owned(),
    });
    segments.collect::<Vec<_>>().join("/")
}

/// Returns the given response, with the documented status.
fn answer(fact: &Fact, request: &Request<Bytes>, answers: &BTreeMap<String, Value>) -> Reply {
    if request.headers()["accept"] == "application/pdf" {
        return reply(fact.status, "application/pdf", "%PDF-1.7");
    }
    if fact.path == "/auth/token" {
        return reply(fact.status, "application/json", &token(7, 1800));
    }
    match answers.get(&fact.name()) {
        None => reply(fact.status, "text/plain", ""),
        Some(body) => reply(fact.status, "application/json", &body.to_string()),
    }
}
