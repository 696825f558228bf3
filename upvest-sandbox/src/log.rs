//! The log: what came in, what was answered, and why; for a refused signature, what to look at.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use http::StatusCode;
use http::header::{CONTENT_LENGTH, HeaderValue};
use http::request::Parts;
use upvest_core::Endpoint;
use upvest_core::headers::CONTENT_DIGEST;
use upvest_core::signature::{
    Message, SignatureInput, VerifyError, content_digest, mask_token, signature_base,
};
use uuid::Uuid;

use crate::gate;

/// How many requests are remembered.
const MOST_ENTRIES: usize = 1_000;

/// One request. Holds no secret.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Entry {
    /// The HTTP method.
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// What was answered.
    pub status: u16,
    /// The answer's `upvest-request-id`.
    pub request_id: String,
    /// Whether the answer repeats the one that the same idempotency key got before.
    pub is_replay: bool,
    /// Why it was refused; more than the client was told.
    pub reason: Option<String>,
    /// For a signature that was refused: the base of what came in, and what it should have been.
    pub bases: Option<Bases>,
}

impl Entry {
    /// A request, and what it was answered; with a request id of its own.
    pub(crate) fn new(head: &Parts, status: StatusCode) -> Self {
        Self {
            method: head.method.to_string(),
            path: head.uri.path().to_owned(),
            status: status.as_u16(),
            request_id: Uuid::new_v4().to_string(),
            is_replay: false,
            reason: None,
            bases: None,
        }
    }
}

/// Two signature bases, tokens masked.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Bases {
    /// As the request's headers describe it: what they say is covered, with the values they say.
    pub received: String,
    /// As it should be: nothing left out, and the digest that the body really has.
    pub expected: String,
    hint: &'static str,
}

impl Bases {
    /// Both bases, if `refusal` has to do with them and `signature-input` can be read.
    pub(crate) fn of(
        refusal: &VerifyError,
        endpoint: &Endpoint,
        head: &Parts,
        body: &[u8],
    ) -> Option<Self> {
        let hint = match refusal {
            VerifyError::UnknownKey
            | VerifyError::Lifetime
            | VerifyError::FromTheFuture
            | VerifyError::Expired => {
                return None;
            }
            VerifyError::WrongSignature => {
                "they are equal: another text was signed than was sent, or it was signed with \
                 another key, or in another form than ASN.1 DER"
            }
            _ => "they are equal",
        };
        let input = SignatureInput::from_headers(&head.headers).ok()?;
        let message = Message::of_parts(head);
        let received = lines(&message, &input.components, &input.parameters);

        let mut components = input.components.clone();
        for required in gate::policy(endpoint).required_of(&message, body) {
            if !components.iter().any(|covered| covered == required) {
                components.push(required.to_owned());
            }
        }
        let settings = input.parameters.strip_prefix(&list(&input.components)).unwrap_or_default();
        let parameters = format!("{}{settings}", list(&components));
        let mut headers = head.headers.clone();
        if !body.is_empty() {
            headers.insert(CONTENT_LENGTH, body.len().into());
            if let Ok(digest) = HeaderValue::from_str(&content_digest(body)) {
                headers.insert(CONTENT_DIGEST, digest);
            }
        }
        let expected = lines(&Message { headers: &headers, ..message }, &components, &parameters);
        Some(Self { received: mask_token(&received), expected: mask_token(&expected), hint })
    }

    /// The first line in which they differ, counted from 0.
    #[must_use]
    pub fn first_difference(&self) -> Option<usize> {
        let (mut received, mut expected) = (self.received.lines(), self.expected.lines());
        let mut index = 0;
        loop {
            match (received.next(), expected.next()) {
                (None, None) => return None,
                (left, right) if left != right => return Some(index),
                _ => index += 1,
            }
        }
    }
}

/// The base, with a remark where a component is not there.
fn lines(message: &Message<'_>, components: &[String], parameters: &str) -> String {
    let mut base = String::new();
    for component in components {
        match signature_base(message, &[component], "") {
            Ok(line) => base.push_str(line.lines().next().unwrap_or_default()),
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

/// Both bases, one below the other, the first difference marked with `>`.
impl fmt::Display for Bases {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let difference = self.first_difference();
        for (title, base) in [("received", &self.received), ("expected", &self.expected)] {
            writeln!(f, "  {title} base:")?;
            for (index, line) in base.lines().enumerate() {
                let mark = if difference == Some(index) { '>' } else { ' ' };
                writeln!(f, "  {mark} {line}")?;
            }
        }
        match difference {
            Some(_) => f.write_str("  `>` marks the first difference"),
            None => write!(f, "  {}", self.hint),
        }
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} -> {}", self.method, self.path, self.status)?;
        if self.is_replay {
            f.write_str(" (replayed)")?;
        }
        if let Some(reason) = &self.reason {
            write!(f, " {reason}")?;
        }
        if let Some(bases) = &self.bases {
            write!(f, "\n{bases}")?;
        }
        Ok(())
    }
}

/// The newest requests, oldest first.
#[derive(Default)]
pub(crate) struct Log(Mutex<VecDeque<Entry>>);

impl Log {
    pub(crate) fn push(&self, entry: Entry) {
        if entry.reason.is_some() {
            tracing::warn!("{entry}");
        } else {
            tracing::info!("{entry}");
        }
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() == MOST_ENTRIES {
            entries.pop_front();
        }
        entries.push_back(entry);
    }

    pub(crate) fn entries(&self) -> Vec<Entry> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}
