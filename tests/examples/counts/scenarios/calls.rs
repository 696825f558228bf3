//! A whole call, with a server in memory.

use std::hint::black_box;

use bytes::Bytes;
use http::Request;
use upvest_core::{Client, Environment};
use upvest_tests::in_memory::{Reply, counting, reply, token};
use upvest_virtual_cash::{CreateVirtualCashIncrease, Currency, VirtualCash};

use super::{Work, noon, runtime};
use crate::signed_increase::NoCurve;

const GROUP: &str = "2596db3b-0d03-4651-9eda-970910479dfb";
const RESPONSE: &str = r#"{"id":"8b0a24b3-5e4e-4ca9-b2f6-b1f0d3bb9d5c","account_group_id":"2596db3b-0d03-4651-9eda-970910479dfb","amount":"200.00","currency":"EUR","status":"ISSUED","created_at":"2020-08-24T14:15:22Z","updated_at":"2020-08-24T14:15:22Z"}"#;

async fn respond(request: Request<Bytes>) -> Reply {
    match request.uri().path() {
        "/auth/token" => reply(200, "application/json", &token(0, 86_400)),
        _ => reply(202, "application/json", RESPONSE),
    }
}

pub fn increase() -> Option<Work> {
    let client = Client::builder(Environment::Sandbox)
        .credentials("5ec16164-6173-461d-b90d-116d68f55b40", "x")
        .signing_key(NoCurve { length: 139 })
        .scopes(<dyn VirtualCash>::SCOPES)
        .clock(noon)
        .randomness(counting())
        .transport(respond)
        .build()
        .expect("a client");
    let runtime = runtime();
    let order = CreateVirtualCashIncrease {
        account_group_id: GROUP.parse().expect("an id"),
        amount: "200.00".parse().expect("an amount"),
        currency: Currency::Eur,
    };
    Some(Box::new(move || {
        let increase = runtime.block_on(client.increase(black_box(&order)).into_future());
        black_box(increase.expect("an increase"));
    }))
}
