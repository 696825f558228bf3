//! The access token that all calls of a client share: which one to use, and when to fetch the next.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::access_token::TokenRequest;
use super::token::{Freshness, Token};
use crate::error::{Error, Result};
use crate::single_flight::{Flight, SingleFlight};

/// How long no token is fetched after a failure, or after a new token that was refused too.
const PAUSE: Duration = Duration::from_secs(1);
/// The longest such pause, whatever the server asks for: without a token nothing works.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// The token that is in use, and the credentials to fetch the next one with.
pub(crate) struct TokenCache {
    credentials: TokenRequest,
    state: Mutex<State>,
}

#[derive(Default)]
pub(super) struct State {
    current: Option<Arc<Token>>,
    pub(super) fetches: SingleFlight,
    /// Why the last fetch gave no token, and since when that is known.
    failure: Option<(Error, Instant)>,
    /// When a refused token was last replaced.
    replaced: Option<Instant>,
}

/// What a call that needs a token does next.
pub(super) enum Next {
    Use(Arc<Token>),
    /// Use this one, and begin to fetch the next one.
    UseAndRefresh(Arc<Token>),
    /// Wait for the fetch that is under way.
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

    /// The server does not accept `token`. Returns whether another one may be better.
    ///
    /// Another one may be there already. If not, it is fetched, but not time and again: then the token
    /// is not what is wrong. Whether it is better, its [`Trial`](super::trial::Trial) tells.
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

    /// Stores what a fetch has ended with.
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
        // No change of the state is ever half done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// What a call does now that has waited for a token since `asked`.
    pub(super) fn next(&self, asked: Instant, now: Instant) -> Next {
        if let Some(token) = &self.current {
            match token.freshness(asked, now) {
                // Once: if it fails, another call begins the next fetch.
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
