//! The signature base: the exact text that is signed, for signing and for verifying.

use std::borrow::Cow;
use std::fmt;

use http::header::{HeaderMap, HeaderValue};

use super::version::SignatureVersion;

/// The parts of a request that a signature can cover.
#[derive(Clone, Copy)]
pub struct Message<'a> {
    /// The HTTP method.
    pub method: &'a str,
    /// The path as sent, not decoded.
    pub path: &'a str,
    /// The query as sent, without the `?`; `None` or empty if there is none.
    pub query: Option<&'a str>,
    /// The headers.
    pub headers: &'a HeaderMap,
}

impl<'a> Message<'a> {
    /// Returns the parts of `request`.
    #[must_use]
    pub fn of<B>(request: &'a http::Request<B>) -> Self {
        Self {
            method: request.method().as_str(),
            path: request.uri().path(),
            query: request.uri().query(),
            headers: request.headers(),
        }
    }

    /// Returns the parts of a request whose body was taken out.
    #[must_use]
    pub fn of_parts(parts: &'a http::request::Parts) -> Self {
        Self {
            method: parts.method.as_str(),
            path: parts.uri.path(),
            query: parts.uri.query(),
            headers: &parts.headers,
        }
    }

    /// Returns the query, if there is one to sign: all of Upvest's signers leave out an empty one.
    #[must_use]
    pub fn query(&self) -> Option<&'a str> {
        self.query.filter(|query| !query.is_empty())
    }

    /// Returns the value of `component` in the signature base.
    pub(crate) fn value(&self, component: &str) -> Result<Cow<'a, str>, BaseError> {
        let missing = || BaseError::Missing(component.to_owned());
        match component {
            // Some of Upvest's signers accept the method in lower case, but sign it in upper case.
            "@method" if self.method.bytes().all(|b| b.is_ascii_uppercase()) => {
                Ok(self.method.into())
            }
            "@method" => Ok(self.method.to_ascii_uppercase().into()),
            "@path" if self.path.is_empty() => Ok("/".into()),
            "@path" => Ok(self.path.into()),
            "@query" => Ok(format!("?{}", self.query().ok_or_else(missing)?).into()),
            derived if derived.starts_with('@') => Err(BaseError::Unknown(derived.to_owned())),
            header => {
                let mut values = self.headers.get_all(header).iter();
                let first = with_value(None, header, values.next().ok_or_else(missing)?)?;
                values.try_fold(first, |joined, value| with_value(Some(joined), header, value))
            }
        }
    }
}

/// Adds a value of a header to the ones before it, as the signature base joins them.
pub(crate) fn with_value<'a>(
    before: Option<Cow<'a, str>>,
    name: &str,
    value: &'a HeaderValue,
) -> Result<Cow<'a, str>, BaseError> {
    let text = value.to_str().map_err(|_| BaseError::NotText(name.to_owned()))?.trim();
    Ok(match before {
        None => text.into(),
        Some(before) => format!("{before}, {text}").into(),
    })
}

/// Shows the names of the headers, but not their values: the access token is among them.
impl fmt::Debug for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

/// The signature base: the text that is signed.
///
/// It has one line for each covered component, and one for the signature parameters. It contains
/// the access token if `authorization` is covered. `Display` shows `***` instead, `Debug` the names
/// of the components only; [`expose_token`](Self::expose_token) shows all.
///
/// # Examples
///
/// A transport can log the signature base of a request:
///
/// ```
/// # mod upvest_core { pub use upvest_signature as signature; }
/// use upvest_core::signature::SignatureBase;
///
/// fn log(request: &http::Request<bytes::Bytes>) {
///     if let Ok(base) = SignatureBase::of_signed(request) {
///         println!("{base}");
///     }
/// }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct SignatureBase(String);

impl SignatureBase {
    /// Builds the signature base of a message.
    ///
    /// `parameters` is the text after the label in `signature-input`, such as
    /// `("@method" "@path");keyid="…";created=1633529659`. A verifier passes the text that it
    /// received: order and spacing are the signer's choice.
    ///
    /// # Errors
    /// Fails if a component is missing, unknown, or not text.
    #[doc(hidden)]
    pub fn new<C: AsRef<str>>(
        version: SignatureVersion,
        message: &Message<'_>,
        components: &[C],
        parameters: &str,
    ) -> Result<Self, BaseError> {
        let mut lines = Lines::new(version);
        for component in components {
            let component = component.as_ref();
            lines.push(component, &message.value(component)?);
        }
        Ok(lines.end(parameters))
    }

    /// Returns one line of a signature base, without its line break.
    ///
    /// # Errors
    /// Fails if the component is missing, unknown, or not text.
    #[doc(hidden)]
    pub fn line(
        version: SignatureVersion,
        message: &Message<'_>,
        component: &str,
    ) -> Result<String, BaseError> {
        let quote = version.quote();
        Ok([quote, component, quote, ": ", &*message.value(component)?].concat())
    }

    /// Returns the bytes that are signed.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// Returns the text that is signed, including the access token.
    #[must_use]
    pub fn expose_token(&self) -> &str {
        &self.0
    }

    /// Returns the components and their values, in order; `@signature-params` is the last.
    ///
    /// A value may be the access token.
    pub fn lines(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.split('\n').map(|line| {
            let (name, value) = line.split_once(": ").unwrap_or((line, ""));
            (name.trim_matches('"'), value)
        })
    }

    /// Returns a copy with the access token replaced by `***`.
    #[doc(hidden)]
    #[must_use]
    pub fn masked(&self) -> Self {
        Self(self.to_string())
    }

