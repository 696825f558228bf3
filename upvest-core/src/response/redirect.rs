//! A redirect: a response that points elsewhere.

use std::fmt;

use upvest_types::InvalidValue;
use url::Url;

/// Where a redirect leads.
///
/// The client did not follow it. Fetch it with your own HTTP client, without the headers of this
/// one.
///
/// Anyone who knows the URL can fetch the content, once and for a short time. So `Debug` shows only
/// the host.
#[derive(Clone, PartialEq, Eq)]
pub struct Redirect(Url);

impl Redirect {
    /// Returns a redirect to `location`; for fakes in tests.
    ///
    /// # Errors
    /// Fails if it is not a URL that begins with `https://` or `http://`.
    ///
    /// # Examples
    ///
    /// ```
    /// let redirect = upvest_core::Redirect::to("https://files.example/statement.pdf?key=x")?;
    /// assert_eq!(redirect.location(), "https://files.example/statement.pdf?key=x");
    /// # Ok::<(), upvest_core::InvalidValue>(())
    /// ```
    pub fn to(location: &str) -> std::result::Result<Self, InvalidValue> {
        let url = Url::parse(location).ok().filter(|url| matches!(url.scheme(), "https" | "http"));
        // The text may be a secret.
        let why = "expected one that begins with `https://`";
        url.map(Self).ok_or_else(|| InvalidValue::new("URL", "", why))
    }

    /// Returns the absolute URL.
    #[must_use]
    pub fn location(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Debug for Redirect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Redirect").field(&self.0.origin().ascii_serialization()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::Redirect;

    #[test]
    fn the_secret_part_of_a_location_is_not_shown() {
        let location = "https://secret:secret@files.example/secret?key=secret#secret";
        let redirect = Redirect::to(location).unwrap();
        assert_eq!(redirect.location(), location);
        assert_eq!(format!("{redirect:?}"), "Redirect(\"https://files.example\")");
        let error = Redirect::to("ftp://files.example/?secret").unwrap_err();
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}
