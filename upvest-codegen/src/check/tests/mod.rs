//! Small declarations against small descriptions.

mod enums;
mod names;
mod sources;
mod structs;

use serde_json::{Value, json};

use super::{Report, Source};
use crate::Description;
use crate::error::Error;

/// A description of one operation, `POST /things`, with these schemas of body and response.
fn description(body: &Value, response: &Value) -> Description {
    let text = json!({
        "openapi": "3.1.0",
        "paths": {
            "/things": {
                "post": {
                    "operationId": "create_thing",
                    "security": [{"oauth": ["things:admin"]}],
                    "requestBody": {"content": {"application/json": {"schema": body}}},
                    "responses": {
                        "200": {"content": {"application/json": {"schema": response}}},
                    },
                },
            },
        },
    });
    Description::read(&text.to_string()).unwrap()
}

/// The declaration of the operation, with `Thing` as body and response.
const API: &str = r#"
    #[api(scope = "things:admin")]
    pub trait Things: Send + Sync {
        #[endpoint(POST, "/things", signed)]
        fn create_thing(&self, body: &Thing) -> Call<Thing>;
    }
"#;

fn try_check(body: &Value, response: &Value, types: &str) -> Result<Report, Error> {
    let source = Source::new("lib.rs", format!("{types}{API}"));
    description(body, response).check(&[source])
}

/// The findings in short, with what was not compared.
fn check(body: &Value, response: &Value, types: &str) -> Vec<String> {
    short(&try_check(body, response, types).unwrap())
}

fn short(report: &Report) -> Vec<String> {
    let drifts = report.drifts().iter().map(|drift| {
        let weight = if drift.is_breaking() { "breaking" } else { "additive" };
        format!("{weight} {}: {}", drift.kind(), drift.message())
    });
    let unchecked = report.unchecked().iter().map(|unchecked| format!("not compared: {unchecked}"));
    drifts.chain(unchecked).collect()
}

/// An object with these fields, of which the first ones are required.
fn object(fields: &Value, required: &[&str]) -> Value {
    json!({"type": "object", "properties": fields, "required": required})
}

/// Any object, which every struct fits in a request.
fn free() -> Value {
    json!({"type": "object"})
}
