//! The access token that all calls of a client share: fetched by one, refreshed before it ends.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::HeaderValue;
use secrecy::ExposeSecret as _;
use tokio::runtime::{self, Handle};
use tokio::sync::watch;
use tokio::time::Instant;
use tracing::Instrument as _;

use crate::auth::{AccessToken, AccessTokens as _, TokenRequest};
use crate::client::Client;
use crate::deadline::within;
use crate::error::{Error, ErrorKind, Result};
use crate::outcome::Outcome;
use crate::trial::Trial;

/// Refreshed this long before it ends, or a tenth of its life if that is shorter.
const EARLY: Duration = Duration::from_mins(1);
/// After a failure nobody asks again for so long; nor after a new token that was refused too.
const PAUSE: Duration = Duration::from_secs(1);
/// Nor for longer, whatever the server says: without a token nothing works.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// A token in use.
pub(crate) struct Token {
    header: HeaderValue,
    fetched: Instant,
    refresh_at: Instant,
    ends: Instant,
    trial: Trial,
}

/// What a token is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Freshness {
    Fresh,
    /// Good still, and time to fetch the next one.
    Stale,
    Over,
}

impl Token {
    /// `Bearer …`, marked as sensitive.
    pub(crate) fn header(&self) -> HeaderValue {
        self.header.clone()
    }

    /// Whether the server takes it.
    pub(crate) fn trial(&self) -> &Trial {
        &self.trial
    }

    fn new(token: &AccessToken, fetched: Instant) -> Result<Self> {
        let bearer = format!("Bearer {}", token.secret().expose_secret());
        let mut header = HeaderValue::from_str(&bearer).map_err(|_| {
            let message = "the access token cannot stand in a header";
            Error::new(ErrorKind::Token, Outcome::NotSent, message)
        })?;
        header.set_sensitive(true);
        let life = token.expires_in();
        let refresh_at = fetched + life.saturating_sub(EARLY.min(life / 10));
        let ends = fetched + life;
        Ok(Self { header, fetched, refresh_at, ends, trial: Trial::new() })
    }

    /// What it is good for at `now`, for a call that asked at `asked`.
    ///
    /// A token that was fetched while the call waited will do, however short it lives: otherwise an
    /// answer with no life at all would make each waiter fetch one of its own.
    fn freshness(&self, asked: Instant, now: Instant) -> Freshness {
        if now < self.refresh_at || self.fetched >= asked {
            Freshness::Fresh
        } else if now < self.ends {
            Freshness::Stale
        } else {
            Freshness::Over
        }
    }
}

/// The token that is in use, and the credentials to fetch the next one with.
pub(crate) struct TokenCache {
    credentials: TokenRequest,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    current: Option<Arc<Token>>,
    /// At most one for each runtime: another one may not be driven, so nothing can wait for it.
    fetches: Vec<Fetch>,
    /// Why the last fetch gave no token, and since when that is known.
    failure: Option<(Error, Instant)>,
    /// When a refused token was last replaced.
    replaced: Option<Instant>,
}

/// A fetch that was begun.
struct Fetch {
    /// The one that drives it.
    runtime: runtime::Id,
    /// Closed when it has ended, however it ended.
    ended: watch::Receiver<()>,
}

impl Fetch {
    fn is_under_way(&self) -> bool {
        self.ended.has_changed().is_ok()
    }
}

impl TokenCache {
    pub(crate) fn new(credentials: TokenRequest) -> Self {
        Self { credentials, state: Mutex::default() }
    }

    /// A token to send with, for a call that has asked for one since `asked`. However many calls wait
    /// for one, it is asked for once; and a failure is told to all of them.
    ///
    /// The fetch is a task of its own. It has the client's time, not that of the call that began
    /// it: a call that is dropped or has little time does not take it from the others.
    pub(crate) async fn get(
        &self,
        client: &Client,
        asked: Instant,
        deadline: Instant,
    ) -> Result<Arc<Token>> {
        loop {
            let mut ended = {
                let mut state = self.state();
                let now = Instant::now();
                let usable = state.current.as_ref().and_then(|token| {
                    let freshness = token.freshness(asked, now);
                    (freshness != Freshness::Over).then(|| (Arc::clone(token), freshness))
                });
                if let Some((token, freshness)) = usable {
                    if freshness == Freshness::Stale && state.may_fetch(now) {
                        // Once: if it fails, another call begins the next one.
                        state.fetch(client, 1);
                    }
                    return Ok(token);
                }
                if state.fetch_here().is_none() {
                    if let Some((error, at)) = &state.failure
                        && (*at >= asked || !state.may_fetch(now))
                    {
                        return Err(error.clone());
                    }
                    state.fetch(client, client.attempts());
                }
                let Some(fetch) = state.fetch_here() else { continue };
                fetch.ended.clone()
            };
            // An error, for nothing is ever sent: it ends when the sender is dropped.
            let _ = within(deadline, ended.changed()).await;
            if Instant::now() >= deadline {
                let message = "no access token: the time ran out while it was fetched";
                return Err(Error::new(ErrorKind::Timeout, Outcome::NotSent, message));
            }
        }
    }

