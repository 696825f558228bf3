//! How the examples subscribe to webhooks.

use upvest_core::Client;
use upvest_core::webhook::{
    CreateWebhook, ListWebhooks, UpdateWebhook, WebhookConfig, WebhookId, Webhooks,
};
use upvest_virtual_cash::VirtualCashEvent;

use crate::shared::Failure;

/// Whether the host is this machine, so that it can reach a port of it.
pub(crate) fn is_this_machine(client: &Client) -> bool {
    let hosts = ["http://127.0.0.1", "http://[::1]", "http://localhost"];
    hosts.iter().any(|host| client.base_url().starts_with(host))
}

/// Subscribes `url` to the events of virtual cash, each in its own batch. Reuses a subscription of
/// this URL if there is one; the second value says whether it is new.
pub(crate) async fn subscribe(client: &Client, url: &str) -> Result<(WebhookId, bool), Failure> {
    let mut all = client.list_webhooks(&ListWebhooks::default()).items();
    let mut found = None;
    while let Some(webhook) = all.next().await {
        found = Some(webhook?).filter(|webhook| webhook.url == url).or(found);
    }
    let is_new = found.is_none();
    let webhook = if let Some(webhook) = found {
        webhook
    } else {
        let wanted = CreateWebhook {
            title: "virtual cash updates".to_owned(),
            url: url.to_owned(),
            types: Some(VirtualCashEvent::categories()),
            // Every event is longer, so each is sent in its own batch.
            config: Some(WebhookConfig { max_package_size: Some(100), delay: None }),
            ..CreateWebhook::default()
        };
        client.create_webhook(&wanted).await?
    };
    let enable = UpdateWebhook { enabled: Some(true), ..UpdateWebhook::default() };
    Ok((client.update_webhook(webhook.id, &enable).await?.id, is_new))
}
