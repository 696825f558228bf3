//! The log: what came in, what was answered, and why. Holds no secret.

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

use crate::bases::Bases;

/// How many requests are remembered.
const MOST_ENTRIES: usize = 1_000;
/// How much all of them take up at most, in bytes: beyond it, the oldest are forgotten.
const MOST_BYTES: usize = 8 << 20;
/// How much of a text is remembered, in characters.
const LONGEST_TEXT: usize = 2_000;
/// How much of all headers of a request is remembered, in bytes; the others are counted.
const LONGEST_HEADERS: usize = 16 * 1024;

/// How the access tokens of the API begin.
const TOKEN_START: &str = "ory_at_";

/// Headers that are logged, besides those that begin with `upvest-`; of any other, an
/// `x-api-secret` say, it is not known what it holds. The signature is left out: it says nothing.
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

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Verdict {
    /// It was carried out.
    Accepted,
    /// It was carried out before, and the answer was repeated.
    Replayed,
    /// It was refused.
    Refused,
    /// A fault took its place: nothing was done.
    Lost,
}

/// One request, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Entry {
    /// Which request it was, counted from 1.
    pub number: u64,
    /// When it was answered, by the sandbox's clock.
    pub at: Timestamp,
    /// The HTTP method.
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// The query, if there was one.
    pub query: Option<String>,
    /// The headers that the API knows, in the order in which they came; the token is masked.
    pub headers: Vec<(String, String)>,
    /// The body, if it was JSON, or else how long it was.
    pub body: String,
    /// What became of it.
    pub verdict: Verdict,
    /// What was answered, or would have been had not a fault come after the commit. Nothing if one
    /// came before it.
    pub status: Option<u16>,
    /// The answer's `upvest-request-id`.
    pub request_id: String,
    /// Why it was refused; more than the client was told.
    pub reason: Option<String>,
    /// For a signature that was refused: what is probably wrong, and what to do.
    pub hint: Option<String>,
    /// For a signature that was refused: the base of what came in, and what it should have been.
    pub bases: Option<Bases>,
    /// The fault that hit it.
    pub fault: Option<String>,
}

impl Entry {
    /// Whether the answer repeats the one that the same idempotency key got before.
    #[must_use]
    pub fn is_replay(&self) -> bool {
        self.verdict == Verdict::Replayed
    }

    /// How much memory it takes up, in bytes.
    fn size(&self) -> usize {
        let Self { method, path, query, headers, body, request_id, .. } = self;
        let options = [query, &self.reason, &self.hint, &self.fault];
        let texts = [method, path, body, request_id].into_iter();
        let headers = headers.iter().flat_map(|(name, value)| [name, value]);
        let bases = self.bases.iter().flat_map(|bases| [&bases.received, &bases.expected]);
        let texts = texts.chain(options.into_iter().flatten()).chain(headers).chain(bases);
        // A text that was appended to has room for as much again.
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

/// What is logged of a request before it is known what becomes of it.
pub(crate) struct Draft {
    method: String,
    path: String,
    query: Option<String>,
    headers: Vec<(String, String)>,
    body: String,
}

/// What became of a request: the rest of its [`Entry`].
pub(crate) struct Outcome {
    pub(crate) verdict: Verdict,
    pub(crate) status: Option<u16>,
    pub(crate) request_id: String,
    pub(crate) reason: Option<String>,
    pub(crate) hint: Option<String>,
    pub(crate) bases: Option<Bases>,
    pub(crate) fault: Option<String>,
}

/// The newest thousand requests, or less where they take up more than 8 MiB. Of the headers of each
/// it holds 16 KiB.
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

    /// All of them, oldest first.
    #[must_use]
    pub fn entries(&self) -> Vec<Arc<Entry>> {
        self.locked(|entries| entries.newest_last.iter().cloned().collect())
    }

    /// Those after the one with this number, oldest first.
    #[must_use]
    pub fn after(&self, number: u64) -> Vec<Arc<Entry>> {
        self.locked(|entries| {
            let entries = entries.newest_last.iter();
            entries.skip_while(|entry| entry.number <= number).cloned().collect()
        })
    }

    /// The newest one.
    #[must_use]
    pub fn last(&self) -> Option<Arc<Entry>> {
        self.locked(|entries| entries.newest_last.back().cloned())
    }

    /// Forgets them. Their numbers are not given again.
    pub fn clear(&self) {
        self.locked(|entries| *entries = Entries::default());
    }

    /// Waits until there is one after that with this number.
    ///
    /// # Cancel safety
    /// It can be dropped at any time.
    pub async fn changed(&self, number: u64) {
        // The sender lives as long as this does.
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
                    _ if name == AUTHORIZATION || names_secret(name.as_str()) => "***".into(),
                    value => self.masked(&String::from_utf8_lossy(value)),
                };
                (name.as_str().to_owned(), value)
            });
        let (mut kept, mut length, mut left_out) = (Vec::new(), 0, 0);
        for (name, value) in shown {
            length += name.len() + value.len();
            if length <= LONGEST_HEADERS {
                kept.push((name, value));
            } else {
                left_out += 1;
            }
        }
        if left_out > 0 {
            kept.push(("…".to_owned(), format!("{left_out} more, which are not kept")));
        }
        kept
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
            // Under the lock, so that numbers come in order.
            self.newest.send_replace(number);
            entry
        });
        if entry.verdict == Verdict::Refused {
            tracing::warn!("{entry}");
        } else {
            tracing::info!("{entry}");
        }
    }

    /// The beginning of a text, without secrets.
    pub(crate) fn masked(&self, text: &str) -> String {
        let text = self.without_secrets(text);
        match text.char_indices().nth(LONGEST_TEXT) {
            Some((cut, _)) => format!("{}…", text.get(..cut).unwrap_or_default()),
            None => text,
        }
    }

    /// A text without the client secret, and without what looks like an access token: in a request
    /// that is broken they can stand anywhere.
    fn without_secrets(&self, text: &str) -> String {
        let text = text.replace(self.secret.expose_secret(), "***");
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

/// Whether something is called a secret, in a name or in a text that holds names.
fn names_secret(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    ["secret", "token", "password", "passphrase"].iter().any(|word| text.contains(word))
}

/// A query whose secrets and tokens are masked, by the names of its fields.
fn without_secret_fields(query: &str) -> String {
    let fields = query.split('&').map(|field| match field.split_once('=') {
        Some((name, _)) if names_secret(name) => format!("{name}=***"),
        _ => field.to_owned(),
    });
    fields.collect::<Vec<_>>().join("&")
}

/// A signature base without the values of headers that are not logged either.
fn base_without_secrets(base: &str) -> String {
    SignatureBase::mask(base, |component, value| match component {
        // A query may have been signed as part of the path.
        target if target.contains("@query") || target.contains("@path") => {
            without_secret_fields(value).into()
        }
        derived if derived.starts_with('@') => value.into(),
        header if is_logged(header) && !names_secret(header) => value.into(),
        _ => "***".into(),
    })
}
