//! Webhooks through a tunnel: what it brings, what it survives, and what it leaves behind.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request};
use serde_json::json;
use tokio::time::Instant;
use upvest_core::signature::JsonWebKey;
use upvest_core::signature::SignatureVersion::V6;
use upvest_core::webhook::{
    EventAcceptor as _, EventTunnel, Inbox, ListWebhooks, TunnelError, WebhookError, Webhooks as _,
};
use upvest_core::{Client, Outcome, Timestamp};
use upvest_sandbox::{Effect, Fault, Sandbox};
use upvest_tests::in_memory::{Reply, Server, problem, reply};
use upvest_virtual_cash::{CreateVirtualCashIncrease, Currency, VirtualCash as _};

use crate::forge::{Forge, NOON, P521, key, webhook};
use crate::receiver::until;

fn order(group: u128) -> CreateVirtualCashIncrease {
    CreateVirtualCashIncrease {
        account_group_id: uuid::Uuid::from_u128(group).into(),
        amount: "200.00".parse().unwrap(),
        currency: Currency::Eur,
    }
}

/// The acceptor of a tunnel, which is the last segment of its URL in the sandbox.
fn acceptor(tunnel: &EventTunnel) -> String {
    tunnel.url().rsplit('/').next().unwrap().to_owned()
}

async fn subscriptions(client: &Client) -> u64 {
    client.list_webhooks(&ListWebhooks::default()).await.unwrap().meta.total_count
}

async fn is_open(client: &Client, acceptor: &str) -> bool {
    match client.accepted_webhooks(acceptor).await {
        Ok(_) => true,
        Err(error) => {
            assert_eq!(error.status().unwrap(), 404, "{error}");
            false
        }
    }
}

#[tokio::test]
async fn it_brings_the_events_and_leaves_nothing_behind() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = sandbox.client().unwrap();
    let mut tunnel = EventTunnel::open(&client).await.unwrap();
    assert_eq!(subscriptions(&client).await, 1);
    let inbox = Inbox::new();
    for number in 1..=3 {
        let increase = client.increase(&order(number)).await.unwrap();
        let passed = async {
            loop {
                inbox.put(tunnel.next().await.unwrap().unwrap().events);
            }
        };
        let event = tokio::select! {
            event = inbox.until(increase.id, &["CONFIRMED"]) => event,
            () = passed => unreachable!(),
        };
        assert_eq!(event.webhook_id(), tunnel.webhook_id());
    }
    sandbox.webhooks().all_sent().await;
    assert!(sandbox.webhooks().deliveries().iter().all(|delivery| delivery.attempts == 1));
    let acceptor = acceptor(&tunnel);
    tunnel.close().await.unwrap();
    assert_eq!(subscriptions(&client).await, 0);
    assert!(!is_open(&client, &acceptor).await);
}

#[tokio::test]
async fn dropping_it_closes_it_in_the_background() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = sandbox.client().unwrap();
    let tunnel = EventTunnel::open(&client).await.unwrap();
    let acceptor = acceptor(&tunnel);
    drop(tunnel);
    while is_open(&client, &acceptor).await {}
    assert_eq!(subscriptions(&client).await, 0);
}

#[tokio::test]
async fn what_was_deleted_before_is_no_error() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = sandbox.client().unwrap();
    let tunnel = EventTunnel::open(&client).await.unwrap();
    client.delete_webhook(tunnel.webhook_id()).await.unwrap();
    client.close_acceptor(&acceptor(&tunnel)).await.unwrap();
    tunnel.close().await.unwrap();
}

