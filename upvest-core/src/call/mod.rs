//! A call: a request that is complete but not yet sent.

use std::fmt;
use std::future::ready;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde::de::DeserializeOwned;
use tokio::time::Instant;

mod attempts;
mod copy;
mod exchange;
mod kind;
mod page;
pub(crate) mod prepared;
mod record;
mod recovery;
mod replay;
pub(crate) mod request;
mod resume;
pub(crate) mod retry;
pub(crate) mod unprocessed;
mod window;

use attempts::Plan;
use kind::Origin;
use prepared::PreparedRequest;
use request::Request;
use upvest_transport::__core::after;
use upvest_transport::BoxFuture;
use upvest_types::{IdempotencyKey, Timestamp};
use window::Window;

use crate::client::Client;
use crate::endpoint::Method;
use crate::error::{Error, Outcome, Result};
use crate::response::{Decode, Decoder, Response, decode};

pub use kind::{CallKind, Idempotent, Keyless};
pub use page::{Items, Page, PageMeta, Pages};
pub use record::CallRecord;
pub use recovery::Replay;

/// A request that is complete but not yet sent: its path, body and key are fixed.
///
/// Nothing happens until you await it. It owns all that it needs, so you can store it, move it to
/// another task, or drop it. Dropping a call in flight leaves its outcome unknown: an
/// [`IdempotentCall`] can be replayed from its [`record`](Call::record).
///
/// Note: calling the trait method again makes another call, with another key. To send the same one
/// again after a lost response, await a clone that was made before, or resume its record.
///
/// To start it in a task, use `tokio::spawn(call.into_future())`.
///
/// # Errors
/// Awaiting it fails with an [`Error`]: [`kind`](Error::kind) says where it failed, and
/// [`outcome`](Error::outcome) whether the request took effect. A request that could not be built
/// fails with [`ErrorKind::Request`](crate::ErrorKind::Request), before anything is sent.
///
/// # Panics
/// Panics inside tokio, if its runtime was built without `enable_all`.
///
/// # Cancel safety
/// A call that is dropped in flight may have sent its request, and its outcome is not reported. The
/// client remains usable.
///
/// # Examples
///
/// ```no_run
/// # use std::time::Duration;
/// # use upvest_core::{Client, IdempotentCall, Result, api};
/// # #[api(scope = "users:admin")]
/// # pub trait Users {
/// #     #[endpoint(POST, "/users", idempotent, signed)]
/// #     fn create(&self, body: &String) -> IdempotentCall<String>;
/// # }
/// # async fn example(client: Client, order: String) -> Result<()> {
/// let call = client.create(&order).timeout(Duration::from_secs(20));
/// println!("about to send {}", call.key());
/// let user = call.await?;
/// # Ok(())
/// # }
/// ```
#[must_use = "a call does nothing until it is awaited"]
pub struct Call<T, K = Keyless> {
    state: State<T>,
    key: K,
    limit: Option<Limit>,
    max_attempts: Option<u32>,
    /// Whether a copy of it, or the call that it is a copy of, may have been sent.
    has_copies: AtomicBool,
}

/// A call that carries an idempotency key: if it is sent twice, it takes effect once.
pub type IdempotentCall<T> = Call<T, Idempotent>;

enum State<T> {
    Ready(Result<T>),
    Fixed { client: Client, prepared: PreparedRequest, decode: Decode<T> },
}

#[derive(Clone, Copy)]
enum Limit {
    Timeout(Duration),
    Deadline(Instant),
}

impl<T, K: Default> Call<T, K> {
    /// Returns a call that completes at once, without a server; for fakes in tests.
    ///
    /// # Examples
    ///
    /// ```
    /// use upvest_core::{Call, Error};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let call: Call<u8> = Call::ready(Ok(7));
    /// assert_eq!(call.await.ok(), Some(7));
    ///
    /// let call: Call<u8> = Call::ready(Err(Error::from_problem(422, "unprocessable_entity")));
    /// assert_eq!(call.await.unwrap_err().status().map(|s| s.as_u16()), Some(422));
    /// # }
    /// ```
    pub fn ready(result: Result<T>) -> Self {
        Self::of(State::Ready(result), K::default())
    }
}

