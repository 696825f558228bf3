//! How a call gets its token: from the cache, or from a fetch that it shares with other calls.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::endpoint::AccessTokens as _;
use super::token::Token;
use super::tokens::{Next, State};
use crate::client::Client;
use crate::deadline::after;
use crate::error::{Error, ErrorKind, Outcome, Result, classify};
use crate::single_flight::Flight;

impl Client {
    /// Returns a token to send with, for a call that has waited for one since `asked`.
    ///
    /// Concurrent callers share one fetch, and its failure. The fetch has the client's timeout, not
    /// that of the call that began it: a call that is dropped, or that has little time, does not take
    /// the token from the others.
    pub(crate) async fn token(&self, asked: Instant, deadline: Instant) -> Result<Arc<Token>> {
        loop {
            let flight = {
                let mut state = self.tokens().state();
                match state.next(asked, Instant::now()) {
                    Next::Use(token) => return Ok(token),
                    Next::UseAndRefresh(token) => {
                        self.fetch_token(&mut state, 1);
                        return Ok(token);
                    }
                    Next::Fail(error) => return Err(error),
                    Next::Wait(flight) => flight,
                    Next::Fetch => self.fetch_token(&mut state, self.max_attempts()),
                }
            };
            flight.ended(deadline).await;
            if Instant::now() >= deadline {
                let message = "no access token: the time ran out while it was fetched";
                return Err(Error::of(classify::timeout(false), message));
            }
        }
    }

    fn fetch_token(&self, state: &mut State, max_attempts: u32) -> Flight {
        let client = self.clone();
        let fetching = async move {
            let call = client.create_access_token(client.tokens().credentials());
            let token = call.max_attempts(max_attempts).await;
            let result = token
                .and_then(|token| Token::new(&token, Instant::now()))
                .map_err(Error::for_want_of_a_token);
            let failure = result.as_ref().err().cloned();
            client.tokens().store(result);
            if let Some(error) = failure {
                tracing::warn!(%error, "no new access token");
            }
        };
        let client = self.clone();
        // Fetched again at once, it would panic at once: the failure makes the calls pause.
        let on_panic = move || {
            let message = "no access token: the request for it panicked";
            let error = Error::new(ErrorKind::Token, Outcome::NotSent, message);
            client.tokens().store(Err(error));
        };
        // Its own deadline ends it.
        state.fetches.begin(after(Duration::MAX), fetching, on_panic)
    }
}
