//! Checking what comes in: who has sent it, before anything in it is believed.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_lc_rs::digest;
use http::HeaderMap;
use http::header::CONTENT_LENGTH;
use http::request::Parts;

use super::error::WebhookError;
use super::event::Event;
use super::keys::Keys;
use super::subscription::WebhookId;
use crate::client::Client;
use crate::signature::{
    JsonWebKey, KeyError, Message, SignatureBase, SignatureInput, SignatureVersion, VerifierPolicy,
    VerifyError, VerifyingKey, check_version, verify_by,
};
use crate::source::Clock;
use crate::types::Timestamp;

/// The longest body: a package may have 1 MiB, and a single event is sent however long it is.
const LONGEST_BODY: usize = 2 * 1024 * 1024;
/// How old a signature may be. See [`WebhookVerifierBuilder::policy`].
const LONGEST_AGE: Duration = Duration::from_secs(24 * 60 * 60);
/// How many deliveries are remembered, to tell those that come again.
const MOST_SEEN: usize = 10_000;

/// Checks webhooks: that Upvest has sent them, to this path, now, and that nobody has changed them
/// on their way. Cheap to clone; clones share their keys.
///
/// Its input is what any server has: the head of the request and the bytes of its body, as they came.
///
/// ```
/// use upvest_core::webhook::WebhookVerifier;
/// # use upvest_core::signature::VerifyingKey;
/// # async fn handle(client: upvest_core::Client, request: http::Request<bytes::Bytes>) -> http::StatusCode {
/// # let webhook_id: upvest_core::webhook::WebhookId =
/// #     "a8eb3540-5a84-40f9-b2bb-7f99f282fc5a".parse().expect("an id");
/// // Fetches the keys with this client, which needs the scope `webhooks:read`, and takes what is sent
/// // for this subscription.
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
///         eprintln!("a webhook was not taken: {error}");
///         error.status()
///     }
/// }
/// # }
/// ```
#[derive(Clone)]
pub struct WebhookVerifier(Arc<Inner>);

struct Inner {
    keys: Arc<Keys>,
    /// Whose events are taken; all, if none is named.
    webhooks: Option<HashSet<WebhookId>>,
    policy: VerifierPolicy,
    longest_body: usize,
    clock: Arc<dyn Clock>,
    seen: Mutex<Seen>,
}

/// What a request has brought, once it is known to be Upvest's.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Delivery {
    /// The events, in the order in which they happened. Between deliveries there is no order.
    pub events: Vec<Event>,
    /// Whether the very same signed request has come before, as far as this verifier remembers (the last
    /// 10,000). What is sent again with a new signature does not count. And it says nothing of what
    /// became of it the first time: do not leave out a delivery because of this, but events, by their
    /// id.
    pub is_repeat: bool,
}

impl WebhookVerifier {
    /// One that takes the events of these subscriptions, and fetches the keys from the API with `client`,
    /// whose token needs the scope `webhooks:read` or `webhooks:admin`.
    ///
    /// They are fetched when the first webhook comes, once more when one names a key that is not known,
    /// and after a day; but never twice within a minute. That takes a tokio runtime.
    #[must_use]
    pub fn new(client: Client, webhooks: impl IntoIterator<Item = WebhookId>) -> Self {
        Self::builder().client(client).webhooks(webhooks).build()
    }

    /// Begins one with keys given by hand, or with other settings.
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

    /// Checks a request, and reads its events: the signature first, over the bytes as they came.
    ///
    /// The path and the query must be those of the URL that was subscribed to: if something before
    /// you rewrites them, write them back. A `content-length` that was dropped on the way is taken from
    /// the body.
    ///
    /// # Errors
    /// If it is not Upvest's, if the keys cannot be fetched, or if its events cannot be read. What to
    /// answer is [`WebhookError::status`]; why is for your logs alone.
    ///
    /// # Cancel safety
    /// Dropping it loses nothing; a fetch of keys that it has begun goes on.
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
        let headers = with_length(message.headers, &input, body);
        let message = Message { headers: &headers, ..message };
        let checked = check(&message, body, &input, &keys, now, &inner.policy);
        let base = checked.map_err(|error| {
            if let VerifyError::WrongSignature(base) = &error {
                return WebhookError::WrongSignature { base: shown(base) };
            }
            error.into()
        })?;
        let is_repeat = !self.seen(&base);
        let events = Event::of_package(body)?;
        if let Some(webhooks) = &inner.webhooks
            && let Some(event) = events.iter().find(|event| !webhooks.contains(&event.webhook_id()))
        {
            return Err(WebhookError::Foreign(event.webhook_id()));
        }
        Ok(Delivery { events, is_repeat })
    }

    /// Remembers a base; false if it was there.
    ///
    /// By the base, not by the nonce alone: two deliveries that share a nonce, but not what they say,
    /// are not the same. And not by the signature: of one ECDSA signature anybody can make a second.
    fn seen(&self, base: &SignatureBase) -> bool {
        self.0.seen.lock().unwrap_or_else(PoisonError::into_inner).insert(base.as_bytes())
    }
}

/// The headers, with the length of the body if it is covered and was dropped on the way: a proxy that
/// sends the body in chunks must drop it (RFC 9112, section 6.2). The signature says whether it was
/// this one.
fn with_length<'h>(
    headers: &'h HeaderMap,
    input: &SignatureInput,
    body: &[u8],
) -> Cow<'h, HeaderMap> {
    let is_covered = input.components.iter().any(|name| name == CONTENT_LENGTH.as_str());
    let mut headers = Cow::Borrowed(headers);
    if is_covered && !headers.contains_key(CONTENT_LENGTH) {
        headers.to_mut().insert(CONTENT_LENGTH, body.len().into());
    }
    headers
}