impl<T, K> Call<T, K> {
    fn of(state: State<T>, key: K) -> Self {
        Self { state, key, limit: None, max_attempts: None, has_copies: AtomicBool::new(false) }
    }

    /// Sets how long the whole call may take, from the moment it is awaited.
    ///
    /// This includes the wait for a token and every attempt. The default is the client's, 60
    /// seconds unless set otherwise.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.limit = Some(Limit::Timeout(timeout));
        self
    }

    /// Sets when the call must have ended.
    pub fn deadline(mut self, deadline: impl Into<Instant>) -> Self {
        self.limit = Some(Limit::Deadline(deadline.into()));
        self
    }

    /// Sets how many requests it sends at most; at least one.
    ///
    /// The default is that of the client: 3, if it sets no other.
    ///
    /// The first goes out at once. A retry follows if it may help and can do no harm:
    ///
    /// - after a failed connection, always;
    /// - after a lost or incomplete response, a 408, 425, 429, 500, 502, 503 or 504, only if the
    ///   call carries a key, or has the same effect when it is sent twice (GET, PUT, DELETE);
    /// - after a 409, only if the call carries a key and an earlier attempt may still be at work.
    ///
    /// Before each retry, the client waits for a random time of up to 200 milliseconds at first,
    /// then 400, up to 10 seconds, and in addition for as long as `retry-after` says. The call
    /// fails at once if its deadline would pass sooner, or if the retry budget of the client is
    /// used up.
    ///
    /// After a 401, or a 431 (the token may be too large for the server), the client fetches a new
    /// token, and one call tries it. If the server accepts it, all calls that were refused are
    /// retried at once, each at most once; if not, each fails with its own refusal. Until then they
    /// wait, within their own deadlines.
    ///
    /// A request that an HTTP/2 server declares unprocessed does not count. It is retried at once,
    /// at most 10 times per call. Until a request succeeds, all clones together make at most as
    /// many of these retries as requests may be in flight.
    ///
    /// Note: retry in one place only. With 3 attempts here and a job queue that tries 5 times, a
    /// server in trouble gets 15 requests.
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = Some(attempts);
        self
    }
}

impl<T> Call<T> {
    /// Returns a copy of this call; none if it is not sent anywhere, or must not be sent twice.
    pub(crate) fn try_clone(&self) -> Option<Self> {
        let State::Fixed { client, prepared, decode } = &self.state else { return None };
        if prepared.method != Method::Get {
            return None;
        }
        let (client, prepared) = (client.clone(), prepared.clone());
        let state = State::Fixed { client, prepared, decode: *decode };
        let (limit, max_attempts) = (self.limit, self.max_attempts);
        Some(Self { limit, max_attempts, ..Self::of(state, self.key) })
    }

    /// Returns the same call for the page that begins at `offset`.
    pub(crate) fn at_offset(mut self, offset: u64) -> Self {
        if let State::Fixed { prepared, .. } = &mut self.state {
            prepared.set_offset(offset);
        }
        self
    }
}

