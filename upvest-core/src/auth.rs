//! Access tokens: the endpoint that gives them, and the cache that asks it seldom.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http::HeaderValue;
use secrecy::{ExposeSecret as _, SecretString};
use serde::ser::SerializeStruct as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout_at};
use upvest_macros::api;
use uuid::Uuid;

use crate::call::Call;
use crate::client::Client;
use crate::error::{Error, ErrorKind, Outcome, Result};

/// Refreshed this long before it ends, or a tenth of its life if that is shorter.
const EARLY: Duration = Duration::from_mins(1);
/// However long an answer promises, a token is asked for anew after a day.
const LONGEST_LIFE: Duration = Duration::from_hours(24);

/// The token endpoint. Every other call asks it when it needs to: you need not.
#[api]
pub trait AccessTokens: Send + Sync {
    /// Exchanges the client's credentials for an access token.
    ///
    /// # Errors
    /// As every [`Call`]; 401 if the credentials are wrong or the client has no such scope.
    #[endpoint(POST, "/auth/token", form, anonymous, signed)]
    fn create_access_token(&self, body: &TokenRequest) -> Call<AccessToken>;
}

/// Who asks for a token, and for what.
#[derive(Debug, Clone)]
pub struct TokenRequest {
    /// The client id.
    pub client_id: Uuid,
    /// The client secret.
    pub client_secret: SecretString,
    /// The scopes, with spaces in between.
    pub scope: String,
}

impl Serialize for TokenRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let mut form = serializer.serialize_struct("TokenRequest", 4)?;
        form.serialize_field("client_id", &self.client_id)?;
        form.serialize_field("client_secret", self.client_secret.expose_secret())?;
        form.serialize_field("grant_type", "client_credentials")?;
        form.serialize_field("scope", &self.scope)?;
        form.end()
    }
}

/// An access token, how long it lives, and what for.
#[derive(Debug, Clone)]
pub struct AccessToken {
    secret: SecretString,
    expires_in: Duration,
    scope: String,
}

impl AccessToken {
    /// What stands behind `Bearer` in the header `authorization`.
    #[must_use]
    pub fn secret(&self) -> &SecretString {
        &self.secret
    }

    /// How long it lives, from when it was given; at most a day.
    #[must_use]
    pub fn expires_in(&self) -> Duration {
        self.expires_in
    }

    /// The scopes that were granted, with spaces in between; empty if the answer did not say.
    #[must_use]
    pub fn scope(&self) -> &str {
        &self.scope
    }

    /// Reads the answer. Nothing of it is repeated in an error: it may be the token.
    fn from_json(answer: &serde_json::Value) -> std::result::Result<Self, &'static str> {
        let text = |name| answer.get(name).and_then(serde_json::Value::as_str);
        let secret = text("access_token").ok_or("it has no text `access_token`")?;
        if secret.is_empty() || !secret.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err("its `access_token` cannot stand in a header");
        }
        if !text("token_type").is_some_and(|kind| kind.eq_ignore_ascii_case("bearer")) {
            return Err("its `token_type` is not `bearer`");
        }
        let seconds = answer
            .get("expires_in")
            .and_then(serde_json::Value::as_i64)
            .ok_or("its `expires_in` is no whole number of seconds")?;
        // Nothing or less is a token for the calls that wait for it now.
        let expires_in = Duration::from_secs(seconds.try_into().unwrap_or(0)).min(LONGEST_LIFE);
        let scope = text("scope").unwrap_or_default().to_owned();
        Ok(Self { secret: secret.to_owned().into(), expires_in, scope })
    }
}

impl<'de> Deserialize<'de> for AccessToken {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let answer = serde_json::Value::deserialize(deserializer)?;
        Self::from_json(&answer).map_err(de::Error::custom)
    }
}

/// A token in use.
pub(crate) struct Token {
    header: HeaderValue,
    fetched: Instant,
    refresh_at: Instant,
    is_refused: AtomicBool,
}

impl Token {
    /// `Bearer …`, marked as sensitive.
    pub(crate) fn header(&self) -> HeaderValue {
        self.header.clone()
    }

    fn new(token: &AccessToken, fetched: Instant) -> Result<Self> {
        let bearer = format!("Bearer {}", token.secret.expose_secret());
        let mut header = HeaderValue::from_str(&bearer).map_err(|_| unusable())?;
        header.set_sensitive(true);
        let life = token.expires_in.saturating_sub(EARLY.min(token.expires_in / 10));
        let is_refused = AtomicBool::new(false);
        Ok(Self { header, fetched, refresh_at: fetched + life, is_refused })
    }

    /// Whether a call that asked at `asked` may use it at `now`.
    ///
    /// A token that was fetched while the call waited will do, however short it lives: otherwise an
    /// answer with no life at all would make each waiter fetch one of its own.
    fn is_fresh(&self, asked: Instant, now: Instant) -> bool {
        let is_refused = self.is_refused.load(Ordering::Relaxed);
        !is_refused && (now < self.refresh_at || self.fetched >= asked)
    }

