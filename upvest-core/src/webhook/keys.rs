//! The keys that webhooks are signed with: given by hand, or fetched from the API.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};
use upvest_macros::api;

use super::error::WebhookError;
use crate::call::Call;
use crate::client::Client;
use crate::error::Error;
use crate::null::null_as_default;
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
    /// Each under its id.
    #[serde(deserialize_with = "null_as_default")]
    pub keys: Vec<JsonWebKey>,
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
    keys: HashMap<String, VerifyingKey>,
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

    /// The key with this id, if need be from the API.
    pub(super) async fn find(
        self: &Arc<Self>,
        id: &str,
        now: Timestamp,
    ) -> Result<VerifyingKey, WebhookError> {
        if let Some(key) = self.by_hand.get(id) {
            return Ok(key.clone());
        }
        let unknown = |fetched| {
            let known = self.by_hand.len() + fetched;
            WebhookError::UnknownKey { key_id: id.to_owned(), known }
        };
        let client = self.client.as_ref().ok_or_else(|| unknown(0))?;
        let fetch = {
            let mut state = self.state();
            if let Some(key) = state.keys.get(id)
                && !is_over(state.fetched, LIFE_SECONDS, now)
            {
                return Ok(key.clone());
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
            (Some(key), _) => Ok(key.clone()),
            (None, Some(failure)) => Err(WebhookError::NoKeys(failure.clone())),
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
fn usable(set: &VerificationKeySet) -> HashMap<String, VerifyingKey> {
    let read = |key: &JsonWebKey| match key.verifying_key() {
        Ok(verifying) => Some((key.key_id.clone(), verifying)),
        Err(error) => {
            tracing::warn!(%error, "a key of webhooks is left out");
            None
        }
    };
    set.keys.iter().filter_map(read).collect()
}
