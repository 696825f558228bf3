//! The keys that webhooks are verified with: configured, or fetched from the API.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize};
use tokio::runtime::{self, Handle};
use upvest_macros::api;
use upvest_signature::{JsonWebKey, VerifyingKey};
use upvest_transport::__core::after;
use upvest_types::Timestamp;

use super::error::WebhookError;
use crate::call::Call;
use crate::client::Client;
use crate::error::{Error, ErrorKind, Outcome};
use crate::json::items::Items;
use crate::single_flight::{Flight, SingleFlight};

/// The time between two fetches, so that a sender with invented key ids cannot make the client call
/// the API each time.
const PAUSE_SECONDS: u64 = 60;
/// How long fetched keys are used. An older, perhaps withdrawn key is accepted only while the API
/// cannot be reached.
const LIFE_SECONDS: u64 = 24 * 60 * 60;
/// The timeout of a fetch, including its access token.
const FETCH_TIME: Duration = Duration::from_secs(10);

/// The endpoint that lists the keys of webhooks.
///
/// See [Upvest's reference](
/// https://docs.upvest.co/api/release/upvest-investment-api.v1-1/webhooks).
///
/// A [`WebhookVerifier`](super::WebhookVerifier) calls it when it needs keys.
#[api(scope = ["webhooks:read", "webhooks:admin"], crate = crate)]
pub trait VerificationKeys: Send + Sync {
    /// Reads the keys that webhooks are signed with.
    ///
    /// # Errors
    /// Fails as any [`Call`] does.
    #[endpoint(GET, "/auth/verify_keys", signed)]
    fn verification_keys(&self) -> Call<VerificationKeySet>;
}

/// The keys that webhooks are signed with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct VerificationKeySet {
    /// The keys, each with its id.
    ///
    /// Entries of the API's list that are not JSON Web Keys are skipped, as RFC 7517, section 5,
    /// asks for.
    #[serde(deserialize_with = "readable")]
    pub keys: Vec<JsonWebKey>,
}

impl VerificationKeySet {
    /// Creates a set of keys, for fakes and tests.
    #[must_use]
    pub fn new(keys: Vec<JsonWebKey>) -> Self {
        Self { keys }
    }
}

/// The most keys of a list that are stored: the API has a handful.
const MOST_KEYS: usize = 1_000;

fn readable<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<JsonWebKey>, D::Error> {
    let Items { items, ignored } = Items::read(deserializer, MOST_KEYS)?;
    if ignored > 0 {
        tracing::warn!(ignored, "ignored entries of a key set: not JSON Web Keys, or too many");
    }
    Ok(items)
}

/// The sources of a verifier's keys.
pub(super) struct Keys {
    configured: HashMap<String, VerifyingKey>,
    client: Option<Client>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Several keys have the same id if they are of different kinds (RFC 7517, section 4.5).
    keys: HashMap<String, Vec<VerifyingKey>>,
    /// When the keys were fetched.
    fetched: Option<Timestamp>,
    /// Why the last fetch failed.
    failure: Option<Error>,
    fetches: SingleFlight,
    /// The runtimes that started a fetch within the last minute, and when.
    begun: Vec<(runtime::Id, Timestamp)>,
}

/// Whether this many seconds have passed, in either direction: the clock may be set back.
fn is_over(since: Option<Timestamp>, seconds: u64, now: Timestamp) -> bool {
    since.is_none_or(|since| now.unix_seconds().abs_diff(since.unix_seconds()) >= seconds)
}

impl State {
    /// Whether another fetch may start on this runtime. A fetch on another runtime may never end,
    /// so it counts only once it has ended.
    fn may_fetch(&mut self, now: Timestamp) -> bool {
        let here = Handle::current().id();
        self.begun.retain(|(_, begun)| !is_over(Some(*begun), PAUSE_SECONDS, now));
        let is_elsewhere =
            |runtime: runtime::Id| runtime != here && self.fetches.on(runtime).is_some();
        self.begun.iter().all(|(runtime, _)| is_elsewhere(*runtime))
    }
}

