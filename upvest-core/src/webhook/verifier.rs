//! Verifies received requests: the signature first, before any of the content is trusted.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::request::Parts;
use upvest_signature::__core::{Message, SignatureInput, check_version, verify_by};
use upvest_signature::{
    JsonWebKey, KeyError, SignatureBase, SignatureVersion, VerifierPolicy, VerifyError,
    VerifyingKey,
};
use upvest_types::Timestamp;

use super::batch;
use super::error::WebhookError;
use super::event::Event;
use super::keys::Keys;
use super::recent::RecentDeliveries;
use super::subscription::WebhookId;
use crate::client::Client;
use crate::source::Clock;

/// The longest body by default: a batch may have 1 MiB, and a single event is sent at any length.
const LONGEST_BODY: usize = 2 * 1024 * 1024;
/// How old a signature may be. See [`WebhookVerifierBuilder::policy`].
const LONGEST_AGE: Duration = Duration::from_secs(24 * 60 * 60);

/// Verifies webhooks before their events are read.
///
/// Upvest sent them, to this path, recently, and they were not changed on the way.
///
/// Cheap to clone; clones share their keys.
///
/// The input is what any server has: the head of the request, and the bytes of its body as
/// received.
///
/// # Examples
///
/// ```
/// use upvest_core::webhook::WebhookVerifier;
/// # use upvest_core::signature::VerifyingKey;
/// # async fn handle(client: upvest_core::Client, request: http::Request<bytes::Bytes>) -> http::StatusCode {
/// # let webhook_id: upvest_core::webhook::WebhookId =
/// #     "a8eb3540-5a84-40f9-b2bb-7f99f282fc5a".parse().expect("an id");
/// // Fetches the keys with this client, which needs the scope `webhooks:read`. Accepts only events
/// // of this subscription.
/// let verifier = WebhookVerifier::new(client, [webhook_id]);
///
/// let (head, body) = request.into_parts();
/// match verifier.verify(&head, &body).await {
///     Ok(delivery) => {
///         for event in &delivery.events {
///             println!("{} {}", event.id(), event.event_type());
///         }
///         http::StatusCode::OK
///     }
///     Err(error) => {
///         eprintln!("webhook rejected: {error}");
///         error.status()
///     }
/// }
/// # }
/// ```
#[derive(Clone)]
pub struct WebhookVerifier(Arc<Inner>);

struct Inner {
    keys: Arc<Keys>,
    /// The subscriptions whose events are accepted; all, if `None`.
    webhooks: Option<HashSet<WebhookId>>,
    policy: VerifierPolicy,
    longest_body: usize,
    clock: Arc<dyn Clock>,
    recent: Mutex<RecentDeliveries>,
}

/// The content of a verified request.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Delivery {
    /// The events, in the order in which they happened. There is no order between deliveries.
    pub events: Vec<Event>,
    /// Whether the same signed request was received before.
    ///
    /// The verifier remembers the last 10,000. A retry with a new signature does not count.
    ///
    /// Note that the first delivery may have failed. Do not skip a delivery because of this flag:
    /// skip events, by their id.
    pub is_repeat: bool,
}

impl AsRef<[Event]> for Delivery {
    fn as_ref(&self) -> &[Event] {
        &self.events
    }
}

impl WebhookVerifier {
    /// Returns a verifier that accepts events of these subscriptions.
    ///
    /// It fetches the keys from the API with `client`, whose token needs the scope `webhooks:read`
    /// or `webhooks:admin`. It does so for the first webhook, again when a webhook names an unknown
    /// key, and after a day, but never twice within a minute. This needs a tokio runtime.
    #[must_use]
    pub fn new(client: Client, webhooks: impl IntoIterator<Item = WebhookId>) -> Self {
        Self::builder().client(client).webhooks(webhooks).build()
    }

    /// Returns a builder, to configure keys or other settings.
    pub fn builder() -> WebhookVerifierBuilder {
        WebhookVerifierBuilder {
            keys: HashMap::new(),
            client: None,
            webhooks: None,
            policy: policy(),
            longest_body: LONGEST_BODY,
            clock: None,
        }
    }

