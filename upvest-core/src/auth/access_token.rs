//! The access token, and the request for it.

use std::borrow::Cow;
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use serde::ser::SerializeStruct as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use uuid::Uuid;

use crate::json::lenient::{Fields, Value};

/// The longest lifetime of a token, even if the response promises more.
const LONGEST_LIFE: Duration = Duration::from_secs(24 * 60 * 60);

/// The request for an access token: the credentials and the scopes.
#[derive(Debug, Clone)]
pub struct TokenRequest {
    /// The client id.
    pub client_id: Uuid,
    /// The client secret.
    pub client_secret: SecretString,
    /// The scopes, separated by spaces.
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

/// An access token with its lifetime and its scopes.
#[derive(Debug, Clone)]
pub struct AccessToken {
    secret: SecretString,
    expires_in: Duration,
    scope: String,
}

impl AccessToken {
    /// Returns the token, which follows `Bearer` in the header `authorization`.
    #[must_use]
    pub fn secret(&self) -> &SecretString {
        &self.secret
    }

    /// Returns the lifetime, counted from when the token was issued; at most one day.
    #[must_use]
    pub fn expires_in(&self) -> Duration {
        self.expires_in
    }

    /// Returns the granted scopes, separated by spaces; empty if the response did not list them.
    #[must_use]
    pub fn scope(&self) -> &str {
        &self.scope
    }

    #[cfg(test)]
    pub(crate) fn with_lifetime(expires_in: Duration) -> Self {
        Self { secret: "x".to_owned().into(), expires_in, scope: String::new() }
    }

    /// Reads the response. An error repeats no part of it, because that may be the token.
    fn from_fields(mut response: Option<Fields>) -> std::result::Result<Self, Cow<'static, str>> {
        let mut text = |name| response.as_mut().and_then(|response| response.text(name));
        let secret = text("access_token").ok_or("it has no string `access_token`")?;
        if secret.is_empty() || !secret.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err("its `access_token` cannot be used in a header".into());
        }
        if !text("token_type").is_some_and(|kind| kind.eq_ignore_ascii_case("bearer")) {
            return Err("its `token_type` is not `bearer`".into());
        }
        let scope = text("scope").unwrap_or_default();
        let life = response.and_then(|mut response| response.value("expires_in"));
        let life = life.ok_or("its `expires_in` is missing (expected the lifetime in seconds)")?;
        let seconds = whole_seconds(&life).map_err(|form| {
            format!("its `expires_in` is {form}: expected a whole number of seconds")
        })?;
        let expires_in = Duration::from_secs(seconds).min(LONGEST_LIFE);
        Ok(Self { secret: secret.into(), expires_in, scope })
    }
}

/// Reads a whole number from a JSON number or string: some servers write `"1799"` or `1799.0`.
/// Otherwise returns the form of the value.
fn whole_seconds(life: &Value) -> std::result::Result<u64, &'static str> {
    let text = match life {
        Value::Number(number) => number,
        Value::Text(text) => text.trim(),
        other => return Err(other.form()),
    };
    let (is_negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let are_digits =
        |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !are_digits(whole) || !are_digits(fraction) {
        return Err("a string that is not a number");
    }
    if fraction.bytes().any(|digit| digit != b'0') {
        return Err("a number with a fraction");
    }
    // With a lifetime of zero or less, only the calls that are waiting now use the token.
    Ok(if is_negative { 0 } else { whole.parse().unwrap_or(u64::MAX) })
}

impl<'de> Deserialize<'de> for AccessToken {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let names = ["access_token", "token_type", "expires_in", "scope"];
        Self::from_fields(Fields::read(deserializer, &names)?).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::AccessToken;

    fn read(json: &str) -> Result<AccessToken, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    fn with(expires_in: &str) -> String {
        format!(
            r#"{{"access_token":"ory_at_secret","token_type":"Bearer","expires_in":{expires_in},"scope":"a"}}"#
        )
    }