impl Keys {
    pub(super) fn new(configured: HashMap<String, VerifyingKey>, client: Option<Client>) -> Self {
        Self { configured, client, state: Mutex::default() }
    }

    /// Returns the keys with this id, at least one, and fetches them from the API if needed.
    pub(super) async fn find(
        self: &Arc<Self>,
        id: &str,
        now: Timestamp,
    ) -> Result<Vec<VerifyingKey>, WebhookError> {
        if let Some(key) = self.configured.get(id) {
            return Ok(vec![key.clone()]);
        }
        let unknown = |fetched| {
            let known = self.configured.len() + fetched;
            WebhookError::UnknownKey { key_id: id.to_owned(), known }
        };
        let client = self.client.as_ref().ok_or_else(|| unknown(0))?;
        let flight = {
            let mut state = self.state();
            if let Some(keys) = state.keys.get(id)
                && !is_over(state.fetched, LIFE_SECONDS, now)
            {
                return Ok(keys.clone());
            }
            match state.fetches.here().cloned() {
                Some(flight) => Some(flight),
                None if state.may_fetch(now) => Some(self.fetch(&mut state, client, now)),
                None => None,
            }
        };
        if let Some(flight) = flight {
            // It ends: `fetch` sets its limit.
            flight.ended(after(Duration::MAX)).await;
        }
        let state = self.state();
        match (state.keys.get(id), &state.failure) {
            // Perhaps outdated, but the best there is while the API cannot be reached.
            (Some(keys), _) => Ok(keys.clone()),
            (None, Some(failure)) => Err(WebhookError::NoKeys(failure.clone())),
            (None, None) if state.keys.is_empty() => Err(WebhookError::NoUsableKey),
            (None, None) => Err(unknown(state.keys.len())),
        }
    }

    fn fetch(self: &Arc<Self>, state: &mut State, client: &Client, now: Timestamp) -> Flight {
        let (keys, client) = (Arc::clone(self), client.clone());
        let fetching = async move {
            let set = client.verification_keys().max_attempts(1).timeout(FETCH_TIME).await;
            keys.learn(set, now);
        };
        // The result if the request panics, or if its runtime does not drive it.
        let message = "the request for the keys did not end";
        state.failure = Some(Error::new(ErrorKind::Transport, Outcome::Unknown, message));
        state.begun.push((Handle::current().id(), now));
        state.fetches.begin(after(FETCH_TIME + Duration::from_secs(1)), fetching, || ())
    }

    fn learn(&self, set: crate::Result<VerificationKeySet>, now: Timestamp) {
        match set {
            Ok(set) => {
                let keys = usable(&set);
                let mut state = self.state();
                state.keys = keys;
                state.fetched = Some(now);
                state.failure = None;
            }
            Err(error) => {
                tracing::warn!(%error, "cannot fetch the webhook verification keys");
                self.state().failure = Some(error);
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic cannot leave the state half updated.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns the keys that can be used. The API may add other kinds, which are ignored.
fn usable(set: &VerificationKeySet) -> HashMap<String, Vec<VerifyingKey>> {
    let mut usable: HashMap<String, Vec<VerifyingKey>> = HashMap::new();
    let mut ignored = Vec::new();
    // A key without an id cannot be named by a signature.
    for key in set.keys.iter().filter(|key| !key.key_id.is_empty()) {
        match key.verifying_key() {
            Ok(verifying) => usable.entry(key.key_id.clone()).or_default().push(verifying),
            Err(error) => ignored.push(error),
        }
    }
    // One log line, however many keys are ignored.
    if let Some(error) = ignored.first() {
        tracing::warn!(ignored = ignored.len(), %error, "ignored unusable verification keys");
    }
    usable
}
