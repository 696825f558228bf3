//! The client, and how it is built.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::answer::LONGEST_JSON;
use crate::auth::TokenRequest;
use crate::environment::{Environment, Origin};
use crate::error::{Error, Result};
use crate::retry::{self, Budget};
use crate::signature::Signer;
use crate::source::{Clock, Randomness, system_randomness};
use crate::tokens::TokenCache;
use crate::transport::{ReqwestTransport, Transport};
use crate::types::Timestamp;
use crate::unprocessed::FreeRetries;

const TIMEOUT: Duration = Duration::from_mins(1);
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(15);
/// A process may often open no more than 1,024 files, and a stalled server must not take them all.
const MAX_IN_FLIGHT: usize = 256;

/// Talks to the Upvest API. Every trait marked [`#[api]`](crate::api) is implemented for it.
///
/// Cheap to clone, and meant to be: clones share connections, the access token, and a budget for
/// sending again, so that a server which is down does not get a multiple of its load.
///
/// ```
/// use upvest_core::{Client, Environment, signature::SigningKey};
///
/// # let pem = "-----BEGIN PRIVATE KEY-----
/// # MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g
/// # -----END PRIVATE KEY-----";
/// let client = Client::builder(Environment::Sandbox)
///     .credentials("5ec16164-6173-461d-b90d-116d68f55b40", "client secret")
///     .signing_key(SigningKey::from_pem("8d4997a8-cf7a-4e51-adbb-401656a3e5c2", pem, None)?)
///     .scopes(["users:read"])
///     .build()?;
/// # Ok::<(), upvest_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    origin: Origin,
    client_id: Uuid,
    client_id_header: HeaderValue,
    tokens: TokenCache,
    signer: Arc<dyn Signer>,
    transport: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
    randomness: Arc<dyn Randomness>,
    timeout: Duration,
    attempt_timeout: Duration,
    attempts: u32,
    budget: Budget,
    free_retries: FreeRetries,
    slots: Semaphore,
    max_response_bytes: usize,
}

impl Client {
    /// Begins a client for `environment`.
    pub fn builder(environment: Environment) -> ClientBuilder {
        ClientBuilder {
            environment,
            credentials: None,
            signer: None,
            scopes: Vec::new(),
            transport: None,
            clock: Arc::new(Timestamp::now),
            randomness: Arc::new(system_randomness),
            timeout: TIMEOUT,
            attempt_timeout: ATTEMPT_TIMEOUT,
            attempts: retry::ATTEMPTS,
            max_in_flight: MAX_IN_FLIGHT,
            max_response_bytes: LONGEST_JSON,
        }
    }

    /// Scheme, host and port that it sends to.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.0.origin.base_url
    }

    pub(crate) fn host(&self) -> &str {
        &self.0.origin.host
    }

    pub(crate) fn port(&self) -> u16 {
        self.0.origin.port
    }

    pub(crate) fn client_id(&self) -> Uuid {
        self.0.client_id
    }

    pub(crate) fn client_id_header(&self) -> HeaderValue {
        self.0.client_id_header.clone()
    }

    pub(crate) fn tokens(&self) -> &TokenCache {
        &self.0.tokens
    }

    pub(crate) fn signer(&self) -> &dyn Signer {
        &*self.0.signer
    }

    pub(crate) fn transport(&self) -> &dyn Transport {
        &*self.0.transport
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    pub(crate) fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.0.clock)
    }

    pub(crate) fn random_bytes(&self) -> Result<[u8; 16]> {
        self.0.randomness.bytes().map_err(|error| {
            Error::config("no random bytes for a nonce or an idempotency key").because(error)
        })
    }

    /// Anything in the range, for waits that shall differ. Without randomness, the largest.
    pub(crate) fn random_number(&self) -> u64 {
        let half = |bytes| (u128::from_be_bytes(bytes) >> 64).try_into().unwrap_or(u64::MAX);
        self.0.randomness.bytes().map_or(u64::MAX, half)
    }

    pub(crate) fn budget(&self) -> &Budget {
        &self.0.budget
    }

    pub(crate) fn free_retries(&self) -> &FreeRetries {
        &self.0.free_retries
    }

    /// One for each request that may be under way.
    pub(crate) fn slots(&self) -> &Semaphore {
        &self.0.slots
    }

    pub(crate) fn max_response_bytes(&self) -> usize {
        self.0.max_response_bytes
    }

    pub(crate) fn attempts(&self) -> u32 {
        self.0.attempts
    }

    pub(crate) fn timeout(&self) -> Duration {
        self.0.timeout
    }

    pub(crate) fn attempt_timeout(&self) -> Duration {
        self.0.attempt_timeout
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base_url", &self.base_url())
            .field("client_id", &self.client_id())
            .field("key_id", &self.0.signer.key_id())
            .finish_non_exhaustive()
    }
}

/// What a [`Client`] is built from. Credentials, a signing key and scopes are needed.
#[must_use]
pub struct ClientBuilder {
    environment: Environment,
    credentials: Option<(String, SecretString)>,
    signer: Option<Arc<dyn Signer>>,
    scopes: Vec<String>,
    transport: Option<Arc<dyn Transport>>,
    clock: Arc<dyn Clock>,
    randomness: Arc<dyn Randomness>,
    timeout: Duration,
    attempt_timeout: Duration,
    attempts: u32,
    max_in_flight: usize,
    max_response_bytes: usize,
}

impl ClientBuilder {
    /// The client id, a UUID, and the client secret. White space around the id is cut; around the secret,
    /// [`build`](Self::build) refuses it.
    pub fn credentials(mut self, id: impl Into<String>, secret: impl Into<SecretString>) -> Self {
        self.credentials = Some((id.into(), secret.into()));
        self
    }

