//! A receiver that responds as a test configures it, and records all requests.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use bytes::Bytes;
use http::StatusCode;
use http::request::Parts;
use tokio::net::TcpListener;
use upvest_core::Client;
use upvest_core::webhook::{
    CreateWebhook, Delivery, Event, UpdateWebhook, Webhook, WebhookConfig, WebhookVerifier,
    Webhooks,
};
use upvest_sandbox::Sandbox;

/// Stands for a response that is never sent.
pub const NEVER: u16 = 0;

#[derive(Clone, Default)]
pub struct Receiver {
    pub url: String,
    received: Arc<Mutex<Vec<(Parts, Bytes)>>>,
    answers: Arc<Mutex<VecDeque<u16>>>,
}

impl Receiver {
    pub async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/webhooks?tenant=7", listener.local_addr().unwrap());
        let receiver = Self { url, ..Self::default() };
        let router = Router::new().route("/webhooks", post(receive)).with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        receiver
    }

    /// Responds with these statuses, and then with 200.
    pub fn respond(&self, statuses: &[u16]) {
        self.answers.lock().unwrap().extend(statuses);
    }

    /// Returns all received requests.
    pub fn received(&self) -> Vec<(Parts, Bytes)> {
        self.received.lock().unwrap().clone()
    }

    /// Waits until `count` requests were received.
    pub async fn wait(&self, count: usize) -> Vec<(Parts, Bytes)> {
        until(|| self.received().len() >= count).await;
        let received = self.received();
        assert_eq!(received.len(), count);
        received
    }

    /// Returns the events of each request, in order of arrival.
    pub async fn events(&self, verifier: &WebhookVerifier) -> Vec<Vec<Event>> {
        let mut all = Vec::new();
        for (head, body) in self.received() {
            all.push(verifier.verify(&head, &body).await.unwrap().events);
        }
        all
    }
}

async fn receive(State(receiver): State<Receiver>, head: Parts, body: Bytes) -> StatusCode {
    receiver.received.lock().unwrap().push((head, body));
    let answer = receiver.answers.lock().unwrap().pop_front().unwrap_or(200);
    if answer == NEVER {
        std::future::pending::<()>().await;
    }
    StatusCode::from_u16(answer).unwrap()
}

/// Waits until a condition holds.
pub async fn until(is_so: impl Fn() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < Duration::from_secs(60), "the condition never held");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// Waits until nothing is left to be sent, with a timeout.
pub async fn all_sent(sandbox: &Sandbox) {
    let all_sent = sandbox.webhooks().all_sent();
    let limit = Duration::from_secs(60);
    tokio::time::timeout(limit, all_sent).await.expect("everything is sent in time");
}

/// Sends each event at once, in a batch of one.
pub fn singly() -> WebhookConfig {
    WebhookConfig { max_package_size: Some(100), delay: None }
}

pub async fn created(client: &Client, url: &str, config: WebhookConfig) -> Webhook {
    let wanted = CreateWebhook {
        title: "all".to_owned(),
        url: url.to_owned(),
        config: Some(config),
        ..CreateWebhook::default()
    };
    client.create_webhook(&wanted).await.unwrap()
}

pub async fn enable(client: &Client, webhook: &Webhook, enabled: bool) {
    let change = UpdateWebhook { enabled: Some(enabled), ..UpdateWebhook::default() };
    assert_eq!(client.update_webhook(webhook.id, &change).await.unwrap().enabled, enabled);
}

/// A sandbox with a frozen clock, a client of it, and a receiver subscribed to all events.
pub struct Stage {
    pub sandbox: Sandbox,
    pub client: Client,
    pub receiver: Receiver,
    pub webhook: Webhook,
    pub verifier: WebhookVerifier,
}

impl Stage {
    pub async fn new(config: WebhookConfig) -> Self {
        Self::of(Sandbox::start().await.unwrap(), config).await
    }

    pub async fn of(sandbox: Sandbox, config: WebhookConfig) -> Self {
        sandbox.clock().freeze();
        let client = sandbox.client().unwrap();
        let receiver = Receiver::new().await;
        let webhook = created(&client, &receiver.url, config).await;
        enable(&client, &webhook, true).await;
        let verifier = WebhookVerifier::new(client.clone(), [webhook.id]);
        Self { sandbox, client, receiver, webhook, verifier }
    }

    /// Waits until the oldest batch has had this many attempts.
    pub async fn tried(&self, attempts: u32) {
        let oldest = || self.sandbox.webhooks().deliveries().pop();
        until(|| oldest().is_some_and(|delivery| delivery.attempts >= attempts)).await;
    }

    pub async fn deliveries(&self) -> Vec<Delivery> {
        let mut all = Vec::new();
        for (head, body) in self.receiver.received() {
            all.push(self.verifier.verify(&head, &body).await.unwrap());
        }
        all
    }
}
