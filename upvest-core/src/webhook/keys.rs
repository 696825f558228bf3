//! The keys that webhooks are signed with: given by hand, or fetched from the API.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;
use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};
use upvest_macros::api;

use super::error::WebhookError;
use crate::call::Call;
use crate::client::Client;
use crate::error::Error;
use crate::signature::{JsonWebKey, VerifyingKey};
use crate::types::Timestamp;

/// However many unknown key ids come in: whoever invents them must not make us call out.
const PAUSE_SECONDS: u64 = 60;
/// A key that has been withdrawn is not taken for longer, unless the API cannot be asked.
const LIFE_SECONDS: u64 = 24 * 60 * 60;
/// How long a fetch may take, its access token included.
const FETCH_TIME: Duration = Duration::from_secs(10);

/// The endpoint that lists the keys, as in [Upvest's reference](
/// https://docs.upvest.co/api/release/upvest-investment-api.v1-1/webhooks).
///
/// A [`WebhookVerifier`](super::WebhookVerifier) asks it by itself.
#[api(scope = ["webhooks:read", "webhooks:admin"], crate = crate)]
pub trait VerificationKeys: Send + Sync {
    /// Reads the keys that webhooks are signed with.
    ///
    /// # Errors
    /// As every [`Call`].
    #[endpoint(GET, "/auth/verify_keys", signed)]
    fn verification_keys(&self) -> Call<VerificationKeySet>;
}

/// The keys that webhooks are signed with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct VerificationKeySet {
    /// Each under its id. An entry of the API's list that is not a JSON Web Key is left out, as RFC
    /// 7517, section 5, asks for.
    #[serde(deserialize_with = "readable")]
    pub keys: Vec<JsonWebKey>,
}

/// The entries that can be read. Each is skipped as text at first: read as a value, a number out of
/// range or a list in a list in a list would fail the whole set.
fn readable<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<JsonWebKey>, D::Error> {
    let entries: Option<Vec<Box<RawValue>>> = Option::deserialize(deserializer)?;
    let read = |entry: Box<RawValue>| {
        let key = serde_json::from_str(entry.get()).ok();
        if key.is_none() {
            tracing::warn!("an entry of a key set is left out: not a JSON Web Key");
        }
        key
    };
    Ok(entries.unwrap_or_default().into_iter().filter_map(read).collect())
}

impl VerificationKeySet {
    /// A set of keys, for fakes in tests.
    #[must_use]
    pub fn of(keys: Vec<JsonWebKey>) -> Self {
        Self { keys }
    }
}

/// Where a verifier finds its keys.
pub(super) struct Keys {
    by_hand: HashMap<String, VerifyingKey>,
    client: Option<Client>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// More than one under an id if they are of different kinds (RFC 7517, section 4.5).
    keys: HashMap<String, Vec<VerifyingKey>>,
    /// When the keys were fetched.
    fetched: Option<Timestamp>,
    /// When they were last asked for.
    asked: Option<Timestamp>,
    /// Why the last fetch failed.
    failure: Option<Error>,
    fetch: Option<Fetch>,
}

/// A fetch that was begun.
#[derive(Clone)]
struct Fetch {
    /// Closed when it has ended, however it ended.
    ended: watch::Receiver<()>,
    /// When it has ended at the latest, unless nobody drives its runtime any more.
    ends: Instant,
}

/// Whether so many seconds have passed; also if the clock was put back.
fn is_over(since: Option<Timestamp>, seconds: u64, now: Timestamp) -> bool {
    since.is_none_or(|since| now.unix_seconds().abs_diff(since.unix_seconds()) >= seconds)
}

impl State {
    /// The fetch that is under way.
    fn under_way(&self) -> Option<Fetch> {
        let fetch = self.fetch.as_ref()?;
        let is_under_way = fetch.ended.has_changed().is_ok() && Instant::now() < fetch.ends;
        is_under_way.then(|| fetch.clone())
    }
}

impl Keys {
    pub(super) fn new(by_hand: HashMap<String, VerifyingKey>, client: Option<Client>) -> Self {
        Self { by_hand, client, state: Mutex::default() }
    }

    /// The keys with this id, if need be from the API; at least one.
    pub(super) async fn find(
        self: &Arc<Self>,
        id: &str,
        now: Timestamp,
    ) -> Result<Vec<VerifyingKey>, WebhookError> {
        if let Some(key) = self.by_hand.get(id) {
            return Ok(vec![key.clone()]);
        }
        let unknown = |fetched| {
            let known = self.by_hand.len() + fetched;
            WebhookError::UnknownKey { key_id: id.to_owned(), known }
        };
        let client = self.client.as_ref().ok_or_else(|| unknown(0))?;
        let fetch = {
            let mut state = self.state();
            if let Some(keys) = state.keys.get(id)
                && !is_over(state.fetched, LIFE_SECONDS, now)
            {
                return Ok(keys.clone());
            }
            match state.under_way() {
                Some(fetch) => Some(fetch),
                None if is_over(state.asked, PAUSE_SECONDS, now) => {
                    state.asked = Some(now);
                    Some(state.fetch.insert(self.fetch(client, now)).clone())
                }
                None => None,
            }
        };
        if let Some(mut fetch) = fetch {
            // An error, for nothing is ever sent: it ends when the sender is dropped.
            let _ = timeout_at(fetch.ends, fetch.ended.changed()).await;
        }
        let state = self.state();
        match (state.keys.get(id), &state.failure) {
            // Perhaps an old one: while the API cannot be asked, it is the best there is.
            (Some(keys), _) => Ok(keys.clone()),
            (None, Some(failure)) => Err(WebhookError::NoKeys(failure.clone())),
            (None, None) if state.keys.is_empty() => Err(WebhookError::NoUsableKey),
            (None, None) => Err(unknown(state.keys.len())),
        }
    }

    /// Begins to fetch. A task of its own: whoever closes his connection does not stop it for the
    /// others.
    fn fetch(self: &Arc<Self>, client: &Client, now: Timestamp) -> Fetch {
        let (sender, ended) = watch::channel(());
        let (keys, client) = (Arc::clone(self), client.clone());
        tokio::spawn(async move {
            let answer = client.verification_keys().attempts(1).timeout(FETCH_TIME).await;
            keys.learn(answer, now);
            drop(sender);
        });
        Fetch { ended, ends: Instant::now() + FETCH_TIME + Duration::from_secs(1) }
    }

    fn learn(&self, answer: crate::Result<VerificationKeySet>, now: Timestamp) {
        let mut state = self.state();
        match answer {
            Ok(set) => {
                state.keys = usable(&set);
                state.fetched = Some(now);
                state.failure = None;
            }
            Err(error) => {
                tracing::warn!(%error, "the keys of webhooks could not be fetched");
                state.failure = Some(error);
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing in there is ever half done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The keys that can be used: others may be added some day, and do no harm.
fn usable(set: &VerificationKeySet) -> HashMap<String, Vec<VerifyingKey>> {
    let mut usable: HashMap<String, Vec<VerifyingKey>> = HashMap::new();
    // Without an id, no signature can name it.
    for key in set.keys.iter().filter(|key| !key.key_id.is_empty()) {
        match key.verifying_key() {
            Ok(verifying) => usable.entry(key.key_id.clone()).or_default().push(verifying),
            Err(error) => tracing::warn!(%error, "a key of webhooks is left out"),
        }
    }
    usable
}
