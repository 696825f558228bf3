//! The builder of a client.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::Semaphore;
use upvest_signature::Signer;
#[cfg(feature = "client")]
use upvest_transport::ReqwestTransport;
use upvest_transport::Transport;
use upvest_types::Timestamp;
use uuid::Uuid;

use crate::auth::access_token::TokenRequest;
use crate::auth::tokens::TokenCache;
use crate::call::retry::{Budget, MAX_ATTEMPTS};
use crate::call::unprocessed::FreeRetries;
use crate::client::{Client, Inner};
use crate::environment::{Environment, Origin};
use crate::error::{Error, Result};
use crate::observer::Observer;
use crate::response::raw::LONGEST_JSON;
use crate::source::{Clock, Randomness, system_randomness};

const TIMEOUT: Duration = Duration::from_secs(60);
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(15);
/// Many processes may open only 1,024 files, and a stalled server must not use them all.
const MAX_IN_FLIGHT: usize = 256;

impl Client {
    /// Returns a builder for a client of `environment`.
    pub fn builder(environment: Environment) -> ClientBuilder {
        ClientBuilder {
            environment,
            credentials: None,
            signer: None,
            scopes: Vec::new(),
            transport: None,
            clock: Arc::new(Timestamp::now),
            randomness: Arc::new(system_randomness),
            observer: None,
            timeout: TIMEOUT,
            attempt_timeout: ATTEMPT_TIMEOUT,
            max_attempts: MAX_ATTEMPTS,
            max_in_flight: MAX_IN_FLIGHT,
            max_response_bytes: LONGEST_JSON,
            allows_http: false,
        }
    }
}

/// Builds a [`Client`]. Credentials, a signing key and scopes are required.
#[must_use]
pub struct ClientBuilder {
    environment: Environment,
    credentials: Option<(String, SecretString)>,
    signer: Option<Arc<dyn Signer>>,
    scopes: Vec<String>,
    transport: Option<Arc<dyn Transport>>,
    clock: Arc<dyn Clock>,
    randomness: Arc<dyn Randomness>,
    observer: Option<Arc<dyn Observer>>,
    timeout: Duration,
    attempt_timeout: Duration,
    max_attempts: u32,
    max_in_flight: usize,
    max_response_bytes: usize,
    allows_http: bool,
}

impl ClientBuilder {
    /// Sets the client id, a UUID, and the client secret.
    ///
    /// White space around the id is trimmed. White space around the secret is rejected by
    /// [`build`](Self::build).
    pub fn credentials(mut self, id: impl Into<String>, secret: impl Into<SecretString>) -> Self {
        self.credentials = Some((id.into(), secret.into()));
        self
    }

    /// Sets what signs the requests.
    ///
    /// It is a [`SigningKey`](crate::signature::SigningKey), or your own [`Signer`] for a key in a
    /// KMS or HSM.
    pub fn signing_key(mut self, signer: impl Signer + 'static) -> Self {
        self.signer = Some(Arc::new(signer));
        self
    }

    /// Adds scopes to request with the token; for a trait `Users`, `<dyn Users>::SCOPES`.
    ///
    /// White space around a scope is trimmed.
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
    ///
    /// Required if the feature `client` of this crate is off.
    pub fn transport(mut self, transport: impl Transport + 'static) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// Takes the time from `clock`, for signatures and for the age of keys.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Takes nonces and idempotency keys from `randomness`; for tests.
    pub fn randomness(mut self, randomness: impl Randomness + 'static) -> Self {
        self.randomness = Arc::new(randomness);
        self
    }

    /// Reports each attempt and each call to `observer`, for logs and metrics.
    pub fn observer(mut self, observer: impl Observer + 'static) -> Self {
        self.observer = Some(Arc::new(observer));
        self
    }

    /// Sets how long a call may take in total; 60 seconds by default.
    ///
    /// A call can set its own limit; see [`Call::timeout`](crate::Call::timeout).
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets how long one attempt may take; 15 seconds by default.
    ///
    /// It is measured from the first byte sent to the last byte received.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = timeout;
        self
    }

