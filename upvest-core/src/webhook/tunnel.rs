//! Webhooks without a public host: Upvest's acceptor receives them, and the client fetches them.

use std::error::Error as StdError;
use std::fmt;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use futures_core::Stream;
use http::header::{HeaderName, HeaderValue};
use http::request::Parts;
use http::{Request, StatusCode, Uri};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, sleep_until};

use super::acceptor::{AcceptedWebhook, Acceptor, EventAcceptor as _};
use super::error::WebhookError;
use super::subscription::{CreateWebhook, UpdateWebhook, WebhookConfig, WebhookId, Webhooks as _};
use super::verifier::{Delivery, WebhookVerifier};
use crate::client::Client;
use crate::error::{Error, ErrorKind, Outcome, Result};

/// The shortest time between two fetches, unless the first one brought something: a host need not
/// wait before it responds with an empty list.
const SHORTEST_PAUSE: Duration = Duration::from_secs(1);
/// The longest pause after failures.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// The largest batch, in bytes, as Upvest's proxy sets it.
const BATCH_SIZE: u32 = 12_400;

/// Receives the webhooks of Upvest's sandbox without a host that Upvest can reach.
///
/// Opening it subscribes to all events. Upvest sends them to one of its URLs, and the tunnel fetches
/// them from there and verifies them. [`close`](Self::close) removes both again.
///
/// For development and tests only: Upvest does not document it, and its live host does not have it.
/// A webhook is lost if the response that brings it is. The local sandbox has the same endpoints.
///
/// The client needs the scope `webhooks:admin`. The tunnel runs as a task of the tokio runtime that
/// opened it, and fetches ahead by one delivery.
///
/// # Examples
///
/// ```
/// use upvest_core::Client;
/// use upvest_core::webhook::{EventTunnel, TunnelError};
///
/// async fn listen(client: &Client) -> Result<(), Box<dyn std::error::Error>> {
///     let mut tunnel = match EventTunnel::open(client).await {
///         Ok(tunnel) => tunnel,
///         Err(error @ TunnelError::Unavailable(_)) => return Ok(println!("{error}")),
///         Err(error) => return Err(error.into()),
///     };
///     while let Some(delivery) = tunnel.next().await {
///         match delivery {
///             Ok(delivery) => println!("{:?}", delivery.events),
///             Err(error) => eprintln!("{error}"), // the tunnel continues
///         }
///         # break;
///     }
///     Ok(tunnel.close().await?)
/// }
/// ```
#[must_use = "a tunnel closes when it is dropped"]
pub struct EventTunnel {
    url: String,
    webhook_id: WebhookId,
    deliveries: mpsc::Receiver<Result<Delivery, TunnelError>>,
    life: JoinHandle<Result<()>>,
}

impl EventTunnel {
    /// Opens a tunnel, and subscribes to all events.
    ///
    /// Events are collected for one second before they are sent.
    ///
    /// # Errors
    /// Fails with [`TunnelError::Unavailable`] if the host has no tunnels, and with
    /// [`TunnelError::Failed`] if another call fails. What was created by then is removed.
    ///
    /// # Cancel safety
    /// If the future is dropped, the tunnel is closed in the background.
    pub async fn open(client: &Client) -> Result<Self, TunnelError> {
        let (ready, opened) = oneshot::channel();
        let (sender, deliveries) = mpsc::channel(1);
        let life = tokio::spawn(live(client.clone(), ready, sender));
        let ended = |_| Err(TunnelError::Failed(ended()));
        let (url, webhook_id) = opened.await.unwrap_or_else(ended)?;
        Ok(Self { url, webhook_id, deliveries, life })
    }

    /// Returns the next delivery.
    ///
    /// After an error the tunnel continues, so ask again. `None` means that its task has ended: the
    /// runtime shuts down, or something that the client was built with has panicked.
    ///
    /// # Errors
    /// Fails with [`TunnelError::Failed`] if nothing can be fetched: the tunnel fetches again after 1
    /// to 30 seconds. Fails with [`TunnelError::Delivery`] if a delivery is rejected: it will not
    /// come again, unless only the keys are missing.
    ///
    /// # Cancel safety
    /// If the future is dropped, no delivery is lost.
    pub async fn next(&mut self) -> Option<Result<Delivery, TunnelError>> {
        self.deliveries.recv().await
    }

