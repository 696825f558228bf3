//! A token in use: what is sent, and for how long.

use std::time::Duration;

use http::HeaderValue;
use secrecy::ExposeSecret as _;
use tokio::time::Instant;

use super::access_token::AccessToken;
use super::trial::Trial;
use crate::error::{Error, ErrorKind, Outcome, Result};

/// How long before its expiry a token is refreshed; a tenth of its lifetime if that is shorter.
const EARLY: Duration = Duration::from_secs(60);

/// A token in use.
pub(crate) struct Token {
    header: HeaderValue,
    fetched: Instant,
    refresh_at: Instant,
    ends: Instant,
    trial: Trial,
}

/// Whether a token can be used, and whether to fetch the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Freshness {
    Fresh,
    /// Still valid, but it is time to fetch the next one.
    Stale,
    Over,
}

impl Token {
    /// Returns `Bearer …`, marked as sensitive.
    pub(crate) fn header(&self) -> HeaderValue {
        self.header.clone()
    }

    /// Returns what is known about whether the server accepts it.
    pub(crate) fn trial(&self) -> &Trial {
        &self.trial
    }

    pub(super) fn new(token: &AccessToken, fetched: Instant) -> Result<Self> {
        let bearer = format!("Bearer {}", token.secret().expose_secret());
        let mut header = HeaderValue::from_str(&bearer).map_err(|_| {
            let message = "the access token cannot be used in a header";
            Error::new(ErrorKind::Token, Outcome::NotSent, message)
        })?;
        header.set_sensitive(true);
        let life = token.expires_in();
        let refresh_at = fetched + life.saturating_sub(EARLY.min(life / 10));
        let ends = fetched + life;
        Ok(Self { header, fetched, refresh_at, ends, trial: Trial::new() })
    }

    /// Returns how it can be used at `now`, by a call that asked at `asked`.
    ///
    /// A token that was fetched while the call waited is fresh, however short its lifetime is.
    /// Otherwise a lifetime of zero would make each waiter fetch its own token.
    pub(super) fn freshness(&self, asked: Instant, now: Instant) -> Freshness {
        if now < self.refresh_at || self.fetched >= asked {
            Freshness::Fresh
        } else if now < self.ends {
            Freshness::Stale
        } else {
            Freshness::Over
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
        Token::new(&AccessToken::with_lifetime(Duration::from_secs(life)), fetched).unwrap()
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
