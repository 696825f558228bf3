//! Webhooks without a public host: Upvest's acceptor receives them, and the client fetches them.

use std::fmt;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use futures_core::Stream;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use super::subscription::WebhookId;
use super::verifier::Delivery;
use crate::client::Client;
use crate::error::{Error, ErrorKind, Outcome, Result};

pub(crate) mod acceptor;
mod ends;
mod error;
mod fetches;

use ends::Ends;
pub use error::TunnelError;
use fetches::Deliveries;

/// Receives the webhooks of Upvest's sandbox without a host that Upvest can reach.
///
/// Opening it subscribes to all events. Upvest sends them to one of its URLs, and the tunnel
/// fetches them from there and verifies them. [`close`](Self::close) deletes both again.
///
/// For development and tests only: Upvest does not document it, and is not known to have it outside
/// its sandbox. The local sandbox has the same endpoints. Upvest probably hands out each webhook
/// once: if the response is lost, so are its webhooks, and so is what was fetched when the tunnel
/// closes or the program ends.
///
/// The client needs the scope `webhooks:admin`. The tunnel is a task of the tokio runtime that
/// opened it. Most of the time it has a request in flight, which takes one of the client's
/// `max_in_flight`.
///
/// # Examples
///
/// ```
/// use upvest_core::Client;
/// use upvest_core::webhook::{EventTunnel, Inbox, TunnelError};
///
/// async fn listen(client: &Client) -> Result<(), Box<dyn std::error::Error>> {
///     let mut tunnel = match EventTunnel::open(client).await {
///         Ok(tunnel) => tunnel,
///         Err(error @ TunnelError::Unavailable(_)) => return Ok(println!("{error}")),
///         Err(error) => return Err(error.into()),
///     };
///     let inbox = Inbox::new();
///     let mut errors = 0;
///     while errors < 5
///         && let Some(delivery) = tunnel.next().await
///     {
///         match delivery {
///             Ok(delivery) => {
///                 errors = 0;
///                 inbox.put(delivery.events);
///             }
///             Err(error) => {
///                 errors += 1;
///                 eprintln!("{error}"); // the tunnel continues
///             }
///         }
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
    /// [`TunnelError::Failed`] if another call fails. What was created by then is deleted, as far
    /// as that succeeds; the URL remains if the response with its id was lost.
    ///
    /// # Panics
    /// Panics outside of a tokio runtime.
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
    /// After an error the tunnel continues, so ask again; give up after some in a row, or if the
    /// error of a call is not [retryable](Error::is_retryable). `None` means that its task has
    /// ended: the runtime shuts down, or something that the client was built with has panicked.
    ///
    /// # Errors
    /// Fails with [`TunnelError::Failed`] if nothing could be fetched, and after that waits 1 to 30
    /// seconds, or as long as the host asks; also if some of what was fetched cannot be read. Fails
    /// with [`TunnelError::Delivery`] if a delivery is rejected, which is not delivered again. But
    /// if its key is unknown, it is first verified again after a minute, and if the keys could not
    /// be fetched, it is verified again each minute. At most 1,000 deliveries wait for that.
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
    /// Note that deliveries which were fetched, but not returned by [`next`](Self::next), are lost.
    /// Dropping the tunnel closes it too, in the background, as long as the runtime runs; an error
    /// is then only logged.
    ///
    /// # Errors
    /// Fails if one of the two calls does; the other call is still made. What is already gone (404)
    /// counts as deleted. Also fails if the runtime of the tunnel has ended: then nothing is
    /// deleted.
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

fn ended() -> Error {
    let message = "the task of the tunnel ended early: it panicked, or its runtime ended (delete the \
                   subscription titled `event tunnel`)";
    Error::new(ErrorKind::Transport, Outcome::Unknown, message)
}

type Opened = Result<(String, WebhookId), TunnelError>;

/// The life of a tunnel: opens it, fetches until it is dropped or closed, and deletes what it
/// created.
async fn live(client: Client, ready: oneshot::Sender<Opened>, sender: Deliveries) -> Result<()> {
    let mut ends = Ends::new(client);
    match ends.open().await {
        Ok((mut fetches, opened)) => {
            // Fails if `open` was dropped. Then the tunnel ends at once.
            let _ = ready.send(Ok(opened));
            {
                let (mut closed, mut fetching) =
                    (pin!(sender.closed()), pin!(fetches.run(&sender)));
                poll_fn(|context| match closed.as_mut().poll(context) {
                    Poll::Ready(()) => Poll::Ready(()),
                    Poll::Pending => fetching.as_mut().poll(context),
                })
                .await;
                // Here the request in flight is dropped, which may have the client's only slot.
            }
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
