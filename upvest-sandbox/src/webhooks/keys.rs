//! The keys that webhooks are signed with, made from the seed one after the other.

use std::sync::{Arc, Mutex, PoisonError};

use upvest_core::SigningKey;
use upvest_core::signature::{JsonWebKey, KeyError};

use crate::credentials::p521_key;
use crate::problem::Refused;
use crate::seed::Seed;
use crate::store::Store;

/// The webhook keys. The newest key signs. The previous key is still listed, for its signatures.
pub(crate) struct WebhookKeys {
    store: Arc<Store>,
    newest: Mutex<Option<(u64, SigningKey)>>,
}

impl WebhookKeys {
    pub(crate) fn new(store: Arc<Store>) -> Self {
        Self { store, newest: Mutex::new(None) }
    }

    /// Returns the key that signs.
    pub(super) fn signing(&self) -> Result<SigningKey, Refused> {
        let number = self.store.webhook_key()?;
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        match &*newest {
            Some((known, key)) if *known == number => Ok(key.clone()),
            _ => {
                let key = make(&self.store.seed(), number).map_err(failed)?;
                *newest = Some((number, key.clone()));
                Ok(key)
            }
        }
    }

    /// Returns the listed keys, newest first.
    pub(super) fn listed(&self) -> Result<Vec<JsonWebKey>, Refused> {
        let newest = self.store.webhook_key()?;
        let seed = self.store.seed();
        let numbers = std::iter::once(newest).chain(newest.checked_sub(1));
        let keys = numbers.map(|number| {
            let key = make(&seed, number)?;
            JsonWebKey::new(upvest_core::Signer::key_id(&key), &key.verifying_key()?)
        });
        keys.collect::<Result<_, KeyError>>().map_err(failed)
    }
}

fn make(seed: &Seed, number: u64) -> Result<SigningKey, KeyError> {
    let der = p521_key(seed, &format!("webhook key {number}"));
    SigningKey::from_der(seed.uuid("webhook key id", number), der)
}

#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
fn failed(error: KeyError) -> Refused {
    Refused::internal(format!("the webhook key cannot be used: {error}"))
}