    /// Verifies a request, and returns its events.
    ///
    /// The signature is checked first, over the bytes as received.
    ///
    /// The path and the query must be those of the subscribed URL. If a proxy rewrites them,
    /// restore them before this call. If `content-length` was dropped on the way, it is taken from
    /// the body.
    ///
    /// # Errors
    /// Fails if the request is not from Upvest, if the keys cannot be fetched, or if the events
    /// cannot be read. Respond with [`WebhookError::status`]; the reason is for your logs only.
    ///
    /// # Cancel safety
    /// Dropping the future loses nothing. A fetch of keys that it started continues.
    pub async fn verify(&self, head: &Parts, body: &[u8]) -> Result<Delivery, WebhookError> {
        let inner = &*self.0;
        if body.len() > inner.longest_body {
            return Err(WebhookError::TooLong(inner.longest_body));
        }
        let message = Message::of_parts(head);
        check_version(message.headers, inner.policy.version)?;
        let input = SignatureInput::from_headers(message.headers)?;
        let now = inner.clock.now();
        let keys = inner.keys.find(&input.key_id, now).await?;
        // A proxy that sends the body in chunks must drop the length (RFC 9112, section 6.2).
        let headers = input.with_length(message.headers, body);
        let message = Message { headers: &headers, ..message };
        let checked = check(&message, body, &input, &keys, now, &inner.policy);
        let base = checked.map_err(|error| {
            if let VerifyError::WrongSignature(base) = &error {
                return WebhookError::WrongSignature { base: shown(base) };
            }
            error.into()
        })?;
        let is_repeat = !self.recent(&base);
        let events = batch::events(body)?;
        if let Some(webhooks) = &inner.webhooks
            && let Some(event) = events.iter().find(|event| !webhooks.contains(&event.webhook_id()))
        {
            return Err(WebhookError::Foreign(event.webhook_id()));
        }
        Ok(Delivery { events, is_repeat })
    }

    /// Remembers a signature base. Returns false if it was known.
    ///
    /// The nonce alone is not enough: two deliveries with the same nonce and different content are
    /// not the same. The signature does not work either, because anybody can make a second ECDSA
    /// signature from one.
    fn recent(&self, base: &SignatureBase) -> bool {
        self.0.recent.lock().unwrap_or_else(PoisonError::into_inner).insert(base.as_bytes())
    }
}

/// Returns the signature base, if one of the keys signed it.
fn check(
    message: &Message<'_>,
    body: &[u8],
    input: &SignatureInput,
    keys: &[VerifyingKey],
    now: Timestamp,
    policy: &VerifierPolicy,
) -> Result<SignatureBase, VerifyError> {
    let mut refused = VerifyError::UnknownKey;
    for key in keys {
        match verify_by(message, body, input, key, now, policy) {
            Ok(base) => return Ok(base),
            // An algorithm mismatch of one key says less than what another key found.
            Err(VerifyError::Algorithm) if matches!(refused, VerifyError::WrongSignature(_)) => {}
            Err(error) => refused = error,
        }
    }
    Err(refused)
}

/// The signature base without values that may be secret.
///
/// The sender chooses what it covers. That may be a header that a proxy added, with one of your
/// passwords.
fn shown(base: &SignatureBase) -> String {
    const SHOWN: [&str; 7] = [
        "@method",
        "@path",
        "@signature-params",
        "content-digest",
        "content-length",
        "content-type",
        "digest",
    ];
    SignatureBase::mask(base.expose_token(), |component, value| {
        if SHOWN.contains(&component) { value.into() } else { "***".into() }
    })
}

/// The default requirements for a webhook's signature.
fn policy() -> VerifierPolicy {
    let mut policy = VerifierPolicy::default();
    policy.version = SignatureVersion::V6;
    policy.max_age = Some(LONGEST_AGE);
    policy.ignores_expires = true;
    policy.required = vec!["@method", "@path"];
    policy
}

impl fmt::Debug for WebhookVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookVerifier").field("policy", &self.0.policy).finish_non_exhaustive()
    }
}

/// Builds a [`WebhookVerifier`].
///
/// Without a client and without keys, the verifier rejects everything.
///
/// # Examples
///
/// ```
/// use upvest_core::signature::VerifyingKey;
/// use upvest_core::webhook::WebhookVerifier;
///
/// # let pem = "-----BEGIN PUBLIC KEY-----
/// # MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=
/// # -----END PUBLIC KEY-----";
/// let verifier = WebhookVerifier::builder()
///     .key("9ed77463-c18e-4794-ab5c-17423f9b801a", VerifyingKey::from_pem(pem)?)
///     .build();
/// # Ok::<(), upvest_core::signature::KeyError>(())
/// ```
#[must_use]
pub struct WebhookVerifierBuilder {
    keys: HashMap<String, VerifyingKey>,
    client: Option<Client>,
    webhooks: Option<HashSet<WebhookId>>,
    policy: VerifierPolicy,
    longest_body: usize,
    clock: Option<Arc<dyn Clock>>,
}

