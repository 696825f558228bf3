//! What a tunnel fetches: it asks, verifies, and waits after failures.

use std::collections::VecDeque;
use std::time::Duration;

use http::header::{HeaderName, HeaderValue};
use http::request::Parts;
use http::{Request, Uri};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, sleep_until};

use super::acceptor::{AcceptedWebhook, AcceptedWebhooks, EventAcceptor as _};
use super::error::TunnelError;
use crate::client::Client;
use crate::error::{Error, ErrorKind, Outcome};
use crate::webhook::{Delivery, WebhookError, WebhookVerifier};

/// The shortest time between two fetches, unless the first one returned webhooks: a host need not
/// wait before it responds with an empty list.
const SHORTEST_PAUSE: Duration = Duration::from_secs(1);
/// The longest pause after failures, unless the host asks for a longer one.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// After this time a verifier fetches the keys again. Then a webhook is verified again whose key was
/// missing, because Upvest does not send it again: the acceptor has accepted it.
const KEY_PAUSE: Duration = Duration::from_secs(60);
/// How many webhooks wait for their key.
const MOST_WAITING: usize = 1_000;

/// Where deliveries are sent to.
pub(super) type Deliveries = mpsc::Sender<Result<Delivery, TunnelError>>;

/// Fetches deliveries, and verifies them.
pub(super) struct Fetches {
    client: Client,
    acceptor: String,
    url: Uri,
    verifier: WebhookVerifier,
    waiting: VecDeque<Waiting>,
}

/// A webhook whose key was missing, to be verified again.
struct Waiting {
    due: Instant,
    webhook: AcceptedWebhook,
}

impl Fetches {
    pub(super) fn new(
        client: Client,
        acceptor: String,
        url: Uri,
        verifier: WebhookVerifier,
    ) -> Self {
        Self { client, acceptor, url, verifier, waiting: VecDeque::new() }
    }

    /// Runs without end.
    pub(super) async fn run(&mut self, sender: &Deliveries) {
        let mut pause = SHORTEST_PAUSE;
        loop {
            while let Some(Waiting { due, .. }) = self.waiting.front()
                && *due <= Instant::now()
                && let Some(Waiting { webhook, .. }) = self.waiting.pop_front()
            {
                self.pass_on(webhook, true, sender).await;
            }
            let began = Instant::now();
            // Fetched again below, after a pause. That does not use up the retries of other calls.
            match self.client.accepted_webhooks(&self.acceptor).max_attempts(1).await {
                Ok(AcceptedWebhooks { webhooks, unreadable }) => {
                    pause = SHORTEST_PAUSE;
                    if unreadable > 0 {
                        let message = format!(
                            "GET /events-acceptor-service/endpoints/{{acceptor_id}}: cannot read \
                             {unreadable} of the webhooks"
                        );
                        let error = Error::new(ErrorKind::Decode, Outcome::Applied, message);
                        let _ = sender.send(Err(error.into())).await;
                    }
                    if webhooks.is_empty() {
                        sleep_until(began + SHORTEST_PAUSE).await;
                    }
                    for webhook in webhooks {
                        self.pass_on(webhook, false, sender).await;
                    }
                }
                Err(error) if is_still_waiting(&error) => {
                    sleep_until(began + SHORTEST_PAUSE).await;
                }
                Err(error) => {
                    let asked = error.retry_after().unwrap_or_default();
                    let _ = sender.send(Err(error.into())).await;
                    sleep(pause.max(asked)).await;
                    pause = LONGEST_PAUSE.min(pause * 2);
                }
            }
        }
    }

    /// Verifies one webhook, and passes it on. One whose key is missing is verified again later, if
    /// that may help.
    async fn pass_on(&mut self, webhook: AcceptedWebhook, is_again: bool, sender: &Deliveries) {
        let verified = self.verifier.verify(&self.head(&webhook), webhook.payload.as_bytes()).await;
        let has_no_keys =
            matches!(verified, Err(WebhookError::NoKeys(_) | WebhookError::NoUsableKey));
        let has_new_key = matches!(verified, Err(WebhookError::UnknownKey { .. })) && !is_again;
        let may_wait = self.waiting.len() < MOST_WAITING && (has_no_keys || has_new_key);
        if may_wait {
            self.waiting.push_back(Waiting { due: Instant::now() + KEY_PAUSE, webhook });
        }
        // An unknown key is reported only if it stays unknown.
        if !(may_wait && has_new_key) {
            let _ = sender.send(verified.map_err(TunnelError::Delivery)).await;
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

/// Whether the host had not begun to respond when the time was up: it has nothing, and waits longer
/// than the client does.
fn is_still_waiting(error: &Error) -> bool {
    error.kind() == ErrorKind::Timeout
        && error.outcome() == Outcome::Unknown
        && error.status().is_none()
}
