//! One call with any body and any response, over no network.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::Request;
use serde_json::Value;
use upvest_core::Client;
use upvest_tests::in_memory::{Server, reply};

use crate::calls;

/// A client whose server gives the response that a test has chosen.
pub struct Exchange {
    client: Client,
    response: Arc<Mutex<String>>,
    sent: Arc<Mutex<Bytes>>,
}

impl Exchange {
    pub fn new() -> Self {
        let response = Arc::new(Mutex::new(String::new()));
        let sent: Arc<Mutex<Bytes>> = Arc::default();
        let (given, seen) = (Arc::clone(&response), Arc::clone(&sent));
        let server = Server::new(move |_, request: &Request<Bytes>| {
            *seen.lock().unwrap() = request.body().clone();
            reply(200, "application/json", &given.lock().unwrap())
        });
        Self { client: server.client(), response, sent }
    }

    /// Sends a body and returns what is read of the response, written again as JSON.
    pub async fn call(
        &self,
        method: &str,
        body: &Value,
        response: &Value,
    ) -> Result<Value, String> {
        *self.response.lock().unwrap() = response.to_string();
        let (_, call) = calls::make(&self.client, method, body)
            .map_err(|error| format!("the body: {error}"))?;
        call.await.map_err(|error| format!("the response: {error:?}"))
    }

    /// Returns the body that was sent last.
    pub fn sent(&self) -> Value {
        let sent = self.sent.lock().unwrap();
        serde_json::from_slice(&sent).unwrap_or(Value::Null)
    }
}

/// Returns the response with the fields that the API repeats from the body, where the declaration
/// says that it does.
pub fn echo(method: &str, body: &Value, response: &Value) -> Value {
    let mut response = response.clone();
    if method.starts_with("create_virtual_cash") {
        for name in ["account_group_id", "amount", "currency"] {
            if let (Some(sent), Some(received)) = (body.get(name), response.get_mut(name)) {
                *received = sent.clone();
            }
        }
    }
    response
}