    #[test]
    fn the_lifetime_of_a_token_is_read_leniently() {
        for (expires_in, seconds) in [
            ("1799", 1799),
            ("0", 0),
            ("-5", 0),
            ("86400", 86_400),
            ("1000000000000", 86_400),
            // As a string, or as a whole number in any notation.
            ("\"1799\"", 1799),
            ("\" 1799 \"", 1799),
            ("\"01799\"", 1799),
            ("1799.0", 1799),
            ("1799.000", 1799),
            ("\"1799.0\"", 1799),
            ("1.799e3", 1799),
            ("1.799E+3", 1799),
            ("-0", 0),
            ("-0.0", 0),
            ("\"-5\"", 0),
            ("-1e40", 0),
            // Capped at one day.
            ("1e40", 86_400),
            ("100000000000000000000", 86_400),
            ("18446744073709551615", 86_400),
            ("\"99999999999999999999999999999999\"", 86_400),
        ] {
            let token =
                read(&with(expires_in)).unwrap_or_else(|error| panic!("{expires_in}: {error}"));
            assert_eq!(token.expires_in, Duration::from_secs(seconds), "{expires_in}");
        }
    }

    #[test]
    fn an_unclear_lifetime_is_named_by_its_form() {
        for (expires_in, form) in [
            ("\"secret\"", "a string that is not a number"),
            ("\"\"", "a string that is not a number"),
            ("\"30m\"", "a string that is not a number"),
            ("\"1799s\"", "a string that is not a number"),
            ("\"1.799e3\"", "a string that is not a number"),
            ("\"1,799\"", "a string that is not a number"),
            ("\"+1799\"", "a string that is not a number"),
            ("\"0x707\"", "a string that is not a number"),
            ("\"-\"", "a string that is not a number"),
            ("\"1799.\"", "a string that is not a number"),
            ("\".0\"", "a string that is not a number"),
            ("\"2026-11-25T18:00:00Z\"", "a string that is not a number"),
            ("1799.5", "a number with a fraction"),
            ("\"1799.5\"", "a number with a fraction"),
            ("0.1", "a number with a fraction"),
            ("null", "null"),
            ("true", "a boolean"),
            ("[1799]", "an array"),
            ("{\"seconds\":\"secret\"}", "an object"),
        ] {
            let error = read(&with(expires_in)).unwrap_err();
            let sentence =
                format!("its `expires_in` is {form}: expected a whole number of seconds");
            assert!(error.starts_with(&sentence), "{expires_in}: {error}");
            assert!(!error.contains("secret"), "{error}");
        }
        let error = read(r#"{"access_token":"ory_at_secret","token_type":"bearer"}"#).unwrap_err();
        assert!(error.starts_with("its `expires_in` is missing"), "{error}");
    }

    #[test]
    fn the_kind_of_a_token_is_bearer_in_any_case() {
        for kind in ["bearer", "Bearer", "BEARER", "bEARER"] {
            assert!(read(&with("1").replace("Bearer", kind)).is_ok(), "{kind}");
        }
        for kind in ["\"mac\"", "\"\"", "null", "7", "[\"bearer\"]"] {
            let error = read(&with("1").replace("\"Bearer\"", kind)).unwrap_err();
            assert!(error.starts_with("its `token_type` is not `bearer`"), "{kind}: {error}");
        }
    }

    #[test]
    fn an_unusable_response_is_refused_in_one_sentence_without_repeating_it() {
        for (json, sentence) in [
            (r#""ory_at_secret""#, "it has no string `access_token`"),
            ("[]", "it has no string `access_token`"),
            (r#"{"access_token":7}"#, "it has no string `access_token`"),
            (
                r#"{"access_token":"ory_at_secret\r\nx: y","token_type":"bearer","expires_in":1}"#,
                "its `access_token` cannot be used in a header",
            ),
            (
                r#"{"access_token":"","token_type":"bearer","expires_in":1}"#,
                "its `access_token` cannot be used in a header",
            ),
            (
                r#"{"access_token":"ory_at_secret","token_type":"mac","expires_in":1}"#,
                "its `token_type` is not `bearer`",
            ),
        ] {
            let error = read(json).unwrap_err();
            assert!(error.starts_with(sentence), "{json}: {error}");
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
