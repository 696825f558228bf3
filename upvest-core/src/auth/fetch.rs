//! How a call gets its token: from the cache, or from a fetch that it shares with other calls.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use tracing::Instrument as _;
use upvest_transport::__core::after;

use super::endpoint::AccessTokens as _;
use super::token::Token;
use super::tokens::{Next, State};
use crate::client::Client;
use crate::error::{Error, ErrorKind, Outcome, Result, classify};
use crate::single_flight::Flight;

impl Client {
    /// Returns a token to send with, for a call that has waited for one since `asked`.
    ///
    /// Concurrent callers share one fetch, and its failure. The fetch has the client's timeout, not
    /// that of the call that started it. So a call that is dropped, or has little time left, does
    /// not deprive the others of the token.
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
                let message = "no access token: the deadline passed while fetching it";
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
                .map_err(Error::into_token_error);
            let failure = result.as_ref().err().cloned();
            client.tokens().store(result);
            if let Some(error) = failure {
                tracing::warn!(%error, "cannot fetch an access token");
            }
        };
        let client = self.clone();
        // Another fetch would panic again at once. The stored failure makes the calls pause.
        let on_panic = move || {
            let message = "no access token: the token request panicked";
            let error = Error::new(ErrorKind::Token, Outcome::NotSent, message);
            client.tokens().store(Err(error));
        };
        // No limit here: the call has its own deadline.
        state.fetches.begin(after(Duration::MAX), fetching.in_current_span(), on_panic)
    }
}
