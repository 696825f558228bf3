//! The client: what all calls share.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;
use tokio::sync::Semaphore;
use upvest_signature::Signer;
use upvest_transport::Transport;
use upvest_types::Timestamp;
use uuid::Uuid;

use crate::auth::tokens::TokenCache;
use crate::call::retry::Budget;
use crate::call::unprocessed::FreeRetries;
use crate::environment::Origin;
use crate::error::{Error, Result};
use crate::observer::Observer;
use crate::source::{Clock, Randomness};

/// A client for the Upvest API. It implements every trait marked [`#[api]`](crate::api).
///
/// Cloning is cheap, and preferred to building another one. Clones share connections, the access
/// token, and a retry budget, so that a server that is down does not get a multiple of its load.
///
/// # Examples
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
pub struct Client(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) origin: Origin,
    pub(crate) client_id: Uuid,
    pub(crate) client_id_header: HeaderValue,
    pub(crate) tokens: TokenCache,
    pub(crate) signer: Arc<dyn Signer>,
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) randomness: Arc<dyn Randomness>,
    pub(crate) observer: Option<Arc<dyn Observer>>,
    pub(crate) timeout: Duration,
    pub(crate) attempt_timeout: Duration,
    pub(crate) max_attempts: u32,
    pub(crate) budget: Budget,
    pub(crate) free_retries: FreeRetries,
    pub(crate) slots: Semaphore,
    pub(crate) max_response_bytes: usize,
}

impl Client {
    /// Returns the scheme, host and port that it sends to.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.0.origin.base_url
    }

    pub(crate) fn origin(&self) -> &Origin {
        &self.0.origin
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

    /// Returns the time of the client's clock, from which the age of a key counts.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    pub(crate) fn observer(&self) -> Option<&dyn Observer> {
        self.0.observer.as_deref()
    }

    #[cfg(feature = "webhooks")]
    pub(crate) fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.0.clock)
    }

    pub(crate) fn random_bytes(&self) -> Result<[u8; 16]> {
        self.0.randomness.bytes().map_err(|error| {
            Error::config("no nonce or idempotency key: cannot get random bytes").because(error)
        })
    }

    /// Returns a random number, for waits that should differ. Without randomness, the maximum.
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

    /// One permit for each request that may be in flight.
    pub(crate) fn slots(&self) -> &Semaphore {
        &self.0.slots
    }

    pub(crate) fn max_response_bytes(&self) -> usize {
        self.0.max_response_bytes
    }

    pub(crate) fn max_attempts(&self) -> u32 {
        self.0.max_attempts
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
