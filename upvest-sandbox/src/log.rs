//! The log: each request, its response, and the reason. It contains no secrets.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap};
use http::request::Parts;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use tokio::sync::watch;
use upvest_core::Timestamp;
use upvest_core::signature::SignatureBase;

use crate::bases::SignatureBases;

/// The maximum number of requests in the log.
const MOST_ENTRIES: usize = 1_000;
/// The maximum size of the log, in bytes: beyond it, the oldest requests are dropped.
const MOST_BYTES: usize = 8 << 20;
/// The maximum length of a logged text, in characters.
const LONGEST_TEXT: usize = 2_000;
/// The maximum size of the logged headers of a request, in bytes; the others are counted.
const LONGEST_HEADERS: usize = 16 * 1024;

/// The prefix of the API's access tokens.
const TOKEN_START: &str = "ory_at_";

/// The headers that are logged, besides those that begin with `upvest-`. The content of any other
/// header is unknown: it may be an `x-api-secret`. The signature is left out because it shows
/// nothing.
const LOGGED: [&str; 10] = [
    "accept",
    "accept-encoding",
    "authorization",
    "content-digest",
    "content-length",
    "content-type",
    "date",
    "idempotency-key",
    "signature-input",
    "user-agent",
];

/// How a request was handled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Verdict {
    /// The request was carried out.
    Accepted,
    /// The request was carried out before, and the response was replayed.
    Replayed,
    /// The request was refused.
    Refused,
    /// A fault replaced the request: nothing was carried out.
    Lost,
}

/// One request, and how it was handled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Entry {
    /// The number of the request, counted from 1.
    pub number: u64,
    /// When the response was made, by the sandbox's clock.
    pub at: Timestamp,
    /// The HTTP method.
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// The query, if there was one.
    pub query: Option<String>,
    /// The headers that the API uses, in the order in which they were received.
    ///
    /// The token is masked.
    pub headers: Vec<(String, String)>,
    /// The body, if it was JSON, or else its length.
    pub body: String,
    /// How it was handled.
    pub verdict: Verdict,
    /// The status of the response, even if a fault after the commit changed it.
    ///
    /// `None` if a fault hit before the commit.
    pub status: Option<u16>,
    /// The response's `upvest-request-id`.
    pub request_id: String,
    /// Why it was refused, in more detail than in the response.
    pub reason: Option<String>,
    /// For a refused signature: what is probably wrong, and what to do.
    pub hint: Option<String>,
    /// For a refused signature: the signature base of the request, and the expected one.
    pub bases: Option<SignatureBases>,
    /// The fault that hit it.
    pub fault: Option<String>,
}

impl Entry {
    /// Returns whether the response is a replay of an earlier one for the same idempotency key.
    #[must_use]
    pub fn is_replay(&self) -> bool {
        self.verdict == Verdict::Replayed
    }

    /// The memory that the entry occupies, in bytes.
    fn size(&self) -> usize {
        let Self { method, path, query, headers, body, request_id, .. } = self;
        let options = [query, &self.reason, &self.hint, &self.fault];
        let texts = [method, path, body, request_id].into_iter();
        let headers = headers.iter().flat_map(|(name, value)| [name, value]);
        let bases = self.bases.iter().flat_map(|bases| [&bases.received, &bases.expected]);
        let texts = texts.chain(options.into_iter().flatten()).chain(headers).chain(bases);
        // The capacity, not the length: a string that was appended to may have twice its length.
        let pair = size_of::<(String, String)>();
        size_of::<Self>() + self.headers.len() * pair + texts.map(String::capacity).sum::<usize>()
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)?;
        match self.status {
            Some(status) => write!(f, " -> {status}")?,
            None => f.write_str(" -> lost")?,
        }
        if self.is_replay() {
            f.write_str(" (replayed)")?;
        }
        if let Some(fault) = &self.fault {
            write!(f, " [fault: {fault}]")?;
        }
        if let Some(reason) = &self.reason {
            write!(f, " {reason}")?;
        }
        if let Some(hint) = &self.hint {
            write!(f, "\n  hint: {hint}")?;
        }
        if let Some(bases) = &self.bases {
            write!(f, "\n{bases}")?;
        }
        Ok(())
    }
}