    /// The server does not take `token`. Whether another one may be better.
    ///
    /// Another one may be there already. If not, it is fetched, but not time and again: then it is
    /// not the token that is wrong. Whether it is better, its [`Trial`] tells.
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

    async fn fetch(&self, client: &Client, attempts: u32) {
        let call = client.create_access_token(&self.credentials).max_attempts(attempts);
        let token = call.await.and_then(|answer| Token::new(&answer, Instant::now()));
        match token {
            Ok(token) => {
                let mut state = self.state();
                state.current = Some(Arc::new(token));
                state.failure = None;
            }
            Err(error) => {
                let error = error.for_want_of_a_token();
                self.fail(error.clone());
                tracing::warn!(%error, "no new access token");
            }
        }
    }

    fn fail(&self, error: Error) {
        self.state().failure = Some((error, Instant::now()));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing in there is ever half done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The fetch that is under way on the current runtime.
    fn fetch_here(&self) -> Option<&Fetch> {
        let here = Handle::current().id();
        self.fetches.iter().find(|fetch| fetch.runtime == here && fetch.is_under_way())
    }

    fn may_fetch(&self, now: Instant) -> bool {
        let is_pausing = self.failure.as_ref().is_some_and(|(error, at)| {
            let wanted = error.retry_after().unwrap_or_default();
            now < *at + wanted.clamp(PAUSE, LONGEST_PAUSE)
        });
        !is_pausing && self.fetch_here().is_none()
    }

    fn fetch(&mut self, client: &Client, attempts: u32) {
        let (sender, ended) = watch::channel(());
        self.fetches.retain(Fetch::is_under_way);
        self.fetches.push(Fetch { runtime: Handle::current().id(), ended });
        let end = End { client: client.clone(), _sender: sender };
        let fetching = async move { end.client.tokens().fetch(&end.client, attempts).await };
        tokio::spawn(fetching.in_current_span());
    }
}

/// Tells those who wait that a fetch has ended.
struct End {
    client: Client,
    _sender: watch::Sender<()>,
}

impl Drop for End {
    fn drop(&mut self) {
        // By what the user has brought along: a signer, a transport, a clock. Asked again at once, it
        // would panic at once.
        if std::thread::panicking() {
            let message = "no access token: the request for it panicked";
            self.client.tokens().fail(Error::new(ErrorKind::Token, Outcome::NotSent, message));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;

    use super::{Freshness, Token};
    use crate::auth::AccessToken;

    fn token(life: u64, fetched: Instant) -> Token {
        Token::new(&AccessToken::living(Duration::from_secs(life)), fetched).unwrap()
    }

    #[test]
    fn a_token_is_refreshed_early_and_good_until_it_ends() {
        let fetched = Instant::now();
        for (life, fresh_for) in [(1800, 1740), (100, 90), (10, 9), (0, 0)] {
            let token = token(life, fetched);
            let (refresh, end) =
                (fetched + Duration::from_secs(fresh_for), fetched + Duration::from_secs(life));
            let tick = Duration::from_nanos(1);
            let at = |now: Instant| token.freshness(now + tick, now);
            assert_eq!(at(end), Freshness::Over, "{life}");
            if life > 0 {
                assert_eq!(at(refresh - tick), Freshness::Fresh, "{life}");
                assert_eq!(at(refresh), Freshness::Stale, "{life}");
                assert_eq!(at(end - tick), Freshness::Stale, "{life}");
            }
        }
    }

    #[test]
    fn a_token_fetched_while_a_call_waited_is_good_for_that_call() {
        let asked = Instant::now();
        let token = token(0, asked);
        let later = asked + Duration::from_secs(1);
        assert_eq!(token.freshness(asked, later), Freshness::Fresh);
        assert_eq!(token.freshness(later, later), Freshness::Over);
    }
}
