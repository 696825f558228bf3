//! All 94 operations of version 1.9.0 of the API: the generated declarations, and typed calls.

mod calls;
mod checking;
mod committed;
#[warn(clippy::pedantic)]
#[expect(dead_code, unused_imports, reason = "no test needs all of it")]
mod declared;
mod described;
mod events;
mod exchange;
mod facts;
mod samples;
mod schema;
mod typed;
mod virtual_cash;

use std::collections::BTreeMap;

use serde_json::{Value, json};
use upvest_core::{Client, Endpoint, ResponseKind};

use calls::make;
use declared::ENDPOINTS;
use exchange::echo;
use facts::{Fact, differences, facts};
use samples::samples;

#[test]
fn every_operation_is_declared_as_documented() {
    assert_eq!(facts().len(), 94);
    assert_eq!(differences(&facts(), &ENDPOINTS.concat()), [""; 0]);
}

#[test]
fn a_difference_is_reported_with_the_name_of_the_operation() {
    let differ = |change: fn(&mut Fact), name: &str, what: &str| {
        let mut facts = facts();
        change(facts.iter_mut().find(|fact| fact.name() == name).unwrap());
        let expected = differences(&facts, &ENDPOINTS.concat());
        assert_eq!(expected, [format!("{name}: {what}")]);
    };
    let create = "POST /account_groups";
    differ(|fact| fact.has_key = false, create, "the idempotency key");
    differ(|fact| fact.body = "form".to_owned(), create, "the body");
    differ(|fact| fact.scopes[0].push('s'), create, "the scopes");
    differ(|fact| fact.scopes.clear(), create, "the scopes");
    differ(|fact| fact.query.clear(), "GET /users", "the query");

    let renamed = |change: fn(&mut Fact), expected: [&str; 2]| {
        let mut facts = facts();
        change(facts.iter_mut().find(|fact| fact.name() == "GET /users/{user_id}").unwrap());
        assert_eq!(differences(&facts, &ENDPOINTS.concat()), expected);
    };
    renamed(
        |fact| fact.path = "/users/{id}".to_owned(),
        ["GET /users/{id}: not declared", "GET /users/{user_id}: unknown operation"],
    );
    renamed(
        |fact| fact.method = "PUT".to_owned(),
        ["PUT /users/{user_id}: not declared", "GET /users/{user_id}: unknown operation"],
    );
}

/// The methods of all operations: one for each, and one for the only response that is not JSON.
fn methods() -> Vec<(String, Value, Value)> {
    let mut methods: Vec<_> = samples()
        .into_iter()
        .filter(|(id, _)| !id.ends_with("_event"))
        .map(|(id, samples)| {
            let first = |values: &[Value]| values.first().cloned().unwrap_or_default();
            let body = first(&samples.bodies);
            let response = echo(&id, &body, &first(&samples.responses));
            (id, body, response)
        })
        .collect();
    methods.push(("retrieve_report_as_pdf".to_owned(), Value::Null, json!(b"%PDF-1.7")));
    methods
}

#[tokio::test]
async fn every_operation_is_sent_as_documented() {
    let facts = facts();
    let endpoint =
        |client: &Client, method: &str, body: &Value| make(client, method, body).unwrap().0;
    let (client, _) = checking::server(Vec::new(), BTreeMap::new());
    let answers = methods()
        .iter()
        .filter(|(method, ..)| method != "retrieve_report_as_pdf")
        .filter(|(_, _, response)| !response.is_null())
        .map(|(id, body, response)| (endpoint(&client, id, body).to_string(), response.clone()))
        .collect();

    let (client, called) = checking::server(facts.clone(), answers);
    let mut declared: Vec<Endpoint> = ENDPOINTS.concat();
    for (method, body, response) in methods() {
        let (endpoint, call) = make(&client, &method, &body).unwrap();
        let answer = call.await.unwrap_or_else(|error| panic!("{method}: {error:?}"));
        match endpoint.response() {
            ResponseKind::Bytes => assert_eq!(answer, json!(b"%PDF-1.7"), "{method}"),
            // The server issues its own token.
            _ if endpoint.is_anonymous() => assert_eq!(answer["expires_in"], 1800),
            _ => assert_eq!(answer, response, "{method}"),
        }
        declared.retain(|left| *left != endpoint);
    }
    assert_eq!(declared, [], "these were not called");
    let mut called = called.lock().unwrap().clone();
    called.sort_unstable();
    called.dedup();
    assert_eq!(called.len(), 94);
}
