//! Webhooks, as far as clients ask for them.

use serde_json::Value;
use upvest_core::{Call, Page, api};
use uuid::Uuid;

use super::Paging;

/// The keys that webhooks are signed with.
#[api(scope = ["webhooks:read", "webhooks:admin"])]
pub trait VerificationKeys: Send + Sync {
    #[endpoint(GET, "/auth/verify_keys", signed)]
    fn verify_keys(&self) -> Call<Value>;
}

/// Webhook subscriptions.
#[api(scope = "webhooks:admin")]
pub trait Webhooks: Send + Sync {
    #[endpoint(GET, "/webhooks", signed, scope = ["webhooks:read", "webhooks:admin"])]
    fn list_webhooks(&self, query: &Paging) -> Call<Page<Value>>;

    #[endpoint(POST, "/webhooks", signed)]
    fn create_webhook(&self, body: &Value) -> Call<Value>;

    #[endpoint(GET, "/webhooks/{webhook_id}", signed, scope = ["webhooks:read", "webhooks:admin"])]
    fn get_webhook(&self, webhook_id: Uuid) -> Call<Value>;

    #[endpoint(DELETE, "/webhooks/{webhook_id}", signed)]
    fn delete_webhook(&self, webhook_id: Uuid) -> Call<()>;

    #[endpoint(PATCH, "/webhooks/{webhook_id}", signed)]
    fn update_webhook(&self, webhook_id: Uuid, body: &Value) -> Call<Value>;

    #[endpoint(POST, "/webhooks/{webhook_id}/test", signed)]
    fn test_webhook(&self, webhook_id: Uuid) -> Call<()>;
}
