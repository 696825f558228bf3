//! Settings from the environment, under the names that Upvest's own packages use.

use std::ffi::{OsStr, OsString};

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use zeroize::Zeroizing;

use crate::builder::{ClientBuilder, has_white_space_around};
use crate::client::Client;
use crate::environment::Environment;
use crate::error::{Error, Result};
use crate::signature::{SigningKey, checked_key_id};

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
    /// Returns a builder with the settings from the environment. They are read here, and only here.
    ///
    /// | variable | meaning |
    /// | --- | --- |
    /// | `UPVEST_API_CLIENT_ID`, `UPVEST_API_CLIENT_SECRET` | the credentials |
    /// | `UPVEST_API_KEY_ID` | the id of the signing key |
    /// | `UPVEST_API_HTTP_SIGN_PRIVATE_KEY_FILENAME`, or else `UPVEST_API_HTTP_SIGN_PRIVATE_KEY`, or else `UPVEST_API_HTTP_SIGN_PRIVATE_KEY_BASE64` | the file with the key, its text, or its text in base64 |
    /// | `UPVEST_API_HTTP_SIGN_PRIVATE_KEY_PASSPHRASE` | its passphrase, if it has one |
    /// | `UPVEST_API_BASE_URL` | the base URL; Upvest's sandbox by default |
    /// | `UPVEST_API_SCOPES` | the scopes, separated by commas; optional |
    ///
    /// White space around a value is trimmed, except for the secret and the passphrase. Of the file
    /// name, only a line break at its end is trimmed. The text of a key may have its line breaks as
    /// `\n`, and base64 may lack its padding. The file name need not be UTF-8; all other values
    /// must be.
    ///
    /// # Errors
    /// Fails if variables are missing (the error names all of them), or if one cannot be used (the
    /// error names it and says why: it is not UTF-8, begins or ends with white space, or holds no
    /// usable key).
    pub fn from_env() -> Result<Self> {
        Self::from_variables(|name| std::env::var_os(name))
    }

    /// Like [`from_env`](Self::from_env), but takes the variables from `lookup`.
    ///
    /// They may come from a settings file, a secret store or a test. The values are `String` or
    /// `OsString`.
    ///
    /// # Errors
    /// Fails as [`from_env`](Self::from_env) does.
    pub fn from_variables<V: Into<OsString>>(lookup: impl Fn(&str) -> Option<V>) -> Result<Self> {
        let variables = Variables(|name: &str| lookup(name).map(Into::into));
        let (id, key_id) = (variables.trimmed(CLIENT_ID)?, variables.trimmed(KEY_ID)?);
        let secret = variables.text(CLIENT_SECRET)?;
        let key = variables.key()?;
        let (Some(id), Some(secret), Some(key_id), Some((key_name, key))) =
            (&id, &secret, &key_id, &key)
        else {
            let settings = [(CLIENT_ID, &id), (CLIENT_SECRET, &secret), (KEY_ID, &key_id)];
            let missing = settings.iter().filter(|(_, value)| value.is_none());
            let mut missing: Vec<String> = missing.map(|(name, _)| (*name).to_owned()).collect();
            if key.is_none() {
                missing.push(format!("{KEY_FILE} (or {KEY}, or {KEY_BASE64})"));
            }
            let missing = missing.join(", ");
            return Err(Error::config(format!("missing from the environment: {missing}")));
        };
        if has_white_space_around(secret) {
            return Err(unusable(
                CLIENT_SECRET,
                "the value begins or ends with white space (remove it)",
            ));
        }
        let key_id = checked_key_id(key_id).map_err(|error| unusable(KEY_ID, error))?;
        let passphrase = variables.text(PASSPHRASE)?;
        let key = signing_key(key_id, key_name, key, passphrase.as_deref())?;
        let environment = variables.trimmed(BASE_URL)?;
        let scopes = variables.trimmed(SCOPES)?.unwrap_or_default();
        Ok(Client::builder(environment.map_or(Environment::Sandbox, Environment::Custom))
            .credentials(id, secret.as_str())
            .signing_key(key)
            .scopes(scopes.split(',').map(str::trim).filter(|scope| !scope.is_empty())))
    }
}

