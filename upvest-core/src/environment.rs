//! Where a client sends to: Upvest's hosts, or another host over TLS, or this machine.

use std::fmt;

use upvest_transport::__core::is_loopback;
use url::Url;

use crate::error::{Error, Result};

/// The Upvest environment that a client sends to.
#[derive(Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Environment {
    /// `https://sandbox.upvest.co`, with play money.
    #[default]
    Sandbox,
    /// `https://api.upvest.co`, with real money.
    Live,
    /// Another host: scheme, host and port, such as `http://127.0.0.1:8080`.
    ///
    /// The scheme must be `https`; `http` is allowed only for this machine (loopback), or with
    /// [`ClientBuilder::danger_allow_http`](crate::ClientBuilder::danger_allow_http).
    Custom(String),
}

impl Environment {
    /// `allows_http` is for hosts that are neither this machine nor Upvest's.
    pub(crate) fn origin(&self, allows_http: bool) -> Result<Origin> {
        let text = match self {
            Self::Sandbox => "https://sandbox.upvest.co",
            Self::Live => "https://api.upvest.co",
            Self::Custom(text) => text,
        };
        // The text itself is not repeated: people put passwords into URLs.
        Origin::parse(text, allows_http).map_err(|why| {
            Error::config(format!(
                "invalid base URL: {why} (write scheme, host and port, such as \
                 https://sandbox.upvest.co)"
            ))
        })
    }
}

/// Shows nothing of an invalid URL, because people put passwords into URLs.
impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sandbox => f.write_str("Sandbox"),
            Self::Live => f.write_str("Live"),
            Self::Custom(_) => {
                let base_url = self.origin(true).map(|origin| origin.base_url);
                f.debug_tuple("Custom").field(&base_url.unwrap_or_default()).finish()
            }
        }
    }
}

/// Where a server is: only scheme, host and port.
pub(crate) struct Origin {
    /// All three, without a slash at the end.
    pub(crate) base_url: String,
    pub(crate) host: String,
    pub(crate) port: u16,
}

impl Origin {
    fn parse(text: &str, allows_http: bool) -> std::result::Result<Self, &'static str> {
        let url = Url::parse(text).map_err(|_| "not a URL")?;
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(&url) || allows_http && !is_of_upvest(&url) => {}
            "http" => {
                return Err(
                    "`http` is allowed only for this machine: payments must not travel unencrypted",
                );
            }
            _ => return Err("the scheme is not `https`"),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("it contains a user name or password");
        }
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            return Err("it contains more than scheme, host and port");
        }
        let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else {
            return Err("it has no host");
        };
        Ok(Self { base_url: url.origin().ascii_serialization(), host: host.to_owned(), port })
    }
}

fn is_of_upvest(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_end_matches('.');
    host == "upvest.co" || host.ends_with(".upvest.co")
}

#[cfg(test)]
mod tests {
    use super::Environment;

    #[test]
    fn https_or_this_machine() {
        for (text, base_url) in [
            ("https://api.example.com", "https://api.example.com"),
            ("https://API.example.com:443/", "https://api.example.com"),
            ("https://api.example.com:8443", "https://api.example.com:8443"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("http://127.1.2.3", "http://127.1.2.3"),
            ("http://localhost:1", "http://localhost:1"),
            ("http://[::1]:1", "http://[::1]:1"),
        ] {
            let origin = Environment::Custom(text.into()).origin(false).unwrap();
            assert_eq!(origin.base_url, base_url);
        }
    }

    #[test]
    fn http_is_allowed_if_it_is_asked_for_and_never_to_upvest() {
        for (text, is_allowed) in [
            ("http://upvest:8080", true),
            ("http://10.0.0.7", true),
            ("http://notupvest.co", true),
            ("http://api.upvest.co", false),
            ("http://API.upvest.co.:80", false),
            ("http://upvest.co", false),
            ("ftp://upvest:8080", false),
            ("http://user@upvest:8080", false),
        ] {
            let environment = Environment::Custom(text.into());
            assert_eq!(environment.origin(true).is_ok(), is_allowed, "{text}");
            assert!(environment.origin(false).is_err(), "{text}");
        }
    }

    #[test]
    fn other_base_urls_are_refused_in_one_sentence() {
        for text in [
            "http://api.example.com",
            "http://127.0.0.1.example.com",
            "http://localhost.example.com",
            "http://0.0.0.0:1",
            "http://[::ffff:7f00:1]",
            "ftp://127.0.0.1",
            "file:///etc/passwd",
            "https://user:hunter2@api.example.com",
            "https://api.example.com/v1",
            "https://api.example.com?x=1",
            "https://api.example.com#x",
            "api.example.com",
            "",
        ] {
            let error =
                Environment::Custom(text.into()).origin(false).err().expect(text).to_string();
            assert!(error.starts_with("invalid base URL: "), "{error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
    }
}