/// The part of an [`Entry`] that is known before the request is handled.
pub(crate) struct Draft {
    method: String,
    path: String,
    query: Option<String>,
    headers: Vec<(String, String)>,
    body: String,
}

/// How a request was handled: the rest of its [`Entry`].
pub(crate) struct Outcome {
    pub(crate) verdict: Verdict,
    pub(crate) status: Option<u16>,
    pub(crate) request_id: String,
    pub(crate) reason: Option<String>,
    pub(crate) hint: Option<String>,
    pub(crate) bases: Option<SignatureBases>,
    pub(crate) fault: Option<String>,
}

/// The newest requests: at most 1,000, and at most 8 MiB.
///
/// For each of them, at most 16 KiB of headers are stored.
pub struct Log {
    entries: Mutex<Entries>,
    newest: watch::Sender<u64>,
    secret: SecretString,
}

#[derive(Default)]
struct Entries {
    newest_last: VecDeque<Arc<Entry>>,
    bytes: usize,
}

impl Entries {
    fn push(&mut self, entry: Arc<Entry>) {
        self.bytes += entry.size();
        self.newest_last.push_back(entry);
        while self.newest_last.len() > MOST_ENTRIES || self.bytes > MOST_BYTES {
            let Some(oldest) = self.newest_last.pop_front() else { break };
            self.bytes -= oldest.size();
        }
    }
}

impl Log {
    pub(crate) fn new(secret: SecretString) -> Self {
        Self { entries: Mutex::default(), newest: watch::Sender::new(0), secret }
    }

    /// Returns all entries, oldest first.
    #[must_use]
    pub fn entries(&self) -> Vec<Arc<Entry>> {
        self.locked(|entries| entries.newest_last.iter().cloned().collect())
    }

    /// Returns the entries after the one with this number, oldest first.
    #[must_use]
    pub fn after(&self, number: u64) -> Vec<Arc<Entry>> {
        self.locked(|entries| {
            let entries = entries.newest_last.iter();
            entries.skip_while(|entry| entry.number <= number).cloned().collect()
        })
    }

    /// Returns the newest entry.
    #[must_use]
    pub fn last(&self) -> Option<Arc<Entry>> {
        self.locked(|entries| entries.newest_last.back().cloned())
    }

    /// Removes all entries. Their numbers are not used again.
    pub fn clear(&self) {
        self.locked(|entries| *entries = Entries::default());
    }

    /// Waits until there is an entry after the one with this number.
    ///
    /// # Cancel safety
    /// The future can be dropped at any time.
    pub async fn changed(&self, number: u64) {
        // Does not fail: the sender lives as long as `self`.
        let _ = self.newest.subscribe().wait_for(|newest| *newest > number).await;
    }

    pub(crate) fn draft(&self, head: &Parts, body: &[u8]) -> Draft {
        let is_json = head
            .headers
            .get(CONTENT_TYPE)
            .is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
        let text = String::from_utf8_lossy(body);
        let body = match body {
            [] => String::new(),
            _ if is_json && !names_secret(&text) => self.masked(&text),
            body => format!("({} bytes)", body.len()),
        };
        Draft {
            method: self.masked(head.method.as_str()),
            path: self.masked(head.uri.path()),
            query: head.uri.query().map(|query| self.masked(&without_secret_fields(query))),
            headers: self.headers(&head.headers),
            body,
        }
    }

    fn headers(&self, headers: &HeaderMap) -> Vec<(String, String)> {
        let shown =
            headers.iter().filter(|(name, _)| is_logged(name.as_str())).map(|(name, value)| {
                let value = match value.as_bytes() {
                    value if name == AUTHORIZATION && value.starts_with(b"Bearer ") => {
                        "Bearer ***".into()
                    }
                    _ if name == AUTHORIZATION || !has_public_value(name.as_str()) => "***".into(),
                    value => self.masked(&String::from_utf8_lossy(value)),
                };
                (name.as_str().to_owned(), value)
            });
        let (mut stored, mut length, mut left_out) = (Vec::new(), 0, 0);
        for (name, value) in shown {
            length += name.len() + value.len();
            if length <= LONGEST_HEADERS {
                stored.push((name, value));
            } else {
                left_out += 1;
            }
        }
        if left_out > 0 {
            stored.push(("…".to_owned(), format!("{left_out} more, not logged")));
        }
        stored
    }

