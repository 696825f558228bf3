//! Responses that contradict their request, because a peer sent one too many and the next call
//! received it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::Notify;
use upvest_core::{Call, Client, Error, ErrorKind, IdempotentCall, Outcome, api};
use upvest_tests::in_memory::{Server, Thing, Things, reply};
use upvest_tests::scripted::{Script, Scripted, json as answer};
use upvest_virtual_cash::{
    CreateVirtualCashDecrease, CreateVirtualCashIncrease, Currency, VirtualCash,
    VirtualCashIncrease,
};

const GROUP: &str = "2596db3b-0d03-4651-9eda-970910479dfb";
const OTHER: &str = "ac1c39e9-2101-46b8-a624-d10a9e351b6c";

fn increase() -> CreateVirtualCashIncrease {
    CreateVirtualCashIncrease {
        account_group_id: GROUP.parse().unwrap(),
        amount: "200.00".parse().unwrap(),
        currency: Currency::Eur,
    }
}

/// Returns the response to an increase, with one field changed.
fn increase_with(field: &str, value: Value) -> String {
    let mut increase = json!({
        "id": "8b0a24b3-5e4e-4ca9-b2f6-b1f0d3bb9d5c",
        "account_group_id": GROUP,
        "amount": "200.00",
        "currency": "EUR",
        "status": "ISSUED",
        "created_at": "2020-08-24T14:15:22Z",
        "updated_at": "2020-08-24T14:15:22Z",
    });
    increase[field] = value;
    increase.to_string()
}

fn server(body: String) -> Server {
    Server::new(move |_, _| reply(200, "application/json", &body))
}

/// Checks that the outcome is unknown: the response may belong to another request.
fn is_unknown(error: &Error, field: &str, response: &str, request: &str) {
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Decode, Outcome::Unknown));
    assert!(!error.is_retryable() && error.attempts() == 1);
    assert_eq!(error.status().map(|status| status.as_u16()), Some(200));
    let shown = error.to_string();
    assert!(shown.contains(&format!("`{field}` is {response}")), "{shown}");
    assert!(shown.contains(&format!("the request has {request}")), "{shown}");
}

#[tokio::test(start_paused = true)]
async fn a_response_to_another_order_is_detected() {
    for (field, value, request) in [
        ("amount", json!("100.00"), "\"200.00\""),
        ("amount", json!("200.01"), "\"200.00\""),
        ("currency", json!("GBP"), "\"EUR\""),
        ("account_group_id", json!(OTHER), &*format!("\"{GROUP}\"")),
    ] {
        let client = server(increase_with(field, value.clone())).client();
        let error = client.increase(&increase()).await.unwrap_err();
        is_unknown(&error, field, &value.to_string(), request);
        assert!(error.idempotency_key().is_some());
        let CreateVirtualCashIncrease { account_group_id, amount, currency } = increase();
        let decrease = CreateVirtualCashDecrease { account_group_id, amount, currency };
        let error = client.decrease(&decrease).await.unwrap_err();
        is_unknown(&error, field, &value.to_string(), request);
        // The same for a replay from a record.
        let record = client.increase(&increase()).record();
        let replay =
            client.replay::<VirtualCashIncrease>(<dyn VirtualCash>::ENDPOINTS, record).unwrap();
        is_unknown(&replay.await.unwrap_err(), field, &value.to_string(), request);
    }
    // The outcome of an unreadable response is unknown too.
    let client = server(increase_with("amount", json!(100))).client();
    let error = client.increase(&increase()).await.unwrap_err();
    is_unknown(&error, "amount", "100", "\"200.00\"");
}

#[tokio::test(start_paused = true)]
async fn an_order_may_be_echoed_in_another_notation() {
    for (field, value) in [
        ("amount", json!("200.00")),
        ("amount", json!("200")),
        ("amount", json!("000200.00")),
        ("account_group_id", json!(GROUP.to_uppercase())),
        ("more", json!({})),
    ] {
        let client = server(increase_with(field, value.clone())).client();
        assert!(client.increase(&increase()).await.is_ok(), "{field}: {value}");
    }
}

#[derive(Serialize)]
struct Order(Value);

#[derive(Debug, Deserialize)]
struct Placed {}

