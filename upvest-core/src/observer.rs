//! What an application may watch: each attempt, and the end of each call.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use http::response::Parts;
use tokio::time::Instant;
use upvest_signature::SignatureBase;
use upvest_types::IdempotencyKey;

use crate::call::prepared::PreparedRequest;
use crate::endpoint::Method;
use crate::error::Error;

/// Watches the calls of a client, for logs and metrics. It cannot change anything.
///
/// Set it with [`ClientBuilder::observer`](crate::ClientBuilder::observer). Each method does
/// nothing unless you implement it. A method must not block: the call waits for it. If it panics,
/// the panic is logged, and the call goes on.
///
/// The requests for access tokens are calls too, to `/auth/token`. A call that is dropped in flight
/// does not complete. Neither does one that could not be built, or was refused by
/// [`Client::replay`](crate::Client::replay): it never began.
///
/// # Examples
///
/// How often each endpoint ended how, and how long it took:
///
/// ```
/// use std::collections::HashMap;
/// use std::sync::{Arc, Mutex, PoisonError};
/// use std::time::Duration;
/// use upvest_core::{CompletedCall, Observer};
///
/// #[derive(Default)]
/// struct Metrics {
///     calls: Mutex<HashMap<(String, &'static str), (u64, Duration)>>,
/// }
///
/// impl Observer for Metrics {
///     fn completed(&self, call: &CompletedCall<'_>) {
///         let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
///         let key = (call.path_template().to_owned(), call.outcome());
///         let (count, time) = calls.entry(key).or_default();
///         *count += 1;
///         *time += call.elapsed();
///     }
/// }
///
/// let metrics = Arc::new(Metrics::default());
/// # fn sets(builder: upvest_core::ClientBuilder, metrics: Arc<Metrics>) {
/// let builder = builder.observer(metrics);
/// # }
/// ```
pub trait Observer: Send + Sync {
    /// A request is complete and signed, and is about to be sent.
    fn sending(&self, attempt: &Attempt<'_>) {
        let _ = attempt;
    }

    /// The head of the response was received, or there is no response.
    fn received(&self, attempt: &Attempt<'_>, head: Result<&Parts, &Error>) {
        let _ = (attempt, head);
    }

    /// A call has ended, after all of its attempts.
    fn completed(&self, call: &CompletedCall<'_>) {
        let _ = call;
    }
}

impl<O: Observer + ?Sized> Observer for Arc<O> {
    fn sending(&self, attempt: &Attempt<'_>) {
        O::sending(self, attempt);
    }

    fn received(&self, attempt: &Attempt<'_>, head: Result<&Parts, &Error>) {
        O::received(self, attempt, head);
    }

    fn completed(&self, call: &CompletedCall<'_>) {
        O::completed(self, call);
    }
}

/// One request of a call, as an [`Observer`] sees it.
pub struct Attempt<'a> {
    prepared: &'a PreparedRequest,
    key: Option<IdempotencyKey>,
    number: u32,
    signature_base: Option<SignatureBase>,
    started: Instant,
}

impl Attempt<'_> {
    /// Returns the HTTP method.
    #[must_use]
    pub fn method(&self) -> Method {
        self.prepared.method
    }

    /// Returns the path with its placeholders, such as `/users/{user_id}`.
    #[must_use]
    pub fn path_template(&self) -> &str {
        self.prepared.template
    }

    /// Returns the path, with its query if there is one. It may contain ids of people.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.prepared.path
    }

    /// Returns the body, which may be personal data.
    ///
    /// It is empty for a request for an access token, because that contains the client secret.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        if self.prepared.asks_for_token() { &[] } else { &self.prepared.body }
    }

    /// Returns the idempotency key, if the request carries one.
    #[must_use]
    pub fn idempotency_key(&self) -> Option<IdempotencyKey> {
        self.key
    }

    /// Returns which request of its call it is, counted from 1.
    #[must_use]
    pub fn number(&self) -> u32 {
        self.number
    }

    /// Returns what was signed, with the access token masked.
    #[must_use]
    pub fn signature_base(&self) -> Option<&SignatureBase> {
        self.signature_base.as_ref()
    }

    /// Returns how long ago it was sent.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }
}