/// The base, if its signature is one by any of the keys.
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
            // That a key is of another algorithm than `alg` says less than what another key found.
            Err(VerifyError::Algorithm) if matches!(refused, VerifyError::WrongSignature(_)) => {}
            Err(error) => refused = error,
        }
    }
    Err(refused)
}

/// A base with the values that cannot be secret. Whoever has sent it chooses what it covers: that can be a
/// header which a proxy has added, with a password of ours.
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

/// What is asked of a webhook's signature.
fn policy() -> VerifierPolicy {
    VerifierPolicy {
        version: SignatureVersion::V6,
        max_age: Some(LONGEST_AGE),
        ignores_expires: true,
        required: vec!["@method", "@path"],
        ..VerifierPolicy::default()
    }
}

/// The hashes of what was seen last.
#[derive(Default)]
struct Seen {
    hashes: HashSet<[u8; 32]>,
    order: VecDeque<[u8; 32]>,
}

impl Seen {
    /// False if it was there.
    fn insert(&mut self, base: &[u8]) -> bool {
        let mut hash = [0; 32];
        hash.copy_from_slice(digest::digest(&digest::SHA256, base).as_ref());
        let is_new = self.hashes.insert(hash);
        if is_new {
            self.order.push_back(hash);
        }
        if self.order.len() > MOST_SEEN
            && let Some(oldest) = self.order.pop_front()
        {
            self.hashes.remove(&oldest);
        }
        is_new
    }
}

impl fmt::Debug for WebhookVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookVerifier").field("policy", &self.0.policy).finish_non_exhaustive()
    }
}

/// What a [`WebhookVerifier`] is built from. Without a client and without keys it takes nothing.
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
    /// Fetches keys with this client, and tells the time by its clock. Its token needs the scope
    /// `webhooks:read` or `webhooks:admin`.
    pub fn client(mut self, client: Client) -> Self {
        self.client = Some(client);
        self
    }

    /// Knows this key, whether the API lists it or not. White space around the id is cut.
    pub fn key(mut self, id: impl Into<String>, key: VerifyingKey) -> Self {
        self.keys.insert(id.into().trim().to_owned(), key);
        self
    }

    /// Knows this key, as the API lists it.
    ///
    /// # Errors
    /// If it is of another kind, or no point of its curve.
    pub fn json_web_key(self, key: &JsonWebKey) -> Result<Self, KeyError> {
        let verifying = key.verifying_key()?;
        Ok(self.key(key.key_id.clone(), verifying))
    }

    /// Takes the events of these subscriptions, and of no other; calling it again adds to them. Without
    /// it, those of all; with an empty list, none.
    ///
    /// A signature says that Upvest has sent it, not for whom: whoever else is a client of Upvest can
    /// subscribe with your URL, and what he is told of his money comes to you.
    pub fn webhooks(mut self, ids: impl IntoIterator<Item = WebhookId>) -> Self {
        self.webhooks.get_or_insert_default().extend(ids);
        self
    }

    /// Takes signatures of this version, and of no other; [`V6`](SignatureVersion::V6) by default, as
    /// Upvest signs its webhooks.
    pub fn version(mut self, version: SignatureVersion) -> Self {
        self.policy.version = version;
        self
    }

    /// Changes what is asked of a signature.
    ///
    /// It must cover `@method` and `@path`, `@query` if there is one, and with a body its type and its
    /// digest; it may come from 30 seconds ahead; from `created` to `expires` is at most 300 seconds;
    /// and it may be a day old, whatever `expires` says. For Upvest sends again, for as long as it takes,
    /// what was not answered with 200, and it is not known whether it signs anew each time. Whoever
    /// plays back what he has overheard within that day brings no event whose id you have not seen, if
    /// it had reached you.
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

    /// How many bytes a body may have; 2 MiB by default. What is longer is refused before it is
    /// hashed. A package has at most the `max_package_size` of its subscription, or one event.
    pub fn longest_body(mut self, bytes: usize) -> Self {
        self.longest_body = bytes;
        self
    }

    /// Tells the time by `clock`, instead of that of the client or of the system: by that of the sandbox,
    /// `sandbox.clock().clone()`, where it is put forward and there is no client.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Some(Arc::new(clock));
        self
    }

    /// The verifier. Fetches nothing yet.
    #[must_use]
    pub fn build(self) -> WebhookVerifier {
        let clock = self.clock.or_else(|| self.client.as_ref().map(Client::clock));
        WebhookVerifier(Arc::new(Inner {
            keys: Arc::new(Keys::new(self.keys, self.client)),
            webhooks: self.webhooks,
            policy: self.policy,
            longest_body: self.longest_body,
            clock: clock.unwrap_or_else(|| Arc::new(Timestamp::now)),
            seen: Mutex::default(),
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

#[cfg(test)]
mod tests {
    use super::{MOST_SEEN, Seen};

    #[test]
    fn the_oldest_are_forgotten_and_no_more_are_kept() {
        let mut seen = Seen::default();
        assert!((0..=MOST_SEEN).all(|number| seen.insert(number.to_string().as_bytes())));
        assert_eq!((seen.hashes.len(), seen.order.len()), (MOST_SEEN, MOST_SEEN));
        assert!(!seen.insert(MOST_SEEN.to_string().as_bytes()));
        assert!(seen.insert(b"0"));
    }
}
