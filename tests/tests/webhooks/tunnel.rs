//! Webhooks through a tunnel: what it brings, what it survives, and what it leaves behind.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request};
use serde_json::json;
use tokio::time::Instant;
use upvest_core::__sandbox::EventAcceptor as _;
use upvest_core::signature::JsonWebKey;
use upvest_core::signature::SignatureVersion::V6;
use upvest_core::transport::{Body, TransportError};
use upvest_core::webhook::{
    EventTunnel, Inbox, ListWebhooks, TunnelError, WebhookError, Webhooks as _,
};
use upvest_core::{Client, ClientBuilder, Outcome, Timestamp};
use upvest_sandbox::{Effect, Fault, Sandbox};
use upvest_tests::in_memory::{Reply, Server, problem, reply};
use upvest_virtual_cash::{CreateVirtualCashIncrease, Currency, VirtualCash as _};

use crate::forge::{ED25519, Forge, NOON, P521, key, webhook};
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
async fn deleting_again_is_not_an_error() {
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
async fn a_host_without_tunnels_is_reported_as_unavailable() {
    for status in [404, 502, 503] {
        let server = Server::new(move |_, _| problem(status, "no_such_thing"));
        let error = EventTunnel::open(&server.client()).await.unwrap_err();
        let TunnelError::Unavailable(cause) = &error else { panic!("{error}") };
        assert_eq!(cause.status().unwrap(), status);
        let shown = error.to_string();
        let why = "cannot open a tunnel, because the host seems to have none: GET /events-acceptor";
        assert!(shown.starts_with(why), "{shown}");
    }
    for status in [400, 401, 403, 422] {
        let server = Server::new(move |_, _| problem(status, "forbidden"));
        let error = EventTunnel::open(&server.client()).await.unwrap_err();
        assert!(matches!(error, TunnelError::Failed(_)), "{error}");
    }
    // A 404 from the token endpoint says nothing about tunnels.
    let server = Server::new(|_, _| unreachable!())
        .with_tokens(|_| Box::pin(async { problem(404, "not_found") }));
    let error = EventTunnel::open(&server.client()).await.unwrap_err();
    assert!(matches!(error, TunnelError::Failed(_)), "{error}");
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

type Instead = Arc<dyn Fn(&str, usize) -> Option<Reply> + Send + Sync>;

/// A host with an acceptor in memory, which brings what a test puts into it.
#[derive(Clone)]
struct Host {
    /// The response to a fetch; without one, the host never responds.
    fetched: Arc<dyn Fn(usize) -> Option<Reply> + Send + Sync>,
    /// The response to any request, by its number among those with the same name.
    instead: Instead,
    /// The requests, as `METHOD path`, and when they came.
    log: Arc<Mutex<Vec<(String, Instant)>>>,
}

const ACCEPTOR: &str = "/events-acceptor-service/endpoints/a-1";
const URL: &str = "https://acceptor.example/webhooks?tenant=7";

impl Host {
    fn new(fetched: impl Fn(usize) -> Reply + Send + Sync + 'static) -> Self {
        Self::slow(move |number| Some(fetched(number)))
    }

    fn slow(fetched: impl Fn(usize) -> Option<Reply> + Send + Sync + 'static) -> Self {
        Self { fetched: Arc::new(fetched), instead: Arc::new(|_, _| None), log: Arc::default() }
    }

    /// Brings these webhooks, and then none.
    fn with(requests: &[&Request<Vec<u8>>]) -> Self {
        let list = items(requests);
        Self::new(move |number| json(200, if number == 0 { &list } else { "[]" }))
    }

    fn instead(
        mut self,
        instead: impl Fn(&str, usize) -> Option<Reply> + Send + Sync + 'static,
    ) -> Self {
        self.instead = Arc::new(instead);
        self
    }

    fn client(&self) -> Client {
        self.builder().build().unwrap()
    }

    /// The time of day passes with the paused clock.
    fn builder(&self) -> ClientBuilder {
        let host = self.clone();
        let server = Server::slow(move |_, request| {
            let reply = host.respond(&request);
            Box::pin(async move {
                match reply {
                    Some(reply) => reply,
                    None => std::future::pending().await,
                }
            })
        });
        let started = Instant::now();
        server.builder().clock(move || {
            let passed = i64::try_from(started.elapsed().as_secs()).unwrap();
            Timestamp::from_unix_seconds(NOON + passed).unwrap()
        })
    }

    fn log(&self) -> Vec<(String, Instant)> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn deletions(&self) -> Vec<String> {
        let names = self.log().into_iter().map(|(name, _)| name);
        names.filter(|name| name.starts_with("DELETE")).collect()
    }

    /// When each fetch came, in milliseconds since the first.
    fn fetches(&self) -> Vec<u128> {
        let mut log = self.log();
        log.retain(|(name, _)| *name == format!("GET {ACCEPTOR}"));
        let since = |at: Instant| at.duration_since(log[0].1).as_millis();
        log.iter().map(|(_, at)| since(*at)).collect()
    }

    fn respond(&self, request: &Request<Bytes>) -> Option<Reply> {
        let name = format!("{} {}", request.method(), request.uri().path());
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        let number = log.iter().filter(|(known, _)| *known == name).count();
        log.push((name.clone(), Instant::now()));
        drop(log);
        if let Some(instead) = (self.instead)(&name, number) {
            return Some(instead);
        }
        Some(match (request.method(), request.uri().path()) {
            (&Method::GET, "/events-acceptor-service/health") => json(200, ""),
            (&Method::POST, "/events-acceptor-service/endpoints") => {
                assert_eq!(request.body(), r#""""#);
                json(201, &json!({ "id": "a-1", "url": URL }).to_string())
            }
            (&Method::GET, ACCEPTOR) => return (self.fetched)(number),
            (&Method::POST, "/webhooks") => {
                let body: serde_json::Value = serde_json::from_slice(request.body()).unwrap();
                assert_eq!(body["url"], URL);
                assert_eq!(body["type"], json!(["ALL"]));
                assert_eq!(body["config"], json!({"delay": "1s", "max_package_size": 12_400}));
                json(201, &subscription(false).to_string())
            }
            (&Method::GET, "/webhooks") => {
                let mut other = subscription(true);
                (other["url"], other["id"]) = ("https://other".into(), json!(uuid::Uuid::nil()));
                let all = [other, subscription(false)];
                let meta = json!({ "offset": 0, "limit": 100, "count": 2, "total_count": 2 });
                json(200, &json!({ "meta": meta, "data": all }).to_string())
            }
            (&Method::PATCH, _) => json(200, &subscription(true).to_string()),
            (&Method::DELETE, _) => json(204, ""),
            (_, "/auth/verify_keys") => keys(&[P521]),
            _ => panic!("{name}"),
        })
    }
}

fn json(status: u16, body: &str) -> Reply {
    reply(status, "application/json", body)
}

/// The keys of the API.
fn keys(ids: &[&str]) -> Reply {
    let key = |id: &&str| JsonWebKey::new(*id, &key(id).verifying_key().unwrap()).unwrap();
    let keys: Vec<JsonWebKey> = ids.iter().map(key).collect();
    json(200, &json!({ "keys": keys }).to_string())
}

fn delete_webhook() -> String {
    format!("DELETE /webhooks/{}", webhook())
}

fn delete_acceptor() -> String {
    format!("DELETE {ACCEPTOR}")
}

fn subscription(enabled: bool) -> serde_json::Value {
    json!({
        "id": webhook(), "title": "", "url": URL, "type": ["ALL"], "exclude_type": [],
        "config": {}, "enabled": enabled,
        "created_at": "2027-01-15T08:00:00Z", "updated_at": "2027-01-15T08:00:00Z",
    })
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
    let host = Host::with(&[&changed, &good, &unsigned]);
    let mut tunnel = EventTunnel::open(&host.client()).await.unwrap();
    assert_eq!(tunnel.url(), URL);
    for is_good in [false, true, false] {
        match tunnel.next().await.unwrap() {
            Ok(delivery) => assert!(is_good && delivery.events.len() == 2),
            Err(TunnelError::Delivery(WebhookError::Refused(_))) => assert!(!is_good),
            Err(error) => panic!("{error}"),
        }
    }
    tunnel.close().await.unwrap();
    assert_eq!(host.deletions(), [delete_webhook(), delete_acceptor()]);
}

#[tokio::test(start_paused = true)]
async fn an_item_that_cannot_be_read_does_not_cost_the_others() {
    let good = item(&Forge::new(V6).made().await);
    let list = json!([null, { "headers": {} }, good, { "headers": 7, "payload": "" }]).to_string();
    let host = Host::new(move |number| json(200, if number == 0 { &list } else { "null" }));
    let mut tunnel = EventTunnel::open(&host.client()).await.unwrap();
    let error = tunnel.next().await.unwrap().unwrap_err();
    assert!(error.to_string().ends_with("cannot read 3 of the webhooks"), "{error}");
    assert!(tunnel.next().await.unwrap().is_ok());
    // A `null` is an empty list.
    while host.fetches().len() < 4 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    tunnel.close().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_host_that_does_not_wait_is_asked_once_a_second() {
    let host = Host::with(&[]);
    let tunnel = EventTunnel::open(&host.client()).await.unwrap();
    while host.fetches().len() < 5 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    assert_eq!(host.fetches(), [0, 1_000, 2_000, 3_000, 4_000]);
    tunnel.close().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_host_that_waits_longer_than_the_client_has_nothing() {
    let list = items(&[&Forge::new(V6).made().await]);
    let host = Host::slow(move |number| (number == 2).then(|| json(200, &list)));
    let mut tunnel = EventTunnel::open(&host.client()).await.unwrap();
    assert!(tunnel.next().await.unwrap().is_ok());
    assert_eq!(host.fetches()[..3], [0, 15_000, 30_000]);
}

#[tokio::test(start_paused = true)]
async fn failures_are_reported_with_pauses_and_do_not_end_it() {
    let list = items(&[&Forge::new(V6).made().await]);
    let host = Host::new(move |number| match number {
        6 => json(200, &list),
        8 => {
            let mut busy = problem(503, "unavailable")?;
            busy.headers_mut().insert("retry-after", "100".parse().unwrap());
            Ok(busy)
        }
        _ => problem(500, "internal_server_error"),
    });
    let mut tunnel = EventTunnel::open(&host.client()).await.unwrap();
    for _ in 0..6 {
        let error = tunnel.next().await.unwrap().unwrap_err();
        assert!(error.to_string().starts_with("tunnel failed: GET /events-acceptor"), "{error}");
    }
    assert_eq!(tunnel.next().await.unwrap().unwrap().events.len(), 2);
    for _ in 0..3 {
        assert!(tunnel.next().await.unwrap().is_err());
    }
    let seconds: Vec<u128> = host.fetches().iter().map(|at| at / 1_000).collect();
    // After a success, the pauses start again. Then the host asks for a longer one.
    assert_eq!(seconds, [0, 1, 3, 7, 15, 31, 61, 61, 62, 162]);
}

#[tokio::test(start_paused = true)]
async fn a_webhook_waits_until_the_keys_can_be_fetched() {
    let good = Forge::new(V6).made().await;
    let host = Host::with(&[&good, &good]).instead(|name, number| {
        (name == "GET /auth/verify_keys" && number < 2).then(|| problem(500, "internal"))
    });
    let mut tunnel = EventTunnel::open(&host.client()).await.unwrap();
    for _ in 0..4 {
        let error = tunnel.next().await.unwrap().unwrap_err();
        assert!(matches!(error, TunnelError::Delivery(WebhookError::NoKeys(_))), "{error}");
    }
    for is_repeat in [false, true] {
        assert_eq!(tunnel.next().await.unwrap().unwrap().is_repeat, is_repeat);
    }
}

#[tokio::test(start_paused = true)]
async fn a_webhook_with_a_new_key_waits_until_the_list_is_fetched_again() {
    let mut forge = Forge::new(V6);
    (forge.signs, forge.parameters) = (ED25519, forge.parameters.replace(P521, ED25519));
    let (good, new) = (Forge::new(V6).made().await, forge.made().await);
    forge.parameters = forge.parameters.replace(ED25519, "invented");
    let forged = forge.made().await;
    let host = Host::with(&[&good, &forged, &new]).instead(|name, number| {
        let ids = if number == 0 { &[P521][..] } else { &[P521, ED25519] };
        (name == "GET /auth/verify_keys").then(|| keys(ids))
    });
    let mut tunnel = EventTunnel::open(&host.client()).await.unwrap();
    assert!(tunnel.next().await.unwrap().is_ok());
    let error = tunnel.next().await.unwrap().unwrap_err();
    assert!(
        matches!(&error, TunnelError::Delivery(WebhookError::UnknownKey { key_id, .. }) if key_id == "invented"),
        "{error}"
    );
    assert!(tunnel.next().await.unwrap().is_ok());
}

#[tokio::test(start_paused = true)]
async fn it_closes_though_its_request_has_the_only_slot() {
    let host = Host::slow(|_| None);
    let client = host.builder().max_in_flight(1).build().unwrap();
    let tunnel = EventTunnel::open(&client).await.unwrap();
    while host.fetches().is_empty() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let began = Instant::now();
    tunnel.close().await.unwrap();
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    assert_eq!(host.deletions(), [delete_webhook(), delete_acceptor()]);
}

#[tokio::test(start_paused = true)]
async fn if_a_step_fails_what_was_created_is_deleted() {
    let enable = format!("PATCH /webhooks/{}", webhook());
    let both = || vec![delete_webhook(), delete_acceptor()];
    for (fails, outcome, deleted) in [
        ("POST /events-acceptor-service/endpoints", Outcome::Rejected, vec![]),
        ("POST /webhooks", Outcome::Rejected, vec![delete_acceptor()]),
        // It is found by its URL.
        ("POST /webhooks", Outcome::Unknown, both()),
        (&*enable, Outcome::Rejected, both()),
    ] {
        let failing = fails.to_owned();
        let host = Host::new(|_| unreachable!()).instead(move |name, _| {
            let failure = || match outcome {
                Outcome::Rejected => problem(422, "unprocessable_entity"),
                _ => Err(TransportError::maybe_sent("lost")),
            };
            (name == failing).then(failure)
        });
        let error = EventTunnel::open(&host.client()).await.unwrap_err();
        let TunnelError::Failed(error) = error else { panic!("{error}") };
        assert_eq!(error.outcome(), outcome, "{fails}");
        assert_eq!(host.deletions(), deleted, "{fails}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_failure_to_close_is_reported_and_the_rest_is_deleted() {
    // Without a request id: that is not known of these endpoints.
    let bare = |status| {
        let response = http::Response::builder().status(status).body(Body::from(""));
        Some(Ok(response.unwrap()))
    };
    let host = Host::with(&[]).instead(move |name, _| match name {
        "GET /events-acceptor-service/health" => bare(200),
        name if name == delete_acceptor() => bare(204),
        name if name == delete_webhook() => Some(problem(403, "forbidden")),
        _ => None,
    });
    let tunnel = EventTunnel::open(&host.client()).await.unwrap();
    let error = tunnel.close().await.unwrap_err();
    assert_eq!(error.status().unwrap(), 403, "{error}");
    let mut deletions = host.deletions();
    deletions.dedup();
    assert_eq!(deletions, [delete_webhook(), delete_acceptor()]);
}

/// The future of `open` is dropped while it waits for each of its requests.
#[tokio::test(start_paused = true)]
async fn an_open_that_is_dropped_leaves_nothing_behind() {
    for polls in 1..60 {
        let host = Host::with(&[]);
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
        let log = host.log();
        let created = log.iter().filter(|(name, _)| name.starts_with("POST")).count();
        assert_eq!(host.deletions().len(), created, "{log:?}");
        assert!(!log.is_empty());
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
    let accepted = client.accepted_webhooks(&acceptor.id).await.unwrap().webhooks;
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
        assert_eq!(client.accepted_webhooks(unknown).await.err().unwrap().status().unwrap(), 404);
        assert_eq!(client.close_acceptor(unknown).await.err().unwrap().status().unwrap(), 404);
    }
    // A client that was killed closes none, so the oldest is closed for it.
    let oldest = client.open_acceptor("").await.unwrap();
    for _ in 0..20 {
        client.open_acceptor("").await.unwrap();
    }
    assert_eq!(client.accepted_webhooks(&oldest.id).await.err().unwrap().status().unwrap(), 404);
}
