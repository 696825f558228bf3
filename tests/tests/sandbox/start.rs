//! How a sandbox starts and ends.

use std::time::Duration;

use upvest_core::__sandbox::{AccessTokens as _, TokenRequest};
use upvest_core::ErrorKind;
use upvest_sandbox::Sandbox;
use upvest_virtual_cash::{CreateVirtualCashIncrease, Currency, VirtualCash};
use uuid::Uuid;

use crate::fixture::started;

#[tokio::test]
async fn the_settings_configure_a_client() {
    let sandbox = started(Sandbox::builder()).await;
    let settings = sandbox.settings();
    let lookup = |name: &str| {
        settings.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone())
    };
    let client = upvest_core::ClientBuilder::from_variables(lookup).unwrap().build().unwrap();
    assert!(
        client.cancel_decrease(Uuid::new_v4().into()).await.unwrap_err().status().unwrap() == 404
    );
    for (name, value) in &settings {
        assert!(name.starts_with("UPVEST_API_"));
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "/:.,_+=-".contains(c);
        assert!(value.chars().all(is_plain), "{name} needs quoting in a shell");
    }
}

#[tokio::test]
async fn a_dropped_sandbox_stops_serving() {
    let sandbox = started(Sandbox::builder()).await;
    let client = sandbox.client().unwrap();
    let address = sandbox.address();
    drop(sandbox);
    // Its task must run once to see the shutdown.
    while tokio::net::TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    let error = client.cancel_decrease(Uuid::new_v4().into()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Token);
}

#[tokio::test]
async fn a_dropped_sandbox_releases_its_state_file_and_its_clock_is_restored() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(":memory:");
    let start = || started(Sandbox::builder().state_file(&file).clock(crate::fixture::noon));
    let sandbox = start().await;
    let order = CreateVirtualCashIncrease {
        account_group_id: Uuid::new_v4().into(),
        amount: "1.00".parse().unwrap(),
        currency: Currency::Eur,
    };
    let first = sandbox.client().unwrap().increase(&order).await.unwrap();
    sandbox.clock().advance(Duration::from_secs(86_400));
    let (before, client_id) = (sandbox.clock().now(), sandbox.credentials().client_id());
    drop(sandbox);
    let sandbox = start().await;
    assert_eq!(sandbox.clock().now(), before);
    assert_eq!(sandbox.credentials().client_id(), client_id);
    assert_eq!(sandbox.state().increase(first.id).unwrap().id, first.id);
    let error = Sandbox::builder().state_file(&file).start().await.unwrap_err().to_string();
    assert!(error.contains("in use by another sandbox"), "{error}");
}

/// Each test can have its own sandbox. The benchmark starts a thousand: some systems limit a
/// process to 256 open files.
#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_sandboxes_run_in_one_process() {
    let mut sandboxes = Vec::new();
    for _ in 0..200 {
        sandboxes.push(Sandbox::start().await.unwrap());
    }
    for sandbox in sandboxes.iter().step_by(20) {
        let error = sandbox.client().unwrap().cancel_decrease(Uuid::new_v4().into()).await;
        assert_eq!(error.unwrap_err().status().unwrap().as_u16(), 404);
    }
    let ports: std::collections::HashSet<_> =
        sandboxes.iter().map(|sandbox| sandbox.address().port()).collect();
    assert_eq!(ports.len(), 200);
}

#[tokio::test]
async fn nothing_is_served_under_the_sandbox_s_own_path() {
    static OWN: upvest_core::Endpoint =
        upvest_core::Endpoint::new("own", upvest_core::Method::Get, "/_sandbox/clock").signed();
    let error = Sandbox::builder().serve(&OWN, |_| 200).start().await.unwrap_err().to_string();
    assert!(error.contains("a path that cannot be served"), "{error}");
}

#[tokio::test]
async fn an_occupied_port_is_reported_in_one_sentence() {
    let sandbox = started(Sandbox::builder()).await;
    let error =
        Sandbox::builder().port(sandbox.address().port()).start().await.unwrap_err().to_string();
    assert!(
        error.starts_with("the sandbox did not start: cannot listen on `127.0.0.1:"),
        "{error}"
    );
}

#[tokio::test]
async fn the_token_endpoint_can_be_called_without_the_client() {
    let sandbox = started(Sandbox::builder()).await;
    let request = TokenRequest {
        client_id: sandbox.credentials().client_id(),
        client_secret: sandbox.credentials().client_secret().clone(),
        scope: "positions:read".to_owned(),
    };
    assert!(sandbox.client().unwrap().create_access_token(&request).await.is_ok());
}

#[tokio::test]
async fn a_call_gets_a_new_token_after_a_day_on_the_sandbox_clock() {
    let sandbox = started(Sandbox::builder()).await;
    sandbox.clock().freeze();
    let client = sandbox.client().unwrap();
    let order = CreateVirtualCashIncrease {
        account_group_id: Uuid::new_v4().into(),
        amount: "1.00".parse().unwrap(),
        currency: Currency::Eur,
    };
    client.increase(&order).await.unwrap();
    sandbox.clock().advance(Duration::from_secs(86_400));
    // The client considers the old token valid: less than half an hour has passed on tokio's clock.
    let response = client.increase(&order).with_response().await.unwrap();
    assert_eq!(response.attempts(), 2);
}