#[api(scope = "things:admin")]
trait Orders {
    #[endpoint(POST, "/orders", idempotent, signed, echoes = ["a", "b\"c"])]
    fn place(&self, body: &Order) -> IdempotentCall<Placed>;

    #[endpoint(PATCH, "/orders", signed, echoes = ["a"])]
    fn change(&self, body: &Order) -> Call<Placed>;
}

async fn placed(request: &Value, response: &str) -> Result<Placed, Error> {
    let client: Client = server(response.to_owned()).client();
    let placed = client.place(&Order(request.clone())).await;
    let changed = client.change(&Order(request.clone())).await;
    if request.get("b\"c").is_none() {
        assert_eq!(placed.is_ok(), changed.is_ok(), "{request} {response}");
    }
    placed
}

#[tokio::test(start_paused = true)]
async fn fields_agree_by_value() {
    for (request, response) in [
        (json!({ "a": 1 }), r#"{"a":1}"#),
        (json!({ "a": 1 }), r#"{"a":1.0}"#),
        (json!({ "a": 1000 }), r#"{"a":1e3}"#),
        (json!({ "a": true }), r#"{ "a" : true }"#),
        (json!({ "a": "ä" }), r#"{"\u0061":"\u00e4"}"#),
        (json!({ "a": "-1.50" }), r#"{"a":"-1.5"}"#),
        (json!({ "a": "0.00" }), r#"{"a":"-0"}"#),
        // A field that is absent or null on either side is not a contradiction.
        (json!({ "a": "x" }), "{}"),
        (json!({ "a": "x" }), r#"{"a":null}"#),
        (json!({ "a": null }), r#"{"a":"x"}"#),
        (json!({}), r#"{"a":"x"}"#),
        // A field that is not listed may differ.
        (json!({ "z": 1 }), r#"{"z":2}"#),
        // The same holds for nested fields.
        (
            json!({ "a": { "x": "1.0", "y": null, "z": [1, { "q": "2" }] } }),
            r#"{"a":{"more":1,"z":[1.0,{"q":"2.00"}],"y":7,"x":"1"}}"#,
        ),
        (json!({ "a": OTHER }), &*format!(r#"{{"a":"{}"}}"#, OTHER.to_uppercase())),
    ] {
        assert!(placed(&request, response).await.is_ok(), "{request} {response}");
    }
    for (request, response) in [
        (json!({ "a": 1 }), r#"{"a":2}"#),
        (json!({ "a": 1 }), r#"{"a":"1"}"#),
        (json!({ "a": "1" }), r#"{"a":1}"#),
        (json!({ "a": "1" }), r#"{"a":"1_0"}"#),
        (json!({ "a": "1" }), r#"{"a":"+1"}"#),
        (json!({ "a": "1e2" }), r#"{"a":"100"}"#),
        (json!({ "a": "" }), r#"{"a":"0"}"#),
        (json!({ "a": true }), r#"{"a":false}"#),
        (json!({ "a": "x" }), r#"{"a":"X"}"#),
        (json!({ "a": "x" }), r#"{"a":{}}"#),
        (json!({ "a": [1] }), r#"{"a":[]}"#),
        (json!({ "a": [1] }), r#"{"a":[1,1]}"#),
        (json!({ "a": { "x": 1 } }), r#"{"a":{"x":2}}"#),
        // These are equal as floats.
        (json!({ "a": "0.10000000000000000000000001" }), r#"{"a":"0.10000000000000000000000002"}"#),
        (json!({ "a": "9007199254740993.00" }), r#"{"a":"9007199254740992.00"}"#),
        // One of two fields, and a name with another escape.
        (json!({ "a": 1 }), r#"{"a":1,"\u0061":2}"#),
        (json!({ "b\"c": 1 }), r#"{"b\"c":2}"#),
    ] {
        let error = placed(&request, response).await.unwrap_err();
        assert_eq!(error.outcome(), Outcome::Unknown, "{request} {response}");
        assert!(!error.is_retryable());
    }
}

#[tokio::test(start_paused = true)]
async fn both_values_are_displayed_on_one_line() {
    let long = "x".repeat(100_000);
    let hostile = json!({ "a": format!("\u{202e}\u{1b}[2J\u{2028}{long}") });
    let error = placed(&json!({ "a": "y" }), &hostile.to_string()).await.unwrap_err().to_string();
    assert!(error.len() < 300, "{error}");
    assert!(!error.contains(['\u{202e}', '\u{1b}', '\u{2028}']), "{error}");
}

/// A value that is not an object has no fields to compare; the usual decode error is returned.
#[tokio::test(start_paused = true)]
async fn a_response_that_is_not_an_object_is_not_compared() {
    for response in ["[7]", "7", "\"x\"", "{\"a\":2"] {
        let error = placed(&json!({ "a": 1 }), response).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.outcome()),
            (ErrorKind::Decode, Outcome::Applied),
            "{response}"
        );
    }
}

#[test]
fn the_echoed_fields_are_in_the_endpoint_table() {
    assert_eq!(<dyn Orders>::CHANGE.echoes(), ["a"]);
    assert_eq!(<dyn VirtualCash>::INCREASE.echoes(), ["account_group_id", "amount", "currency"]);
    assert_eq!(<dyn VirtualCash>::DECREASE.echoes(), <dyn VirtualCash>::INCREASE.echoes());
    assert_eq!(<dyn VirtualCash>::CANCEL_DECREASE.echoes(), [""; 0]);
}

/// A connection with unsolicited data is not reused.
#[tokio::test(start_paused = true)]
async fn a_connection_with_unread_bytes_is_closed() {
    let (good, stale) = (answer(200, r#"{"id":7}"#), answer(200, r#"{"id":8}"#));
    let (gate, gone) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    for script in [
        // In the same segment.
        Script::new().respond(good.clone() + &stale).closed(&gone),
        Script::new().respond(good.clone() + "H").closed(&gone),
        // Some time later.
        Script::new().respond(good.clone()).gate(&gate).write(stale.clone()).closed(&gone),
        Script::new().respond(good.clone()).gate(&gate).write("\r\n\r\nx").closed(&gone),
    ] {
        let server = Scripted::start([script, Script::new().thing()]).await;
        let client = server.client();
        assert_eq!(client.create("x").await.unwrap(), Thing { id: 7 });
        gate.notify_one();
        gone.notified().await;
        assert_eq!(client.create("x").await.unwrap(), Thing { id: 7 });
        assert_eq!((server.connections(), server.requests().len()), (2, 2));
    }
}

/// The server responds to the first order twice; the second time after the next order was sent.
#[tokio::test(start_paused = true)]
async fn an_extra_response_is_detected_and_does_not_affect_the_third_call() {
    let response = |amount: &str| answer(200, &increase_with("amount", json!(amount)));
    let gone = Arc::new(Notify::new());
    let server = Scripted::start([
        Script::new()
            .respond(response("200.00"))
            .request()
            .write(response("200.00") + &response("300.00"))
            .closed(&gone),
        Script::new().respond(response("400.00")),
    ])
    .await;
    let client = server.client();
    let order =
        |amount: &str| CreateVirtualCashIncrease { amount: amount.parse().unwrap(), ..increase() };
    assert_eq!(client.increase(&order("200.00")).await.unwrap().amount.to_string(), "200.00");
    let error = client.increase(&order("300.00")).await.unwrap_err();
    is_unknown(&error, "amount", "\"200.00\"", "\"300.00\"");
    gone.notified().await;
    assert_eq!(client.increase(&order("400.00")).await.unwrap().amount.to_string(), "400.00");
    assert_eq!((server.connections(), server.requests().len()), (2, 3));
}

/// The same if the next call is made at once.
#[tokio::test(start_paused = true)]
async fn a_connection_with_unread_bytes_is_not_reused_at_once() {
    let (good, stale) = (answer(200, r#"{"id":7}"#), answer(200, r#"{"id":8}"#));
    for _ in 0..20 {
        let script = Script::new().respond(good.clone() + &stale).request().stall();
        let server = Scripted::start([script, Script::new().thing()]).await;
        let client = server.client();
        for connections in [1, 2] {
            assert_eq!(client.create("x").await.unwrap(), Thing { id: 7 });
            assert_eq!(server.connections(), connections);
        }
    }
}
