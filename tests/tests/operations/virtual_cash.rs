//! The generated declarations of virtual cash next to the hand-written ones of
//! `upvest-virtual-cash`: the same tables, and the same bytes for the same values.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use serde_json::json;
use upvest_core::{Client, Endpoint};
use upvest_tests::in_memory::{Server, reply};
use upvest_virtual_cash as by_hand;
use upvest_virtual_cash::VirtualCash as _;

use crate::calls::ID;
use crate::declared::{self, VirtualCashBalances as _};

/// All that a table says of an endpoint but the names of its method and types.
fn facts(table: &[Endpoint]) -> Vec<String> {
    let facts = |it: &Endpoint| {
        let flags = (it.is_idempotent(), it.is_signed(), it.is_anonymous(), it.takes_query());
        let contents = (it.body(), it.response(), it.accepts(), it.header_name());
        format!("{it} {flags:?} {contents:?} {:?} {:?}", it.scopes(), it.echoes())
    };
    table.iter().map(facts).collect()
}

#[test]
fn the_tables_are_equal() {
    assert_eq!(
        facts(<dyn declared::VirtualCashBalances>::ENDPOINTS),
        facts(<dyn by_hand::VirtualCash>::ENDPOINTS)
    );
}

/// What was sent: method, path, body, and the headers that do not differ between two calls.
type Sent = (String, String, Bytes, Vec<(String, String)>);

fn client() -> (Client, Arc<Mutex<Vec<Sent>>>) {
    let sent: Arc<Mutex<Vec<Sent>>> = Arc::default();
    let seen = Arc::clone(&sent);
    let server = Server::new(move |_, request| {
        let own = ["idempotency-key", "signature", "signature-input"];
        let headers = request.headers().iter().filter(|(name, _)| !own.contains(&name.as_str()));
        let headers = headers
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
            .collect();
        let (method, path) = (request.method().to_string(), request.uri().path().to_owned());
        seen.lock().unwrap().push((method, path, request.body().clone(), headers));
        let body = json!({
            "id": ID,
            "created_at": "2020-08-24T14:15:22Z",
            "updated_at": "2020-08-24T14:15:22Z",
            "account_group_id": ID,
            "amount": "200.00",
            "currency": "EUR",
            "status": "ISSUED",
        });
        reply(200, "application/json", &body.to_string())
    });
    (server.client(), sent)
}

#[tokio::test]
async fn the_same_values_are_the_same_bytes() {
    let (client, sent) = client();
    let amount = "200.00".parse().unwrap();
    let currency = by_hand::Currency::Eur;

    let body = by_hand::CreateVirtualCashIncrease {
        account_group_id: ID.into(),
        amount,
        currency: currency.clone(),
    };
    let first = client.increase(&body).await.unwrap();
    let body = declared::CreateVirtualCashIncrease::new(ID.into(), amount, currency.clone());
    let second = client.create_virtual_cash_increase(&body).await.unwrap();
    assert_eq!(json!(first), json!(second));

    let body = by_hand::CreateVirtualCashDecrease {
        account_group_id: ID.into(),
        amount,
        currency: currency.clone(),
    };
    let first = client.decrease(&body).await.unwrap();
    let body = declared::CreateVirtualCashDecrease::new(ID.into(), amount, currency);
    let second = client.create_virtual_cash_decrease(&body).await.unwrap();
    assert_eq!(json!(first), json!(second));

    client.cancel_decrease(ID.into()).await.unwrap();
    client.cancel_virtual_cash_decrease(ID.into()).await.unwrap();

    let sent = sent.lock().unwrap();
    assert_eq!(sent.len(), 6);
    for pair in sent.chunks(2) {
        assert_eq!(pair[0], pair[1]);
    }
}
