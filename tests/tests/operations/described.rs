//! The generated types against the schemas and the examples of the description, where it is there.

use std::collections::BTreeMap;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};
use rand::RngExt;
use serde_json::Value;
use upvest_core::{Amount, Timestamp};

use crate::events;
use crate::exchange::{Exchange, echo};
use crate::samples::samples;
use crate::schema::{Content, Draw, description, operations, values, webhooks};
use crate::typed::{plain, through_exchange, with_unknown_fields};

/// Why a value may be written in another form than it was read in.
fn reason(read: &Value, written: &Value) -> Option<&'static str> {
    let (read, written) = (read.as_str()?, written.as_str()?);
    let time = |text: &str| text.parse::<Timestamp>().ok();
    match (time(read), time(written)) {
        (Some(a), Some(b)) if a == b => return Some("a time is written in UTC"),
        _ => {}
    }
    let amount = |text: &str| text.parse::<Amount>().ok();
    (amount(read)? == amount(written)?).then_some("an amount is written with two decimals")
}

/// Adds why two values differ, or fails.
fn compare(place: &str, read: &Value, written: &Value, reasons: &mut BTreeMap<&str, usize>) {
    match (read, written) {
        (Value::Object(a), Value::Object(b)) if b.keys().all(|name| a.contains_key(name)) => {
            for (name, value) in a {
                compare(
                    &format!("{place}.{name}"),
                    value,
                    b.get(name).unwrap_or(&Value::Null),
                    reasons,
                );
            }
        }
        (Value::String(text), Value::Null) if text.is_empty() => {
            *reasons.entry("an empty number is left out").or_default() += 1;
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            a.iter().zip(b).for_each(|(a, b)| compare(place, a, b, reasons));
        }
        _ if read == written => {}
        _ => match reason(read, written) {
            Some(reason) => *reasons.entry(reason).or_default() += 1,
            None => panic!("{place}: {read} was written as {written}"),
        },
    }
}

#[tokio::test]
async fn every_example_of_the_description_is_read_and_written() {
    let Some(description) = description() else { return };
    let exchange = Exchange::new();
    let mut reasons = BTreeMap::new();
    let (mut equal, mut in_another_form) = (0, 0);
    let mut check = |name: &str, result: Result<Value, String>, expected: &Value| {
        let value = result.unwrap_or_else(|why| panic!("{name}: {why}"));
        let known: usize = reasons.values().sum();
        compare(name, &plain(expected), &plain(&value), &mut reasons);
        match reasons.values().sum::<usize>() - known {
            0 => equal += 1,
            _ => in_another_form += 1,
        }
    };
    let samples = samples();
    for operation in operations(&description).into_iter().filter(|it| through_exchange(&it.id)) {
        let id = operation.id;
        let body = samples[&id].bodies.first().cloned().unwrap_or_default();
        let response = samples[&id].responses.first().cloned().unwrap_or_default();
        for example in operation.body.into_iter().flat_map(|content| content.examples) {
            let result = exchange.call(&id, &example, &echo(&id, &example, &response)).await;
            check(&format!("{id} request"), result.map(|_| exchange.sent()), &example);
        }
        for example in operation.response.into_iter().flat_map(|content| content.examples) {
            let example = echo(&id, &body, &example);
            let result = exchange.call(&id, &body, &example).await;
            check(&format!("{id} response"), result, &example);
        }
    }
    for webhook in webhooks(&description) {
        for example in webhook.body.into_iter().flat_map(|content| content.examples) {
            check(&webhook.id, events::read(&webhook.id, &example), &example["object"]);
        }
    }
    println!("{equal} examples are written as they are read, {in_another_form} in another form:");
    println!("{reasons:?}");
    assert!(equal + in_another_form > 170);
}

/// How many values are drawn from each schema.
fn count() -> usize {
    std::env::var("UPVEST_VALUES").map_or(8, |count| count.parse().unwrap())
}

#[tokio::test]
async fn values_of_every_schema_are_read_and_written() {
    let Some(description) = description() else { return };
    let seed: [u8; 32] = match std::env::var("UPVEST_SEED") {
        Ok(number) => [number.parse().unwrap(); 32],
        Err(_) => [rand::rng().random(); 32],
    };
    println!("UPVEST_SEED={}", seed[0]);
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let mut runner = TestRunner::new_with_rng(proptest::test_runner::Config::default(), rng);
    let mut draw = |content: &Option<Content>, draw: Draw| {
        let Some(Content { schema, .. }) = content else { return Value::Null };
        values(schema, draw).new_tree(&mut runner).unwrap().current()
    };
    let exchange = Exchange::new();
    let mut drawn = 0;
    for operation in operations(&description).into_iter().filter(|it| through_exchange(&it.id)) {
        let id = operation.id;
        for kind in [Draw::Any, Draw::Unknown] {
            for _ in 0..count() {
                let body = draw(&operation.body, kind);
                let response = echo(&id, &body, &draw(&operation.response, kind));
                let more = with_unknown_fields(&response);
                for response in [&response, &more] {
                    let read = exchange.call(&id, &body, response).await;
                    let read = read.unwrap_or_else(|why| panic!("{id}: {why}: {body} {response}"));
                    assert_eq!(plain(&read), plain(response), "{id}");
                    assert_eq!(plain(&exchange.sent()), plain(&body), "{id}");
                }
                drawn += 1;
            }
        }
    }
    for webhook in webhooks(&description) {
        for _ in 0..count() {
            let event = draw(&webhook.body, Draw::Any);
            let object = events::read(&webhook.id, &event).map(|object| plain(&object));
            assert_eq!(object, Ok(plain(&event["object"])), "{}", webhook.id);
            drawn += 1;
        }
    }
    println!("{drawn} values");
}