impl<T> Call<T, Idempotent> {
    /// Sends this key instead of the random one, for an intent that was made at `since`.
    ///
    /// The replay window counts from `since`, however often you make the call: 23 hours later the
    /// call is refused and nothing is sent. Take it from your own data, such as the time at which
    /// the row of the payment was created. Note that the current time is wrong, except in the
    /// transaction that creates the intent: an old key would look young, and could pay twice.
    ///
    /// The key may have been sent before, for example by a process that crashed. So if the call
    /// fails, its outcome is at least [`Outcome::Unknown`]. The random key of a call is new: with
    /// it, a rejection is certain. Prefer it, and store the [`record`](Self::record).
    ///
    /// A replay must keep its key, because with another one it would be another payment. If you set
    /// another key, the call fails and nothing is sent.
    ///
    /// # Examples
    ///
    /// ```
    /// # use upvest_core::{Client, IdempotencyKey, IdempotentCall, Timestamp, api};
    /// # #[api(scope = "payouts:admin")]
    /// # pub trait Payouts {
    /// #     #[endpoint(POST, "/payouts", idempotent, signed)]
    /// #     fn pay(&self, body: &str) -> IdempotentCall<String>;
    /// # }
    /// # struct Payout { id: String, order: String, created_at: Timestamp }
    /// # const NAMESPACE: upvest_core::Uuid = upvest_core::Uuid::NAMESPACE_OID;
    /// # fn example(client: &Client, payout: &Payout) -> IdempotentCall<String> {
    /// let key = IdempotencyKey::derive(&NAMESPACE, &payout.id);
    /// client.pay(&payout.order).idempotency_key(key, payout.created_at)
    /// # }
    /// ```
    pub fn idempotency_key(mut self, key: IdempotencyKey, since: Timestamp) -> Self {
        let now = match &self.state {
            State::Fixed { client, .. } => client.now(),
            State::Ready(_) => Timestamp::now(),
        };
        self.key.window = self.key.window.also_since(since, now);
        if self.key.origin != Origin::Record {
            self.key =
                Idempotent { key, origin: Origin::Caller, is_known_unsent: false, ..self.key };
        } else if key != self.key.key {
            let message = "a replay keeps its idempotency key: with another one it would be \
                           another payment (make a new call for that)";
            self.state = State::Ready(Err(Error::replay(Outcome::Unknown, message)));
        }
        self
    }

    /// Returns the key that will be sent.
    ///
    /// Store it before you await the call. With it, a call whose response was lost can be made
    /// again without taking effect twice.
    ///
    /// Note that only a success of the second call tells for certain what happened to the first. If
    /// the second is refused, for example for its token or for too many requests, the first may
    /// still have taken effect.
    #[must_use]
    pub fn key(&self) -> IdempotencyKey {
        self.key.key
    }

    /// Returns whether nothing can have been sent with its key, as far as this call knows.
    ///
    /// False if you passed the key, if the call comes from a record, or if it was cloned; true after
    /// [`assume_unsent`](Self::assume_unsent). Note: it does not notice that its record was replayed.
    #[must_use]
    pub fn is_unsent(&self) -> bool {
        self.key.is_unsent() && !self.has_copies.load(Ordering::Relaxed)
    }

    /// Declares that no earlier request with its key had an effect, so that a rejection is certain.
    ///
    /// A replay cannot know this, so its failures are otherwise at least [`Outcome::Unknown`]. Only the
    /// owner of the record can: an outbox that writes to its database before each request.
    ///
    /// Note: if it is wrong, a payment that took effect may be reported as rejected. Another key, a
    /// resumed record or a clone cancels it.
    pub fn assume_unsent(mut self) -> Self {
        self.key.is_known_unsent = true;
        self
    }

    /// Returns all that is needed to send this call again after a crash, with [`Client::replay`].
    ///
    /// Store it before you await the call, in one transaction with the data that the call is for.
    /// Its age counts from when the intent was made: this call, the call that it replays, or the
    /// time that was passed with the key. Keep the first record. If there is one, replay it instead
    /// of making the call again.
    ///
    /// The record of a [`ready`](Call::ready) call, or of one that could not be built, contains the
    /// key and no request. It cannot be replayed.
    #[must_use]
    pub fn record(&self) -> CallRecord {
        let Idempotent { key, window, .. } = self.key;
        match &self.state {
            State::Ready(_) => CallRecord::of_nothing(key, window.since()),
            State::Fixed { client, prepared, .. } => {
                CallRecord::of(client, prepared, key, window.since())
            }
        }
    }
}