fn unusable(name: &str, why: impl std::fmt::Display) -> Error {
    Error::config(format!("{name}: {why}"))
}

/// The content of a file or a variable with a key.
type Content = Zeroizing<Vec<u8>>;

struct Variables<F>(F);

impl<F: Fn(&str) -> Option<OsString>> Variables<F> {
    /// As in Upvest's own packages, an empty value counts as not set.
    fn value(&self, name: &str) -> Option<OsString> {
        (self.0)(name).filter(|value| !value.is_empty())
    }

    fn text(&self, name: &str) -> Result<Option<String>> {
        let text = self.value(name).map(OsString::into_string).transpose();
        // The value is not shown: it may be a secret.
        text.map_err(|_| unusable(name, "the value is not UTF-8"))
    }

    fn trimmed(&self, name: &str) -> Result<Option<String>> {
        let text = self.text(name)?;
        Ok(text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()))
    }

    /// Returns the key as it was given, with the name of its variable.
    fn key(&self) -> Result<Option<(&'static str, Content)>> {
        if let Some(path) = self.value(KEY_FILE) {
            return Ok(Some((KEY_FILE, read_file(&path)?)));
        }
        if let Some(text) = self.text(KEY)? {
            let text = Zeroizing::new(text);
            // A PEM file in base64 was meant for the other variable.
            let decoded = decoded(&text).filter(|decoded| is_pem(decoded));
            let content = decoded.unwrap_or_else(|| Zeroizing::new(text.as_bytes().to_vec()));
            return Ok(Some((KEY, content)));
        }
        let Some(text) = self.text(KEY_BASE64)?.map(Zeroizing::new) else { return Ok(None) };
        let content = if is_pem(text.as_bytes()) {
            Zeroizing::new(text.as_bytes().to_vec())
        } else {
            decoded(&text).ok_or_else(|| unusable(KEY_BASE64, "the value is not base64"))?
        };
        Ok(Some((KEY_BASE64, content)))
    }
}

fn read_file(path: &OsStr) -> Result<Content> {
    // A line break is legal in a file name, but at its end it is a mistake.
    let path = path.to_str().map_or(path, |path| path.trim_end_matches(['\r', '\n']).as_ref());
    std::fs::read(path).map(Zeroizing::new).map_err(|error| {
        let path = path.to_string_lossy();
        // The variable may contain the key itself by mistake.
        let is_name = path.len() < 200 && !path.contains(['\n', '\r']) && !path.contains("-----");
        let name = if is_name { format!(" `{path}`") } else { String::new() };
        Error::config(format!("{KEY_FILE}: cannot read the file{name}")).because(error)
    })
}

fn is_pem(content: &[u8]) -> bool {
    content.windows(11).any(|window| window == b"-----BEGIN ")
}

/// Decodes base64 of either alphabet (RFC 4648), with or without padding, and with line breaks or
/// `\n` in it.
fn decoded(text: &str) -> Option<Content> {
    let lines = text.split("\\n").map(|line| line.trim_end_matches("\\r"));
    let digits = lines.flat_map(str::chars).filter(|character| !character.is_whitespace());
    let text: Zeroizing<String> = Zeroizing::new(
        digits
            .map(|digit| match digit {
                '-' => '+',
                '_' => '/',
                other => other,
            })
            .collect(),
    );
    let config =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let engine = GeneralPurpose::new(&alphabet::STANDARD, config);
    engine.decode(text.as_bytes()).map(Zeroizing::new).ok()
}

fn signing_key(
    key_id: &str,
    name: &str,
    content: &[u8],
    passphrase: Option<&str>,
) -> Result<SigningKey> {
    let is_der = content.first() == Some(&0x30);
    let key = if is_der {
        SigningKey::from_der(key_id, content)
    } else {
        SigningKey::from_pem(key_id, content, passphrase)
    };
    key.map_err(|error| {
        let is_of_passphrase =
            error.is_of_passphrase() && passphrase.is_some_and(has_white_space_around);
        unusable(if is_of_passphrase { PASSPHRASE } else { name }, error)
    })
}
