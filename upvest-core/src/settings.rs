//! Settings from the environment, under the names that Upvest's own packages use.

use std::ffi::{OsStr, OsString};

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use upvest_signature::__core::checked_key_id;
use upvest_signature::SigningKey;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::builder::{ClientBuilder, white_space_around};
use crate::client::Client;
use crate::environment::Environment;
use crate::error::{Error, Result};

const BASE_URL: &str = "UPVEST_API_BASE_URL";
const CLIENT_ID: &str = "UPVEST_API_CLIENT_ID";
const CLIENT_SECRET: &str = "UPVEST_API_CLIENT_SECRET";
const KEY_ID: &str = "UPVEST_API_KEY_ID";
const SCOPES: &str = "UPVEST_API_SCOPES";
const KEY: &str = "UPVEST_API_HTTP_SIGN_PRIVATE_KEY";
const KEY_FILE: &str = "UPVEST_API_HTTP_SIGN_PRIVATE_KEY_FILENAME";
const KEY_BASE64: &str = "UPVEST_API_HTTP_SIGN_PRIVATE_KEY_BASE64";
const ALLOW_HTTP: &str = "UPVEST_API_DANGER_ALLOW_HTTP";
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
    /// | `UPVEST_API_DANGER_ALLOW_HTTP` | `1` allows a base URL with `http`; see [`danger_allow_http`](Self::danger_allow_http) |
    ///
    /// Each of them, except for that of the key's file, may end with `_FILE`: then its value is the
    /// name of a file that contains the setting, as container platforms mount secrets. Line breaks
    /// at the end of the file are trimmed.
    ///
    /// White space around a value is trimmed, except for the secret and the passphrase. Of a file
    /// name, only a line break at its end is trimmed. The text of a key may have its line breaks as
    /// `\n`, and base64 may lack its padding. File names need not be UTF-8; all other values must
    /// be.
    ///
    /// # Errors
    /// Fails if variables are missing (the error names all of them), or if one cannot be used (the
    /// error names it and says why: for example, it ends with a newline, is set twice, its file
    /// cannot be read, or it holds no usable key).
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
        let id = variables.trimmed(CLIENT_ID)?;
        if id.as_ref().is_some_and(|id| Uuid::try_parse(id).is_err()) {
            return Err(unusable(CLIENT_ID, "not a UUID (use the id that Upvest issued to you)"));
        }
        let key_id = variables.trimmed(KEY_ID)?;
        let secret = variables.text(CLIENT_SECRET)?;
        let key = variables.key()?;
        let (Some(id), Some(secret), Some(key_id), Some((key_name, key))) =
            (&id, &secret, &key_id, &key)
        else {
            let settings = [
                (CLIENT_ID, id.is_none()),
                (CLIENT_SECRET, secret.is_none()),
                (KEY_ID, key_id.is_none()),
            ];
            let missing = settings.iter().filter(|(_, is_missing)| *is_missing);
            let mut missing: Vec<String> = missing.map(|(name, _)| (*name).to_owned()).collect();
            if key.is_none() {
                missing.push(format!("{KEY_FILE} (or {KEY}, or {KEY_BASE64})"));
            }
            let missing = missing.join(", ");
            return Err(Error::config(format!("missing from the environment: {missing}")));
        };
        if let Some(why) = white_space_around(secret) {
            return Err(unusable(CLIENT_SECRET, format!("the value {why} (remove it)")));
        }
        let key_id = checked_key_id(key_id).map_err(|error| unusable(KEY_ID, error))?;
        let passphrase = variables.text(PASSPHRASE)?;
        let passphrase = passphrase.as_ref().map(|passphrase| passphrase.as_str());
        let key = signing_key(key_id, key_name, key, passphrase)?;
        let allows_http = match variables.trimmed(ALLOW_HTTP)?.as_deref() {
            None | Some("0" | "false") => false,
            Some("1" | "true") => true,
            Some(_) => return Err(unusable(ALLOW_HTTP, "expected `1` or `0`")),
        };
        let environment =
            variables.trimmed(BASE_URL)?.map_or(Environment::Sandbox, Environment::Custom);
        environment.origin(allows_http).map_err(|error| unusable(BASE_URL, error))?;
        let scopes = variables.trimmed(SCOPES)?.unwrap_or_default();
        let builder = Client::builder(environment)
            .credentials(id, secret.as_str())
            .signing_key(key)
            .scopes(scopes.split(',').map(str::trim).filter(|scope| !scope.is_empty()));
        Ok(if allows_http { builder.danger_allow_http() } else { builder })
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

    /// Returns the value, or the content of the file that `…_FILE` names.
    fn text(&self, name: &str) -> Result<Option<Zeroizing<String>>> {
        let file_name = format!("{name}_FILE");
        let not_utf_8 = "the value is not UTF-8";
        // The value is not shown: it may be a secret.
        match (self.value(name), self.value(&file_name)) {
            (None, None) => Ok(None),
            (Some(text), None) => match text.into_string() {
                Ok(text) => Ok(Some(Zeroizing::new(text))),
                Err(_) => Err(unusable(name, not_utf_8)),
            },
            (None, Some(path)) => {
                let content = read_file(&file_name, &path)?;
                let text = std::str::from_utf8(&content);
                let text = text.map_err(|_| unusable(&file_name, "the file is not UTF-8"))?;
                // Text files end with a line break.
                Ok(Some(Zeroizing::new(text.trim_end_matches(['\r', '\n']).to_owned())))
            }
            (Some(_), Some(_)) => {
                Err(unusable(name, format!("{file_name} is set too (remove one of the two)")))
            }
        }
    }

    fn trimmed(&self, name: &str) -> Result<Option<String>> {
        let text = self.text(name)?;
        Ok(text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()))
    }

    /// Returns the key as it was given, with the name of its variable.
    fn key(&self) -> Result<Option<(&'static str, Content)>> {
        if let Some(path) = self.value(KEY_FILE) {
            return Ok(Some((KEY_FILE, read_file(KEY_FILE, &path)?)));
        }
        if let Some(text) = self.text(KEY)? {
            // A PEM file in base64 was meant for the other variable.
            let decoded = decoded(&text).filter(|decoded| is_pem(decoded));
            let content = decoded.unwrap_or_else(|| Zeroizing::new(text.as_bytes().to_vec()));
            return Ok(Some((KEY, content)));
        }
        let Some(text) = self.text(KEY_BASE64)? else { return Ok(None) };
        let content = if is_pem(text.as_bytes()) {
            Zeroizing::new(text.as_bytes().to_vec())
        } else {
            decoded(&text).ok_or_else(|| unusable(KEY_BASE64, "the value is not base64"))?
        };
        Ok(Some((KEY_BASE64, content)))
    }
}

/// Reads the file that the variable `name` names.
fn read_file(name: &str, path: &OsStr) -> Result<Content> {
    // A line break is legal in a file name, but at its end it is a mistake.
    let path = path.to_str().map_or(path, |path| path.trim_end_matches(['\r', '\n']).as_ref());
    std::fs::read(path).map(Zeroizing::new).map_err(|error| {
        let path = path.to_string_lossy();
        // The variable may contain the key or the secret itself by mistake.
        let is_key = |content: Content| is_pem(&content) || content.first() == Some(&0x30);
        let is_shown = name == KEY_FILE
            && path.len() < 200
            && !path.contains(['\n', '\r'])
            && !path.contains("-----")
            && !decoded(&path).is_some_and(is_key);
        let path = if is_shown { format!(" `{path}`") } else { String::new() };
        unusable(name, format!("cannot read the file{path}")).because(error)
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
    key.map_err(|error| match passphrase.and_then(white_space_around) {
        Some(why) if error.__is_of_passphrase() => {
            unusable(PASSPHRASE, format!("the value {why} (remove it)"))
        }
        _ => unusable(name, error),
    })
}
