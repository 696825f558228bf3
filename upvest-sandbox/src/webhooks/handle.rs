//! The handle with which tests inspect and control webhooks.

use std::fmt;

use upvest_core::webhook::Webhook;

use super::queue::WebhookDelivery;
use crate::state::{StateError, read};
use crate::world::World;

/// The maximum number of deliveries, and of subscriptions, that are listed.
const MOST: u32 = 1_000;

/// The webhooks that the sandbox sends.
///
/// Use the API's endpoints to subscribe to events, and [`Sandbox::faults`](crate::Sandbox::faults)
/// to make deliveries fail.
///
/// # Examples
///
/// ```
/// use axum::{Router, extract::State, http::StatusCode, http::request::Parts, routing::post};
/// use upvest_core::webhook::{
///     CreateWebhook, Inbox, UpdateWebhook, WebhookConfig, WebhookVerifier, Webhooks,
/// };
/// use upvest_sandbox::Sandbox;
/// use upvest_virtual_cash::{CreateVirtualCashIncrease, Currency, VirtualCash};
///
/// type App = (WebhookVerifier, Inbox);
///
/// async fn receive(
///     State((verifier, inbox)): State<App>,
///     head: Parts,
///     body: bytes::Bytes,
/// ) -> StatusCode {
///     match verifier.verify(&head, &body).await {
///         Ok(delivery) => {
///             inbox.put(delivery.events);
///             StatusCode::OK
///         }
///         Err(error) => error.status(),
///     }
/// }
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let sandbox = Sandbox::start().await?;
/// let client = sandbox.client()?;
/// let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
/// let url = format!("http://{}/webhooks", listener.local_addr()?);
/// let mut subscription = CreateWebhook { title: "all".into(), url, ..Default::default() };
/// // Send each event at once, in its own batch.
/// subscription.config = Some(WebhookConfig { max_package_size: Some(100), delay: None });
/// let webhook = client.create_webhook(&subscription).await?;
///
/// let inbox = Inbox::new();
/// let app: App = (WebhookVerifier::new(client.clone(), [webhook.id]), inbox.clone());
/// let router = Router::new().route("/webhooks", post(receive)).with_state(app);
/// tokio::spawn(async move { axum::serve(listener, router).await });
/// let enable = UpdateWebhook { enabled: Some(true), ..Default::default() };
/// client.update_webhook(webhook.id, &enable).await?;
///
/// let order = CreateVirtualCashIncrease {
///     account_group_id: "ac1c39e9-2101-46b8-a624-d10a9e351b6c".parse()?,
///     amount: "200.00".parse()?,
///     currency: Currency::Eur,
/// };
/// let increase = client.increase(&order).await?;
/// inbox.until(increase.id, &["CONFIRMED"]).await;
/// sandbox.webhooks().all_sent().await;
/// assert_eq!(sandbox.webhooks().deliveries().len(), 2); // ISSUED, CONFIRMED
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy)]
pub struct WebhookSender<'a>(&'a World);

impl<'a> WebhookSender<'a> {
    pub(crate) fn of(world: &'a World) -> Self {
        Self(world)
    }

    /// Returns the newest batches, newest first; at most 1,000.
    ///
    /// These are all pending ones, and the last 200 of the others.
    #[must_use]
    pub fn deliveries(self) -> Vec<WebhookDelivery> {
        self.newest(MOST)
    }

    pub(crate) fn newest(self, most: u32) -> Vec<WebhookDelivery> {
        read(self.0.store.deliveries(most))
    }

    pub(crate) fn subscriptions(self) -> Vec<Webhook> {
        read(self.0.store.subscriptions(MOST))
    }

    /// Sends a batch again, whether it was delivered or not: outside the queue, and only once.
    ///
    /// # Errors
    /// Fails if there is no batch with this number.
    pub fn redeliver(self, number: u64) -> Result<(), StateError> {
        Ok(self.0.store.redeliver(number, self.0.clock.now())?)
    }

    /// Signs with a new key from now on.
    ///
    /// The previous key stays in the list of keys, but older keys are removed. Note that with
    /// [`WebhooksSignedOnce`](crate::Assumption::WebhooksSignedOnce), a signature by an older key
    /// can no longer be verified.
    ///
    /// # Errors
    /// Fails if the state cannot be written.
    pub fn rotate_key(self) -> Result<(), StateError> {
        Ok(self.0.store.rotate_webhook_key()?)
    }

    /// Waits until nothing is left to send.
    ///
    /// Until then, the sandbox's clock must reach everything that is due later, and every receiver
    /// must respond with 200.
    ///
    /// Events of a disabled subscription do not count. Note that this method waits forever if a
    /// receiver never responds with 200: wrap it in `tokio::time::timeout`.
    ///
    /// # Cancel safety
    /// The future can be dropped at any time.
    pub async fn all_sent(self) {
        let store = &self.0.store;
        let mut deliveries = store.watch_deliveries();
        while !store.is_all_sent().unwrap_or(true) {
            // Does not fail: the sender lives as long as the store.
            let _ = deliveries.changed().await;
        }
    }
}

impl fmt::Debug for WebhookSender<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookSender").field("deliveries", &self.deliveries().len()).finish()
    }
}