    /// What signs the requests: a [`SigningKey`](crate::signature::SigningKey), or a [`Signer`] of
    /// your own for a key in a KMS or HSM.
    pub fn signing_key(mut self, signer: impl Signer + 'static) -> Self {
        self.signer = Some(Arc::new(signer));
        self
    }

    /// Adds scopes that the token is asked for; for a trait `Users`, `<dyn Users>::SCOPES`. White space
    /// around a scope is cut.
    pub fn scopes<S: AsRef<str>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        for scope in scopes {
            let scope = scope.as_ref().trim();
            if !self.scopes.iter().any(|known| known == scope) {
                self.scopes.push(scope.to_owned());
            }
        }
        self
    }

    /// Sends through `transport` instead of reqwest.
    pub fn transport(mut self, transport: impl Transport + 'static) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// Tells the time by `clock`, for signatures and for how old a key is.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Takes nonces and idempotency keys from `randomness`; for tests.
    pub fn randomness(mut self, randomness: impl Randomness + 'static) -> Self {
        self.randomness = Arc::new(randomness);
        self
    }

    /// How long a call may take in all, unless it says otherwise; 60 seconds by default.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How long one attempt may take, from the first byte out to the last byte in; 15 seconds by
    /// default.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = timeout;
        self
    }

    /// How many requests a call sends at most, unless it says otherwise; 3 by default, and at least
    /// one. See [`Call::max_attempts`](crate::Call::max_attempts).
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }

    /// How many requests may be under way at once, over all clones; 256 by default, and at least one.
    ///
    /// Further calls wait, within their own time and in the order in which they came: if that runs
    /// out they were not sent. With HTTP/1.1 each request under way has a connection to itself, which
    /// costs a file descriptor and about 40 KB.
    pub fn max_in_flight(mut self, requests: usize) -> Self {
        self.max_in_flight = requests;
        self
    }

    /// How long the JSON of a response may be, in bytes; 8 MiB by default, and at least 64 KiB.
    ///
    /// The default holds the largest page of the API: 1000 items of 8 KiB each. A longer body is an
    /// error of kind [`Decode`](crate::ErrorKind::Decode), which names this setting.
    ///
    /// | body | at most |
    /// | --- | --- |
    /// | JSON | this many bytes |
    /// | a document, of an endpoint with `accept` | 32 MiB, or this if it is more |
    /// | an error, a redirect, an access token | 64 KiB; of a longer error, the first 64 KiB are kept |
    ///
    /// To read a body, the client holds up to twice its length. The value that is made of it comes on
    /// top.
    pub fn max_response_bytes(mut self, bytes: usize) -> Self {
        self.max_response_bytes = bytes;
        self
    }

    /// The client. Sends nothing yet.
    ///
    /// # Errors
    /// If credentials, signing key or scopes are missing (all of them are named at once), if the
    /// client id is not a UUID, if white space is around the client secret, if the base URL cannot be
    /// used, or if TLS cannot be set up.
    pub fn build(self) -> Result<Client> {
        let mut missing = Vec::new();
        if self.credentials.is_none() {
            missing.push("the credentials (`.credentials(client_id, client_secret)`)");
        }
        if self.signer.is_none() {
            missing.push("the signing key (`.signing_key(…)`)");
        }
        if self.scopes.is_empty() {
            missing.push("the scopes (`.scopes(<dyn Users>::SCOPES)` for a trait `Users`)");
        }
        let (Some((id, client_secret)), Some(signer), true) =
            (self.credentials, self.signer, missing.is_empty())
        else {
            return Err(Error::config(format!("the client lacks {}", missing.join(", "))));
        };
        let client_id = Uuid::try_parse(id.trim()).map_err(|_| {
            Error::config("the client id is no UUID: take the one that Upvest gave you")
        })?;
        // Left to the server it is a 401, which does not say why.
        if has_white_space_around(client_secret.expose_secret()) {
            return Err(Error::config(
                "invalid client secret: it begins or ends with white space (remove it)",
            ));
        }
        let header = HeaderValue::from_str(&client_id.to_string()).map_err(|error| {
            Error::config("the client id cannot stand in a header").because(error)
        })?;
        let origin = self.environment.origin()?;
        let transport = match self.transport {
            Some(transport) => transport,
            None => Arc::new(transport_to(&origin)?),
        };
        let credentials = TokenRequest { client_id, client_secret, scope: self.scopes.join(" ") };
        Ok(Client(Arc::new(Inner {
            origin,
            client_id,
            client_id_header: header,
            tokens: TokenCache::new(credentials),
            signer,
            transport,
            clock: self.clock,
            randomness: self.randomness,
            timeout: self.timeout,
            attempt_timeout: self.attempt_timeout,
            attempts: self.attempts,
            budget: Budget::full(),
            free_retries: FreeRetries::new(self.max_in_flight),
            slots: Semaphore::new(self.max_in_flight.clamp(1, Semaphore::MAX_PERMITS)),
            max_response_bytes: self.max_response_bytes,
        })))
    }
}

/// The default transport, ready for this origin.
fn transport_to(origin: &Origin) -> Result<ReqwestTransport> {
    let transport = ReqwestTransport::new()?;
    if origin.base_url.starts_with("https:") {
        transport.load_authorities()?;
    }
    Ok(transport)
}

/// Whether a text begins or ends with white space. It is mostly the end of the line that it was read
/// with.
pub(crate) fn has_white_space_around(text: &str) -> bool {
    text.trim() != text
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("environment", &self.environment)
            // Not what else may have been put in its place.
            .field(
                "client_id",
                &self.credentials.as_ref().and_then(|(id, _)| Uuid::try_parse(id.trim()).ok()),
            )
            .field("key_id", &self.signer.as_ref().map(|signer| signer.key_id()))
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}
