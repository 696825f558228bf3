//! What the generated types accept and what they reject, with the stored samples.

use serde_json::{Value, json};

use crate::exchange::{Exchange, echo};
use crate::samples::{Samples, samples};

/// Where a value is in JSON: names of fields and indexes of lists.
type Place = Vec<String>;

/// Returns the place of each field in a value, in objects and lists of any depth.
pub fn fields(value: &Value) -> Vec<Place> {
    let inner = |key: String, value: &Value| {
        let below = fields(value).into_iter();
        below.map(move |place| [vec![key.clone()], place].concat()).collect::<Vec<_>>()
    };
    match value {
        Value::Object(object) => object
            .iter()
            .flat_map(|(name, value)| {
                [vec![vec![name.clone()]], inner(name.clone(), value)].concat()
            })
            .collect(),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .flat_map(|(index, value)| inner(index.to_string(), value))
            .collect(),
        _ => Vec::new(),
    }
}

/// Returns the value without the field in this place.
pub fn without(value: &Value, place: &[String]) -> Value {
    let mut value = value.clone();
    let (name, owner) = place.split_last().unwrap();
    let owner = value.pointer_mut(&pointer(owner)).unwrap();
    owner.as_object_mut().unwrap().remove(name).unwrap();
    value
}

fn pointer(place: &[String]) -> String {
    place.iter().map(|key| format!("/{key}")).collect()
}

/// Returns the value with one more field in each object.
pub fn with_unknown_fields(value: &Value) -> Value {
    match value {
        Value::Object(object) => {
            let known = object.iter().map(|(name, it)| (name.clone(), with_unknown_fields(it)));
            known.chain([("something_new".to_owned(), json!({ "any": 1 }))]).collect()
        }
        Value::Array(items) => items.iter().map(with_unknown_fields).collect(),
        other => other.clone(),
    }
}

/// Returns the value without fields that are `null`, and without those of `with_unknown_fields`.
pub fn plain(value: &Value) -> Value {
    match value {
        Value::Object(object) => {
            let known =
                object.iter().filter(|(name, it)| *name != "something_new" && !it.is_null());
            known.map(|(name, it)| (name.clone(), plain(it))).collect()
        }
        Value::Array(items) => items.iter().map(plain).collect(),
        other => other.clone(),
    }
}

/// The operations of a call through [`Exchange`]. Its server issues its own token.
pub fn through_exchange(id: &str) -> bool {
    id != "issue_token" && !id.ends_with("_event")
}

#[tokio::test]
async fn every_sample_is_read_and_written_unchanged() {
    let exchange = Exchange::new();
    let (mut bodies, mut responses) = (0, 0);
    for (id, samples) in samples().into_iter().filter(|(id, _)| through_exchange(id)) {
        let Samples { bodies: sent, responses: received } = samples;
        for response in &received {
            let body = sent.first().cloned().unwrap_or_default();
            let response = &echo(&id, &body, response);
            let read = exchange.call(&id, &body, response).await;
            assert_eq!(read.as_ref(), Ok(response), "{id}");
            let read = exchange.call(&id, &body, &with_unknown_fields(response)).await;
            assert_eq!(read.map(|it| plain(&it)), Ok(plain(response)), "{id}: unknown fields");
            responses += 1;
        }
        for body in &sent {
            let response = echo(&id, body, &received.first().cloned().unwrap_or_default());
            exchange.call(&id, body, &response).await.unwrap_or_else(|why| panic!("{id}: {why}"));
            assert_eq!(exchange.sent(), *body, "{id}");
            bodies += 1;
        }
    }
    println!("{bodies} bodies and {responses} responses");
    assert!(bodies >= 100 && responses >= 280);
}

/// The API writes an empty text for a price that an order does not have.
#[tokio::test]
async fn a_price_that_is_an_empty_text_is_absent() {
    let exchange = Exchange::new();
    let mut order = samples()["retrieve_order"].responses[0].clone();
    let expected = order.clone();
    order["limit_price"] = "".into();
    order["stop_price"] = "".into();
    let read = exchange.call("retrieve_order", &Value::Null, &order).await;
    assert_eq!(read.as_ref(), Ok(&expected));
    order["limit_price"] = "x".into();
    let why = exchange.call("retrieve_order", &Value::Null, &order).await.unwrap_err();
    assert!(why.contains("invalid decimal number"), "{why}");
}

#[tokio::test]
async fn a_missing_field_is_named() {
    let exchange = Exchange::new();
    let mut tried = 0;
    for (id, samples) in samples().into_iter().filter(|(id, _)| through_exchange(id)) {
        let Samples { bodies, responses } = samples;
        let body = bodies.first().cloned().unwrap_or_default();
        let response = echo(&id, &body, &responses.first().cloned().unwrap_or_default());
        // The first samples have required fields alone.
        for place in fields(&body) {
            let result = exchange.call(&id, &without(&body, &place), &response).await;
            check(&id, &place, result);
            tried += 1;
        }
        for place in fields(&response) {
            let result = exchange.call(&id, &body, &without(&response, &place)).await;
            check(&id, &place, result);
            tried += 1;
        }
    }
    println!("{tried} fields were left out");
    assert!(tried > 800);
}

/// Why a required field may be missing.
fn exception(id: &str, place: &Place) -> Option<&'static str> {
    let name = place.last()?;
    match (id, name.as_str()) {
        _ if place[0] == "meta" => Some("`Page` of `upvest-core` is the same for all lists"),
        ("create_user" | "user_data_change", _) => Some("another alternative does not require it"),
        ("get_account_valuation" | "list_account_valuation_history", "value" | "weight")
        | ("list_reports" | "retrieve_report", "substituted_report_id") => {
            Some("it may be `null`, and what may be `null` may be absent")
        }
        _ => None,
    }
}

fn check(id: &str, place: &Place, result: Result<Value, String>) {
    let name = place.last().unwrap();
    match (result, exception(id, place)) {
        (Err(why), _) => {
            assert!(why.contains(&format!("missing field `{name}`")), "{id}, {place:?}: {why}");
        }
        (Ok(_), exception) => assert!(exception.is_some(), "{id}, {place:?}: no error"),
    }
}
