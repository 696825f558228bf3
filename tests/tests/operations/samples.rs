//! Bodies and responses of each operation, and events, drawn from the description.
//!
//! They are stored in `data/samples.json`, so that the declarations are tested without the
//! description. `UPDATE=1` draws them again where it is there.

use std::collections::BTreeMap;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use upvest_tests::data;

use crate::schema::{Content, Draw, Operation, description, operations, values, webhooks};

/// What one operation sends and receives. The first value of each is a minimal one,
/// the last one has values of enums that the description does not have.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Samples {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bodies: Vec<Value>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub responses: Vec<Value>,
}

/// Returns the samples by operation id; those of events are bodies.
pub fn samples() -> BTreeMap<String, Samples> {
    let path = data("samples.json");
    if std::env::var_os("UPDATE").is_some()
        && let Some(description) = description()
    {
        let all = operations(&description).into_iter().chain(webhooks(&description));
        let drawn: BTreeMap<_, _> = all.map(draw).collect();
        let lines: Vec<String> = drawn
            .iter()
            .map(|(id, samples)| format!("\"{id}\": {}", serde_json::to_string(samples).unwrap()))
            .collect();
        std::fs::write(&path, format!("{{\n{}\n}}\n", lines.join(",\n"))).unwrap();
    }
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn draw(operation: Operation) -> (String, Samples) {
    let mut runner = TestRunner::deterministic();
    let mut drawn = |content: Option<Content>| {
        let Some(Content { schema, .. }) = content else { return Vec::new() };
        // Several of a choice, so that each alternative is drawn.
        let is_choice =
            schema.to_string().contains("\"oneOf\"") || schema.to_string().contains("\"anyOf\"");
        let draws: &[Draw] = match is_choice {
            true => {
                &[Draw::Minimal, Draw::Full, Draw::Minimal, Draw::Full, Draw::Full, Draw::Unknown]
            }
            false => &[Draw::Minimal, Draw::Full, Draw::Unknown],
        };
        let mut values: Vec<Value> = draws
            .iter()
            .map(|draw| values(&schema, *draw).new_tree(&mut runner).unwrap().current())
            .collect();
        values.dedup();
        values
    };
    let mut bodies = drawn(operation.body);
    if operation.id.ends_with("_event") {
        // The type of an event says what its object is.
        let event_type = bodies[0]["type"].clone();
        bodies.iter_mut().for_each(|event| event["type"] = event_type.clone());
    }
    let samples = Samples { bodies, responses: drawn(operation.response) };
    (operation.id, samples)
}