    /// The server does not take it any more. Says nothing of a newer one.
    pub(crate) fn refuse(&self) {
        self.is_refused.store(true, Ordering::Relaxed);
    }
}

fn unusable() -> Error {
    Error::new(ErrorKind::Token, Outcome::NotSent, "the access token cannot stand in a header")
}

/// The token that is in use, and the credentials to fetch the next one with.
pub(crate) struct TokenCache {
    credentials: TokenRequest,
    current: Mutex<Option<Arc<Token>>>,
}

impl TokenCache {
    pub(crate) fn new(credentials: TokenRequest) -> Self {
        Self { credentials, current: Mutex::new(None) }
    }

    /// A fresh token. However many calls wait, one of them asks; if it is dropped, the next does.
    pub(crate) async fn get(&self, client: &Client, deadline: Instant) -> Result<Arc<Token>> {
        let asked = Instant::now();
        let Ok(mut current) = timeout_at(deadline, self.current.lock()).await else {
            let message = "no access token: the time ran out while another call fetched it";
            return Err(Error::new(ErrorKind::Token, Outcome::NotSent, message));
        };
        if let Some(token) = current.as_ref().filter(|token| token.is_fresh(asked, Instant::now()))
        {
            return Ok(Arc::clone(token));
        }
        let answer = client.create_access_token(&self.credentials).deadline(deadline).await;
        let answer = answer.map_err(Error::for_want_of_a_token)?;
        let token = Arc::new(Token::new(&answer, Instant::now())?);
        *current = Some(Arc::clone(&token));
        Ok(token)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;

    use super::{AccessToken, Token};

    fn token_for(expires_in: Duration) -> AccessToken {
        AccessToken { secret: "x".to_owned().into(), expires_in, scope: String::new() }
    }

    fn read(json: &str) -> Result<AccessToken, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    #[test]
    fn the_life_of_a_token_is_read_with_care() {
        for (expires_in, seconds) in
            [("1799", 1799), ("0", 0), ("-5", 0), ("1000000000000", 86_400), ("86400", 86_400)]
        {
            let json = format!(
                r#"{{"access_token":"ory_at_x","token_type":"Bearer","expires_in":{expires_in},"scope":"a"}}"#
            );
            assert_eq!(
                read(&json).unwrap().expires_in,
                Duration::from_secs(seconds),
                "{expires_in}"
            );
        }
    }

    #[test]
    fn an_unusable_answer_is_refused_in_one_sentence_without_repeating_it() {
        for (json, sentence) in [
            (r#""ory_at_secret""#, "it has no text `access_token`"),
            ("[]", "it has no text `access_token`"),
            (r#"{"access_token":7}"#, "it has no text `access_token`"),
            (
                r#"{"access_token":"ory_at_secret\r\nx: y","token_type":"bearer","expires_in":1}"#,
                "its `access_token` cannot stand in a header",
            ),
            (
                r#"{"access_token":"","token_type":"bearer","expires_in":1}"#,
                "its `access_token` cannot stand in a header",
            ),
            (
                r#"{"access_token":"ory_at_secret","token_type":"mac","expires_in":1}"#,
                "its `token_type` is not `bearer`",
            ),
            (
                r#"{"access_token":"ory_at_secret","token_type":"bearer"}"#,
                "its `expires_in` is no whole number of seconds",
            ),
            (
                r#"{"access_token":"ory_at_secret","token_type":"bearer","expires_in":"soon"}"#,
                "its `expires_in` is no whole number of seconds",
            ),
            (
                r#"{"access_token":"ory_at_secret","token_type":"bearer","expires_in":1e40}"#,
                "its `expires_in` is no whole number of seconds",
            ),
        ] {
            let error = read(json).unwrap_err();
            assert!(error.starts_with(sentence), "{json}: {error}");
            assert!(!error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn a_token_is_refreshed_early() {
        let now = Instant::now();
        for (life, fresh_for) in [(1800, 1740), (100, 90), (10, 9), (0, 0)] {
            let answer = token_for(Duration::from_secs(life));
            let token = Token::new(&answer, now).unwrap();
            let later = now + Duration::from_secs(fresh_for);
            let asked = later;
            assert!(!token.is_fresh(asked + Duration::from_nanos(1), later), "{life}");
            if fresh_for > 0 {
                assert!(token.is_fresh(asked, later - Duration::from_nanos(1)), "{life}");
            }
        }
    }

    #[test]
    fn a_token_fetched_while_a_call_waited_is_good_for_that_call() {
        let asked = Instant::now();
        let answer = token_for(Duration::ZERO);
        let token = Token::new(&answer, asked).unwrap();
        assert!(token.is_fresh(asked, asked + Duration::from_secs(1)));
        token.refuse();
        assert!(!token.is_fresh(asked, asked), "but not one that was refused");
    }
}
