//! The access token that all calls of a client share: which one to use, and when to fetch the next.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::access_token::TokenRequest;
use super::token::{Freshness, Token};
use crate::error::{Error, Result};
use crate::single_flight::{Flight, SingleFlight};

/// The pause before another fetch after a failure, or after a new token was refused too.
const PAUSE: Duration = Duration::from_secs(1);
/// The longest such pause, even if the server asks for more: without a token nothing works.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// The token in use, and the credentials for fetching the next one.
pub(crate) struct TokenCache {
    credentials: TokenRequest,
    state: Mutex<State>,
}

#[derive(Default)]
pub(super) struct State {
    current: Option<Arc<Token>>,
    pub(super) fetches: SingleFlight,
    /// Why the last fetch failed, and when.
    failure: Option<(Error, Instant)>,
    /// When a refused token was last replaced.
    replaced: Option<Instant>,
}

/// What a call that needs a token does next.
pub(super) enum Next {
    Use(Arc<Token>),
    /// Use this one, and start to fetch the next one.
    UseAndRefresh(Arc<Token>),
    /// Wait for the fetch in progress.
    Wait(Flight),
    Fetch,
    Fail(Error),
}

impl TokenCache {
    pub(crate) fn new(credentials: TokenRequest) -> Self {
        Self { credentials, state: Mutex::default() }
    }

    pub(super) fn credentials(&self) -> &TokenRequest {
        &self.credentials
    }

    /// Discards `token`, which the server refused. Returns whether another one may be accepted.
    ///
    /// There may be another one already. If not, the call fetches one, but at most once per
    /// `PAUSE`: if a new token is refused too, the token is not the problem. Whether the server
    /// accepts the new one is in its [`Trial`](super::trial::Trial).
    pub(crate) fn replace(&self, token: &Arc<Token>) -> bool {
        let mut state = self.state();
        if !state.current.as_ref().is_some_and(|current| Arc::ptr_eq(current, token)) {
            return true;
        }
        let now = Instant::now();
        if state.replaced.is_some_and(|at| now < at + PAUSE) {
            return false;
        }
        state.replaced = Some(now);
        state.current = None;
        true
    }

    /// Stores the result of a fetch.
    pub(super) fn store(&self, result: Result<Token>) {
        let mut state = self.state();
        match result {
            Ok(token) => {
                state.current = Some(Arc::new(token));
                state.failure = None;
            }
            Err(error) => state.failure = Some((error, Instant::now())),
        }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        // A panic never leaves a change of the state half done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Returns what a call does next that has waited for a token since `asked`.
    pub(super) fn next(&self, asked: Instant, now: Instant) -> Next {
        if let Some(token) = &self.current {
            match token.freshness(asked, now) {
                // One attempt: if it fails, another call starts the next fetch.
                Freshness::Stale if !self.is_pausing(now) && self.fetches.here().is_none() => {
                    return Next::UseAndRefresh(Arc::clone(token));
                }
                Freshness::Fresh | Freshness::Stale => return Next::Use(Arc::clone(token)),
                Freshness::Over => {}
            }
        }
        if let Some(flight) = self.fetches.here() {
            return Next::Wait(flight.clone());
        }
        match &self.failure {
            Some((error, at)) if *at >= asked || self.is_pausing(now) => Next::Fail(error.clone()),
            _ => Next::Fetch,
        }
    }

    fn is_pausing(&self, now: Instant) -> bool {
        self.failure.as_ref().is_some_and(|(error, at)| {
            let wanted = error.retry_after().unwrap_or_default();
            now < *at + wanted.clamp(PAUSE, LONGEST_PAUSE)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use tokio::time::{Instant, advance};
    use uuid::Uuid;

    use super::TokenCache;
    use crate::auth::access_token::{AccessToken, TokenRequest};
    use crate::auth::token::Token;

    fn cache() -> TokenCache {
        TokenCache::new(TokenRequest {
            client_id: Uuid::nil(),
            client_secret: "x".to_owned().into(),
            scope: String::new(),
        })
    }

    /// Stores a token, and returns it.
    fn stored(cache: &TokenCache) -> Arc<Token> {
        let token = AccessToken::with_lifetime(Duration::from_secs(1_800));
        cache.store(Token::new(&token, Instant::now()));
        Arc::clone(cache.state().current.as_ref().unwrap())
    }

    #[tokio::test(start_paused = true)]
    async fn refused_tokens_are_replaced_once_a_second() {
        let cache = cache();
        let first = stored(&cache);
        assert!(cache.replace(&first));
        let second = stored(&cache);
        advance(Duration::from_millis(999)).await;
        assert!(!cache.replace(&second), "the pause is not over");
        // An older token has its successor already.
        assert!(cache.replace(&first));
        advance(Duration::from_millis(1)).await;
        assert!(cache.replace(&second), "the pause is over");
    }
}
