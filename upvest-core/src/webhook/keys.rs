//! The keys that webhooks are signed with: given by hand, or fetched from the API.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::de::{Deserializer, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tokio::runtime::{self, Handle};
use upvest_macros::api;

use super::error::WebhookError;
use crate::call::Call;
use crate::client::Client;
use crate::deadline::after;
use crate::error::{Error, ErrorKind, Outcome};
use crate::signature::{JsonWebKey, VerifyingKey};
use crate::single_flight::{Flight, SingleFlight};
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
    fetches: SingleFlight,
    /// Which runtimes began the fetches of the last minute, and when.
    begun: Vec<(runtime::Id, Timestamp)>,
}

/// Whether so many seconds have passed; also if the clock was put back.
fn is_over(since: Option<Timestamp>, seconds: u64, now: Timestamp) -> bool {
    since.is_none_or(|since| now.unix_seconds().abs_diff(since.unix_seconds()) >= seconds)
}

impl State {
    /// Whether another fetch may begin on this runtime. That of another runtime may never end, so it
    /// counts only when it has.
    fn may_fetch(&mut self, now: Timestamp) -> bool {
        let here = Handle::current().id();
        self.begun.retain(|(_, begun)| !is_over(Some(*begun), PAUSE_SECONDS, now));
        let is_elsewhere =
            |runtime: runtime::Id| runtime != here && self.fetches.on(runtime).is_some();
        self.begun.iter().all(|(runtime, _)| is_elsewhere(*runtime))
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
            flight.ended(after(FETCH_TIME)).await;
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

    fn fetch(self: &Arc<Self>, state: &mut State, client: &Client, now: Timestamp) -> Flight {
        let (keys, client) = (Arc::clone(self), client.clone());
        let fetching = async move {
            let set = client.verification_keys().max_attempts(1).timeout(FETCH_TIME).await;
            keys.learn(set, now);
        };
        let keys = Arc::clone(self);
        let on_panic = move || {
            let message = "the request for the keys panicked";
            keys.learn(Err(Error::new(ErrorKind::Transport, Outcome::Unknown, message)), now);
        };
        state.begun.push((Handle::current().id(), now));
        state.fetches.begin(after(FETCH_TIME + Duration::from_secs(1)), fetching, on_panic)
    }

    fn learn(&self, set: crate::Result<VerificationKeySet>, now: Timestamp) {
        let mut state = self.state();
        match set {
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