    /// Returns the URL to which Upvest sends the events.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the id of the subscription.
    #[must_use]
    pub fn webhook_id(&self) -> WebhookId {
        self.webhook_id
    }

    /// Deletes the subscription and the URL.
    ///
    /// Dropping the tunnel does so too, in the background, as long as the runtime runs; an error is
    /// then only logged.
    ///
    /// # Errors
    /// Fails if one of the two calls does. The other one is made all the same.
    ///
    /// # Cancel safety
    /// If the future is dropped, the tunnel is closed in the background.
    pub async fn close(mut self) -> Result<()> {
        self.deliveries.close();
        self.life.await.unwrap_or_else(|_| Err(ended()))
    }
}

impl Stream for EventTunnel {
    type Item = Result<Delivery, TunnelError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.deliveries.poll_recv(context)
    }
}

impl fmt::Debug for EventTunnel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventTunnel")
            .field("url", &self.url)
            .field("webhook_id", &self.webhook_id)
            .finish_non_exhaustive()
    }
}

/// Why a tunnel could not be opened, or did not bring a delivery.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum TunnelError {
    /// The host has no tunnels. Upvest's sandbox has them, and the local sandbox.
    Unavailable(Error),
    /// A call of the tunnel failed.
    Failed(Error),
    /// A delivery was rejected.
    Delivery(WebhookError),
}

impl From<Error> for TunnelError {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl fmt::Display for TunnelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unavailable(error) => write!(
                f,
                "cannot open a tunnel: the host has none ({error}; receive webhooks at a URL of \
                 your own)"
            ),
            Self::Failed(error) => write!(f, "tunnel failed: {error}"),
            Self::Delivery(error) => write!(f, "webhook rejected: {error}"),
        }
    }
}

impl StdError for TunnelError {
    // `Display` already includes the message of what it contains.
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Unavailable(error) | Self::Failed(error) => error.source(),
            Self::Delivery(error) => error.source(),
        }
    }
}

fn ended() -> Error {
    let message = "the task of the tunnel ended early: it panicked, or its runtime shuts down";
    Error::new(ErrorKind::Transport, Outcome::Unknown, message)
}

type Opened = Result<(String, WebhookId), TunnelError>;
type Deliveries = mpsc::Sender<Result<Delivery, TunnelError>>;

/// The life of a tunnel: opens it, fetches until it is dropped or closed, and deletes what it created.
async fn live(client: Client, ready: oneshot::Sender<Opened>, sender: Deliveries) -> Result<()> {
    let mut ends = Ends { client, acceptor: None, webhook: None };
    match ends.open().await {
        Ok((fetches, opened)) => {
            // Fails if `open` was dropped. Then the tunnel ends at once.
            let _ = ready.send(Ok(opened));
            let (mut closed, mut fetching) = (pin!(sender.closed()), pin!(fetches.run(&sender)));
            poll_fn(|context| match closed.as_mut().poll(context) {
                Poll::Ready(()) => Poll::Ready(()),
                Poll::Pending => fetching.as_mut().poll(context),
            })
            .await;
            ends.close().await
        }
        Err(error) => {
            // Why it could not be opened says more.
            let _ = ends.close().await;
            let _ = ready.send(Err(error));
            Ok(())
        }
    }
}

/// What exists on the host.
struct Ends {
    client: Client,
    acceptor: Option<Acceptor>,
    webhook: Option<WebhookId>,
}

