//! What a tunnel creates on the host, and deletes again.

use http::{StatusCode, Uri};

use super::acceptor::{Acceptor, EventAcceptor as _};
use super::error::TunnelError;
use super::fetches::Fetches;
use crate::client::Client;
use crate::error::{Error, ErrorKind, Outcome, Result};
use crate::webhook::{
    CreateWebhook, ListWebhooks, UpdateWebhook, WebhookConfig, WebhookId, WebhookVerifier,
    Webhooks as _,
};

/// The largest batch, in bytes, as Upvest's proxy sets it.
const BATCH_SIZE: u32 = 12_400;

/// Whether the host itself responded to this request with one of these statuses.
fn is_response(error: &Error, statuses: &[StatusCode]) -> bool {
    // A failure of the request for the access token has a status too.
    error.kind() == ErrorKind::Api
        && error.status().is_some_and(|status| statuses.contains(&status))
}

/// Whether the host responded with success. A response without a body must have a request id, and it
/// is not known whether the acceptor's responses have one.
fn is_success(result: Result<()>) -> Result<()> {
    result.or_else(|error| match error.status() {
        Some(status) if status.is_success() && error.kind() == ErrorKind::Decode => Ok(()),
        _ => Err(error),
    })
}

/// What exists on the host.
pub(super) struct Ends {
    client: Client,
    acceptor: Option<Acceptor>,
    webhook: Option<Created>,
}

/// A subscription.
enum Created {
    /// With this id.
    Known(WebhookId),
    /// Perhaps: the response was lost.
    Perhaps,
}

impl Ends {
    pub(super) fn new(client: Client) -> Self {
        Self { client, acceptor: None, webhook: None }
    }

    pub(super) async fn open(&mut self) -> Result<(Fetches, (String, WebhookId)), TunnelError> {
        const NONE: [StatusCode; 3] =
            [StatusCode::NOT_FOUND, StatusCode::BAD_GATEWAY, StatusCode::SERVICE_UNAVAILABLE];
        let client = self.client.clone();
        is_success(client.acceptor_health().await).map_err(|error| {
            if is_response(&error, &NONE) {
                TunnelError::Unavailable(error)
            } else {
                TunnelError::Failed(error)
            }
        })?;
        let acceptor = client.open_acceptor("").await?;
        self.acceptor = Some(acceptor.clone());
        let url: Uri = acceptor.url.parse().map_err(|_| {
            // The URL is not shown: who knows it can send to it.
            let message =
                "POST /events-acceptor-service/endpoints: the response has an invalid URL";
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
        let created = client.create_webhook(&wanted).await;
        self.webhook = match &created {
            Ok(webhook) => Some(Created::Known(webhook.id)),
            Err(error) if matches!(error.outcome(), Outcome::NotSent | Outcome::Rejected) => None,
            Err(_) => Some(Created::Perhaps),
        };
        let webhook = created?.id;
        let enable = UpdateWebhook { enabled: Some(true), ..UpdateWebhook::default() };
        client.update_webhook(webhook, &enable).await?;
        let verifier = WebhookVerifier::new(client.clone(), [webhook]);
        let fetches = Fetches::new(client, acceptor.id, url, verifier);
        Ok((fetches, (acceptor.url, webhook)))
    }

    /// Deletes both, and returns the first error.
    pub(super) async fn close(self) -> Result<()> {
        let Self { client, acceptor, webhook } = self;
        let subscription = match (&acceptor, webhook) {
            (_, Some(Created::Known(id))) => {
                let deleted = is_gone(client.delete_webhook(id).await);
                deleted.inspect_err(|error| {
                    tracing::warn!(%error, webhook_id = %id, "cannot delete the subscription of a tunnel");
                })
            }
            (Some(Acceptor { url, .. }), Some(Created::Perhaps)) => {
                delete_all(&client, url).await.inspect_err(|error| {
                    tracing::warn!(%error, "cannot delete the subscription of a tunnel");
                })
            }
            _ => Ok(()),
        };
        let Some(Acceptor { id, .. }) = acceptor else { return subscription };
        let url = is_gone(client.close_acceptor(&id).await);
        subscription.and(url.inspect_err(|error| {
            tracing::warn!(%error, "cannot delete the URL of a tunnel");
        }))
    }
}

/// Deletes all subscriptions with this URL.
async fn delete_all(client: &Client, url: &str) -> Result<()> {
    let mut all = client.list_webhooks(&ListWebhooks::default()).items();
    let mut found = Vec::new();
    while let Some(webhook) = all.next().await {
        found.push(webhook?);
    }
    for webhook in found.iter().filter(|webhook| webhook.url == url) {
        is_gone(client.delete_webhook(webhook.id).await)?;
    }
    Ok(())
}

/// What was deleted before is gone too.
fn is_gone(deleted: Result<()>) -> Result<()> {
    match is_success(deleted) {
        Err(error) if is_response(&error, &[StatusCode::NOT_FOUND]) => Ok(()),
        result => result,
    }
}
