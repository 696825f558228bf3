//! A webhook that is sent to the sandbox itself cannot control it.

use upvest_core::webhook::{CreateWebhook, UpdateWebhook, WebhookConfig, Webhooks as _};
use upvest_sandbox::{Assumption, Sandbox};
use upvest_virtual_cash::{CreateVirtualCashIncrease, Currency, VirtualCash as _};
use uuid::Uuid;

use crate::fixture::started;

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_to_the_sandbox_itself_changes_nothing() {
    // The headers of a webhook depend on the version of its signature.
    for builder in [Sandbox::builder(), Sandbox::builder().assume(Assumption::WebhooksV15)] {
        let sandbox = started(builder).await;
        let client = sandbox.client().unwrap();
        let port = sandbox.address().port();
        let hosts = ["127.0.0.1", "localhost", "LocalHost", "0.0.0.0", "127.1", "2130706433"];
        for host in hosts {
            let url = format!("http://{host}:{port}/_sandbox/reset");
            let config = WebhookConfig { max_package_size: Some(100), delay: None };
            let wanted = CreateWebhook {
                title: host.to_owned(),
                url,
                config: Some(config),
                ..CreateWebhook::default()
            };
            let webhook = client.create_webhook(&wanted).await.unwrap();
            let enable = UpdateWebhook { enabled: Some(true), ..UpdateWebhook::default() };
            client.update_webhook(webhook.id, &enable).await.unwrap();
        }
        let order = CreateVirtualCashIncrease {
            account_group_id: Uuid::new_v4().into(),
            amount: "1.00".parse().unwrap(),
            currency: Currency::Eur,
        };
        client.increase(&order).await.unwrap();
        let tried = || {
            let tried = sandbox.webhooks().deliveries();
            tried.into_iter().filter(|delivery| delivery.last.is_some()).collect::<Vec<_>>()
        };
        while tried().len() < hosts.len() {
            assert_eq!(sandbox.state().operations().len(), 1, "the state is still there");
            tokio::task::yield_now().await;
        }
        for delivery in tried() {
            assert_eq!(delivery.last.as_deref(), Some("403"), "{}", delivery.url);
        }
        assert_eq!(sandbox.state().balance(order.account_group_id, &Currency::Eur), 100);
    }
}