impl Ends {
    async fn open(&mut self) -> Result<(Fetches, (String, WebhookId)), TunnelError> {
        let client = self.client.clone();
        client.acceptor_health().await.map_err(|error| match error.status() {
            Some(
                StatusCode::NOT_FOUND | StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE,
            ) => TunnelError::Unavailable(error),
            _ => TunnelError::Failed(error),
        })?;
        let acceptor = client.open_acceptor("").await?;
        self.acceptor = Some(acceptor.clone());
        let url: Uri = acceptor.url.parse().map_err(|_| {
            let message =
                format!("POST /events-acceptor-service/endpoints: no URL in {acceptor:?}");
            Error::new(ErrorKind::Decode, Outcome::Applied, message)
        })?;
        let wanted = CreateWebhook {
            title: "event tunnel".to_owned(),
            url: acceptor.url.clone(),
            types: Some(vec!["ALL".to_owned()]),
            config: Some(WebhookConfig {
                delay: Some("1s".parse().map_err(Error::from)?),
                max_package_size: Some(BATCH_SIZE),
            }),
            ..CreateWebhook::default()
        };
        let webhook = client.create_webhook(&wanted).await?.id;
        self.webhook = Some(webhook);
        let enable = UpdateWebhook { enabled: Some(true), ..UpdateWebhook::default() };
        client.update_webhook(webhook, &enable).await?;
        let verifier = WebhookVerifier::new(client.clone(), [webhook]);
        Ok((Fetches { client, acceptor: acceptor.id, url, verifier }, (acceptor.url, webhook)))
    }

    /// Deletes both, and returns the first error.
    async fn close(self) -> Result<()> {
        let client = self.client;
        let mut result = Ok(());
        if let Some(webhook) = self.webhook {
            result = is_gone(client.delete_webhook(webhook).await);
        }
        if let Some(acceptor) = self.acceptor {
            result = result.and(is_gone(client.close_acceptor(&acceptor.id).await));
        }
        if let Err(error) = &result {
            tracing::warn!(%error, "cannot close an event tunnel");
        }
        result
    }
}

/// What was deleted before is gone too.
fn is_gone(deleted: Result<()>) -> Result<()> {
    deleted.or_else(|error| match error.status() {
        Some(StatusCode::NOT_FOUND) => Ok(()),
        _ => Err(error),
    })
}

/// Fetches deliveries, and verifies them.
struct Fetches {
    client: Client,
    acceptor: String,
    url: Uri,
    verifier: WebhookVerifier,
}

impl Fetches {
    /// Runs without end.
    async fn run(self, sender: &Deliveries) {
        let mut pause = SHORTEST_PAUSE;
        loop {
            let began = Instant::now();
            // Fetched again below, after a pause. That does not use up the retries of other calls.
            match self.client.accepted_webhooks(&self.acceptor).max_attempts(1).await {
                Ok(accepted) => {
                    pause = SHORTEST_PAUSE;
                    if accepted.is_empty() {
                        sleep_until(began + SHORTEST_PAUSE).await;
                    }
                    for webhook in accepted {
                        self.pass_on(webhook, sender).await;
                    }
                }
                // The host waited longer than the client does: it has nothing.
                Err(error) if error.kind() == ErrorKind::Timeout => {
                    sleep_until(began + SHORTEST_PAUSE).await;
                }
                Err(error) => {
                    let _ = sender.send(Err(error.into())).await;
                    sleep(pause).await;
                    pause = LONGEST_PAUSE.min(pause * 2);
                }
            }
        }
    }

    /// Verifies one delivery, and passes it on. Without keys, tries again.
    async fn pass_on(&self, webhook: AcceptedWebhook, sender: &Deliveries) {
        let head = self.head(&webhook);
        loop {
            let verified = self.verifier.verify(&head, webhook.payload.as_bytes()).await;
            let has_no_keys =
                matches!(verified, Err(WebhookError::NoKeys(_) | WebhookError::NoUsableKey));
            let _ = sender.send(verified.map_err(TunnelError::Delivery)).await;
            if !has_no_keys {
                return;
            }
            sleep(LONGEST_PAUSE).await;
        }
    }

    /// The head of the request as Upvest sent it. What is not a header was not signed.
    fn head(&self, webhook: &AcceptedWebhook) -> Parts {
        let (mut head, ()) = Request::new(()).into_parts();
        head.method = http::Method::POST;
        head.uri = self.url.clone();
        for (name, values) in &webhook.headers {
            let Ok(name) = HeaderName::try_from(name) else { continue };
            for value in values {
                if let Ok(value) = HeaderValue::try_from(value) {
                    head.headers.append(name.clone(), value);
                }
            }
        }
        head
    }
}