    /// Sets how many requests a call sends at most; 3 by default, and at least one.
    ///
    /// A call can set its own limit; see [`Call::max_attempts`](crate::Call::max_attempts).
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts;
        self
    }

    /// Sets how many requests may be in flight at once; 256 by default, and at least one.
    ///
    /// The limit holds over all clones. Further calls wait in the order in which they were made,
    /// until their own deadline: if it passes, they were not sent. With HTTP/1.1 each request in
    /// flight has its own connection, which costs a file descriptor and about 40 KB.
    pub fn max_in_flight(mut self, requests: usize) -> Self {
        self.max_in_flight = requests;
        self
    }

    /// Sets how many bytes the JSON of a response may have; 8 MiB by default, and at least 64 KiB.
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
    /// Reading a body takes up to twice its length in memory, plus the decoded value.
    pub fn max_response_bytes(mut self, bytes: usize) -> Self {
        self.max_response_bytes = bytes;
        self
    }

    /// Allows an [`Environment::Custom`] with `http` that is not this machine.
    ///
    /// For a sandbox on a private network of containers, whose address is `http://upvest:8080`, say.
    /// Note that everybody on the way can then read the client secret and the access tokens, and
    /// use them. Upvest's own hosts stay forbidden without TLS.
    pub fn danger_allow_http(mut self) -> Self {
        self.allows_http = true;
        self
    }

    /// Builds the client. Sends nothing yet.
    ///
    /// # Errors
    /// Fails if credentials, signing key or scopes are missing (the error names all of them), if
    /// the client id is not a UUID, if there is white space around the client secret, if the base
    /// URL is invalid, if TLS cannot be set up, or if the transport is missing because the feature
    /// `client` is off.
    pub fn build(self) -> Result<Client> {
        let mut missing = Vec::new();
        if self.credentials.is_none() {
            missing.push("credentials (`.credentials(client_id, client_secret)`)");
        }
        if self.signer.is_none() {
            missing.push("signing key (`.signing_key(…)`)");
        }
        if self.scopes.is_empty() {
            missing.push("scopes (`.scopes(<dyn Users>::SCOPES)` for a trait `Users`)");
        }
        if self.transport.is_none() && cfg!(not(feature = "client")) {
            missing.push(
                "transport (`.transport(…)`, or the feature `client` of upvest-core, which sends \
                 with reqwest)",
            );
        }
        let (Some((id, client_secret)), Some(signer), true) =
            (self.credentials, self.signer, missing.is_empty())
        else {
            let missing = missing.join(", ");
            return Err(Error::config(format!("cannot build the client: missing {missing}")));
        };
        let client_id = Uuid::try_parse(id.trim()).map_err(|_| {
            Error::config("invalid client id: not a UUID (use the id that Upvest issued to you)")
        })?;
        // The server would respond with a 401, which does not say why.
        if let Some(why) = white_space_around(client_secret.expose_secret()) {
            let message = format!("invalid client secret: it {why} (remove it)");
            return Err(Error::config(message));
        }
        let header = HeaderValue::from_str(&client_id.to_string()).map_err(|error| {
            Error::config("invalid client id: not a valid header value").because(error)
        })?;
        let origin = self.environment.origin(self.allows_http)?;
        let transport = match self.transport {
            Some(transport) => transport,
            None => transport_to(&origin)?,
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
            observer: self.observer,
            timeout: self.timeout,
            attempt_timeout: self.attempt_timeout,
            max_attempts: self.max_attempts,
            budget: Budget::full(),
            free_retries: FreeRetries::new(self.max_in_flight),
            slots: Semaphore::new(self.max_in_flight.clamp(1, Semaphore::MAX_PERMITS)),
            max_response_bytes: self.max_response_bytes,
        })))
    }
}

/// The default transport, ready for this origin.
#[cfg(feature = "client")]
fn transport_to(origin: &Origin) -> Result<Arc<dyn Transport>> {
    let transport = ReqwestTransport::new()?;
    if origin.base_url.starts_with("https:") {
        transport.__load_authorities()?;
    }
    Ok(Arc::new(transport))
}

/// Not reached: `build` has reported the missing transport.
#[cfg(not(feature = "client"))]
fn transport_to(_: &Origin) -> Result<Arc<dyn Transport>> {
    Err(Error::config("cannot build the client: missing transport"))
}

/// Says what white space is around a text, if there is any. It is usually the line break that was
/// read with the text.
pub(crate) fn white_space_around(text: &str) -> Option<&'static str> {
    let line = text.trim_end_matches(['\r', '\n']);
    match text.trim() {
        trimmed if trimmed == text => None,
        trimmed if trimmed == line => Some("ends with a newline"),
        _ => Some("begins or ends with white space"),
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("environment", &self.environment)
            // Only a UUID is shown: anything else may be a secret in the wrong place.
            .field(
                "client_id",
                &self.credentials.as_ref().and_then(|(id, _)| Uuid::try_parse(id.trim()).ok()),
            )
            .field("key_id", &self.signer.as_ref().map(Signer::key_id))
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}