/// A call that has ended, as an [`Observer`] sees it.
pub struct CompletedCall<'a> {
    prepared: &'a PreparedRequest,
    key: Option<IdempotencyKey>,
    attempts: u32,
    elapsed: Duration,
    result: Result<StatusCode, &'a Error>,
}

impl CompletedCall<'_> {
    /// Returns the HTTP method.
    #[must_use]
    pub fn method(&self) -> Method {
        self.prepared.method
    }

    /// Returns the path with its placeholders, such as `/users/{user_id}`.
    #[must_use]
    pub fn path_template(&self) -> &str {
        self.prepared.template
    }

    /// Returns the idempotency key, if the call carries one.
    #[must_use]
    pub fn idempotency_key(&self) -> Option<IdempotencyKey> {
        self.key
    }

    /// Returns how many requests were handed to the transport.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Returns how long the call took, with all waits.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// Returns the status of the success, or the error.
    ///
    /// # Errors
    /// Fails as the call did.
    pub fn result(&self) -> Result<StatusCode, &Error> {
        self.result
    }

    /// Returns `success`, or the name of the [`Outcome`](crate::Outcome) of the error.
    #[must_use]
    pub fn outcome(&self) -> &'static str {
        self.result.map_or_else(|error| error.outcome().as_str(), |_| "success")
    }
}

impl fmt::Debug for Attempt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attempt")
            .field("endpoint", &format_args!("{}", self.prepared))
            .field("idempotency_key", &self.key)
            .field("number", &self.number)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for CompletedCall<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CompletedCall")
            .field("endpoint", &format_args!("{}", self.prepared))
            .field("idempotency_key", &self.key)
            .field("attempts", &self.attempts)
            .field("elapsed", &self.elapsed)
            .field("result", &self.result)
            .finish()
    }
}

/// An attempt and its observer, if there is one.
pub(crate) struct Watched<'a>(Option<(&'a dyn Observer, Attempt<'a>)>);

impl<'a> Watched<'a> {
    /// Reports an attempt that is about to be sent.
    pub(crate) fn sending(
        observer: Option<&'a dyn Observer>,
        prepared: &'a PreparedRequest,
        key: Option<IdempotencyKey>,
        number: u32,
        signature_base: Option<&SignatureBase>,
    ) -> Self {
        let Some(observer) = observer else { return Self(None) };
        let signature_base = signature_base.map(SignatureBase::masked);
        let attempt = Attempt { prepared, key, number, signature_base, started: Instant::now() };
        unless_it_panics(|| observer.sending(&attempt));
        Self(Some((observer, attempt)))
    }

    /// Reports the head of the response, or why there is none.
    pub(crate) fn received(&self, head: Result<&Parts, &Error>) {
        if let Some((observer, attempt)) = &self.0 {
            unless_it_panics(|| observer.received(attempt, head));
        }
    }
}

/// Reports the end of a call that has `attempts`.
pub(crate) fn completed(
    observer: Option<&dyn Observer>,
    prepared: &PreparedRequest,
    key: Option<IdempotencyKey>,
    attempts: u32,
    started: Instant,
    result: Result<StatusCode, &Error>,
) {
    let Some(observer) = observer else { return };
    let elapsed = started.elapsed();
    let call = CompletedCall { prepared, key, attempts, elapsed, result };
    unless_it_panics(|| observer.completed(&call));
}

/// A call whose money moves must not end because a log could not be written.
fn unless_it_panics(report: impl FnOnce()) {
    if catch_unwind(AssertUnwindSafe(report)).is_err() {
        tracing::error!("the observer of the client panicked");
    }
}