impl<T: DeserializeOwned + 'static> IdempotentCall<T> {
    /// Returns a call that was recorded at `since`, to be sent again.
    pub(crate) fn replay(
        client: Client,
        prepared: PreparedRequest,
        key: IdempotencyKey,
        since: Timestamp,
    ) -> Self {
        let window = Window::new(since, client.now());
        let key = Idempotent { key, window, origin: Origin::Record, is_known_unsent: false };
        Self::of(State::Fixed { client, prepared, decode: decode::<T> }, key)
    }
}

impl<T: Send + 'static, K: CallKind> Call<T, K> {
    /// Sends the call and returns its response: the value with status, headers and body.
    ///
    /// # Errors
    /// Fails as awaiting the call does.
    ///
    /// # Cancel safety
    /// The same as for awaiting the call.
    pub fn with_response(self) -> BoxFuture<'static, Result<Response<T>>> {
        self.run(|response| response)
    }

    /// Returns the future of the call, and of it what `of_response` selects.
    fn run<R: Send + 'static>(
        self,
        of_response: fn(Response<T>) -> R,
    ) -> BoxFuture<'static, Result<R>> {
        let Self { state, mut key, limit, max_attempts, has_copies } = self;
        if has_copies.into_inner() {
            kind::sealed::Sealed::may_be_sent(&mut key);
        }
        let key = kind::sealed::Sealed::idempotent(&key);
        // The future has the parts of the call once: a call that is passed on would be stored again
        // in each function.
        match state {
            State::Ready(Ok(value)) => Box::pin(ready(Ok(of_response(Response::of_fake(value))))),
            State::Ready(Err(error)) => Box::pin(ready(Err(match key {
                Some(key) => key.explain(error),
                None => error,
            }))),
            State::Fixed { client, prepared, decode } => Box::pin(async move {
                let deadline = deadline(limit, &client);
                let max_attempts = max_attempts.unwrap_or(client.max_attempts()).max(1);
                let plan =
                    Plan { client: &client, prepared: &prepared, key, deadline, max_attempts };
                attempts::send(&plan, decode).await.map(of_response)
            }),
        }
    }
}

fn deadline(limit: Option<Limit>, client: &Client) -> Instant {
    match limit {
        Some(Limit::Deadline(deadline)) => deadline.min(after(Duration::MAX)),
        Some(Limit::Timeout(timeout)) => after(timeout),
        None => after(client.timeout()),
    }
}

impl<T: Send + 'static, K: CallKind> IntoFuture for Call<T, K> {
    type Output = Result<T>;
    type IntoFuture = BoxFuture<'static, Result<T>>;

    fn into_future(self) -> Self::IntoFuture {
        self.run(Response::into_value)
    }
}

impl<T, K: fmt::Debug> fmt::Debug for Call<T, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Call");
        match &self.state {
            State::Ready(_) => debug.field("ready", &true),
            State::Fixed { prepared, .. } => debug.field("endpoint", &prepared.to_string()),
        };
        debug.field("key", &self.key).finish_non_exhaustive()
    }
}

impl<T> Call<T> {
    pub(crate) fn keyless(request: Request<'_>, decoder: Decoder<T>) -> Self {
        Self::of(State::fixed(request, decoder), Keyless::default())
    }
}

impl<T> IdempotentCall<T> {
    /// Returns a call with a random key.
    pub(crate) fn keyed(request: Request<'_>, decoder: Decoder<T>) -> Self {
        let now = request.client.now();
        let (state, key) = match request.client.random_bytes() {
            Ok(bytes) => {
                (State::fixed(request, decoder), IdempotencyKey::__from_random_bytes(bytes))
            }
            // Nothing is sent then, so any key will do.
            Err(error) => (State::Ready(Err(error)), IdempotencyKey::__from_random_bytes([0; 16])),
        };
        Self::of(state, Idempotent::new(key, now))
    }
}

impl<T> State<T> {
    fn fixed(request: Request<'_>, Decoder(decode): Decoder<T>) -> Self {
        let client = request.client.clone();
        match request.finish() {
            Ok(prepared) => Self::Fixed { client, prepared, decode },
            Err(error) => Self::Ready(Err(error)),
        }
    }
}