#[tokio::test]
async fn a_host_that_is_gone_is_reported() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = sandbox.client_builder().scopes(["webhooks:admin"]).max_attempts(1);
    let mut tunnel = EventTunnel::open(&client.build().unwrap()).await.unwrap();
    // The fetch is under way: nothing else is logged after it.
    drop(sandbox);
    let error = tunnel.next().await.unwrap().unwrap_err();
    assert!(matches!(error, TunnelError::Failed(_)), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_host_without_tunnels_is_told_apart() {
    for status in [404, 502, 503] {
        let server = Server::new(move |_, _| problem(status, "no_such_thing"));
        let error = EventTunnel::open(&server.client()).await.unwrap_err();
        let TunnelError::Unavailable(cause) = &error else { panic!("{error}") };
        assert_eq!(cause.status().unwrap(), status);
        let shown = error.to_string();
        assert!(shown.starts_with("cannot open a tunnel: the host has none (GET "), "{shown}");
        assert!(shown.ends_with("; receive webhooks at a URL of your own)"), "{shown}");
    }
    for status in [400, 401, 403, 422] {
        let server = Server::new(move |_, _| problem(status, "forbidden"));
        let error = EventTunnel::open(&server.client()).await.unwrap_err();
        assert!(matches!(error, TunnelError::Failed(_)), "{error}");
    }
}

/// The example, started as a user starts it and ended with Ctrl-C.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn the_example_receives_through_a_tunnel() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = sandbox.client().unwrap();
    let folder = tempfile::TempDir::new().unwrap();
    let books = folder.path().join("webhooks.sqlite");
    let mut receiver = upvest_tests::example("webhooks")
        .envs(sandbox.settings())
        .arg("--books")
        .arg(&books)
        .arg("--tunnel")
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let is_subscribed = || sandbox.log().entries().iter().any(|entry| entry.method == "PATCH");
    until(is_subscribed).await;
    client.increase(&order(1)).await.unwrap();
    let balance = || {
        let query = "SELECT sum(minor_units) FROM balance";
        rusqlite::Connection::open(&books)?.query_row(query, [], |row| row.get::<_, i64>(0))
    };
    until(|| balance() == Ok(20_000)).await;
    let id = receiver.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    let ended = tokio::task::block_in_place(|| receiver.wait().unwrap());
    assert!(ended.success(), "{ended}");
    assert_eq!(subscriptions(&client).await, 0);
}

/// A host with an acceptor in memory, which brings what a test puts into it.
#[derive(Clone)]
struct Host {
    fetched: Arc<dyn Fn(usize) -> Reply + Send + Sync>,
    /// The requests, as `METHOD path`, and when they came.
    log: Arc<Mutex<Vec<(String, Instant)>>>,
    /// The request that fails.
    fails: &'static str,
}

const ACCEPTOR: &str = "/events-acceptor-service/endpoints/a-1";

impl Host {
    fn new(fetched: impl Fn(usize) -> Reply + Send + Sync + 'static) -> Self {
        Self { fetched: Arc::new(fetched), log: Arc::default(), fails: "" }
    }

    fn client(&self) -> Client {
        let host = self.clone();
        let server = Server::new(move |_, request| host.respond(request));
        let clock = || Timestamp::from_unix_seconds(NOON).unwrap();
        server.builder().clock(clock).build().unwrap()
    }

    fn log(&self) -> Vec<(String, Instant)> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn names(&self) -> Vec<String> {
        self.log().into_iter().map(|(name, _)| name).collect()
    }

    /// When each fetch came, in milliseconds since the first.
    fn fetches(&self) -> Vec<u128> {
        let mut log = self.log();
        log.retain(|(name, _)| *name == format!("GET {ACCEPTOR}"));
        let since = |at: Instant| at.duration_since(log[0].1).as_millis();
        log.iter().map(|(_, at)| since(*at)).collect()
    }

