//! All 94 operations of version 1.9.0 of the API: their declarations and their requests.

mod calls;
mod checking;
mod declared;
mod facts;

use serde_json::json;
use upvest_core::{Endpoint, ResponseKind};

use calls::calls;
use declared::ENDPOINTS;
use facts::{Fact, differences, facts};

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

#[tokio::test]
async fn every_operation_is_sent_as_documented() {
    let facts = facts();
    let (client, called) = checking::server(facts.clone());
    let mut declared: Vec<Endpoint> = ENDPOINTS.concat();
    for (endpoint, call) in calls(&client) {
        let name = endpoint.to_string();
        let fact = facts.iter().find(|fact| fact.name() == name).unwrap();
        let answer = call.await.unwrap_or_else(|error| panic!("{name}: {error:?}"));
        match endpoint.response() {
            ResponseKind::Bytes => assert_eq!(answer, json!(b"%PDF-1.7"), "{name}"),
            _ if endpoint.is_anonymous() => assert_eq!(answer, "x", "{name}"),
            _ => assert_eq!(answer, checking::json_of(fact), "{name}"),
        }
        declared.retain(|left| *left != endpoint);
    }
    assert_eq!(declared, [], "these were not called");
    let mut called = called.lock().unwrap().clone();
    called.sort_unstable();
    called.dedup();
    assert_eq!(called.len(), 94);
}