    pub(crate) fn push(&self, draft: Draft, at: Timestamp, outcome: Outcome) {
        let Draft { method, path, query, headers, body } = draft;
        let Outcome { verdict, status, request_id, reason, hint, bases, fault } = outcome;
        let reason = reason.map(|reason| self.masked(&reason));
        let bases = bases
            .map(|bases| bases.masked(|base| self.without_secrets(&base_without_secrets(base))));
        let entry = self.locked(|entries| {
            let number = *self.newest.borrow() + 1;
            let entry = Arc::new(Entry {
                number,
                at,
                method,
                path,
                query,
                headers,
                body,
                verdict,
                status,
                request_id,
                reason,
                hint,
                bases,
                fault,
            });
            entries.push(Arc::clone(&entry));
            // Under the lock, so that the numbers are sent in order.
            self.newest.send_replace(number);
            entry
        });
        if entry.verdict == Verdict::Refused {
            tracing::warn!("{entry}");
        } else {
            tracing::info!("{entry}");
        }
    }

    /// Returns the beginning of a text, with secrets masked.
    pub(crate) fn masked(&self, text: &str) -> String {
        let text = self.without_secrets(text);
        match text.char_indices().nth(LONGEST_TEXT) {
            Some((cut, _)) => format!("{}…", text.get(..cut).unwrap_or_default()),
            None => text,
        }
    }

    /// Masks the client secret, and what looks like an access token: in a malformed request they
    /// can appear anywhere.
    fn without_secrets(&self, text: &str) -> String {
        let secret = self.secret.expose_secret();
        // Most texts contain neither, and `contains` is the fastest way to find that out.
        let text =
            if text.contains(secret) { text.replace(secret, "***") } else { text.to_owned() };
        if !text.contains(TOKEN_START) {
            return text;
        }
        let mut parts = text.split(TOKEN_START);
        let mut masked = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let is_of_token = |c: char| c.is_ascii_alphanumeric() || "-._~+/=".contains(c);
            masked.extend(["***", part.trim_start_matches(is_of_token)]);
        }
        masked
    }

    fn locked<T>(&self, work: impl FnOnce(&mut Entries) -> T) -> T {
        work(&mut self.entries.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Log").field("newest", &*self.newest.borrow()).finish_non_exhaustive()
    }
}

fn is_logged(header: &str) -> bool {
    LOGGED.contains(&header) || header.starts_with("upvest-")
}

/// Whether the value of a logged header may be shown. Callers mask the token of `authorization`.
fn has_public_value(header: &str) -> bool {
    LOGGED.contains(&header) || is_logged(header) && !names_secret(header)
}

/// Whether a name, or a text with names in it, mentions a secret.
fn names_secret(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    ["secret", "token", "password", "passphrase"].iter().any(|word| text.contains(word))
}

/// Masks secrets and tokens in a query, by the names of its parameters.
fn without_secret_fields(query: &str) -> String {
    let fields = query.split('&').map(|field| match field.split_once('=') {
        Some((name, _)) if names_secret(name) => format!("{name}=***"),
        _ => field.to_owned(),
    });
    fields.collect::<Vec<_>>().join("&")
}

/// Masks the values in a signature base of headers that are not logged.
fn base_without_secrets(base: &str) -> String {
    SignatureBase::mask(base, |component, value| match component {
        // A query may have been signed as part of the path.
        target if target.contains("@query") || target.contains("@path") => {
            without_secret_fields(value).into()
        }
        derived if derived.starts_with('@') => value.into(),
        header if has_public_value(header) => value.into(),
        _ => "***".into(),
    })
}

#[cfg(test)]
mod tests {
    use super::{LOGGED, names_secret};

    #[test]
    fn no_logged_header_names_a_secret() {
        assert!(LOGGED.iter().all(|header| !names_secret(header)));
    }
}
