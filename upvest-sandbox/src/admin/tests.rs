//! Changes that cannot be stored, and the description of `/_sandbox/`.

use std::collections::BTreeSet;

use bytes::Bytes;
use serde_json::{Value, json};
use upvest_virtual_cash::{CreateVirtualCashIncrease, Currency, VirtualCash as _};
use uuid::Uuid;

use super::{AdminRequest, ROUTES};
use crate::{Effect, Fault, Progress, Sandbox};

/// Every change of the state is either made, or refused and not made.
#[tokio::test]
async fn a_change_that_cannot_be_stored_is_not_made() {
    let folder = tempfile::tempdir().unwrap();
    let builder = Sandbox::builder().progress(Progress::Manual);
    let sandbox = builder.state_file(folder.path().join("state.db")).start().await.unwrap();
    let server = &sandbox.server;
    let order = CreateVirtualCashIncrease {
        account_group_id: Uuid::from_u128(1).into(),
        amount: "1.00".parse().unwrap(),
        currency: Currency::Eur,
    };
    let increase = sandbox.client().unwrap().increase(&order).await.unwrap();
    sandbox.faults().add(Fault::new(Effect::Html).nth(9)).unwrap();
    let asked = |path: &str, params: &[String], body: Value| {
        // Of two routes with one path, the last one changes something.
        let handler = ROUTES.iter().rfind(|(_, known, _)| *known == path).unwrap().2;
        let body = if body.is_null() { Bytes::new() } else { body.to_string().into() };
        handler(server, &AdminRequest { params: params.to_vec(), query: Vec::new(), body })
    };
    let shown = || {
        let clock = sandbox.clock().setting();
        let (faults, log) = (sandbox.faults().active().len(), sandbox.log().entries().len());
        let key = server.world.store.webhook_key().unwrap();
        let groups = sandbox.state().account_groups();
        format!("{clock:?} {faults} {log} {key} {groups:?} {:?}", sandbox.state().operations())
    };
    let (id, nothing) = ([increase.id.to_string()], json!(null));
    let changes: [(&str, &[String], Value); 10] = [
        ("/_sandbox/clock", &[], json!({"advance_seconds": 5})),
        ("/_sandbox/clock", &[], json!({"freeze": true})),
        ("/_sandbox/clock", &[], json!({"freeze": false})),
        ("/_sandbox/clock", &[], json!({"freeze_at": "2026-11-22T12:00:00Z"})),
        ("/_sandbox/clock", &[], json!({"reset": true})),
        ("/_sandbox/account_groups", &[], json!({"id": Uuid::from_u128(2)})),
        ("/_sandbox/operations/{id}/confirm", &id, nothing.clone()),
        ("/_sandbox/operations/{id}/cancel", &id, nothing.clone()),
        ("/_sandbox/verify_keys/rotate", &[], nothing.clone()),
        ("/_sandbox/reset", &[], nothing),
    ];
    let before = shown();
    server.world.store.refuse_writes(true);
    for (path, params, body) in changes {
        let status = asked(path, params, body).err().map(|error_response| error_response.status);
        assert!(status >= Some(500), "{path}: {status:?}");
    }
    sandbox.clock().freeze();
    assert_eq!(shown(), before);
    server.world.store.refuse_writes(false);
    assert!(asked("/_sandbox/reset", &[], Value::Null).is_ok());
    assert_ne!(shown(), before);
}

#[test]
fn the_description_names_every_route_and_no_other() {
    let text = include_str!("openapi.json");
    let description: Value = serde_json::from_str(text).unwrap();
    let mut described = BTreeSet::new();
    for (path, methods) in description["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys().filter(|key| *key != "parameters") {
            described.insert(format!("{} {path}", method.to_uppercase()));
        }
    }
    let served = ROUTES.iter().map(|(method, path, _)| format!("{method} {path}"));
    assert_eq!(described, served.collect());
}