impl WebhookVerifierBuilder {
    /// Fetches keys with this client, and uses its clock.
    ///
    /// Its token needs the scope `webhooks:read` or `webhooks:admin`.
    pub fn client(mut self, client: Client) -> Self {
        self.client = Some(client);
        self
    }

    /// Adds a key, whether the API lists it or not. White space around the id is trimmed.
    pub fn key(mut self, id: impl Into<String>, key: VerifyingKey) -> Self {
        self.keys.insert(id.into().trim().to_owned(), key);
        self
    }

    /// Adds a key in the form in which the API lists it.
    ///
    /// # Errors
    /// Fails if the key is of another kind, or is not a point on its curve.
    pub fn json_web_key(self, key: &JsonWebKey) -> Result<Self, KeyError> {
        let verifying = key.verifying_key()?;
        Ok(self.key(key.key_id.clone(), verifying))
    }

    /// Accepts only events of these subscriptions.
    ///
    /// Calling it again adds to them. If it is not called, events of all subscriptions are
    /// accepted; with an empty list, none.
    ///
    /// Note that a signature proves that Upvest sent a request, not for whom. Another client of
    /// Upvest can subscribe with your URL, and then you receive the events of that client's money.
    pub fn webhooks(mut self, ids: impl IntoIterator<Item = WebhookId>) -> Self {
        self.webhooks.get_or_insert_default().extend(ids);
        self
    }

    /// Accepts only signatures of this version.
    ///
    /// [`V6`](SignatureVersion::V6) by default, with which Upvest signs its webhooks.
    pub fn version(mut self, version: SignatureVersion) -> Self {
        self.policy.version = version;
        self
    }

    /// Changes the requirements for signatures. By default, a signature:
    ///
    /// - must cover `@method`, `@path`, `@query` if there is one, and a body's type and digest;
    /// - may be created up to 30 seconds in the future;
    /// - may last at most 300 seconds, from `created` to `expires`;
    /// - may be a day old, regardless of `expires`.
    ///
    /// The age is allowed because Upvest retries without end until it receives a 200, and it is not
    /// known whether it signs each retry again. An attacker who replays a recorded request within
    /// that day sends no event with a new id, if the original request reached you.
    ///
    /// # Examples
    ///
    /// ```
    /// use upvest_core::webhook::WebhookVerifier;
    ///
    /// let strict = WebhookVerifier::builder()
    ///     .policy(|policy| policy.ignores_expires = false)
    ///     .build();
    /// ```
    pub fn policy(mut self, change: impl FnOnce(&mut VerifierPolicy)) -> Self {
        change(&mut self.policy);
        self
    }

    /// The longest body that is accepted, in bytes; 2 MiB by default.
    ///
    /// A longer body is rejected before it is hashed. A batch has at most the `max_package_size` of
    /// its subscription, or a single event.
    pub fn longest_body(mut self, bytes: usize) -> Self {
        self.longest_body = bytes;
        self
    }

    /// Uses this clock instead of that of the client or of the system.
    ///
    /// Use the clock of the sandbox, `sandbox.clock().clone()`, if it was advanced and there is no
    /// client.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Some(Arc::new(clock));
        self
    }

    /// Builds the verifier. No keys are fetched yet.
    #[must_use]
    pub fn build(self) -> WebhookVerifier {
        let clock = self.clock.or_else(|| self.client.as_ref().map(Client::clock));
        WebhookVerifier(Arc::new(Inner {
            keys: Arc::new(Keys::new(self.keys, self.client)),
            webhooks: self.webhooks,
            policy: self.policy,
            longest_body: self.longest_body,
            clock: clock.unwrap_or_else(|| Arc::new(Timestamp::now)),
            recent: Mutex::default(),
        }))
    }
}

impl fmt::Debug for WebhookVerifierBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookVerifierBuilder")
            .field("keys", &self.keys)
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}
