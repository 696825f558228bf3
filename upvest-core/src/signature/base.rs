//! The signature base: the exact text that is signed, for signing and for verifying.

use std::borrow::Cow;
use std::cell::LazyCell;
use std::fmt;

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::{HeaderMap, HeaderValue};

/// Which draft of the signature standard is meant.
///
/// Upvest wants [`V15`](Self::V15) for new requests, and signs its webhooks as [`V6`](Self::V6).
/// Which of the two a signature is of is settled before it is looked at: whoever tries both lets a
/// stranger choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SignatureVersion {
    /// Draft 6: a base without quotes around the names, and the body in `digest`, a SHA-256. No header
    /// says so.
    V6,
    /// Draft 15: a base with quotes, the body in `content-digest`, a SHA-512, and
    /// `upvest-signature-version: 15`.
    V15,
}

impl SignatureVersion {
    /// What `upvest-signature-version` says.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V6 => "6",
            Self::V15 => "15",
        }
    }

    /// The name of the header for the digest of a body.
    #[must_use]
    pub fn digest_name(self) -> &'static str {
        match self {
            Self::V6 => "digest",
            Self::V15 => "content-digest",
        }
    }

    /// What that header says of `body`.
    #[must_use]
    pub fn digest(self, body: &[u8]) -> String {
        match self {
            Self::V6 => {
                ["SHA-256=", &*BASE64_STANDARD.encode(digest::digest(&digest::SHA256, body))]
                    .concat()
            }
            Self::V15 => {
                let digest = BASE64_STANDARD.encode(digest::digest(&digest::SHA512, body));
                ["sha-512=:", &digest, ":"].concat()
            }
        }
    }

    /// Whether that header, in `said`, is right for `body`.
    ///
    /// `digest` may hold several digests, and the names of their algorithms are in any case (RFC 3230,
    /// section 4.1.1): a SHA-256 is among them, and each that is known is right. `content-digest` is
    /// as [`digest`](Self::digest) writes it.
    pub(super) fn is_digest(self, said: &HeaderValue, body: &[u8]) -> bool {
        let Ok(said) = said.to_str() else { return false };
        match self {
            Self::V15 => said == self.digest(body),
            Self::V6 => {
                let encode = |algorithm| BASE64_STANDARD.encode(digest::digest(algorithm, body));
                // Once each, however often a stranger repeats them.
                let sha256 = encode(&digest::SHA256);
                let sha512 = LazyCell::new(|| encode(&digest::SHA512));
                let mut has_sha256 = false;
                let mut digests = said.split(',').filter_map(|one| one.trim().split_once('='));
                digests.all(|(name, value)| match name.to_ascii_lowercase().as_str() {
                    "sha-256" => {
                        has_sha256 = true;
                        value == sha256
                    }
                    "sha-512" => value == *sha512,
                    _ => true,
                }) && has_sha256
            }
        }
    }

    /// What stands on both sides of a component's name.
    fn quote(self) -> &'static str {
        match self {
            Self::V6 => "",
            Self::V15 => "\"",
        }
    }
}

/// The parts of a request that a signature can cover.
#[derive(Clone, Copy)]
pub struct Message<'a> {
    /// The HTTP method.
    pub method: &'a str,
    /// The path as it stands on the wire, not decoded.
    pub path: &'a str,
    /// What stands behind the `?` on the wire; `None` or empty if nothing does.
    pub query: Option<&'a str>,
    /// The headers.
    pub headers: &'a HeaderMap,
}

impl<'a> Message<'a> {
    /// The parts of `request`.
    #[must_use]
    pub fn of<B>(request: &'a http::Request<B>) -> Self {
        Self {
            method: request.method().as_str(),
            path: request.uri().path(),
            query: request.uri().query(),
            headers: request.headers(),
        }
    }

    /// The same of a request whose body was taken out.
    #[must_use]
    pub fn of_parts(parts: &'a http::request::Parts) -> Self {
        Self {
            method: parts.method.as_str(),
            path: parts.uri.path(),
            query: parts.uri.query(),
            headers: &parts.headers,
        }
    }

    /// The query, if there is one to sign: all of Upvest's signers leave out an empty one.
    #[must_use]
    pub fn query(&self) -> Option<&'a str> {
        self.query.filter(|query| !query.is_empty())
    }

    /// The text that stands for `component` in the base.
    fn value(&self, component: &str) -> Result<Cow<'a, str>, BaseError> {
        let missing = || BaseError::Missing(component.to_owned());
        match component {
            // Some of Upvest's signers take the method in lower case; what is signed is not.
            "@method" if self.method.bytes().all(|b| b.is_ascii_uppercase()) => {
                Ok(self.method.into())
            }
            "@method" => Ok(self.method.to_ascii_uppercase().into()),
            "@path" if self.path.is_empty() => Ok("/".into()),
            "@path" => Ok(self.path.into()),
            "@query" => Ok(format!("?{}", self.query().ok_or_else(missing)?).into()),
            derived if derived.starts_with('@') => Err(BaseError::Unknown(derived.to_owned())),
            header => {
                let mut values = self.headers.get_all(header).iter().map(|value| {
                    value.to_str().map(str::trim).map_err(|_| BaseError::NotText(header.to_owned()))
                });
                let first = values.next().ok_or_else(missing)??;
                values.try_fold(Cow::Borrowed(first), |joined, next| {
                    Ok(Cow::Owned(format!("{joined}, {}", next?)))
                })
            }
        }
    }
}

