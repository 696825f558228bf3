//! What the endpoints share: the state, the clock, the settings, and the credentials of clients.

use std::collections::HashMap;
use std::sync::Arc;

use upvest_core::Endpoint;
use upvest_core::signature::VerifyingKey;

use crate::clock::SandboxClock;
use crate::credentials::Credentials;
use crate::settings::Settings;
use crate::store::Store;
use crate::webhooks::keys::WebhookKeys;
use crate::webhooks::newest::NewestFetches;

pub(crate) struct World {
    pub(crate) store: Arc<Store>,
    pub(crate) clock: SandboxClock,
    pub(crate) settings: Settings,
    pub(crate) credentials: Credentials,
    /// The keys that may sign, by key id.
    pub(crate) keys: HashMap<String, VerifyingKey>,
    /// The scopes that the client may request.
    pub(crate) scopes: Vec<&'static str>,
    /// All endpoints that are served.
    pub(crate) endpoints: Vec<&'static Endpoint>,
    pub(crate) webhook_keys: WebhookKeys,
    pub(crate) newest_fetches: NewestFetches,
}