    /// Returns the text of a signature base with other values.
    ///
    /// `value` maps a component and its value to the new value.
    #[doc(hidden)]
    #[must_use]
    pub fn mask<'t>(text: &'t str, value: impl Fn(&str, &'t str) -> Cow<'t, str>) -> String {
        let mut masked = String::with_capacity(text.len());
        for (index, line) in text.split('\n').enumerate() {
            if index > 0 {
                masked.push('\n');
            }
            match line.split_once(": ") {
                // In V6 the name has no quotes.
                Some((name, old)) => {
                    masked.extend([name, ": ", &*value(name.trim_matches('"'), old)]);
                }
                None => masked.push_str(line),
            }
        }
        masked
    }
}

impl fmt::Display for SignatureBase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Self::mask(&self.0, |component, value| match component {
            "authorization" => "Bearer ***".into(),
            _ => value.into(),
        }))
    }
}

/// Shows the names of the components, but not their values, which may identify people.
impl fmt::Debug for SignatureBase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let components: Vec<_> = self.lines().map(|(component, _)| component).collect();
        f.debug_tuple("SignatureBase").field(&components).finish()
    }
}

/// A signature base that is being written.
pub(crate) struct Lines {
    text: String,
    quote: &'static str,
}

impl Lines {
    pub(crate) fn new(version: SignatureVersion) -> Self {
        Self { text: String::with_capacity(1024), quote: version.quote() }
    }

    pub(crate) fn push(&mut self, component: &str, value: &str) {
        self.text.extend([self.quote, component, self.quote, ": ", value, "\n"]);
    }

    pub(crate) fn end(mut self, parameters: &str) -> SignatureBase {
        self.text.extend([self.quote, "@signature-params", self.quote, ": ", parameters]);
        SignatureBase(self.text)
    }
}

/// Why a message has no signature base.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum BaseError {
    /// The component is covered, but the message does not have it.
    Missing(String),
    /// There is no such component.
    Unknown(String),
    /// The header contains bytes that are not visible ASCII.
    NotText(String),
}

impl fmt::Display for BaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(name) => {
                write!(f, "the signature covers `{name}`, which the request does not have")
            }
            Self::Unknown(name) => write!(f, "unknown component `{name}`"),
            Self::NotText(name) => write!(f, "the header `{name}` is not visible ASCII"),
        }
    }
}

impl std::error::Error for BaseError {}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue};

    use super::{BaseError, Message, SignatureBase};
    use crate::SignatureVersion::{V6, V15};

    #[test]
    fn each_component_is_a_line() {
        let mut headers = HeaderMap::new();
        headers.append("accept", HeaderValue::from_static(" a "));
        headers.append("accept", HeaderValue::from_static("b"));
        headers.append("empty", HeaderValue::from_static(""));
        let message = Message { method: "post", path: "", query: Some("a=b&c"), headers: &headers };
        assert_eq!(
            SignatureBase::new(
                V15,
                &message,
                &["@method", "@path", "@query", "accept", "empty"],
                "()"
            )
            .unwrap()
            .expose_token(),
            "\"@method\": POST\n\"@path\": /\n\"@query\": ?a=b&c\n\"accept\": a, b\n\"empty\": \n\"@signature-params\": ()"
        );
        assert_eq!(
            SignatureBase::new(V6, &message, &["@method", "accept"], "()").unwrap().expose_token(),
            "@method: POST\naccept: a, b\n@signature-params: ()"
        );
    }

    #[test]
    fn a_missing_component_is_never_signed_as_empty() {
        let mut headers = HeaderMap::new();
        headers.insert("binary", HeaderValue::from_bytes(b"\xff").unwrap());
        let message = Message { method: "GET", path: "/", query: Some(""), headers: &headers };
        for (component, error) in [
            ("accept", BaseError::Missing("accept".into())),
            ("@query", BaseError::Missing("@query".into())),
            ("@authority", BaseError::Unknown("@authority".into())),
            ("binary", BaseError::NotText("binary".into())),
        ] {
            assert_eq!(SignatureBase::new(V15, &message, &[component], "()"), Err(error));
        }
    }

    #[test]
    fn only_the_token_is_masked() {
        let mut headers = HeaderMap::new();
        headers.insert("authorization", HeaderValue::from_static("Bearer secret"));
        headers.insert("accept", HeaderValue::from_static("y"));
        let message = Message { method: "GET", path: "/x", query: None, headers: &headers };
        for (version, masked) in [
            (
                V15,
                "\"@path\": /x\n\"authorization\": Bearer ***\n\"accept\": y\n\"@signature-params\": ()",
            ),
            (V6, "@path: /x\nauthorization: Bearer ***\naccept: y\n@signature-params: ()"),
        ] {
            let components = ["@path", "authorization", "accept"];
            let base = SignatureBase::new(version, &message, &components, "()").unwrap();
            assert_eq!(base.to_string(), masked);
            assert_eq!(base.masked().expose_token(), masked);
            assert_eq!(
                format!("{base:?}"),
                r#"SignatureBase(["@path", "authorization", "accept", "@signature-params"])"#
            );
            assert!(base.expose_token().contains("Bearer secret"));
            let line = SignatureBase::line(version, &message, "accept").unwrap();
            assert!(masked.contains(&line), "{line}");
            let lines: Vec<_> = base.lines().collect();
            assert_eq!(
                lines,
                [
                    ("@path", "/x"),
                    ("authorization", "Bearer secret"),
                    ("accept", "y"),
                    ("@signature-params", "()")
                ]
            );
        }
    }
}