/// Names its headers, but not their values: the access token is among them.
impl fmt::Debug for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

/// The text to sign: a line for each component, and one for the parameters.
///
/// `parameters` is what stands behind the label in `signature-input`, such as
/// `("@method" "@path");keyid="…";created=1633529659`. A verifier passes what it received: order
/// and spacing are the signer's choice.
///
/// # Errors
/// If a component is not there, unknown, or no text.
pub fn signature_base<C: AsRef<str>>(
    version: SignatureVersion,
    message: &Message<'_>,
    components: &[C],
    parameters: &str,
) -> Result<String, BaseError> {
    let mut base = String::with_capacity(1024);
    let quote = version.quote();
    for component in components {
        let component = component.as_ref();
        let value = message.value(component)?;
        base.extend([quote, component, quote, ": ", &*value, "\n"]);
    }
    base.extend([quote, "@signature-params", quote, ": ", parameters]);
    Ok(base)
}

/// A base with its access token replaced by `***`: fit to be shown.
#[must_use]
pub fn mask_token(base: &str) -> String {
    let mut masked = String::with_capacity(base.len());
    for (index, line) in base.split('\n').enumerate() {
        if index > 0 {
            masked.push('\n');
        }
        // In V6 the name has no quotes.
        match ["\"authorization\": ", "authorization: "]
            .iter()
            .find(|name| line.starts_with(**name))
        {
            Some(name) => masked.extend([*name, "Bearer ***"]),
            None => masked.push_str(line),
        }
    }
    masked
}

/// Why there is no base for a message.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum BaseError {
    /// The component is covered, but the message does not have it.
    Missing(String),
    /// There is no such component.
    Unknown(String),
    /// The header holds bytes that are no visible ASCII.
    NotText(String),
}

impl fmt::Display for BaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(name) => {
                write!(f, "the signature covers `{name}`, which the request does not have")
            }
            Self::Unknown(name) => write!(f, "there is no component `{name}`"),
            Self::NotText(name) => write!(f, "the header `{name}` holds more than visible ASCII"),
        }
    }
}

impl std::error::Error for BaseError {}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue};

    use super::SignatureVersion::{V6, V15};
    use super::{BaseError, Message, mask_token, signature_base};

    #[test]
    fn the_digests_of_the_documentation() {
        for (body, digest) in [
            (
                r#"{"hello": "world"}"#,
                "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:",
            ),
            (
                r#"{"key": "value"}"#,
                "sha-512=:Hd9/AvGZkbjitW1+Ml8Fg1ux1mtcDYe6mLQjDyoowIWa3LM/PmwN2v9O+MjtQGrCA3EQWUL54dlgxKHyYbrucw==:",
            ),
        ] {
            assert_eq!(V15.digest(body.as_bytes()), digest);
        }
    }

    #[test]
    fn each_component_is_a_line() {
        let mut headers = HeaderMap::new();
        headers.append("accept", HeaderValue::from_static(" a "));
        headers.append("accept", HeaderValue::from_static("b"));
        headers.append("empty", HeaderValue::from_static(""));
        let message = Message { method: "post", path: "", query: Some("a=b&c"), headers: &headers };
        assert_eq!(
            signature_base(V15, &message, &["@method", "@path", "@query", "accept", "empty"], "()")
                .unwrap(),
            "\"@method\": POST\n\"@path\": /\n\"@query\": ?a=b&c\n\"accept\": a, b\n\"empty\": \n\"@signature-params\": ()"
        );
        assert_eq!(
            signature_base(V6, &message, &["@method", "accept"], "()").unwrap(),
            "@method: POST\naccept: a, b\n@signature-params: ()"
        );
    }

    #[test]
    fn what_is_not_there_is_never_signed_as_empty() {
        let mut headers = HeaderMap::new();
        headers.insert("binary", HeaderValue::from_bytes(b"\xff").unwrap());
        let message = Message { method: "GET", path: "/", query: Some(""), headers: &headers };
        for (component, error) in [
            ("accept", BaseError::Missing("accept".into())),
            ("@query", BaseError::Missing("@query".into())),
            ("@authority", BaseError::Unknown("@authority".into())),
            ("binary", BaseError::NotText("binary".into())),
        ] {
            assert_eq!(signature_base(V15, &message, &[component], "()"), Err(error));
        }
    }

    #[test]
    fn the_token_is_masked_and_nothing_else() {
        let base = "\"@path\": /x\n\"authorization\": Bearer secret\n\"accept\": y";
        assert_eq!(mask_token(base), "\"@path\": /x\n\"authorization\": Bearer ***\n\"accept\": y");
        assert_eq!(mask_token("authorization: Bearer secret"), "authorization: Bearer ***");
    }
}
