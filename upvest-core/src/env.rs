//! Settings from the environment, under the names that Upvest's own packages use.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use crate::client::{Client, ClientBuilder};
use crate::environment::Environment;
use crate::error::{Error, Result};
use crate::signature::SigningKey;

const BASE_URL: &str = "UPVEST_API_BASE_URL";
const CLIENT_ID: &str = "UPVEST_API_CLIENT_ID";
const CLIENT_SECRET: &str = "UPVEST_API_CLIENT_SECRET";
const KEY_ID: &str = "UPVEST_API_KEY_ID";
const SCOPES: &str = "UPVEST_API_SCOPES";
const KEY: &str = "UPVEST_API_HTTP_SIGN_PRIVATE_KEY";
const KEY_FILE: &str = "UPVEST_API_HTTP_SIGN_PRIVATE_KEY_FILENAME";
const KEY_BASE64: &str = "UPVEST_API_HTTP_SIGN_PRIVATE_KEY_BASE64";
const PASSPHRASE: &str = "UPVEST_API_HTTP_SIGN_PRIVATE_KEY_PASSPHRASE";

impl ClientBuilder {
    /// Begins a client with the settings in the environment. They are read here, and only here.
    ///
    /// | variable | what |
    /// | --- | --- |
    /// | `UPVEST_API_CLIENT_ID`, `UPVEST_API_CLIENT_SECRET` | the credentials |
    /// | `UPVEST_API_KEY_ID` | the id of the signing key |
    /// | `UPVEST_API_HTTP_SIGN_PRIVATE_KEY_FILENAME`, or else `UPVEST_API_HTTP_SIGN_PRIVATE_KEY`, or else `UPVEST_API_HTTP_SIGN_PRIVATE_KEY_BASE64` | the file with the key, its text, or its text in base64 |
    /// | `UPVEST_API_HTTP_SIGN_PRIVATE_KEY_PASSPHRASE` | its passphrase, if it has one |
    /// | `UPVEST_API_BASE_URL` | Upvest's sandbox unless set |
    /// | `UPVEST_API_SCOPES` | optional; with commas in between |
    ///
    /// # Errors
    /// One error that names every variable that is missing, or says why the key cannot be used.
    pub fn from_env() -> Result<Self> {
        Self::from_variables(|name| std::env::var(name).ok())
    }

    /// As [`from_env`](Self::from_env), with the variables from elsewhere: a settings file, a
    /// secret store, a test.
    ///
    /// # Errors
    /// As [`from_env`](Self::from_env).
    pub fn from_variables(lookup: impl Fn(&str) -> Option<String>) -> Result<Self> {
        // As for Upvest's own packages, empty is not set.
        let get = |name| lookup(name).filter(|value| !value.is_empty());
        let key_is_set = [KEY_FILE, KEY, KEY_BASE64].iter().any(|name| get(name).is_some());
        let (Some(id), Some(secret), Some(key_id), true) =
            (get(CLIENT_ID), get(CLIENT_SECRET), get(KEY_ID), key_is_set)
        else {
            let mut missing: Vec<String> = [CLIENT_ID, CLIENT_SECRET, KEY_ID]
                .into_iter()
                .filter(|name| get(name).is_none())
                .map(str::to_owned)
                .collect();
            if !key_is_set {
                missing.push(format!("{KEY_FILE} (or {KEY}, or {KEY_BASE64})"));
            }
            return Err(Error::config(format!("the environment lacks {}", missing.join(", "))));
        };

        let environment = get(BASE_URL).map_or(Environment::Sandbox, Environment::Custom);
        let key = signing_key(key_id, get)?;
        let scopes = get(SCOPES).unwrap_or_default();
        Ok(Client::builder(environment)
            .credentials(id, secret)
            .signing_key(key)
            .scopes(scopes.split(',').map(str::trim).filter(|scope| !scope.is_empty())))
    }
}

fn signing_key(key_id: String, get: impl Fn(&'static str) -> Option<String>) -> Result<SigningKey> {
    let (name, content) = if let Some(path) = get(KEY_FILE) {
        let content = std::fs::read(&path).map_err(|error| {
            // Somebody may have put the key itself there.
            let is_name =
                path.len() < 200 && !path.contains(['\n', '\r']) && !path.contains("-----");
            let name = if is_name { format!(": {path}") } else { String::new() };
            Error::config(format!("{KEY_FILE} names a file that cannot be read{name}"))
                .because(error)
        })?;
        (KEY_FILE, content)
    } else if let Some(text) = get(KEY) {
        (KEY, text.into_bytes())
    } else {
        let text: String = get(KEY_BASE64).unwrap_or_default().split_whitespace().collect();
        let content = BASE64_STANDARD
            .decode(text)
            .map_err(|_| Error::config(format!("{KEY_BASE64} is no base64")))?;
        (KEY_BASE64, content)
    };
    let passphrase = get(PASSPHRASE);
    let is_der = content.first() == Some(&0x30);
    let key = if is_der {
        SigningKey::from_der(key_id, &content)
    } else {
        SigningKey::from_pem(key_id, &content, passphrase.as_deref())
    };
    zeroize::Zeroizing::new(content);
    key.map_err(|error| Error::config(format!("{name}: {error}")))
}
