//! Two signature bases, side by side: what was signed, and what should have been signed.

use std::fmt;

use http::HeaderMap;
use http::header::{CONTENT_LENGTH, HeaderValue};
use serde::Serialize;
use upvest_core::__sandbox::headers::CONTENT_DIGEST;
use upvest_core::__sandbox::{Message, SignatureInput};
use upvest_core::signature::{SignatureBase, SignatureVersion::V15, VerifierPolicy, VerifyError};

/// The longest signature base that is logged, in bytes: a thousand longer ones would be too much.
const LONGEST_BASE: usize = 16 * 1024;

/// Two signature bases, with tokens masked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SignatureBases {
    /// What was signed.
    ///
    /// As the signature itself shows if a known mistake was found, or else as the request's headers
    /// describe it.
    pub received: String,
    /// What should have been signed: with all required components and the real digest of the body.
    pub expected: String,
    /// Whether `received` is certainly what was signed, because a known mistake was found.
    pub is_signed: bool,
    /// The first line in which they differ, counted from 0.
    ///
    /// The lines look the same if the difference is masked.
    pub first_difference: Option<usize>,
}

impl SignatureBases {
    /// Returns both signature bases, if `refusal` concerns them and `signature-input` can be
    /// parsed. `signed` is what was signed, if that is known.
    pub(crate) fn of(
        refusal: &VerifyError,
        policy: &VerifierPolicy,
        message: Message<'_>,
        body: &[u8],
        signed: Option<String>,
    ) -> Option<Self> {
        if matches!(
            refusal,
            VerifyError::UnknownKey
                | VerifyError::Lifetime
                | VerifyError::FromTheFuture
                | VerifyError::TooOld
                | VerifyError::Expired
        ) {
            return None;
        }
        let input = SignatureInput::from_headers(message.headers).ok()?;
        let is_signed = signed.is_some();
        let received = signed.unwrap_or_else(|| match refusal {
            VerifyError::WrongSignature(base) => base.expose_token().to_owned(),
            _ => lines(&message, &input.components, &input.parameters),
        });

        let mut components = input.components.clone();
        // A component without a value cannot be covered.
        components.retain(|name| SignatureBase::line(V15, &message, name).is_ok());
        for required in policy.required_of(&message, body) {
            if !components.iter().any(|covered| covered == required) {
                components.push(required.to_owned());
            }
        }
        let settings = input.parameters.strip_prefix(&list(&input.components)).unwrap_or_default();
        let parameters = format!("{}{settings}", list(&components));
        let headers = with_true_body(message.headers, body);
        let expected = lines(&Message { headers: &headers, ..message }, &components, &parameters);
        if received.len().max(expected.len()) > LONGEST_BASE {
            return None;
        }
        // Before masking: the difference may be in a masked value.
        let first_difference = first_difference(&received, &expected);
        let (received, expected) = (without_token(&received), without_token(&expected));
        Some(Self { received, expected, is_signed, first_difference })
    }

    /// Masks secrets in a path, a query, or a malformed header.
    pub(crate) fn masked(mut self, mask: impl Fn(&str) -> String) -> Self {
        self.received = mask(&self.received);
        self.expected = mask(&self.expected);
        self
    }
}

fn without_token(base: &str) -> String {
    SignatureBase::mask(base, |component, value| match component {
        "authorization" => "Bearer ***".into(),
        _ => value.into(),
    })
}

fn with_true_body(headers: &HeaderMap, body: &[u8]) -> HeaderMap {
    let mut headers = headers.clone();
    if !body.is_empty() {
        headers.insert(CONTENT_LENGTH, body.len().into());
        if let Ok(digest) = HeaderValue::from_str(&V15.digest(body)) {
            headers.insert(CONTENT_DIGEST, digest);
        }
    }
    headers
}

fn first_difference(received: &str, expected: &str) -> Option<usize> {
    // Not `lines`: a line break at the end, or a `\r\n`, is a difference.
    let (mut received, mut expected) = (received.split('\n'), expected.split('\n'));
    let mut index = 0;
    loop {
        match (received.next(), expected.next()) {
            (None, None) => return None,
            (left, right) if left != right => return Some(index),
            _ => index += 1,
        }
    }
}

/// The signature base, with a remark where a component is missing.
fn lines(message: &Message<'_>, components: &[String], parameters: &str) -> String {
    let mut base = String::new();
    for component in components {
        match SignatureBase::line(V15, message, component) {
            Ok(line) => base.push_str(&line),
            Err(error) => base.extend(["\"", component, "\": <", &error.to_string(), ">"]),
        }
        base.push('\n');
    }
    base + "\"@signature-params\": " + parameters
}

fn list(components: &[String]) -> String {
    let quoted: Vec<String> = components.iter().map(|name| format!("\"{name}\"")).collect();
    format!("({})", quoted.join(" "))
}

/// Writes both signature bases, one below the other, with the first difference marked with `>`;
/// only one if they look the same.
impl fmt::Display for SignatureBases {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.received == self.expected {
            let (title, end) = match self.first_difference {
                None => ("the signature base of the received request, which is as expected:", ""),
                Some(_) => (
                    "expected signature base:",
                    "\n  `>` marks the value that differs, which is masked",
                ),
            };
            write!(f, "  {title}")?;
            self.lines(&self.expected).try_for_each(|line| write!(f, "\n{line}"))?;
            return f.write_str(end);
        }
        let first = if self.is_signed { "signed" } else { "received" };
        for (title, base) in [(first, &self.received), ("expected", &self.expected)] {
            writeln!(f, "  {title} signature base:")?;
            self.lines(base).try_for_each(|line| writeln!(f, "{line}"))?;
        }
        f.write_str("  `>` marks the first difference")
    }
}

impl SignatureBases {
    /// The lines of one of the signature bases, with the first difference marked.
    fn lines<'b>(&self, base: &'b str) -> impl Iterator<Item = String> + use<'b> {
        let first = self.first_difference;
        base.split('\n').enumerate().map(move |(index, line)| {
            let mark = if first == Some(index) { '>' } else { ' ' };
            format!("  {mark} {line}")
        })
    }
}