    fn respond(&self, request: &Request<Bytes>) -> Reply {
        let json = |status, body| reply(status, "application/json", body);
        let name = format!("{} {}", request.method(), request.uri().path());
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        let fetches = log.iter().filter(|(known, _)| *known == name).count();
        log.push((name.clone(), Instant::now()));
        drop(log);
        if name == self.fails {
            return problem(422, "unprocessable_entity");
        }
        match (request.method(), request.uri().path()) {
            (&Method::GET, "/events-acceptor-service/health") => json(200, ""),
            (&Method::POST, "/events-acceptor-service/endpoints") => {
                assert_eq!(request.body(), r#""""#);
                json(201, r#"{"id":"a-1","url":"https://acceptor.example/webhooks?tenant=7"}"#)
            }
            (&Method::GET, ACCEPTOR) => (self.fetched)(fetches),
            (&Method::POST, "/webhooks") => {
                let body: serde_json::Value = serde_json::from_slice(request.body()).unwrap();
                assert_eq!(body["url"], "https://acceptor.example/webhooks?tenant=7");
                assert_eq!(body["type"], json!(["ALL"]));
                assert_eq!(body["config"], json!({"delay": "1s", "max_package_size": 12_400}));
                json(201, &subscription(false))
            }
            (&Method::PATCH, _) => json(200, &subscription(true)),
            (&Method::DELETE, _) => reply(204, "application/json", ""),
            (_, "/auth/verify_keys") => {
                let key = JsonWebKey::new(P521, &key(P521).verifying_key().unwrap()).unwrap();
                json(200, &json!({ "keys": [key] }).to_string())
            }
            _ => panic!("{name}"),
        }
    }
}

fn subscription(enabled: bool) -> String {
    json!({
        "id": webhook(), "title": "", "url": "", "type": ["ALL"], "exclude_type": [],
        "config": {}, "enabled": enabled,
        "created_at": "2027-01-15T08:00:00Z", "updated_at": "2027-01-15T08:00:00Z",
    })
    .to_string()
}

/// An item as it is fetched: Go writes the names of headers in capitals.
fn item(request: &Request<Vec<u8>>) -> serde_json::Value {
    let mut headers: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (name, value) in request.headers() {
        let name = name.as_str().to_ascii_uppercase();
        headers.entry(name).or_default().push(value.to_str().unwrap());
    }
    headers.insert("not a header".to_owned(), vec!["a\nb"]);
    json!({
        "headers": headers, "payload": str::from_utf8(request.body()).unwrap(),
        "created_at": { "of any": "form" },
    })
}

fn items(requests: &[&Request<Vec<u8>>]) -> String {
    serde_json::Value::from_iter(requests.iter().map(|request| item(request))).to_string()
}

#[tokio::test(start_paused = true)]
async fn a_webhook_that_is_forged_is_rejected_and_the_others_arrive() {
    let good = Forge::new(V6).made().await;
    let mut changed = good.clone();
    *changed.body_mut() = br#"{"payload":[]}"#.to_vec();
    let mut unsigned = good.clone();
    unsigned.headers_mut().remove("signature");
    let list = items(&[&changed, &good, &unsigned]);
    let host = Host::new(move |number| {
        reply(200, "application/json", if number == 1 { &list } else { "[]" })
    });
    let mut tunnel = EventTunnel::open(&host.client()).await.unwrap();
    assert_eq!(tunnel.url(), "https://acceptor.example/webhooks?tenant=7");
    for is_good in [false, true, false] {
        match tunnel.next().await.unwrap() {
            Ok(delivery) => assert!(is_good && delivery.events.len() == 2),
            Err(TunnelError::Delivery(WebhookError::Refused(_))) => assert!(!is_good),
            Err(error) => panic!("{error}"),
        }
    }
    tunnel.close().await.unwrap();
    let names = host.names();
    let last = names.split_last_chunk::<2>().unwrap().1;
    assert_eq!(last[0], format!("DELETE /webhooks/{}", webhook()));
    assert_eq!(last[1], format!("DELETE {ACCEPTOR}"));
}

#[tokio::test(start_paused = true)]
async fn a_host_that_does_not_wait_is_asked_once_a_second() {
    let host = Host::new(|_| reply(200, "application/json", "[]"));
    let tunnel = EventTunnel::open(&host.client()).await.unwrap();
    while host.fetches().len() < 5 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    assert_eq!(host.fetches(), [0, 1_000, 2_000, 3_000, 4_000]);
    tunnel.close().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn failures_are_reported_with_pauses_and_do_not_end_it() {
    let good = Forge::new(V6).made().await;
    let list = items(&[&good]);
    let host = Host::new(move |number| match number {
        0..6 => problem(500, "internal_server_error"),
        6 => reply(200, "application/json", &list),
        _ => problem(500, "internal_server_error"),
    });
    let mut tunnel = EventTunnel::open(&host.client()).await.unwrap();
    for _ in 0..6 {
        let error = tunnel.next().await.unwrap().unwrap_err();
        assert!(error.to_string().starts_with("tunnel failed: GET /events-acceptor"), "{error}");
    }
    assert_eq!(tunnel.next().await.unwrap().unwrap().events.len(), 2);
    assert!(tunnel.next().await.unwrap().is_err());
    assert!(tunnel.next().await.unwrap().is_err());
    let seconds: Vec<u128> = host.fetches().iter().map(|at| at / 1_000).collect();
    // After a success, the pauses begin anew.
    assert_eq!(seconds, [0, 1, 3, 7, 15, 31, 61, 61, 62]);
}

#[tokio::test(start_paused = true)]
async fn a_webhook_waits_until_the_keys_can_be_fetched() {
    let good = Forge::new(V6).made().await;
    let list = items(&[&good]);
    let mut host = Host::new(move |number| {
        reply(200, "application/json", if number == 0 { &list } else { "[]" })
    });
    host.fails = "GET /auth/verify_keys";
    let mut tunnel = EventTunnel::open(&host.client()).await.unwrap();
    for _ in 0..3 {
        let error = tunnel.next().await.unwrap().unwrap_err();
        assert!(matches!(error, TunnelError::Delivery(WebhookError::NoKeys(_))), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn if_a_step_fails_what_was_created_is_removed() {
    let delete_webhook = format!("DELETE /webhooks/{}", webhook());
    let delete_acceptor = format!("DELETE {ACCEPTOR}");
    let enable = format!("PATCH /webhooks/{}", webhook());
    for (fails, removed) in [
        ("POST /events-acceptor-service/endpoints", vec![]),
        ("POST /webhooks", vec![delete_acceptor.clone()]),
        (&*enable.leak(), vec![delete_webhook, delete_acceptor]),
    ] {
        let mut host = Host::new(|_| unreachable!());
        host.fails = fails;
        let error = EventTunnel::open(&host.client()).await.unwrap_err();
        let TunnelError::Failed(error) = error else { panic!("{error}") };
        assert_eq!((error.status().unwrap().as_u16(), error.outcome()), (422, Outcome::Rejected));
        let mut names = host.names();
        names.retain(|name| name.starts_with("DELETE"));
        assert_eq!(names, removed);
    }
}

/// The future of `open` is dropped while it waits for each of its requests.
#[tokio::test(start_paused = true)]
async fn an_open_that_is_dropped_leaves_nothing_behind() {
    for polls in 1..60 {
        let host = Host::new(|_| reply(200, "application/json", "[]"));
        let client = host.client();
        let mut opening = Box::pin(EventTunnel::open(&client));
        for _ in 0..polls {
            let once = std::future::poll_fn(|context| {
                std::task::Poll::Ready(opening.as_mut().poll(context).is_ready())
            });
            if once.await {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        drop(opening);
        tokio::time::sleep(Duration::from_secs(10)).await;
        let names = host.names();
        let count = |method| names.iter().filter(|name| name.starts_with(method)).count();
        assert_eq!(count("POST"), count("DELETE"), "{names:?}");
        assert!(!names.is_empty());
    }
}

#[tokio::test]
async fn the_sandbox_stores_for_an_open_acceptor_only() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = sandbox.client().unwrap();
    sandbox.clock().freeze();
    let acceptor = client.open_acceptor("").await.unwrap();
    let webhook = crate::receiver::created(&client, &acceptor.url, crate::receiver::singly()).await;
    crate::receiver::enable(&client, &webhook, true).await;
    let fault = Fault::new(Effect::Duplicate).of_webhooks().times(1);
    sandbox.faults().add(fault).unwrap();
    client.increase(&order(1)).await.unwrap();
    crate::receiver::all_sent(&sandbox).await;
    let accepted = client.accepted_webhooks(&acceptor.id).await.unwrap();
    assert_eq!(accepted.len(), 3, "ISSUED twice, CONFIRMED");
    assert!(accepted.iter().all(|webhook| webhook.headers.contains_key("signature")));

    client.close_acceptor(&acceptor.id).await.unwrap();
    client.increase(&order(1)).await.unwrap();
    let failed = || {
        let delivery = sandbox.webhooks().deliveries().remove(0);
        (delivery.attempts > 0).then_some(delivery.last)
    };
    until(|| failed().is_some()).await;
    assert_eq!(failed().unwrap().unwrap(), "404");
    for unknown in [&*acceptor.id, "x"] {
        assert_eq!(client.accepted_webhooks(unknown).await.unwrap_err().status().unwrap(), 404);
        assert_eq!(client.close_acceptor(unknown).await.unwrap_err().status().unwrap(), 404);
    }
    let mut open = Vec::new();
    let full = loop {
        match client.open_acceptor("").await {
            Ok(acceptor) => open.push(acceptor),
            Err(error) => break error,
        }
    };
    assert_eq!((open.len(), full.status().unwrap().as_u16()), (100, 422));
}
