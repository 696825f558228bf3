//! The keys that webhooks are signed with: given by hand, or fetched from the API.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::de::{Deserializer, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tokio::runtime::{self, Handle};
use tokio::sync::watch;
use tokio::time::Instant;
use upvest_macros::api;

use super::error::WebhookError;
use crate::call::Call;
use crate::client::Client;
use crate::deadline::within;
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

/// As many keys of a list as are kept: the API has a handful.
const MOST_KEYS: usize = 1_000;

/// The entries that can be read, one after the other: a list may have millions. Each is skipped as text
/// at first: read as a value, a number out of range or a list in a list in a list would fail the whole
/// set.
fn readable<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<JsonWebKey>, D::Error> {
    struct Entries;

    impl<'de> Visitor<'de> for Entries {
        type Value = Vec<JsonWebKey>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list of keys")
        }

        // `null`
        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(Vec::new())
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            let (mut keys, mut left_out) = (Vec::new(), 0_u64);
            while let Some(entry) = list.next_element::<Box<RawValue>>()? {
                match serde_json::from_str(entry.get()) {
                    Ok(key) if keys.len() < MOST_KEYS => keys.push(key),
                    _ => left_out += 1,
                }
            }
            if left_out > 0 {
                tracing::warn!(
                    left_out,
                    "entries of a key set are left out: not JSON Web Keys, or too many"
                );
            }
            Ok(keys)
        }
    }

    deserializer.deserialize_any(Entries)
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
    /// Why the last fetch failed.
    failure: Option<Error>,
    /// Those of the last minute. Of each runtime one is under way at most: another runtime may not be
    /// driven, so nothing can wait for its fetch.
    fetches: Vec<Fetch>,
}

/// A fetch that was begun.
#[derive(Clone)]
struct Fetch {
    /// The one that drives it.
    runtime: runtime::Id,
    begun: Timestamp,
    /// Closed when it has ended, however it ended.
    ended: watch::Receiver<()>,
    /// When it has ended at the latest.
    ends: Instant,
}

impl Fetch {
    fn is_under_way(&self) -> bool {
        self.ended.has_changed().is_ok() && Instant::now() < self.ends
    }
}

/// Whether so many seconds have passed; also if the clock was put back.
fn is_over(since: Option<Timestamp>, seconds: u64, now: Timestamp) -> bool {
    since.is_none_or(|since| now.unix_seconds().abs_diff(since.unix_seconds()) >= seconds)
}

impl State {
    /// The fetch to wait for, if another one is begun by `begin` or under way on this runtime.
    fn fetch(&mut self, now: Timestamp, begin: impl FnOnce() -> Fetch) -> Option<Fetch> {
        let here = Handle::current().id();
        self.fetches.retain(|fetch| {
            fetch.is_under_way() || !is_over(Some(fetch.begun), PAUSE_SECONDS, now)
        });
        let mut fetches = self.fetches.iter();
        if let Some(fetch) =
            fetches.clone().find(|fetch| fetch.runtime == here && fetch.is_under_way())
        {
            return Some(fetch.clone());
        }
        // What another runtime has begun may never end.
        if fetches.any(|fetch| fetch.runtime == here || !fetch.is_under_way()) {
            return None;
        }
        let fetch = begin();
        self.fetches.push(fetch.clone());
        Some(fetch)
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
            state.fetch(now, || self.fetch(client, now))
        };
        if let Some(mut fetch) = fetch {
            // An error, for nothing is ever sent: it ends when the sender is dropped.
            let _ = within(fetch.ends, fetch.ended.changed()).await;
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
            let answer = client.verification_keys().max_attempts(1).timeout(FETCH_TIME).await;
            keys.learn(answer, now);
            drop(sender);
        });
        let ends = Instant::now() + FETCH_TIME + Duration::from_secs(1);
        Fetch { runtime: Handle::current().id(), begun: now, ended, ends }
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
    let mut left_out = Vec::new();
    // Without an id, no signature can name it.
    for key in set.keys.iter().filter(|key| !key.key_id.is_empty()) {
        match key.verifying_key() {
            Ok(verifying) => usable.entry(key.key_id.clone()).or_default().push(verifying),
            Err(error) => left_out.push(error),
        }
    }
    // One line, however many there are.
    if let Some(error) = left_out.first() {
        tracing::warn!(left_out = left_out.len(), %error, "keys of webhooks are left out");
    }
    usable
}
