//! The webhooks, as tests look at them and control them.

use std::fmt;

use upvest_core::webhook::Webhook;

use super::queue::WebhookDelivery;
use crate::state::{StateError, read};
use crate::world::World;

/// The most deliveries, and the most subscriptions, that are listed.
const MOST: u32 = 1_000;

/// What the sandbox tells on its own. Who is told, and what of, is said through the endpoints of the
/// API; how it goes wrong, through [`Sandbox::faults`](crate::Sandbox::faults).
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
/// // Each event at once, alone.
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

    /// The newest packages, newest first: all that are on their way, and the last 200 of the others; a
    /// thousand at most.
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

    /// Sends a package once more, whatever became of it: on its own, and once.
    ///
    /// # Errors
    /// If there is none with this number.
    pub fn redeliver(self, number: u64) -> Result<(), StateError> {
        Ok(self.0.store.redeliver(number, self.0.clock.now())?)
    }

    /// Signs with a new key from now on. The one before it stays in the list of keys, but no older
    /// one: what an older one has signed, under
    /// [`WebhooksSignedOnce`](crate::Assumption::WebhooksSignedOnce), nobody can verify any more.
    ///
    /// # Errors
    /// If the state cannot be written.
    pub fn rotate_key(self) -> Result<(), StateError> {
        Ok(self.0.store.rotate_webhook_key()?)
    }

    /// Waits until nothing is left to be sent: until the clock of the sandbox has come to what is due later,
    /// and every receiver has answered 200. What a disabled subscription holds back does not count. If a
    /// receiver never answers 200 it waits for ever: put `tokio::time::timeout` around it.
    ///
    /// # Cancel safety
    /// It changes nothing.
    pub async fn all_sent(self) {
        let store = &self.0.store;
        let mut deliveries = store.watch_deliveries();
        while !store.is_all_sent().unwrap_or(true) {
            // It cannot fail: the sender lives as long as the store.
            let _ = deliveries.changed().await;
        }
    }
}

impl fmt::Debug for WebhookSender<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookSender").field("deliveries", &self.deliveries().len()).finish()
    }
}
