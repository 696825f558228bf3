//! The subscription endpoints of the sandbox.

use upvest_core::webhook::{
    CreateWebhook, ListWebhooks, UpdateWebhook, VerificationKeys, WebhookConfig, WebhookId,
    Webhooks,
};
use upvest_core::{Call, Error, api};
use upvest_sandbox::{Sandbox, Spec};
use uuid::Uuid;

/// Endpoints with untyped bodies, for bodies that the client's types cannot express.
#[api(scope = "webhooks:admin")]
trait Raw: Send + Sync {
    /// Creates a subscription.
    #[endpoint(POST, "/webhooks", signed)]
    fn create(&self, body: &serde_json::Value) -> Call<serde_json::Value>;

    /// Lists subscriptions.
    #[endpoint(GET, "/webhooks", signed)]
    fn list(&self, query: &[(&'static str, &'static str)]) -> Call<serde_json::Value>;
}

fn wanted(title: &str) -> CreateWebhook {
    CreateWebhook {
        title: title.to_owned(),
        url: "https://tenant.tld/webhooks/users".to_owned(),
        ..CreateWebhook::default()
    }
}

fn status(error: &Error) -> u16 {
    error.status().map_or(0, |status| status.as_u16())
}

fn detail(error: &Error) -> String {
    error.problem().and_then(|problem| problem.detail.clone()).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_is_created_read_changed_listed_and_deleted() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = sandbox.client().unwrap();
    let created = client.create_webhook(&wanted("first")).with_response().await.unwrap();
    assert_eq!(created.status().as_u16(), 201);
    let first = created.into_value();
    assert_eq!(first.types, ["ALL"]);
    assert!(!first.enabled, "it sends nothing yet");
    assert_eq!(first.config.delay, "5s".parse().ok());
    assert_eq!(first.config.max_package_size, Some(10_240));
    assert_eq!(client.get_webhook(first.id).await.unwrap(), first);

    let change = UpdateWebhook {
        title: Some("second".to_owned()),
        types: Some(vec!["USER".to_owned()]),
        config: Some(WebhookConfig { delay: "1m".parse().ok(), max_package_size: None }),
        ..UpdateWebhook::default()
    };
    let changed = client.update_webhook(first.id, &change).await.unwrap();
    assert_eq!((&*changed.title, &changed.url, changed.enabled), ("second", &first.url, false));
    assert_eq!(changed.config.delay, "1m".parse().ok());
    assert_eq!(changed.config.max_package_size, Some(10_240));

    for title in ["c", "a", "b"] {
        client.create_webhook(&wanted(title)).await.unwrap();
    }
    let query = ListWebhooks { sort: Some("title".to_owned()), ..ListWebhooks::default() };
    let mut titles = Vec::new();
    let mut items = client.list_webhooks(&ListWebhooks { limit: Some(3), ..query.clone() }).items();
    while let Some(webhook) = items.next().await {
        titles.push(webhook.unwrap().title);
    }
    assert_eq!(titles, ["a", "b", "c", "second"]);
    let order = Some("DESC".to_owned());
    let page = client.list_webhooks(&ListWebhooks { order, ..query }).await.unwrap();
    assert_eq!(page.data[0].title, "second");
    assert_eq!((page.meta.count, page.meta.total_count, page.meta.offset), (4, 4, 0));

    let deleted = client.delete_webhook(first.id).with_response().await.unwrap();
    assert_eq!(deleted.status().as_u16(), 204);
    let unknown: WebhookId = Uuid::from_u128(1).into();
    for id in [first.id, unknown] {
        assert_eq!(status(&client.get_webhook(id).await.unwrap_err()), 404);
        assert_eq!(status(&client.test_webhook(id).await.unwrap_err()), 404);
        assert_eq!(status(&client.delete_webhook(id).await.unwrap_err()), 404);
        let change = UpdateWebhook::default();
        assert_eq!(status(&client.update_webhook(id, &change).await.unwrap_err()), 404);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invalid_subscription_is_rejected_with_the_field_name() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = sandbox.client().unwrap();
    let url = "https://tenant.tld/webhooks";
    let long = "x".repeat(1_001);
    for (body, expected) in [
        (serde_json::json!([]), "(root): it must be a JSON object"),
        (serde_json::json!({ "url": url }), "(root): field 'title' was not filled"),
        (serde_json::json!({ "title": "x" }), "(root): field 'url' was not filled"),
        (serde_json::json!({ "title": 7, "url": url }), "title: it must be a string"),
        (serde_json::json!({ "title": &long[..101], "url": url }), "title: it is longer than 100"),
        (serde_json::json!({ "title": "x", "url": format!("{url}/{long}") }), "url: it is longer"),
        (serde_json::json!({ "title": "x", "url": "ftp://x" }), "url: it must be a URL with http"),
        (
            serde_json::json!({ "title": "x", "url": "/webhooks" }),
            "url: it must be a URL with http",
        ),
        (
            serde_json::json!({ "title": "x", "url": url, "enabled": true }),
            "(root): additional property \"enabled\" is not allowed",
        ),
        (
            serde_json::json!({ "title": "x", "url": url, "type": "ALL" }),
            "type: it must be an array",
        ),
        (
            serde_json::json!({ "title": "x", "url": url, "type": ["all"] }),
            "type: \"all\" is not a category of events",
        ),
        (
            serde_json::json!({ "title": "x", "url": url, "config": 7 }),
            "config: it must be an object",
        ),
        (
            serde_json::json!({ "title": "x", "url": url, "config": { "delay": "05s" } }),
            "config.delay: it does not match ^[1-9][0-9]?[sm]$",
        ),
        (
            serde_json::json!({ "title": "x", "url": url, "config": { "max_package_size": 99 } }),
            "config.max_package_size: it must be 100 to 1048576",
        ),
    ] {
        let error = client.create(&body).await.unwrap_err();
        assert_eq!(status(&error), 400, "{body}");
        assert!(detail(&error).starts_with(expected), "{body}: {}", detail(&error));
    }
    for query in [
        [("sort", "id")],
        [("order", "asc")],
        [("limit", "x")],
        [("limit", "1001")],
        [("offset", "-1")],
    ] {
        assert_eq!(status(&client.list(&query).await.unwrap_err()), 400, "{query:?}");
    }
    assert_eq!(client.list_webhooks(&ListWebhooks::default()).await.unwrap().data, []);
    // The older version accepts its own categories only.
    let older = Sandbox::builder().spec(Spec::V1_9).start().await.unwrap();
    for more in
        [serde_json::json!({ "type": ["TOPUP"] }), serde_json::json!({ "exclude_type": [] })]
    {
        let mut body = serde_json::json!({ "title": "x", "url": url });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        assert!(client.create(&body).await.is_ok(), "{body}");
        assert_eq!(
            status(&older.client().unwrap().create(&body).await.unwrap_err()),
            400,
            "{body}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_read_scope_does_not_allow_changes() {
    let sandbox = Sandbox::start().await.unwrap();
    let reader = sandbox.client_builder().scopes(["webhooks:read"]).build().unwrap();
    assert!(reader.list_webhooks(&ListWebhooks::default()).await.is_ok());
    assert_eq!(reader.verification_keys().await.unwrap().keys.len(), 1);
    assert_eq!(status(&reader.create_webhook(&wanted("x")).await.unwrap_err()), 403);
    let stranger = sandbox.client_builder().scopes(["positions:read"]).build().unwrap();
    assert_eq!(status(&stranger.verification_keys().await.unwrap_err()), 403);
    let admin = sandbox.client_builder().scopes(<dyn Webhooks>::SCOPES).build().unwrap();
    assert!(admin.create_webhook(&wanted("x")).await.is_ok());
    assert!(admin.verification_keys().await.is_ok());
}
